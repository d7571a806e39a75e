"""The checkpoint, adapter and rows of the benchmarks: make_checkpoint.py DIRECTORY [ROWS]

LLaVA-NeXT with random bf16 weights, 178 M parameters: CLIP 512 wide, 12 layers, 336 pixels, patch 14; Mistral 768 wide, 12 layers, 12 heads,
4 KV heads, feed-forward 2560, vocabulary 32064. The adapter is LoRA of rank 16 on the language model's linears, B not zero, so that the
first step already depends on it. A row is a 336x336 image (3 tiles, 1176 image tokens), a question of 30 words and two answers of about 110 tokens.
"""

import json
import pathlib
import random
import sys

import numpy
import torch
from peft import LoraConfig, get_peft_model
from PIL import Image
from transformers import (
    CLIPVisionConfig,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    MistralConfig,
)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools/golden"))
import checkpoints  # noqa: E402
from tokenizers_tiny import IMAGE_ID, PAD_ID, TEXT  # noqa: E402

SIDE = 336
PATCH = 14
ANSWER_TOKENS = 110
LANGUAGE_LINEARS = r".*language_model.*\.(q|k|v|o|gate|up|down)_proj"


def model():
    torch.manual_seed(0)
    special = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": PAD_ID}
    vision = CLIPVisionConfig(
        hidden_size=512, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=8, image_size=SIDE, patch_size=PATCH, projection_dim=512
    )
    text = MistralConfig(
        vocab_size=32064, hidden_size=768, intermediate_size=2560, num_hidden_layers=12, num_attention_heads=12, num_key_value_heads=4,
        max_position_embeddings=8192, sliding_window=None, **special,
    )
    config = LlavaNextConfig(vision_config=vision, text_config=text, image_token_index=IMAGE_ID, vision_feature_layer=-2, **special)
    return LlavaNextForConditionalGeneration(config).to(torch.bfloat16)


def processor():
    return LlavaNextProcessor(
        image_processor=LlavaNextImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}),
        tokenizer=checkpoints.tokenizer("llama"),
        chat_template=checkpoints.MISTRAL_TEMPLATE,
        patch_size=PATCH, vision_feature_select_strategy="default", num_additional_image_tokens=1,
    )


def answer(words, tokenizer):
    chosen = []
    while len(tokenizer(" ".join(chosen), add_special_tokens=False)["input_ids"]) < ANSWER_TOKENS:
        chosen.append(random.choice(words))
    return " ".join(chosen)


def rows(directory, count, tokenizer):
    random.seed(0)
    numpy.random.seed(0)
    words = " ".join(TEXT).split()
    table = []
    for index in range(count):
        coarse = numpy.random.randint(0, 256, (12, 12, 3), dtype=numpy.uint8)
        file = f"row-{index}.png"
        Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(directory / file)
        question = " ".join(random.choice(words) for _ in range(30))
        table.append({"row_id": str(index), "image": file, "question": question, "chosen": answer(words, tokenizer), "rejected": answer(words, tokenizer)})
    (directory / "rows.json").write_text(json.dumps(table, indent=1), encoding="utf-8")


def adapter(base, directory):
    torch.manual_seed(1)
    adapted = get_peft_model(base, LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules=LANGUAGE_LINEARS))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)
    adapted.save_pretrained(directory)


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    made, process = model(), processor()
    made.save_pretrained(directory / "model")
    process.save_pretrained(directory / "model")
    rows(directory, int(sys.argv[2]) if len(sys.argv) > 2 else 8, process.tokenizer)
    print(f"{sum(parameter.numel() for parameter in made.parameters()) / 1e6:.0f} M parameters")
    adapter(made, directory / "adapter")


if __name__ == "__main__":
    main()
