"""Weights of the tiny checkpoints as bitsandbytes quantizes them on the CPU, and log-probs of a model whose language linears went through it."""

import logging

import bitsandbytes.functional as bnb
import torch
from safetensors.torch import load_file
from transformers import AutoProcessor

import adapters
import layout
import scores

logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
# bfloat16 with two blocks of 256 scales; float32 with an incomplete block of 64 (60 x 60)
WEIGHTS = {
    "bf16.table": ("llavanext-bf16-sharded", "language_model.model.embed_tokens.weight"),
    "bf16.linear": ("llavanext-bf16-sharded", "language_model.model.layers.0.self_attn.q_proj.weight"),
    "fp32.rest": ("llava15-tiny", "language_model.model.layers.0.self_attn.q_proj.weight"),
}
ROWS = ["plain", "lengths", "text-only"]


def stored(name, tensor):
    for file in sorted((layout.ROOT / name / "model").glob("*.safetensors")):
        tensors = load_file(file)
        if tensor in tensors:
            return tensors[tensor]
    raise KeyError(tensor)


def nf4(weight, nested):
    return bnb.quantize_4bit(weight, quant_type="nf4", compress_statistics=nested)


def int8(weight):
    return torch.ops.bitsandbytes.int8_vectorwise_quant(weight.clone())[:2]


def tensors():
    made = {"map": bnb.create_dynamic_map()}
    for label, (name, tensor) in WEIGHTS.items():
        weight = stored(name, tensor)
        codes, state = nf4(weight, False)
        made |= {f"{label}.nf4.codes": codes.flatten(), f"{label}.nf4.absmax": state.absmax}
        codes8, rows = int8(weight)
        made |= {f"{label}.int8.absmax": rows}
        if label != "bf16.table":
            made[f"{label}.nf4.values"] = bnb.dequantize_4bit(codes, state)
            made[f"{label}.int8.codes"] = codes8
            made[f"{label}.int8.values"] = torch.ops.bitsandbytes.int8_vectorwise_dequant(codes8, rows)
        else:
            _, state = nf4(weight, True)
            made |= {f"{label}.nested.absmax": state.absmax, f"{label}.nested.nested_absmax": state.state2.absmax}
            made[f"{label}.nested.offset"] = state.offset.reshape(1)
    return made


def values(codes, state):
    """What bitsandbytes' GPU kernel and its plain PyTorch path make of codes. Its kernel for AVX-512 takes wrong scales where rows are no multiple of 64."""
    absmax = state.absmax
    if state.nested:
        absmax = bnb.dequantize_blockwise(state.absmax, state.state2) + state.offset
    flat = codes.flatten()
    pairs = torch.stack([flat >> 4, flat & 15], 1).flatten()[: state.shape.numel()]
    made = (state.code[pairs.long()] * absmax.repeat_interleave(state.blocksize)[: pairs.numel()]).view(state.shape)
    assert state.shape[-1] % state.blocksize or torch.equal(made.to(state.dtype), bnb.dequantize_4bit(codes, state))
    return made


def through(form, weight):
    if form == "int8":
        return torch.ops.bitsandbytes.int8_vectorwise_dequant(*int8(weight))
    return values(*nf4(weight, form == "nf4-double"))


def model(name, form):
    """The base as QLoRA computes with it: every linear of the language model but the output head."""
    made = scores.load(name)
    for module_name, module in made.named_modules():
        if isinstance(module, torch.nn.Linear) and ".language_model." in module_name:
            module.weight.data = through(form, module.weight.data)
    return made


def write(name, form):
    directory = layout.ROOT / name
    processor = AutoProcessor.from_pretrained(directory / "model")
    rows = [entry for entry in layout.read_json(directory / "rows.json") if entry["row_id"] in ROWS]
    adapted = adapters.read(model(name, form), directory / "adapters" / "language" / "adapter").eval()
    table = scores.score(adapted, processor, rows)[1]
    short = [{key: value for key, value in entry.items() if not key.endswith("token_logps")} for entry in table]
    layout.write_json(directory / "quantized" / f"{form}.json", short)


def main():
    layout.write_tensors(layout.ROOT / "quantized.safetensors", tensors())
    for name in ("llavanext-tiny", "llava15-tiny"):
        for form in ("nf4", "nf4-double", "int8"):
            write(name, form)


if __name__ == "__main__":
    main()
