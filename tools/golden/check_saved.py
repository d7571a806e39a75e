"""Loads the model directories that Vireo writes with transformers, and prints what they compute there.

check_saved.py [CHECKPOINT ...]

Of each golden checkpoint (of one of every family, by default) `submit/vireo train` saves a model of which every parameter was trained for a
step, and `submit/vireo adapter merge` one with the golden adapter in its weights. transformers must load both without a
warning and without a missing, unexpected or misshapen weight, and compute what Vireo's `score` does with the first and
what PEFT does with the second's model and adapter. Exit status 1 where anything is otherwise.
"""

import pathlib
import sys
import tempfile

import torch
from transformers.utils import logging

import adapters
import check
import checkpoints
import layout
import loading
import paligemma
import rows
import scores

NAMES = [*checkpoints.ADAPTED, "llava-siglip"]  # the last one has no adapter
ADAPTER = "everything"
LOGITS = 1e-5  # of the largest; merging rounds each weight once
TRAINING = ["train.full=true", "train.objective=sft", "train.steps=1", "train.batch-size=2", "train.learning-rate=1e-3"]


def run_vireo(name, work):
    """Directories that Vireo wrote, and its own log-probs of the first."""
    model, shards, run = layout.ROOT / name / "model", work / "shards", work / "run"
    check.vireo("prepare", "--model", model, "--input", work / "input.parquet", "--output", shards)
    check.vireo("train", "--model", model, "--input", shards, "--output", run, *check.FLOAT32, *TRAINING)
    check.vireo("score", "--model", run / "model", "--input", shards, "--output", work / "scores", *check.FLOAT32)
    merged = None
    if name in checkpoints.ADAPTED:
        merged = work / "merged"
        check.vireo("adapter", "merge", "--model", model, "--adapter", adapter_of(name), "--output", merged)
    return run / "model", check.parquet(work / "scores"), merged


def adapter_of(name):
    return layout.ROOT / name / "adapters" / ADAPTER / "adapter"


def loaded(directory, label, table):
    """The model, after what transformers found amiss was printed."""
    model, processor, amiss, warnings = loading.load(directory)
    for complaint in (*amiss, *warnings):
        print(f"{label}: {complaint}")
    table.line(f"{label}: weights amiss", [float(len(amiss))], 0)
    table.line(f"{label}: warnings", [float(len(warnings))], 0)
    return model, processor


def with_ids(processor, entries):
    collate = paligemma.sides if processor.__class__.__name__ == "PaliGemmaProcessor" else rows.collated
    for entry in entries:
        (prompt, chosen), (_, rejected) = collate(entry, processor)
        entry |= {"prompt_ids_expanded": prompt, "chosen_ids": chosen, "rejected_ids": rejected}


def logits(model, processor, entries):
    return [scores.logits(model, processor, entry, entry["chosen_ids"]) for entry in entries]


def distances(ones, others):
    """By row, as a share of the largest logit."""
    return [((one - other).abs().max() / other.abs().max()).item() for one, other in zip(ones, others, strict=True)]


def check_saved(name, saved, scored, entries, table):
    model, processor = loaded(saved, f"{name}, trained", table)
    with_ids(processor, entries)
    differences = []
    for entry in entries:
        for side in ("chosen", "rejected"):
            made = scores.logits(model, processor, entry, entry[f"{side}_ids"])
            wanted = scores.token_logps(made, entry[f"{side}_ids"]).double().sum().item()
            differences.append(check.relative(scored[entry["row_id"]][f"{side}_logps"], wanted))
    table.line(f"{name}, trained: log-probs as Vireo's", differences, check.LOG_PROBS)
    moved = distances(logits(model, processor, entries), logits(scores.load(name), processor, entries))
    table.line(f"{name}, trained: as untrained", [float(max(moved) == 0)], 0)


def check_merged(name, merged, entries, table):
    model, processor = loaded(merged, f"{name}, merged", table)
    base = scores.load(name)
    plain = logits(base, processor, entries)
    wanted = logits(adapters.read(base, adapter_of(name)).eval(), processor, entries)
    table.line(f"{name}, merged: logits as PEFT's", distances(logits(model, processor, entries), wanted), LOGITS)
    table.line(f"{name}, merged: as without adapter", [float(max(distances(wanted, plain)) == 0)], 0)


def main(names):
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.exit(f"check_saved: there is no checkpoint {', '.join(unknown)} (expected some of {', '.join(NAMES)})")
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    table = check.Table()
    for name in names or NAMES:
        with tempfile.TemporaryDirectory(prefix="vireo-check-") as folder:
            work = pathlib.Path(folder)
            entries = check.write_input(work)
            saved, scored, merged = run_vireo(name, work)
            check_saved(name, saved, scored, entries, table)
            if merged:
                check_merged(name, merged, entries, table)
    sys.exit(0 if table.passed else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
