#!/usr/bin/env python3
"""Writes the text files of the demo's model directory (all but the weights): skeleton.py DIRECTORY

A LLaVA-1.6 layout small enough to learn the built-in world from nothing. Every word of the world is one token; anything
else falls back to characters and bytes. Needs Python alone.
"""

import json
import string
import sys
from pathlib import Path

WORDS = """
USER: ASSISTANT: Question: First: Second:
Is there an a the in at is are of with and which or Which What Where How many color shapes shape picture Describe
higher than highest lowest bar bars chart answer right left top bottom center first second First Second
circle square triangle star circles squares triangles stars
red green blue yellow purple orange Red Green Blue Yellow Purple Orange
Yes No Nothing None One Two Three Four Five Six A An At The
""".split()
SIDE, PATCH, ROWS = 72, 12, 512
# A square picture is the base view and one tile; a wide or a tall one gets two tiles.
PINPOINTS = [[SIDE, SIDE], [SIDE, 2 * SIDE], [2 * SIDE, SIDE]]


def vocabulary():
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    tokens += ["\u2581"] + [c for c in string.printable if c.isprintable() and c != " "]
    tokens += ["\u2581" + word for word in dict.fromkeys(WORDS)]
    tokens += ["<image>", "<pad>"]
    assert len(tokens) == len(set(tokens)) <= ROWS
    return {token: index for index, token in enumerate(tokens)}


def special(vocab, content):
    flags = dict.fromkeys(["single_word", "lstrip", "rstrip", "normalized"], False)
    return {"id": vocab[content], "content": content, **flags, "special": True}


def tokenizer(vocab):
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [special(vocab, t) for t in ["<unk>", "<s>", "</s>", "<image>", "<pad>"]],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
                {"type": "Split", "pattern": {"Regex": "[.,?\\n]"}, "behavior": "Isolated", "invert": False},
            ],
        },
        "post_processor": None,
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": True,
            "vocab": {t: i for t, i in vocab.items() if t not in ("<image>", "<pad>")},
            "merges": [],
        },
    }


def config(vocab):
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": vocab["<pad>"]}
    return {
        "architectures": ["LlavaNextForConditionalGeneration"],
        **ends,
        "dtype": "bfloat16",
        "image_grid_pinpoints": PINPOINTS,
        "image_seq_length": (SIDE // PATCH) ** 2,
        "image_token_index": vocab["<image>"],
        "model_type": "llava_next",
        "multimodal_projector_bias": True,
        "projector_hidden_act": "gelu",
        "text_config": {
            "attention_dropout": 0.0,
            **ends,
            "head_dim": 32,
            "hidden_act": "silu",
            "hidden_size": 192,
            "initializer_range": 0.02,
            "intermediate_size": 512,
            "max_position_embeddings": 2048,
            "model_type": "mistral",
            "num_attention_heads": 6,
            "num_hidden_layers": 4,
            "num_key_value_heads": 2,
            "rms_norm_eps": 1e-05,
            "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
            "sliding_window": None,
            "tie_word_embeddings": False,
            "use_cache": True,
            "vocab_size": ROWS,
        },
        "tie_word_embeddings": False,
        "transformers_version": "5.23.0",
        "vision_config": {
            "attention_dropout": 0.0,
            "hidden_act": "quick_gelu",
            "hidden_size": 128,
            "image_size": SIDE,
            "initializer_factor": 1.0,
            "initializer_range": 0.02,
            "intermediate_size": 512,
            "layer_norm_eps": 1e-05,
            "model_type": "clip_vision_model",
            "num_attention_heads": 4,
            "num_channels": 3,
            "num_hidden_layers": 4,
            "patch_size": PATCH,
            "projection_dim": 128,
        },
        "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default",
    }


def processor():
    return {
        "image_processor": {
            "crop_size": {"height": SIDE, "width": SIDE},
            "do_center_crop": True,
            "do_convert_rgb": True,
            "do_normalize": True,
            "do_pad": True,
            "do_rescale": True,
            "do_resize": True,
            "image_grid_pinpoints": PINPOINTS,
            "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_processor_type": "LlavaNextImageProcessor",
            "image_std": [0.26862954, 0.26130258, 0.27577711],
            "resample": 3,
            "rescale_factor": 1 / 255,
            "size": {"shortest_edge": SIDE},
        },
        "image_token": "<image>",
        "num_additional_image_tokens": 1,
        "patch_size": PATCH,
        "processor_class": "LlavaNextProcessor",
        "vision_feature_select_strategy": "default",
    }


TOKENIZER_CONFIG = {
    "backend": "tokenizers",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "extra_special_tokens": [],
    "image_token": "<image>",
    "model_max_length": 2048,
    "pad_token": "<pad>",
    "processor_class": "LlavaNextProcessor",
    "tokenizer_class": "TokenizersBackend",
    "unk_token": "<unk>",
}

TEMPLATE = (
    "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ':' }}{% endif %}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
    "{% if message['role'] != 'assistant' %}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}{{ ' ' + part['text'] + ' ' }}{% endfor %}"
    "{% else %}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% generation %}{{ ' ' + part['text'] + '</s>' }}{% endgeneration %}{% endfor %}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    vocab = vocabulary()
    generation = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": vocab["<pad>"], "use_cache": True}
    files = {
        "tokenizer.json": tokenizer(vocab),
        "tokenizer_config.json": TOKENIZER_CONFIG,
        "config.json": config(vocab),
        "processor_config.json": processor(),
        "generation_config.json": {**generation, "transformers_version": "5.23.0"},
    }
    for name, content in files.items():
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (directory / name).write_text(text + "\n", encoding="utf-8")
    (directory / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
