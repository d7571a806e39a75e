"""Compares Vireo with transformers on a model directory, and prints what was compared and by how much they differ.

check.py MODEL_DIR [WORK_DIR]

Draws a few pictures, sends them with questions and answers through `submit/vireo prepare`, `score` and `generate`, and does the
same with transformers' processor, TRL's collator and `generate`: float32 on the CPU, so the machine must hold the weights in
float32. Files go to WORK_DIR, which must be empty (a temporary folder otherwise). Exit status 1 where anything differs
more than rounding explains. Versions: requirements.txt; a directory that only other versions read is no fault of either side.
"""

import io
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import pyarrow
import pyarrow.parquet
from PIL import Image

import idefics2
import layout
import loading
import paligemma
import pictures
import rows
import scores

VIREO = pathlib.Path(__file__).resolve().parents[2] / "submit/vireo"
FLOAT32 = ["model.precision=fp32", "model.base=as-is", "model.feature-cache=0"]
LOG_PROBS = 1e-4  # of the sum; another order of float32 sums explains it
SIZES = [(336, 336), (480, 640), (640, 480), (120, 500), (500, 120), (61, 47)]  # height, width
TEXTS = [
    ("What is in the image?", "A red circle on the left.", "Two dogs in a car, and a man on a bicycle behind them."),
    ("Describe this image in detail.", "Stripes of several colours run from the top to the bottom.", "Nothing."),
    ("How many stripes are there?\nAnswer with one word.", "Seven", "None"),
    ("  Is it  round? ", " No, it is not. ", "Yes \u2013 as a ball \U0001f600"),
    ("Which colour is at the top left?", "Green.\n\nThen blue.", "It says \"red\"."),
    ("What is this?", "A picture.", "A house by the sea, painted by an unknown artist."),
]


def draw(height, width, index):
    """Stripes and a gradient, so that every patch has its own colours."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [(x * (3 + index) + y * 2) % 256, (y * 255 // max(1, height - 1)), ((x // 9 + y // 13) * 37) % 256]
    return Image.fromarray(numpy.stack(planes, -1).astype(numpy.uint8))


def write_input(work):
    """The pictures as PNG files and as a Parquet file of the schema rlaif-v; returns the rows as rows.py has them."""
    layout.IMAGES = work / "images"
    layout.IMAGES.mkdir(parents=True)
    entries, table = [], []
    for index, ((height, width), (question, chosen, rejected)) in enumerate(zip(SIZES, TEXTS, strict=True)):
        name = f"{height}x{width}.png"
        encoded = io.BytesIO()
        draw(height, width, index).save(encoded, "PNG")
        (layout.IMAGES / name).write_bytes(encoded.getvalue())
        entries.append(rows.row(f"check-{index}", [name], question, chosen, rejected))
        table.append(
            {
                "ds_name": "check",
                "image": {"bytes": encoded.getvalue(), "path": name},
                "question": question,
                "chosen": chosen,
                "rejected": rejected,
                "origin_dataset": "check",
                "origin_split": "{}",
                "idx": f"check-{index}",
                "image_path": name,
            }
        )
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(table), work / "input.parquet")
    return entries


def vireo(*arguments):
    made = subprocess.run([str(VIREO), *map(str, arguments)], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"check: vireo {arguments[0]} ended with {made.returncode}\n{made.stdout}{made.stderr}")


def run_vireo(model, work):
    shards, scored, generated = work / "shards", work / "scores", work / "generated"
    vireo("prepare", "--model", model, "--input", work / "input.parquet", "--output", shards)
    vireo("score", "--model", model, "--input", shards, "--output", scored, *FLOAT32)
    vireo("generate", "--model", model, "--input", shards, "--output", generated, *FLOAT32,
          "generate.temperature=0", "generate.samples=1", f"generate.max-new-tokens={scores.NEW_TOKENS}")
    prepared = {row["row_id"]: row for row in arrow(shards, "rows")}
    images = arrow(shards, "images")
    for row in prepared.values():
        row["pictures"] = [images[place] for place in row["images"]]
    return prepared, parquet(scored), parquet(generated / "candidates")


def arrow(shards, kind):
    """The rows of the shards' files of one kind; there is one shard."""
    (path,) = (shards / "shards").glob(f"*-{kind}.arrow")
    with pyarrow.ipc.open_file(path) as file:
        return file.read_all().to_pylist()


def parquet(directory):
    found = {}
    for path in sorted(directory.glob("**/*.parquet")):
        found |= {row["row_id"]: row for row in pyarrow.parquet.read_table(path).to_pylist()}
    return found


def reference(model, processor, entries):
    """What transformers and TRL make of the rows."""
    collate = paligemma.sides if processor.__class__.__name__ == "PaliGemmaProcessor" else rows.collated
    for entry in entries:
        (prompt, chosen), (_, rejected) = collate(entry, processor)
        entry |= {"prompt_ids_expanded": prompt, "chosen_ids": chosen, "rejected_ids": rejected}
        loaded = [[pictures.load(name) for name in entry["images"]]]
        entry["tiles"] = reference_tiles(processor.image_processor, loaded, model.config.vision_config)
        for side in ("chosen", "rejected"):
            made = scores.logits(model, processor, entry, entry[f"{side}_ids"])
            entry[f"{side}_logps"] = scores.token_logps(made, entry[f"{side}_ids"]).double().sum().item()
        entry["greedy"] = scores.greedy(model, processor, entry)
    return entries


def reference_tiles(image_processor, loaded, tower):
    """The bytes of a row's tiles; of Idefics2's those that the model sees."""
    if image_processor.__class__.__name__ == "Idefics2ImageProcessor":
        cut = [tile for image in loaded[0] for tile in idefics2.tiles(image_processor, image, patch=tower.patch_size)]
        return b"".join(tile.numpy().tobytes() for tile in cut)
    made = image_processor(loaded, do_rescale=False, do_normalize=False, return_tensors="np")
    return numpy.asarray(made["pixel_values"]).astype(numpy.uint8).tobytes()


class Table:
    """Prints a line a comparison, and remembers whether one failed."""

    def __init__(self):
        self.passed = True
        print(f"{'what':<48}{'cases':>6}{'largest difference':>22}{'allowed':>12}")

    def line(self, what, differences, allowed):
        largest = max(differences)
        good = bool(largest <= allowed)
        self.passed &= good
        print(f"{what:<48}{len(differences):>6}{largest:>22.3g}{allowed:>12.3g}  {'pass' if good else 'FAIL'}")


def relative(ours, wanted):
    return abs(ours - wanted) / max(1.0, abs(wanted))


def unequal(ours, wanted):
    """Places in which two lists differ, all where they differ in length."""
    return sum(a != b for a, b in zip(ours, wanted)) + abs(len(ours) - len(wanted))


def different_levels(entry, pictures_of_row):
    """Of the tiles' bytes."""
    ours = numpy.frombuffer(b"".join(each["tiles"] for each in pictures_of_row), numpy.uint8)
    wanted = numpy.frombuffer(entry["tiles"], numpy.uint8)
    return numpy.count_nonzero(ours != wanted) if ours.shape == wanted.shape else math.inf


def runs(row):
    """Tokens that each placeholder of a prepared row stands for."""
    spans = zip(row["image_tokens"], row["image_placeholders"], strict=True)
    return [tokens // placeholders for tokens, placeholders in spans for _ in range(placeholders)]


def compare(amiss, entries, prepared, scored, answers, image_id):
    table = Table()
    table.line("weights that transformers misses or ignores", [float(len(amiss))], 0)
    missing = [entry["row_id"] for entry in entries if entry["row_id"] not in prepared]
    table.line("rows that vireo rejects", [float(len(missing))], 0)
    entries = [entry for entry in entries if entry["row_id"] not in missing]
    held = [(entry, prepared[entry["row_id"]]) for entry in entries]
    table.line("image tokens", [abs(sum(r["image_tokens"]) - e["prompt_ids_expanded"].count(image_id)) for e, r in held], 0)
    table.line("levels of the pictures' tiles", [different_levels(e, r["pictures"]) for e, r in held], 0)
    folded = [rows.fold(e["prompt_ids_expanded"], image_id, runs(r)) for e, r in held]
    table.line("token ids of prompts", [unequal(r["prompt_ids"], ids) for (_, r), ids in zip(held, folded)], 0)
    for side in ("chosen", "rejected"):
        table.line(f"token ids, {side} answers", [unequal(r[f"{side}_ids"], e[f"{side}_ids"]) for e, r in held], 0)
    for side in ("chosen", "rejected"):
        key = f"{side}_logps"
        table.line(f"log-probabilities, {side} (share of the sum)",
                   [relative(scored[e["row_id"]][key], e[key]) for e in entries], LOG_PROBS)
    ours = [(e, answers[e["row_id"]]["token_ids"]) for e in entries]
    table.line(f"greedy answers, {scores.NEW_TOKENS} tokens: ids", [unequal(ids, e["greedy"]["ids"]) for e, ids in ours], 0)
    return table.passed


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(__doc__)
    directory = pathlib.Path(arguments[0]).resolve()
    if not (directory / "config.json").is_file():
        sys.exit(f"check: {directory} has no config.json (expected a model directory as save_pretrained writes it)")
    work = pathlib.Path(arguments[1] if len(arguments) == 2 else tempfile.mkdtemp(prefix="vireo-check-"))
    if work.exists() and (not work.is_dir() or any(work.iterdir())):
        sys.exit(f"check: {work} is not an empty folder")
    entries = write_input(work)
    print(f"vireo: prepare, score and generate; files in {work}", file=sys.stderr)
    prepared, scored, answers = run_vireo(directory, work)
    print("transformers: the same", file=sys.stderr)
    model, processor, amiss, _ = loading.load(directory)
    entries = reference(model, processor, entries)
    good = compare(amiss, entries, prepared, scored, answers, processor.image_token_id)
    print("Vireo and transformers agree" if good else f"Vireo and transformers differ; what Vireo made is in {work}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
