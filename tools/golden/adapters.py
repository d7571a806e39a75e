"""LoRA adapters with nonzero B, written by PEFT."""

import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model

import layout

LANGUAGE = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
EVERYTHING = (
    r".*(language_model|vision_tower|multi_modal_projector).*"
    r"\.(q_proj|k_proj|v_proj|o_proj|out_proj|gate_proj|up_proj|down_proj|fc1|fc2|linear_1|linear_2)"
)
PALIGEMMA = EVERYTHING.replace("linear_1|linear_2", "linear")
IDEFICS = EVERYTHING.replace("language_model|vision_tower|multi_modal_projector", "text_model|vision_model|connector")
IDEFICS3 = IDEFICS.replace("linear_1|linear_2", "proj")
RANK = 4
ALPHA = 8


def targets(name):
    if name.startswith(("idefics", "smolvlm")):
        return {"language": LANGUAGE.replace("language_model", "text_model"), "everything": IDEFICS if name.startswith("idefics2") else IDEFICS3}
    return {"language": LANGUAGE, "everything": PALIGEMMA if name.startswith("paligemma") else EVERYTHING}


def write(model, directory, targets, value):
    """Saves a random adapter and returns the model without it."""
    wrapped = get_peft_model(model, LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=targets))
    generator = torch.Generator().manual_seed(value)
    for name, parameter in sorted(wrapped.named_parameters()):
        if "lora_" in name:
            spread = 0.3 if "lora_A" in name else 0.05
            parameter.data = spread * torch.randn(parameter.shape, generator=generator)
    shutil.rmtree(directory, ignore_errors=True)
    wrapped.save_pretrained(directory)
    for path in directory.iterdir():
        if path.name == "README.md":
            path.unlink()
        elif path.name == "adapter_config.json":
            config = layout.read_json(path)
            config["base_model_name_or_path"] = None
            layout.write_json(path, config)
        else:
            path.chmod(0o644)
    return wrapped.unload()


def read(model, directory, trainable=False):
    return PeftModel.from_pretrained(model, directory, is_trainable=trainable)
