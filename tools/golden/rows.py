"""Preference rows, and their ids as TRL's own vision collator makes them."""

from transformers import AutoProcessor
from trl.data_utils import apply_chat_template, prepare_multimodal_messages
from trl.trainer.dpo_trainer import DataCollatorForVisionPreference

import checkpoints
import layout
import paligemma
import pictures
import processed


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def row(identifier, images, question, chosen, rejected, before=()):
    return {
        "row_id": identifier,
        "images": images,
        "prompt": [*before, user(question)],
        "chosen": [assistant(chosen)],
        "rejected": [assistant(rejected)],
    }


ROWS = [
    row("plain", ["jpeg-420.jpg"], "What is in the image?", "A red circle on the left.", "Two dogs in a car."),
    row("lengths", ["wide.png"], "Describe this image in detail.", "Yes.",
        "There is a man riding a bicycle down the street, and a woman in a blue dress is walking her dog."),
    row("unicode", ["jpeg-exif-6.jpg"], "Was steht auf dem Schild \u2013 \u00fcber der T\u00fcr?", "\u201eCaf\u00e9 \u65e5\u672c\u201c \U0001f600", "na\u00efve \u2014 \u0e01\u0e33, e\u0301"),
    row("blanks", ["png-rgb.png"], "  How many dogs   are there? ", " two  dogs ", "\tthree"),
    row("newlines", ["tall.jpg"], "Which one?\n1. left\n2. right\n", "The left one.\n\nBecause it is red.\n", "\nThe right one."),
    row("same-start", ["webp-lossless.webp"], "Is there a cat?", "No, there is no cat.", "No, there is a cat."),
    row("markup", ["gif.gif"], "Is </s> or [INST] or {{ x }} or &lt; in it? {% raw %}", "It says \"USER: <b>\" \\n.", "<|im_end|> <pad"),
    row("extreme-tall", ["extreme-tall.png"], "What is it?", "A line.", "A house."),
    row("extreme-wide", ["extreme-wide.png"], "What is it?", "A line.", "A house."),
    row("two-images", ["png-palette.png", "large.jpg"], "Which of the two is larger?", "The second.", "The first one is."),
    row("turns", ["png-rgba.png"], "And its colour?", "It is dark green.", "It is blue.",
        before=[user("What is it?"), assistant("A car.")]),
    row("text-only", [], "What colour is the sky?", "Blue.", "Green, and yellow."),
]
# "turns" keeps its picture in the first user turn, where TRL puts it.


SPLITTING = ["idefics2-tiny", "idefics3-tiny"]
UNSPLIT = ["plain", "two-images", "turns", "text-only"]


def example(entry):
    return {
        "images": [pictures.load(name) for name in entry["images"]],
        "prompt": [dict(message) for message in entry["prompt"]],
        "chosen": [dict(message) for message in entry["chosen"]],
        "rejected": [dict(message) for message in entry["rejected"]],
    }


def texts(entry, processor):
    """The three strings TRL's template step makes: prompt, and what it writes after the prompt for each answer."""
    held = example(entry)
    held["prompt"] = prepare_multimodal_messages(held["prompt"], images=held["images"])
    held["chosen"] = prepare_multimodal_messages(held["chosen"])
    held["rejected"] = prepare_multimodal_messages(held["rejected"])
    made = apply_chat_template(held, processor)
    return {key: made[key] for key in ("prompt", "chosen", "rejected")}


def fold(ids, image_id, counts):
    """One placeholder in place of each run of image tokens; `counts`: the tokens of each run."""
    folded, position, run = [], 0, 0
    while position < len(ids):
        folded.append(ids[position])
        if ids[position] == image_id:
            position += counts[run]
            run += 1
        else:
            position += 1
    assert run == len(counts)
    return folded


def tokenised(entry, processor, counts):
    """Runs the collator on one row (nothing is padded but the shorter answer)."""
    if processor.__class__.__name__ == "PaliGemmaProcessor":
        sides = paligemma.sides(entry, processor)
    else:
        sides = collated(entry, processor)
    (prompt, chosen), (again, rejected) = sides
    assert prompt == again
    kind = "image_tokens" if len(entry["images"]) < 2 else "image_tokens_among_others"
    per_image = [counts[name].get(kind, counts[name]["image_tokens"]) for name in entry["images"]]
    assert prompt.count(processor.image_token_id) == sum(per_image)
    runs = [counts[name].get("image_placeholders", 1) for name in entry["images"]]
    per_run = [tokens // run for tokens, run in zip(per_image, runs, strict=True) for _ in range(run)]
    return {
        "prompt_ids": fold(prompt, processor.image_token_id, per_run),
        "prompt_ids_expanded": prompt,
        "chosen_ids": chosen,
        "rejected_ids": rejected,
        "image_tokens": per_image,
        **({} if sum(runs) == len(runs) else {"image_placeholders": runs}),
    }


def collated(entry, processor):
    batch = DataCollatorForVisionPreference(processor)([example(entry)])
    sides = []
    for index in range(2):
        ids = batch["input_ids"][index][batch["attention_mask"][index].bool()].tolist()
        scored = int(batch["completion_mask"][index].sum())
        sides.append((ids[: len(ids) - scored], ids[len(ids) - scored :]))
    return sides


def generation_ids(entry, processor):
    """The prompt as apply_chat_template(tokenize=True) gives it to generate: one placeholder a run, BOS in front."""
    held = example(entry)
    messages = prepare_multimodal_messages(held["prompt"], images=held["images"])
    text = processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    special = not text.startswith("<s>")
    if not hasattr(processor, "image_seq_len"):
        return processor.tokenizer(text, add_special_tokens=special)["input_ids"]
    images = {"images": [held["images"]]} if held["images"] else {}
    ids = processor(text=[text], add_special_tokens=special, **images)["input_ids"][0]
    return fold(ids, processor.image_token_id, [processor.image_seq_len] * (ids.count(processor.image_token_id) // processor.image_seq_len))


def own_template(name, processor, counts):
    """The same rows in the prompt of a published run, which comes with Vireo, in place of the model's own."""
    template = "human-preferences"
    processor.chat_template, models_own = (layout.CONF / f"templates/{template}.jinja").read_text(encoding="utf-8"), processor.chat_template
    rows = [{**entry, "rendered": texts(entry, processor), **tokenised(entry, processor, counts)} for entry in ROWS]
    layout.write_json(layout.ROOT / name / f"rows-{template}.json", rows)
    processor.chat_template = models_own


def write(name):
    processor = AutoProcessor.from_pretrained(layout.ROOT / name / "model")
    counts = layout.read_json(layout.ROOT / name / "images.json")
    rows = []
    chat = not name.startswith("paligemma")
    for entry in ROWS:
        if not chat and entry["row_id"] in paligemma.LEFT_OUT:
            continue
        rows.append(
            {
                **entry,
                "rendered": (texts if chat else paligemma.texts)(entry, processor),
                **tokenised(entry, processor, counts),
                "generation_ids_with_bos": (generation_ids if chat else paligemma.generation_ids)(entry, processor),
            }
        )
    if name == "llavanext-tiny":
        own_template(name, processor, counts)
    strings = ["", " ", "  a", "a b", "\u2581x", "</s>x", "x</s> y", "<image>\nq", "\r\n\t", "\U0001f600", "e\u0301", "hello<image><image> you", "<s>"]
    encoded = [
        {"text": text, "ids": processor.tokenizer(text, add_special_tokens=False)["input_ids"]} for text in strings
    ]
    for entry in encoded:
        entry["decoded"] = processor.tokenizer.decode(entry["ids"], skip_special_tokens=True)
        entry["decoded_with_special"] = processor.tokenizer.decode(entry["ids"], skip_special_tokens=False)
    layout.write_json(layout.ROOT / name / "rows.json", rows)
    layout.write_json(layout.ROOT / name / "tokenizer.json", encoded)


def write_unsplit(name):
    """A few rows of a processor that does not cut pictures though the model's own does."""
    processor = AutoProcessor.from_pretrained(layout.ROOT / name / "model")
    processor.image_processor.do_image_splitting = False
    rows = []
    for entry in (each for each in ROWS if each["row_id"] in UNSPLIT):
        loaded = {file: pictures.received(processor, pictures.load(file)) for file in entry["images"]}
        counts = {file: {"image_tokens": processed.image_tokens(processor, image)} for file, image in loaded.items()}
        digests = [processed.digest(processed.tiles(processor.image_processor, image)) for image in loaded.values()]
        rows.append({"row_id": entry["row_id"], **tokenised(entry, processor, counts), "sha256": digests})
    layout.write_json(layout.ROOT / name / "unsplit.json", rows)


def main():
    layout.seed(0)
    for name in layout.wanted(checkpoints.NAMES):
        write(name)
        if name in SPLITTING:
            write_unsplit(name)


if __name__ == "__main__":
    main()
