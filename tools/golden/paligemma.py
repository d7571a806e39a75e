"""A tiny PaliGemma checkpoint: SigLIP tower, Gemma language model. Its processor's `suffix=` layout takes TRL's place."""

import torch
from transformers import (
    GemmaConfig,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    SiglipImageProcessor,
)
from transformers.models.paligemma import processing_paligemma

import pictures
import siglip
from tokenizers_tiny import BPE_SIZE, IMAGE_ID, gemma_tokenizer_json

VOCABULARY = BPE_SIZE + 8
EOS = "<eos>"
# It has one prompt and no chat: rows of several turns, and rows without a picture, are not its own.
LEFT_OUT = ("turns", "text-only")


def tokenizer():
    special = {"unk_token": "<unk>", "bos_token": "<bos>", "eos_token": EOS, "pad_token": "<pad>"}
    return siglip.tokenizer(gemma_tokenizer_json(), {"image_token": "<image>"}, **special)


def build(randomise):
    special = {"bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0}
    text = GemmaConfig(
        vocab_size=VOCABULARY,
        hidden_size=52,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=12,
        max_position_embeddings=4096,
        **special,
    )
    config = PaliGemmaConfig(
        vision_config=siglip.tower(vision_use_head=False, projection_dim=52),
        text_config=text,
        image_token_index=IMAGE_ID,
        vocab_size=VOCABULARY,
        projection_dim=52,
        hidden_size=52,
        **special,
    )
    extra, processing_paligemma.EXTRA_TOKENS = processing_paligemma.EXTRA_TOKENS, []  # 1,152 tokens that no row has
    processor = PaliGemmaProcessor(
        image_processor=SiglipImageProcessor(image_seq_length=siglip.PATCHES, **siglip.IMAGES),
        tokenizer=tokenizer(),
    )
    processing_paligemma.EXTRA_TOKENS = extra
    model = randomise(PaliGemmaForConditionalGeneration(config), 34)
    for name, parameter in model.named_parameters():
        if "language_model" in name and "norm" in name:
            parameter.data -= 1  # Gemma's norms multiply by 1 + weight
        elif "embed_tokens" in name:
            parameter.data *= 0.04  # and its embeddings by the root of their width
    return model, processor


def question(entry):
    assert len(entry["prompt"]) == 1
    return "<image>" * len(entry["images"]) + entry["prompt"][0]["content"]


def texts(entry, processor):
    """The prompt and the answers as the processor lays them out."""
    pictures_end = "<image>" * len(entry["images"])
    prompt = pictures_end + processor.tokenizer.bos_token + entry["prompt"][0]["content"] + "\n"
    return {"prompt": prompt} | {side: entry[side][0]["content"] + EOS for side in ("chosen", "rejected")}


def sides(entry, processor):
    """(prompt ids, answer ids) of the chosen and of the rejected answer, by the processor alone."""
    images = [[pictures.load(file) for file in entry["images"]]]
    made = []
    for side in ("chosen", "rejected"):
        batch = processor(images=images, text=[question(entry)], suffix=[entry[side][0]["content"]], return_tensors="pt")
        answer = batch["token_type_ids"][0].bool()
        made.append((batch["input_ids"][0][~answer].tolist(), batch["input_ids"][0][answer].tolist()))
    return made


def generation_ids(entry, processor):
    return processor.tokenizer(texts(entry, processor)["prompt"], add_special_tokens=False)["input_ids"]


def batch(processor, entries):
    """Doubled, padded: chosen answers, then rejected ones; token type 0 is the prefix that attends both ways."""
    rows, images = [], []
    for index in (0, 1):
        for entry in entries:
            prompt, answer = sides(entry, processor)[index]
            rows.append((prompt, answer))
            images += [pictures.load(file) for file in entry["images"]]
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)

    def padded(values, fill):
        return torch.tensor([row + [fill] * (longest - len(row)) for row in values])

    return {
        "input_ids": padded([prompt + answer for prompt, answer in rows], 0),
        "attention_mask": padded([[1] * (len(prompt) + len(answer)) for prompt, answer in rows], 0),
        "token_type_ids": padded([[0] * len(prompt) + [1] * len(answer) for prompt, answer in rows], 1),
        "completion_mask": padded([[0] * len(prompt) + [1] * len(answer) for prompt, answer in rows], 0),
        "pixel_values": processor.image_processor(images, return_tensors="pt")["pixel_values"],
    }
