"""The rows and batches that all trajectories share, in one fixed order."""

import datasets
from trl.trainer.dpo_trainer import DataCollatorForVisionPreference

import layout
import paligemma
import rows

ORDER = ["plain", "lengths", "unicode", "blanks", "newlines", "same-start", "markup", "extreme-tall", "two-images", "turns"]


def entries(name):
    held = {entry["row_id"]: entry for entry in layout.read_json(layout.ROOT / name / "rows.json")}
    return [held[identifier] for identifier in ORDER if identifier in held]


def order(name):
    """The rows of an epoch: those that the checkpoint has, an even number."""
    kept = [entry["row_id"] for entry in entries(name)]
    return kept[: len(kept) // 2 * 2]


def dataset(name):
    """A Hugging Face data set whose pictures are read, and turned by EXIF, by `datasets.Image`."""
    table = [
        {
            "row_id": entry["row_id"],
            "images": [{"bytes": (layout.IMAGES / file).read_bytes(), "path": None} for file in entry["images"]],
            **{key: entry[key] for key in ("prompt", "chosen", "rejected")},
        }
        for entry in entries(name)[: len(order(name))]
    ]
    made = datasets.Dataset.from_list(table)
    return made.cast_column("images", datasets.List(datasets.Image()))


def collator(name, processor):
    """TRL's own (None), or what takes its place where it fails."""
    if not name.startswith("paligemma"):
        return None
    held = {entry["row_id"]: entry for entry in entries(name)}
    return lambda examples: paligemma.batch(processor, [held[example["row_id"]] for example in examples])


def batch(name, processor, indices):
    """The padded, doubled batch (chosen first, then rejected) of the rows at the given places."""
    held = entries(name)
    if name.startswith("paligemma"):
        return paligemma.batch(processor, [held[index] for index in indices])
    return DataCollatorForVisionPreference(processor)([rows.example(held[index]) for index in indices])


def micro_batches(name, size):
    """Row places without end: epochs one after the other, in order."""
    step, rows = 0, len(order(name))
    assert rows % size == 0
    while True:
        places = [(step * size + offset) % rows for offset in range(size)]
        yield places
        step += 1
