"""Tiny random checkpoints, written with save_pretrained: weights, tokenizer, processor and chat template."""

import json
import shutil
import tempfile

import torch
from tokenizers import Tokenizer
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaImageProcessor,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    LlavaProcessor,
    MistralConfig,
    PreTrainedTokenizerFast,
)

import idefics2
import idefics3
import layout
import onevision
import paligemma
from tokenizers_tiny import BPE_SIZE, IMAGE_ID, PAD_ID, tokenizer_json

# Images of a turn first, then its texts, a blank after each text; no end token (the layout of LLaVA-1.5).
LLAVA_TEMPLATE = (
    "{% for turn in messages %}"
    "{% if turn['role'] != 'system' %}{{ turn['role'].upper() + ': ' }}{% endif %}"
    "{# images before text #}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% if turn['role'] != 'assistant' %}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'text') %}{{ part['text'] + ' ' }}{% endfor %}"
    "{% else %}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% generation %}{{ part['text'] + ' ' }}{% endgeneration %}{% endfor %}"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)

# The layout of LLaVA-1.6 on Mistral: an end token and a blank after each answer.
MISTRAL_TEMPLATE = (
    "{% for turn in messages %}"
    "{% if turn['role'] == 'system' %}{{ '<<SYS>>\n' + turn['content'][0]['text'] + '\n<</SYS>>\n\n' }}"
    "{% elif turn['role'] == 'user' %}{{ '[INST] ' }}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% for part in turn['content'] | selectattr('type', 'equalto', 'text') %}{{ part['text'] }}{% endfor %}"
    "{{ ' [/INST]' }}"
    "{% elif turn['role'] == 'assistant' %}{{ ' ' + turn['content'][0]['text'] + '</s> ' }}"
    "{% else %}{{ raise_exception('Unknown role: ' + turn['role']) }}"
    "{% endif %}"
    "{% endfor %}"
)

VOCABULARY = BPE_SIZE + 8  # more rows than tokens, as on the hub
SPECIAL_IDS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": PAD_ID}
SIDE = 30
PATCH = 6
PINPOINTS = [[SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE], [3 * SIDE, SIDE], [SIDE, 3 * SIDE]]


def tokenizer(style):
    backend = Tokenizer.from_str(json.dumps(tokenizer_json(style)))
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens={"image_token": "<image>"},
        model_max_length=4096,
    )


def tower(heads, intermediate):
    return CLIPVisionConfig(
        hidden_size=48,
        intermediate_size=intermediate,
        num_hidden_layers=3,
        num_attention_heads=heads,
        image_size=SIDE,
        patch_size=PATCH,
        projection_dim=32,
    )


def randomise(model, value):
    """Gives every parameter, norms and biases too, a value that matters to the result."""
    generator = torch.Generator().manual_seed(value)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim == 1:
            norm = "norm" in name and name.endswith("weight")
            scale = 0.5 if "class_embedding" in name or "image_newline" in name else 0.1
            parameter.data = (1.0 if norm else 0.0) + scale * noise
        elif "embed" in name and "patch" not in name:
            parameter.data = 0.5 * noise
        else:
            gain = 1.5 if "lm_head" in name else 1.0
            parameter.data = gain * noise / parameter[0].numel() ** 0.5
    return model.eval()


def image_settings(side):
    return {"size": {"shortest_edge": side}, "crop_size": {"height": side, "width": side}}


def processor_settings(patch):
    return {"patch_size": patch, "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1}


def llava15():
    text = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=60,
        intermediate_size=112,
        num_hidden_layers=2,
        num_attention_heads=6,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        rms_norm_eps=1e-5,
        **SPECIAL_IDS,
    )
    config = LlavaConfig(
        vision_config=tower(3, 96),
        text_config=text,
        image_token_index=IMAGE_ID,
        image_seq_length=(SIDE // PATCH) ** 2,
        vision_feature_layer=-2,
        **SPECIAL_IDS,
    )
    processor = LlavaProcessor(
        image_processor=LlavaImageProcessor(**image_settings(SIDE)),
        tokenizer=tokenizer("llama"),
        chat_template=LLAVA_TEMPLATE,
        **processor_settings(PATCH),
    )
    return randomise(LlavaForConditionalGeneration(config), 15), processor


def mistral(window, head_dim):
    return MistralConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=104,
        num_hidden_layers=2,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=head_dim,
        max_position_embeddings=4096,
        rms_norm_eps=1e-5,
        sliding_window=window,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        **SPECIAL_IDS,
    )


def vicuna():
    """Llama with a key of its own for each query, every bias that it can have, and Llama 3.1's rotary positions."""
    return LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=48,
        intermediate_size=88,
        num_hidden_layers=2,
        num_attention_heads=4,
        hidden_act="gelu_pytorch_tanh",
        attention_bias=True,
        mlp_bias=True,
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 50000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
        },
        max_position_embeddings=4096,
        rms_norm_eps=1e-5,
        **SPECIAL_IDS,
    )


def llavanext(value, style, text, layer=-2, pinpoints=PINPOINTS, template=MISTRAL_TEMPLATE, processing=None, **changed):
    config = LlavaNextConfig(
        vision_config=tower(4, 80),
        text_config=text,
        image_token_index=IMAGE_ID,
        image_seq_length=(SIDE // PATCH) ** 2,
        image_grid_pinpoints=pinpoints,
        vision_feature_layer=layer,
        **SPECIAL_IDS,
        **changed,
    )
    processor = LlavaNextProcessor(
        image_processor=LlavaNextImageProcessor(image_grid_pinpoints=pinpoints, **image_settings(SIDE), **(processing or {})),
        tokenizer=tokenizer(style),
        chat_template=template,
        **processor_settings(PATCH),
    )
    return randomise(LlavaNextForConditionalGeneration(config), value), processor


def build(name):
    """The model (as it is stored) and the processor of one tiny checkpoint."""
    if name == "llava15-tiny":
        return llava15()
    if name == "llavanext-tiny":
        return llavanext(16, "llama", mistral(None, 8))
    if name == "llavanext-window":
        return llavanext(17, "mistral", mistral(24, 12))
    if name == "llavanext-bf16-sharded":
        model, processor = llavanext(18, "llama", mistral(None, 8))
        return model.to(torch.bfloat16), processor
    if name == "llavanext-vicuna":
        wide = [[SIDE, 4 * SIDE], [2 * SIDE, 2 * SIDE], [4 * SIDE, SIDE]]
        odd = {"resample": 2, "image_mean": [0.5, 0.25, 0.4], "do_center_crop": False}
        return llavanext(
            22, "llama", vicuna(), layer=-3, pinpoints=wide, template=LLAVA_TEMPLATE, processing=odd,
            multimodal_projector_bias=False, projector_hidden_act="silu",
        )
    if name == "onevision-tiny":
        model, processor = onevision.build("anyres_max_4", onevision.pinpoints(3, 3))
        return randomise(model, 19), processor
    if name == "onevision-tied":
        model, processor = onevision.build("anyres_max_2", onevision.pinpoints(2, 4), layer=-2, tied=True, head=True)
        model = randomise(model, 20)
        model.get_input_embeddings().weight.data *= 0.3  # a tied head would repeat the last token
        return model.to(torch.bfloat16), processor
    if name == "llava-siglip":
        model, processor = onevision.interleave()
        return randomise(model, 24), processor
    if name == "paligemma-tiny":
        return paligemma.build(randomise)
    if name == "idefics2-tiny":
        model, processor = idefics2.build()
        return randomise(model, 22), processor
    if name == "idefics3-tiny":
        model, processor = idefics3.build()
        return randomise(model, 23), processor
    if name == "smolvlm-tiny":
        model, processor = idefics3.smolvlm()
        return randomise(model, 25), processor
    raise ValueError(name)


LLAVA = ["llava15-tiny", "llavanext-tiny", "llavanext-window", "llavanext-bf16-sharded", "llavanext-vicuna"]
NAMES = [*LLAVA, "llava-siglip", "onevision-tiny", "onevision-tied", "paligemma-tiny", "idefics2-tiny", "idefics3-tiny", "smolvlm-tiny"]
# the first of each processor keeps its tiles, or their digests
TILES, DIGESTS = LLAVA[:2], NAMES[4:]
ADAPTED = [*LLAVA[:2], "onevision-tiny", "paligemma-tiny", "idefics2-tiny", "idefics3-tiny", "smolvlm-tiny"]


def write(name):
    layout.seed(0)
    model, processor = build(name)
    directory = layout.ROOT / name / "model"
    shutil.rmtree(directory, ignore_errors=True)
    shard = "60KB" if "sharded" in name else "50GB"
    model.save_pretrained(directory, max_shard_size=shard)
    processor.save_pretrained(directory)
    for path in directory.iterdir():
        path.chmod(0o644)
    return directory


def main():
    for name in layout.wanted(NAMES):
        write(name)


if __name__ == "__main__":
    main()
