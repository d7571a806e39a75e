"""Tiny checkpoints of Idefics3, which the first SmolVLM is too, and of SmolVLM2: square tiles behind their rows and columns."""

import json

from tokenizers import Tokenizer
from transformers import (
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    LlamaConfig,
    PreTrainedTokenizerFast,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)
from transformers.models.idefics3.configuration_idefics3 import Idefics3VisionConfig
from transformers.models.smolvlm.configuration_smolvlm import SmolVLMVisionConfig

import idefics2
from tokenizers_tiny import QWEN_SIZE, QWEN_SPECIAL, qwen_tokenizer_json

SIDE = 28
PATCH = 7
SCALE = 2
LONGEST = 70  # a side and a half short of three tiles
SPECIAL = [idefics2.FAKE, idefics2.END, "<global-img>"] + [f"<row_{i}_col_{j}>" for i in (1, 2, 3) for j in (1, 2, 3)]
IMAGE_ID = QWEN_SIZE + QWEN_SPECIAL.index("<image>")
END_ID = QWEN_SIZE + len(QWEN_SPECIAL) + 1
VOCABULARY = QWEN_SIZE + len(QWEN_SPECIAL) + len(SPECIAL) + 5
TEMPLATE = "{{ '<|im_start|>' }}" + idefics2.TEMPLATE.replace("turn['role'].capitalize()", "(turn['role'] | capitalize)")


def tokenizer():
    backend = qwen_tokenizer_json()
    last = backend["added_tokens"][-1]
    backend["added_tokens"] += [last | {"id": last["id"] + 1 + i, "content": text} for i, text in enumerate(SPECIAL)]
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(backend)),
        bos_token="<|im_start|>",
        eos_token=idefics2.END,
        pad_token="<|im_end|>",
        model_max_length=4096,
    )


def text():
    special = {"bos_token_id": QWEN_SIZE + 1, "eos_token_id": END_ID, "pad_token_id": QWEN_SIZE + 2}
    return LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=48,
        intermediate_size=88,
        num_hidden_layers=2,
        num_attention_heads=6,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
        **special,
    )


def config(whole, vision):
    tower = vision(
        hidden_size=36,
        intermediate_size=76,
        num_hidden_layers=3,
        num_attention_heads=3,
        image_size=SIDE,
        patch_size=PATCH,
    )
    return whole(
        vision_config=tower, text_config=text(), image_token_id=IMAGE_ID, scale_factor=SCALE, pad_token_id=QWEN_SIZE + 2
    )


SIZES = {"size": {"longest_edge": LONGEST}, "max_image_size": {"longest_edge": SIDE}}
PROMPTS = {"image_seq_len": (SIDE // PATCH // SCALE) ** 2, "chat_template": TEMPLATE}


def build():
    processor = Idefics3Processor(image_processor=Idefics3ImageProcessor(**SIZES), tokenizer=tokenizer(), **PROMPTS)
    return Idefics3ForConditionalGeneration(config(Idefics3Config, Idefics3VisionConfig)), processor


def smolvlm():
    """The same model under its later name; its processor takes videos too, which Vireo does not."""
    processor = SmolVLMProcessor(
        image_processor=SmolVLMImageProcessor(**SIZES),
        tokenizer=tokenizer(),
        video_processor=SmolVLMVideoProcessor(**SIZES),
        **PROMPTS,
    )
    return SmolVLMForConditionalGeneration(config(SmolVLMConfig, SmolVLMVisionConfig)), processor
