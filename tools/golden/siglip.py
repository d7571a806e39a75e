"""What the tiny checkpoints with a SigLIP tower share: the tower, its pictures, and a tokenizer from its JSON."""

import json

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast, SiglipVisionConfig

SIDE = 28
PATCH = 7
PATCHES = (SIDE // PATCH) ** 2
IMAGES = {"size": {"height": SIDE, "width": SIDE}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}


def tower(**more):
    return SiglipVisionConfig(
        hidden_size=36,
        intermediate_size=76,
        num_hidden_layers=3,
        num_attention_heads=3,
        image_size=SIDE,
        patch_size=PATCH,
        **more,
    )


def tokenizer(description, placeholders, **special):
    """`placeholders`: the processor's own tokens by name; `special`: `eos_token` and its like."""
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(description)),
        extra_special_tokens=placeholders,
        model_max_length=4096,
        **special,
    )
