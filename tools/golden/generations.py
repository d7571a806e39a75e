"""The names under which each generation of the hub's files stores the same tensors."""

from safetensors import safe_open

import checkpoints
import layout


def canonical(stored):
    """5.23's save_pretrained name to the name transformers 5 uses at run time."""
    for old, new in [
        ("language_model.model.", "model.language_model."),
        ("language_model.lm_head.", "lm_head."),
        ("vision_tower.", "model.vision_tower."),
        ("multi_modal_projector.", "model.multi_modal_projector."),
        ("image_newline", "model.image_newline"),
    ]:
        if stored.startswith(old):
            return new + stored[len(old) :]
    if stored.startswith(("model.", "lm_head.")):
        return stored  # Idefics2's names are the same in every version
    raise ValueError(stored)


def original(name):
    """Generation 0: the LLaVA repository's own names."""
    projector = {"linear_1": "0", "linear_2": "2"}
    if name.startswith("model.language_model."):
        return "model." + name.removeprefix("model.language_model.")
    if name.startswith("model.vision_tower."):
        return "model.vision_tower.vision_tower.vision_model." + name.removeprefix("model.vision_tower.")
    if name.startswith("model.multi_modal_projector."):
        layer, kind = name.removeprefix("model.multi_modal_projector.").split(".")
        return f"model.mm_projector.{projector[layer]}.{kind}"
    return name


def inner(name):
    """The tower's names before the inner `vision_model.` was dropped."""
    return name.replace("vision_tower.", "vision_tower.vision_model.", 1)


def generations(stored):
    runtime = {name: canonical(name) for name in stored}
    made = {
        "saved": stored,
        "c": [runtime[name] for name in stored],
        "b": [inner(runtime[name]) for name in stored],
        "a": [inner(name) for name in stored],
    }
    if "multi_modal_projector.linear_1.weight" in stored:  # the families that the LLaVA repository has
        made["0"] = [original(runtime[name]) for name in stored]
    return made


def stored_names(directory):
    names = []
    for path in directory.glob("*.safetensors"):
        with safe_open(str(path), "pt") as tensors:
            names += tensors.keys()
    return sorted(names)


def check_against_the_model(directory, runtime):
    from transformers import AutoModelForImageTextToText

    model = AutoModelForImageTextToText.from_pretrained(directory)
    tied = model.config.tie_word_embeddings
    assert sorted(name for name in model.state_dict() if not (tied and name.startswith("lm_head"))) == sorted(runtime)


def main():
    for name in layout.wanted(checkpoints.NAMES):
        directory = layout.ROOT / name / "model"
        made = generations(stored_names(directory))
        check_against_the_model(directory, made["c"])
        layout.write_json(layout.ROOT / name / "names.json", made)


if __name__ == "__main__":
    main()
