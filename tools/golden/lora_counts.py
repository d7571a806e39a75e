"""Prints how many parameters PEFT's adapter of rank 8 on `all-linear` has for a published configuration, without its weights.

lora_counts.py CONFIG_JSON ...
"""

import json
import pathlib
import sys

import layout  # noqa: F401  silences a library that PEFT imports
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForImageTextToText


def count(file):
    values = json.loads(pathlib.Path(file).read_text())
    config = AutoConfig.for_model(**values)
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(config)
        wrapped = get_peft_model(model, LoraConfig(r=8, target_modules="all-linear"))
    return sum(parameter.numel() for name, parameter in wrapped.named_parameters() if "lora_" in name)


def main(files):
    if not files:
        sys.exit(__doc__)
    for file in files:
        print(f"{count(file):>12,}  {file}")


if __name__ == "__main__":
    main(sys.argv[1:])
