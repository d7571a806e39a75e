"""Reads what peer and Vireo printed, requires equal losses, prints the figures: compare.py NAME DIRECTORY"""

import json
import pathlib
import statistics
import sys

# bf16 rounds in another order in each implementation: log-probability sums of about 1100 nats differ by a few parts in ten thousand. A wrong
# mask, template or image differs by whole per cents.
LOGPS = 2e-3
LOSS = 0.03


def read(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8").strip().splitlines()[-1])


def require(what, ours, peer, allowed):
    if abs(ours - peer) > allowed:
        sys.exit(f"Cannot compare: {what} is {ours:.5f} here and {peer:.5f} at the peer's (expected a difference of at most {allowed:.5f})")


def seconds(report):
    """The first step warms up; the median of the rest."""
    return statistics.median(step["seconds"] for step in report["steps"][1:])


def ratio(peer, *ours):
    """The median of the turns' ratios, the first one left out: each compares what was measured within the same seconds."""
    turns = zip(peer["steps"], *(report["steps"] for report in ours))
    return statistics.median(theirs["seconds"] / sum(own["seconds"] for own in each) for theirs, *each in list(turns)[1:])


def main():
    name, work = sys.argv[1], pathlib.Path(sys.argv[2])
    peer, dpo, orpo, reference = (read(work / f"{each}.json") for each in ("peer", "ours-dpo", "ours-orpo", "ours-reference"))
    for index, (ours, theirs) in enumerate(zip(dpo["steps"], peer["steps"], strict=True)):
        for key in ("logps/chosen", "logps/rejected"):
            require(f"{key} of step {index + 1}", ours[key], theirs[key], LOGPS * abs(theirs[key]))
        require(f"loss of step {index + 1}", ours["loss"], theirs["loss"], LOSS)
        print(f"step {index + 1}: loss {ours['loss']:.5f} (peer {theirs['loss']:.5f}), chosen {ours['logps/chosen']:.2f} ({theirs['logps/chosen']:.2f}) nats")
    require("ORPO loss of step 1", orpo["steps"][0]["loss"], peer["orpo_loss"], LOSS)
    print(f"ORPO: loss {orpo['steps'][0]['loss']:.5f} (peer's logits {peer['orpo_loss']:.5f}), {seconds(orpo):.2f} s a step, tower included, {orpo['peak_bytes'] / 1e9:.2f} GB")
    print(f"reference: {seconds(reference):.2f} s a row, tower included, once before training (the peer computes it in every step)")
    print(f"memory: ours {dpo['peak_bytes'] / 1e9:.2f} GB, peer {peer['peak_bytes'] / 1e9:.2f} GB")
    for objective, report in (("DPO", dpo), ("ORPO", orpo)):
        rate = statistics.median(step["flops"] / step["seconds"] for step in report["steps"][1:])
        outside = statistics.median(step["outside"] for step in report["steps"][1:])
        print(
            f"{objective}: {report['steps'][1]['flops'] / 1e9:.0f} GFLOP a step, {rate / 1e9:.0f} GFLOP/s, {rate / report['multiply_flops']:.2f} of the rate of "
            f"a large bf16 multiply ({report['multiply_flops'] / 1e9:.0f} GFLOP/s); {100 * outside:.1f} % of a step outside TorchScript"
        )
    print(f"ORPO step: {ratio(peer, orpo):.2f} x")
    print(f"with the reference: {ratio(peer, dpo, reference):.2f} x (a row's reference and a step)")
    print(f"{name}: {ratio(peer, dpo):.2f} x (ours {seconds(dpo):.2f} s, peer {seconds(peer):.2f} s), memory {dpo['peak_bytes'] / peer['peak_bytes']:.2f} of the peer's")


if __name__ == "__main__":
    main()
