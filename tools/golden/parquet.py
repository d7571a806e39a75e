"""Small Parquet files in the exact schemas of the published data sets, written by the library that publishes them."""

import os
import pathlib

from datasets import Dataset, Features, Image, List, Value

import layout

OUT = (
    layout.ROOT / "parquet"
    if "GOLDEN_DIR" in os.environ
    else pathlib.Path(__file__).resolve().parents[2] / "pipeline-jobs/src/test/resources/golden/parquet"
)
ROWS = {row["row_id"]: row for row in layout.read_json(layout.ROOT / "llava15-tiny" / "rows.json")}
TEXT = Value("string")


def image(name, folder="images"):
    return {"bytes": (layout.ROOT / folder / name).read_bytes(), "path": name}


def write(name, features, rows, batch=4):
    OUT.mkdir(parents=True, exist_ok=True)
    target = OUT / f"{name}.parquet"
    # Encoded bytes pass through unchanged: Image() takes {bytes, path} as it is.
    Dataset.from_list(rows, features=Features(features)).to_parquet(str(target), batch_size=batch)
    target.chmod(0o644)


def rlaif_v():
    def row(identifier, picture, question, chosen, rejected):
        return {
            "ds_name": "RLAIF-V",
            "image": picture,
            "question": question,
            "chosen": chosen,
            "rejected": rejected,
            "origin_dataset": "TextVQA",
            "origin_split": '{"model": "llava15-7b-base", "type": "question_answering"}',
            "idx": identifier,
            "image_path": picture["path"] if picture else None,
        }

    def golden(identifier):
        held = ROWS[identifier]
        return row(
            identifier,
            image(held["images"][0]) if held["images"] else None,
            held["prompt"][0]["content"],
            held["chosen"][0]["content"],
            held["rejected"][0]["content"],
        )

    plain = ROWS["plain"]
    rows = [golden(each) for each in ("plain", "lengths", "unicode", "text-only")]
    rows.append(row("broken", image("truncated.jpg", "broken-images"), "What is it?", "A cat.", "A dog."))
    rows.append(golden("blanks"))
    rows.append(row("empty-answer", image("jpeg-420.jpg"), "What is it?", "A cat.", ""))
    rows.append(row("no-difference", image("jpeg-420.jpg"), "What is it?", "A cat.", "A cat."))
    rows.append(row("no-bytes", {"bytes": None, "path": "elsewhere.jpg"}, "What is it?", "A cat.", "A dog."))
    rows.append(row("shared-image", image(plain["images"][0]), "Is it red?", "Yes, it is red.", "No."))
    rows.extend(golden(each) for each in ("newlines", "markup"))
    features = {name: TEXT for name in ("ds_name", "question", "chosen", "rejected", "origin_dataset", "origin_split")}
    features |= {"image": Image(), "idx": TEXT, "image_path": TEXT}
    order = ("ds_name", "image", "question", "chosen", "rejected", "origin_dataset", "origin_split", "idx", "image_path")
    write("rlaif-v", {name: features[name] for name in order}, rows)


def rlaif_v_formatted():
    turns = List({"content": List({"text": TEXT, "type": TEXT}), "role": TEXT})

    def messages(held, pictures=0):
        result = []
        for place, message in enumerate(held):
            content = [{"text": None, "type": "image"}] * (pictures if place == 0 else 0)
            result.append({"content": [*content, {"text": message["content"], "type": "text"}], "role": message["role"]})
        return result

    rows = []
    for identifier in ("plain", "two-images", "turns", "text-only"):
        held = ROWS[identifier]
        rows.append(
            {
                "chosen": messages(held["chosen"]),
                "images": [image(name) for name in held["images"]],
                "prompt": messages(held["prompt"], len(held["images"])),
                "rejected": messages(held["rejected"]),
            }
        )
    rows.append({**rows[0], "images": rows[1]["images"]})
    write("rlaif-v-formatted", {"chosen": turns, "images": List(Image()), "prompt": turns, "rejected": turns}, rows)


ONEVISION = {"id": TEXT, "image": Image(), "conversations": List({"from": TEXT, "value": TEXT}), "data_source": TEXT}


def onevision_labelled():
    """One answer a row, and whether it is desirable; null is."""

    def row(identifier, side, label):
        held = ROWS[identifier]
        turns = (("human", "<image>\n" + held["prompt"][0]["content"]), ("gpt", held[side][0]["content"]))
        return {
            "id": f"{identifier}-{side}",
            "image": image(held["images"][0]),
            "conversations": [{"from": speaker, "value": value} for speaker, value in turns],
            "data_source": "lrv_chart",
            "label": label,
        }

    rows = [row("plain", "chosen", True), row("lengths", "rejected", False), row("plain", "rejected", False), row("lengths", "chosen", None)]
    write("onevision-labelled", ONEVISION | {"label": Value("bool")}, rows)


def onevision():
    def row(identifier, picture, *turns):
        speakers = ("human", "gpt")
        return {
            "id": identifier,
            "image": picture,
            "conversations": [{"from": speakers[i % 2], "value": text} for i, text in enumerate(turns)],
            "data_source": "lrv_chart",
        }

    def golden(identifier, question):
        held = ROWS[identifier]
        picture = image(held["images"][0]) if held["images"] else None
        return row(identifier, picture, question.format(held["prompt"][0]["content"]), held["chosen"][0]["content"])

    picture = image("jpeg-420.jpg")
    rows = [
        golden("plain", "<image>\n{}"),
        golden("lengths", "{}\n<image>"),
        golden("text-only", "{}"),
        row("several-turns", picture, "<image>\nWhat is it?", "A car.", "And its colour?", "It is red."),
        row("marker-without-image", None, "<image>\nWhat is it?", "A car."),
        row("image-without-marker", picture, "What is it?", "A car."),
        row("two-markers", picture, "<image>\n<image>\nWhat is it?", "A car."),
        row("marker-later", picture, "Hello.", "Hi.", "<image>\nWhat is it?", "A car."),
        row("no-answer", picture, "<image>\nWhat is it?"),
        row("question-last", picture, "<image>\nWhat is it?", "A car.", "And?"),
    ]
    write("onevision", ONEVISION, rows)


def vsft():
    part = {"index": Value("int64"), "text": TEXT, "type": TEXT}

    def text(value):
        return {"index": None, "text": value, "type": "text"}

    def picture(index):
        return {"index": index, "text": None, "type": "image"}

    def turn(role, *content):
        return {"content": list(content), "role": role}

    def golden(identifier, *content):
        held = ROWS[identifier]
        return {
            "messages": [turn("user", *content), turn("assistant", text(held["chosen"][0]["content"]))],
            "images": [image(name) for name in held["images"]],
        }

    plain = ROWS["plain"]["prompt"][0]["content"]
    two = ROWS["two-images"]["prompt"][0]["content"]
    rows = [
        golden("plain", text(plain + "\n"), picture(0)),
        golden("plain", picture(0), text("\n" + plain)),
        golden("two-images", picture(0), picture(1), text(two)),
        {
            "messages": [
                turn("user", text("What is it?\n"), picture(0)),
                turn("assistant", text("A car.")),
                turn("user", text("And its colour?")),
                turn("assistant", text("It is red.")),
            ],
            "images": [image("jpeg-420.jpg")],
        },
        golden("plain", text(plain)),
    ]
    write("vsft", {"messages": List({"content": List(part), "role": TEXT}), "images": List(Image())}, rows)


def unpaired():
    """TRL's unpaired preferences: contents as parts with images, and as texts, where the images come first."""
    turns = List({"content": List({"text": TEXT, "type": TEXT}), "role": TEXT})
    texts = List({"content": TEXT, "role": TEXT})

    def parts(held, pictures=0):
        return [
            {
                "content": [*[{"text": None, "type": "image"}] * (pictures if place == 0 else 0), {"text": message["content"], "type": "text"}],
                "role": message["role"],
            }
            for place, message in enumerate(held)
        ]

    def row(identifier, side, label, as_parts=True):
        held = ROWS[identifier]
        pictures = [image(name) for name in held["images"]]
        return {
            "prompt": parts(held["prompt"], len(pictures)) if as_parts else held["prompt"],
            "completion": parts(held[side]) if as_parts else held[side],
            "label": label,
            "images": pictures,
        }

    chosen = [row("plain", "chosen", True), row("two-images", "rejected", False), row("turns", "chosen", True), row("plain", "chosen", None)]
    answerless = {**row("plain", "chosen", True), "completion": parts(ROWS["plain"]["prompt"])}
    features = {"label": Value("bool"), "images": List(Image())}
    write("unpaired", {"prompt": turns, "completion": turns} | features, [*chosen, answerless])
    plain = [row("plain", "chosen", True, False), row("turns", "rejected", False, False), row("text-only", "chosen", True, False)]
    write("unpaired-texts", {"prompt": texts, "completion": texts} | features, plain)


if __name__ == "__main__":
    rlaif_v()
    rlaif_v_formatted()
    onevision()
    onevision_labelled()
    vsft()
    unpaired()
