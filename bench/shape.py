"""A model directory without weights whose layers have the sizes of a published model: shape.py NAME DIRECTORY [KEY=VALUE ...]

Configuration from conf/models/NAME, tokenizer and processor of the tiny golden checkpoint (its ids, 336-pixel tiles). KEY=VALUE
sets a number of the configuration by dotted path.
"""

import json
import pathlib
import shutil
import sys

HOME = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = HOME / "model-core/src/test/resources/golden"
TINY = {"llava": "llava15-tiny", "llava_next": "llavanext-tiny"}
SIDE = 336


def sized(processor):
    images = processor["image_processor"] if "image_processor" in processor else processor
    images["crop_size"] = {"height": SIDE, "width": SIDE}
    images["size"] = {"shortest_edge": SIDE}
    if "image_grid_pinpoints" in images:
        images["image_grid_pinpoints"] = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
    if "patch_size" in processor:
        processor["patch_size"] = 14
    return processor


def main():
    name, target = sys.argv[1], pathlib.Path(sys.argv[2])
    config = json.loads((HOME / "conf/models" / name / "config.json").read_text(encoding="utf-8"))
    tiny = GOLDEN / TINY[config["model_type"]] / "model"
    known = json.loads((tiny / "config.json").read_text(encoding="utf-8"))
    config |= {key: known[key] for key in ("image_token_index", "pad_token_id", "bos_token_id", "eos_token_id") if key in known}
    config["torch_dtype"] = "bfloat16"
    for assignment in sys.argv[3:]:
        path, value = assignment.split("=")
        *sections, key = path.split(".")
        section = config
        for each in sections:
            section = section[each]
        section[key] = json.loads(value)
    target.mkdir(parents=True, exist_ok=True)
    for file in tiny.iterdir():
        if file.suffix != ".safetensors":
            shutil.copy(file, target / file.name)
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    settings = target / "processor_config.json"
    settings.write_text(json.dumps(sized(json.loads(settings.read_text(encoding="utf-8"))), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
