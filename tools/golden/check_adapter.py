"""Loads an adapter (or a whole model) written by Vireo with PEFT and transformers, and prints what it computes.

check_adapter.py ADAPTER_DIR MODEL_DIR    the adapter on the model
check_adapter.py MODEL_DIR                a model alone (full training, merged adapter)

Fails when a tensor is missing, unexpected or of another shape, when transformers warns about the model, and when the adapter
changes nothing. The last line
is a JSON object: tensors, modules, and a digest of float32 logits on a fixed input.
"""

import json
import pathlib
import sys

import numpy
import torch
from peft import PeftConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from PIL import Image
from safetensors.torch import load_file

import loading


def fail(message):
    sys.exit(f"check_adapter: {message}")


def load_model(directory):
    model, processor, amiss, warnings = loading.load(directory)
    if amiss:
        fail(f"{directory}: {amiss[:5]}")
    if warnings:
        fail(f"{directory}: transformers warns: {warnings[:5]}")
    return model, processor


def fixed_input(processor):
    """One gradient picture and one sentence, through the model's own processor."""
    ramp = numpy.arange(60 * 80 * 3, dtype=numpy.uint32).reshape(60, 80, 3)
    picture = Image.fromarray((ramp * 7 // 11 % 256).astype(numpy.uint8))
    text = f"{processor.image_token}\nWhat is in the image?"
    return processor(images=[[picture]], text=[text], return_tensors="pt")


def logits(model, inputs):
    torch.set_num_threads(1)
    with torch.no_grad():
        return model(**inputs).logits[0].double()


def digest(values):
    last = values[-1]
    return {
        "shape": list(values.shape),
        "mean": values.mean().item(),
        "norm": values.norm().item(),
        "last_argmax": int(last.argmax()),
        "last_first_four": last[:4].tolist(),
    }


def apply_adapter(model, directory):
    """Compares the stored names and shapes with PEFT's own before anything is loaded."""
    wrapped = get_peft_model(model, PeftConfig.from_pretrained(directory)).eval()
    expected = {name: tuple(value.shape) for name, value in get_peft_model_state_dict(wrapped).items()}
    stored = load_file(directory / "adapter_model.safetensors")
    shapes = {name: tuple(value.shape) for name, value in stored.items()}
    if set(shapes) - set(expected):
        fail(f"unexpected tensors {sorted(set(shapes) - set(expected))[:5]}")
    if set(expected) - set(shapes):
        fail(f"missing tensors {sorted(set(expected) - set(shapes))[:5]}")
    wrong = [f"{name}: {shapes[name]}, expected {expected[name]}" for name in shapes if shapes[name] != expected[name]]
    if wrong:
        fail(f"wrong shapes {wrong[:5]}")
    set_peft_model_state_dict(wrapped, stored)
    return wrapped, stored


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(__doc__)
    directory = pathlib.Path(arguments[-1])
    model, processor = load_model(directory)
    inputs = fixed_input(processor)
    before = logits(model, inputs)
    result = {"model": digest(before)}
    if len(arguments) == 2:
        model, stored = apply_adapter(model, pathlib.Path(arguments[0]))
        after = logits(model, inputs)
        moved = (after - before).abs().max().item()
        if moved == 0:
            fail("the adapter changes nothing: every B is zero, or no module took it")
        modules = len({name.rsplit(".lora_", 1)[0] for name in stored})
        result |= {"tensors": len(stored), "modules": modules, "adapter": digest(after), "largest_change": moved}
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
