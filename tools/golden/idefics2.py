"""A tiny Idefics2 checkpoint: tower for pictures of any shape, perceiver, Mistral language model; pictures in quarters."""

import json

from tokenizers import Tokenizer
from transformers import (
    Idefics2Config,
    Idefics2ForConditionalGeneration,
    Idefics2ImageProcessor,
    Idefics2Processor,
    MistralConfig,
    PreTrainedTokenizerFast,
)
from transformers.models.idefics2.configuration_idefics2 import Idefics2PerceiverConfig, Idefics2VisionConfig

from tokenizers_tiny import BPE_SIZE, IMAGE_ID, PAD_ID, tokenizer_json

FAKE, END = "<fake_token_around_image>", "<end_of_utterance>"
VOCABULARY = BPE_SIZE + 8
PATCH = 7
LATENTS = 5
SIZE = {"shortest_edge": 30, "longest_edge": 75}  # neither a multiple of the patch

# The layout of Idefics2: the role with its first letter large, a blank only before text, an end token and a newline.
TEMPLATE = (
    "{% for turn in messages %}"
    "{{ turn['role'].capitalize() + (':' if turn['content'][0]['type'] == 'image' else ': ') }}"
    "{% for part in turn['content'] %}"
    "{% if part['type'] == 'text' %}{{ part['text'] }}{% elif part['type'] == 'image' %}{{ '<image>' }}{% endif %}"
    "{% endfor %}"
    "{{ '<end_of_utterance>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def tokenizer(specials):
    """Llama's, with `specials` behind its own tokens."""
    backend = tokenizer_json("llama")
    image = backend["added_tokens"][-2]
    backend["added_tokens"] += [image | {"id": PAD_ID + 1 + i, "content": text} for i, text in enumerate(specials)]
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(backend)),
        unk_token="<unk>",
        bos_token="<s>",
        eos_token=END,
        pad_token="<pad>",
        model_max_length=4096,
    )


def build(splitting=True):
    special = {"bos_token_id": 1, "eos_token_id": PAD_ID + 2, "pad_token_id": PAD_ID}
    text = MistralConfig(
        vocab_size=VOCABULARY,
        hidden_size=52,
        intermediate_size=88,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=12,
        max_position_embeddings=4096,
        rms_norm_eps=1e-5,
        sliding_window=48,
        **special,
    )
    tower = Idefics2VisionConfig(
        hidden_size=36,
        intermediate_size=76,
        num_hidden_layers=3,
        num_attention_heads=3,
        image_size=9 * PATCH,  # a table of 9 x 9 positions for up to 10 x 10 patches
        patch_size=PATCH,
    )
    perceiver = Idefics2PerceiverConfig(
        hidden_size=52,
        resampler_n_latents=LATENTS,
        resampler_depth=2,
        resampler_n_heads=6,
        resampler_head_dim=10,
        num_key_value_heads=2,
    )
    config = Idefics2Config(
        vision_config=tower, text_config=text, perceiver_config=perceiver, image_token_id=IMAGE_ID, **special
    )
    processor = Idefics2Processor(
        image_processor=Idefics2ImageProcessor(size=SIZE, do_image_splitting=splitting),
        tokenizer=tokenizer([FAKE, END]),
        image_seq_len=LATENTS,
        chat_template=TEMPLATE,
    )
    return Idefics2ForConditionalGeneration(config), processor


def tiles(image_processor, image, others=(), patch=PATCH):
    """uint8 [3, height, width] of each tile, without the patches that the model masks because padding is in them."""
    made = image_processor([[image, *others]], do_rescale=False, do_normalize=False, return_tensors="pt")
    count = len(made["pixel_values"][0]) // (1 + len(others))
    cut = []
    for pixels, mask in zip(made["pixel_values"][0][:count], made["pixel_attention_mask"][0][:count], strict=True):
        height, width = int(mask[:, 0].sum()) // patch * patch, int(mask[0].sum()) // patch * patch
        levels = pixels[:, :height, :width]
        assert (levels.byte().float() == levels).all()
        cut.append(levels.byte())
    return cut
