"""Loss and every LoRA gradient of one batch of two pairs, from the doubled, padded formulation."""

import torch
from transformers import AutoProcessor

import adapters
import layout
import objectives
import scores
import training_rows

PLACES = [1, 8]  # answers of very different length; one picture, then two


def reference_sums(name, batch):
    with torch.no_grad():
        logps = objectives.target_logps(objectives.forward(scores.load(name), batch), batch)
    return objectives.sums(logps, batch)[0]


def write(name, adapter):
    layout.seed(0)
    processor = AutoProcessor.from_pretrained(layout.ROOT / name / "model")
    batch = training_rows.batch(name, processor, PLACES)
    reference = reference_sums(name, batch)
    image_id = processor.image_token_id
    losses = {
        "orpo-completion": lambda model: objectives.orpo(model, batch, "completion", image_id),
        "orpo-all": lambda model: objectives.orpo(model, batch, "all", image_id),
        "dpo-base": lambda model: objectives.dpo(model, batch, reference),
        "sft": lambda model: objectives.sft(model, batch),
    }
    facts, tensors = {"rows": [training_rows.ORDER[place] for place in PLACES], "adapter": adapter, "beta": objectives.BETA}, {}
    for label, loss_of in losses.items():
        model = adapters.read(scores.load(name), layout.ROOT / name / "adapters" / adapter / "adapter", trainable=True)
        loss, metrics = loss_of(model)
        loss.backward()
        facts[label] = {"loss": loss.item()} | {key: value.item() for key, value in metrics.items()}
        for key, parameter in model.named_parameters():
            if parameter.grad is not None:
                tensors[f"{label}/{key.replace('.default', '')}"] = parameter.grad
    layout.write_tensors(layout.ROOT / name / "gradients" / f"{adapter}.safetensors", tensors)
    layout.write_json(layout.ROOT / name / "gradients" / f"{adapter}.json", facts)


RUNS = [
    ("llavanext-tiny", "language"),
    ("llavanext-tiny", "everything"),
    ("llava15-tiny", "language"),
    ("onevision-tiny", "everything"),
    ("paligemma-tiny", "everything"),
    ("idefics2-tiny", "everything"),
    ("idefics3-tiny", "everything"),
]


def main():
    for name, adapter in RUNS:
        if name in layout.wanted([name]):
            write(name, adapter)


if __name__ == "__main__":
    main()
