"""Image features, logits, log-probs and greedy text of every checkpoint, in float32 on one thread."""

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

import adapters
import checkpoints
import layout
import pictures

LOGITS = ["blanks.chosen", "extreme-tall.rejected", "text-only.chosen"]
ADAPTED_ROWS = ["plain", "lengths", "extreme-tall", "text-only"]
GENERATED_ROWS = ["plain", "blanks", "extreme-wide", "two-images", "turns", "text-only"]
NEW_TOKENS = 24


def load(name):
    model = AutoModelForImageTextToText.from_pretrained(
        layout.ROOT / name / "model", dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()


def image_inputs(processor, files):
    if not files:
        return {}
    made = processor.image_processor([[pictures.received(processor, pictures.load(file)) for file in files]], return_tensors="pt")
    return dict(made)


def logits(model, processor, entry, answer):
    """float32 [tokens, vocabulary] for the expanded prompt and the answer."""
    ids = torch.tensor([entry["prompt_ids_expanded"] + answer])
    with torch.no_grad():
        made = model(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            **types(model, len(entry["prompt_ids_expanded"]), len(answer)),
            **image_inputs(processor, entry["images"]),
        )
    return made.logits[0]


def types(model, prompt, answer):
    """PaliGemma's prefix attends both ways."""
    if model.config.model_type != "paligemma":
        return {}
    return {"token_type_ids": torch.tensor([[0] * prompt + [1] * answer])}


def token_logps(scores, answer):
    """Log-prob of each answer token given all before it."""
    rows = scores[-len(answer) - 1 : -1].log_softmax(-1)
    return rows.gather(1, torch.tensor(answer)[:, None])[:, 0]


def score(model, processor, rows):
    """Tensors of logits for a few rows, and the log-probs of all."""
    tensors, table = {}, []
    for entry in rows:
        facts = {"row_id": entry["row_id"]}
        for side in ("chosen", "rejected"):
            answer = entry[f"{side}_ids"]
            made = logits(model, processor, entry, answer)
            each = token_logps(made, answer)
            facts[f"{side}_logps"] = each.double().sum().item()
            facts[f"{side}_token_logps"] = each.tolist()
            if f"{entry['row_id']}.{side}" in LOGITS:
                tensors[f"{entry['row_id']}.{side}.logits"] = made
        table.append(facts)
    return tensors, table


def greedy(model, processor, entry):
    ids = torch.tensor([entry["prompt_ids_expanded"]])
    with torch.no_grad():
        made = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            **types(model, ids.shape[1], 0),
            **image_inputs(processor, entry["images"]),
            do_sample=False,
            max_new_tokens=NEW_TOKENS,
            output_logits=True,
            return_dict_in_generate=True,
        )
    new = made.sequences[0, ids.shape[1] :].tolist()
    rows = torch.stack(made.logits)[:, 0]
    top = rows.topk(2).values
    return {
        "row_id": entry["row_id"],
        "ids": new,
        "text": processor.tokenizer.decode(new, skip_special_tokens=True),
        "logps": rows.log_softmax(-1).gather(1, torch.tensor(new)[:, None])[:, 0].tolist(),
        "smallest_margin": (top[:, 0] - top[:, 1]).min().item(),
    }


def features(model, processor):
    """Tower and projector output per picture, and the sequence spliced in place of its placeholders."""
    tensors = {}
    for file in ["png-rgb.png", "extreme-tall.png", "tall.jpg"]:
        inputs = image_inputs(processor, [file])
        pixels = inputs["pixel_values"]
        flat = pixels.reshape(-1, *pixels.shape[-3:])
        with torch.no_grad():
            config = model.config
            tower = model.model.vision_tower(flat, output_hidden_states=True).hidden_states[config.vision_feature_layer]
            tower = tower[:, 1:] if config.vision_feature_select_strategy == "default" else tower
            projected = model.model.multi_modal_projector(tower)
            spliced = model.model.get_image_features(**inputs).pooler_output
        spliced = torch.cat(list(spliced), dim=0)
        tensors |= {f"{file}.tower": tower, f"{file}.projected": projected, f"{file}.spliced": spliced}
    return tensors


def write(name):
    directory = layout.ROOT / name
    processor = AutoProcessor.from_pretrained(directory / "model")
    rows = layout.read_json(directory / "rows.json")
    model = load(name)
    if hasattr(model.config, "vision_feature_layer"):
        layout.write_tensors(directory / "features.safetensors", features(model, processor))
    tensors, table = score(model, processor, rows)
    layout.write_tensors(directory / "logits.safetensors", tensors)
    layout.write_json(directory / "logps.json", table)
    generated = [greedy(model, processor, entry) for entry in rows if entry["row_id"] in GENERATED_ROWS]
    layout.write_json(directory / "greedy.json", generated)
    if name in checkpoints.ADAPTED:
        for index, (label, targets) in enumerate(adapters.targets(name).items()):
            write_adapter(name, model, processor, rows, label, targets, 100 + index)


def write_adapter(name, model, processor, rows, label, targets, value):
    directory = layout.ROOT / name / "adapters" / label
    adapters.write(model, directory / "adapter", targets, value)
    adapted = adapters.read(load(name), directory / "adapter").eval()
    tensors, table = score(adapted, processor, [entry for entry in rows if entry["row_id"] in ADAPTED_ROWS])
    layout.write_tensors(directory / "logits.safetensors", tensors)
    layout.write_json(directory / "logps.json", table)


def main():
    layout.seed(0)
    for name in layout.wanted(checkpoints.NAMES):
        write(name)


if __name__ == "__main__":
    main()
