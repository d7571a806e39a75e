"""What PEFT's add_weighted_adapter makes of small adapters of different alpha, rank and scale."""

import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import get_peft_model_state_dict

import layout
import scores

NAME = "llava15-tiny"
TARGETS = r".*(language_model.*layers\.0\.(self_attn\.q_proj|mlp\.down_proj)|multi_modal_projector\.linear_2)"
ADAPTERS = {
    "first": {"r": 4, "lora_alpha": 8},
    "second": {"r": 4, "lora_alpha": 4},
    "stabilised": {"r": 3, "lora_alpha": 6, "use_rslora": True},
}
# A combination's adapters, weights and type.
COMBINATIONS = {
    "linear": (["first", "second"], [0.6, 0.4], "linear"),
    "linear-negative": (["first", "second"], [1.0, -0.5], "linear"),
    "cat": (["first", "second", "stabilised"], [0.5, 0.3, 0.2], "cat"),
    "svd": (["first", "second", "stabilised"], [0.5, 0.3, 0.2], "svd"),
}


def write_adapter(directory, settings, value):
    wrapped = get_peft_model(scores.load(NAME), LoraConfig(target_modules=TARGETS, **settings))
    generator = torch.Generator().manual_seed(value)
    for name, parameter in sorted(wrapped.named_parameters()):
        if "lora_" in name:
            parameter.data = (0.3 if "lora_A" in name else 0.05) * torch.randn(parameter.shape, generator=generator)
    shutil.rmtree(directory, ignore_errors=True)
    wrapped.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    config = layout.read_json(directory / "adapter_config.json")
    config["base_model_name_or_path"] = None
    layout.write_json(directory / "adapter_config.json", config)
    (directory / "adapter_model.safetensors").chmod(0o644)


def main():
    layout.seed(0)
    folder = layout.ROOT / NAME / "combinations"
    for value, (name, settings) in enumerate(ADAPTERS.items()):
        write_adapter(folder / name, settings, 200 + value)
    model = PeftModel.from_pretrained(scores.load(NAME), folder / "first", adapter_name="first")
    for name in ("second", "stabilised"):
        model.load_adapter(folder / name, adapter_name=name)
    made, facts = {}, {}
    for label, (names, weights, kind) in COMBINATIONS.items():
        model.add_weighted_adapter(names, weights, label, combination_type=kind)
        for key, value in get_peft_model_state_dict(model, adapter_name=label).items():
            made[f"{label}/{key}"] = value
        config = model.peft_config[label]
        facts[label] = {"adapters": names, "weights": weights, "type": kind, "r": config.r, "lora_alpha": config.lora_alpha}
    layout.write_tensors(folder / "combined.safetensors", made)
    layout.write_json(folder / "combined.json", facts)


if __name__ == "__main__":
    main()
