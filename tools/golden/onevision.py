"""Tiny LLaVA-OneVision checkpoints: SigLIP tower, Qwen2 language model, byte-level tokenizer."""

from transformers import (
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    LlavaProcessor,
    Qwen2Config,
    SiglipImageProcessor,
)

import siglip
from siglip import SIDE
from tokenizers_tiny import QWEN_SPECIAL, QWEN_SIZE, qwen_tokenizer_json

IMAGE_ID, VIDEO_ID = QWEN_SIZE + 3, QWEN_SIZE + 4
VOCABULARY = QWEN_SIZE + len(QWEN_SPECIAL) + 9  # more rows than tokens, as on the hub
SPECIAL_IDS = {"bos_token_id": QWEN_SIZE, "eos_token_id": QWEN_SIZE + 2, "pad_token_id": QWEN_SIZE}

# The layout of LLaVA-OneVision: a blank after the role, pictures, then each text behind a newline.
TEMPLATE = (
    "{% for turn in messages %}"
    "{{ '<|im_start|>' + turn['role'] + ' ' }}"
    "{# images before text #}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'video') %}{{ '<video>' }}{% endfor %}"
    "{% if turn['role'] != 'assistant' %}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'text') %}{{ '\n' + part['text'] }}{% endfor %}"
    "{% else %}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% generation %}{{ '\n' + part['text'] }}{% endgeneration %}{% endfor %}"
    "{% endif %}"
    "{{ '<|im_end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tokenizer():
    placeholders = {"image_token": "<image>", "video_token": "<video>"}
    return siglip.tokenizer(qwen_tokenizer_json(), placeholders, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def pinpoints(rows, columns):
    return [[SIDE * row, SIDE * column] for row in range(1, rows + 1) for column in range(1, columns + 1)]


def text(tied=False):
    return Qwen2Config(
        vocab_size=VOCABULARY,
        hidden_size=56,
        intermediate_size=88,
        num_hidden_layers=2,
        num_attention_heads=14,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        tie_word_embeddings=tied,
        **SPECIAL_IDS,
    )


def interleave():
    """Model type `llava` with the same tower and language model, one tile a picture: the layout of LLaVA-Interleave."""
    config = LlavaConfig(
        vision_config=siglip.tower(vision_use_head=False),
        text_config=text(),
        image_token_index=IMAGE_ID,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        **SPECIAL_IDS,
    )
    processor = LlavaProcessor(
        image_processor=SiglipImageProcessor(**siglip.IMAGES),
        tokenizer=siglip.tokenizer(
            qwen_tokenizer_json(), {"image_token": "<image>"}, eos_token="<|im_end|>", pad_token="<|endoftext|>"
        ),
        patch_size=siglip.PATCH,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=0,
        chat_template=TEMPLATE,
    )
    return LlavaForConditionalGeneration(config), processor


def build(aspect, grid, layer=-1, tied=False, head=False):
    """A model and its processor. `head`: the tower carries the pooling head that this model does not use."""
    config = LlavaOnevisionConfig(
        vision_config=siglip.tower(vision_use_head=head),
        text_config=text(tied),
        image_token_index=IMAGE_ID,
        video_token_index=VIDEO_ID,
        vision_feature_layer=layer,
        vision_aspect_ratio=aspect,
        image_grid_pinpoints=grid,
        tie_word_embeddings=tied,
        **SPECIAL_IDS,
    )
    processor = LlavaOnevisionProcessor(
        image_processor=LlavaOnevisionImageProcessor(image_grid_pinpoints=grid, **siglip.IMAGES),
        tokenizer=tokenizer(),
        video_processor=LlavaOnevisionVideoProcessor(size={"height": SIDE, "width": SIDE}),
        num_image_tokens=siglip.PATCHES,
        vision_feature_select_strategy="full",
        vision_aspect_ratio=aspect,
        chat_template=TEMPLATE,
    )
    return LlavaOnevisionForConditionalGeneration(config), processor
