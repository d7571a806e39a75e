"""Reads what Vireo and transformers printed, requires equal log-probabilities, prints the figures: compare_generate.py OURS.json PEER.json"""

import json
import pathlib
import sys

# bf16 rounds in another order in each implementation; a wrong cache, mask or position moves a sum by whole per cents.
LOGPS = 2e-3


def read(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8").strip().splitlines()[-1])


def main():
    ours, peer = map(read, sys.argv[1:3])
    for answer, logp in zip(ours["answers"], peer["logps"], strict=True):
        if abs(answer["logp"] - logp) > LOGPS * abs(logp):
            sys.exit(f"Cannot compare: an answer to row {answer['row']} has {answer['logp']:.3f} nats here and {logp:.3f} at the peer's")
    tokens = sum(len(answer["ids"]) for answer in ours["answers"])
    print(f"{len(ours['answers'])} answers, {tokens} tokens; the peer gives each of ours the same log-probability")
    print(f"memory: ours {ours['peak_bytes'] / 1e9:.2f} GB, peer {peer['peak_bytes'] / 1e9:.2f} GB")
    a, b = tokens / ours["seconds"], tokens / peer["seconds"]
    print(f"generate: {a / b:.2f} x (ours {a:.1f} tokens/s, peer {b:.1f} tokens/s), memory {ours['peak_bytes'] / peer['peak_bytes']:.2f} of the peer's")


if __name__ == "__main__":
    main()
