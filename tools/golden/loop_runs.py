"""ORPO and SFT trajectories: the Hugging Face trainer's step (AdamW groups, clipping, schedule), written out."""

import shutil

import torch
from transformers import AutoProcessor, get_scheduler
from transformers.trainer_pt_utils import get_parameter_names

import adapters
import layout
import objectives
import scores
import training_rows
from dpo_runs import OPTIMIZER, save

UNDECAYED = [r"bias", r"layernorm", r"rmsnorm", r"(?:^|\.)norm(?:$|\.)", r"_norm(?:$|\.)"]


def groups(model, weight_decay):
    """As the trainer groups them: norms and biases are not decayed."""
    decayed = set(get_parameter_names(model, [torch.nn.LayerNorm], UNDECAYED))
    named = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for name, parameter in named if name in decayed], "weight_decay": weight_decay},
        {"params": [parameter for name, parameter in named if name not in decayed], "weight_decay": 0.0},
    ]


def divergence(name, model, start, processor, place):
    """Mean over the chosen answer's tokens of one row of KL(model || start), exact over the vocabulary."""
    entry = training_rows.entries(name)[place]
    answer = entry["chosen_ids"]
    p, q = (scores.logits(each, processor, entry, answer)[-len(answer) - 1 : -1].double().log_softmax(-1) for each in (model, start))
    return (p.exp() * (p - q)).sum(1).mean().item()


def train(name, model, processor, settings, loss_of, start=None):
    """Trains in place; returns a record for each step. With `start` also how far from it the model is, on the step's first row."""
    optimizer = torch.optim.AdamW(
        groups(model, settings["weight_decay"]),
        lr=settings["learning_rate"],
        betas=(settings["adam_beta1"], settings["adam_beta2"]),
        eps=settings["adam_epsilon"],
    )
    steps = settings["max_steps"]
    scheduler = get_scheduler(settings["lr_scheduler_type"], optimizer, settings["warmup_steps"], steps)
    places = training_rows.micro_batches(name, settings["per_device_train_batch_size"])
    table = []
    for step in range(1, steps + 1):
        rows = next(places)
        kl = {} if start is None else {"kl": divergence(name, model, start, processor, rows[0])}
        loss, metrics = loss_of(model, training_rows.batch(name, processor, rows))
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings["max_grad_norm"])
        rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        record = {"step": step, "loss": loss.item(), "grad_norm": norm.item(), "learning_rate": rate} | kl
        table.append(record | {key: value.item() for key, value in metrics.items()})
    return table


def settings_of(schedule, warmup=0, steps=8, **changed):
    return {
        **OPTIMIZER,
        "beta": objectives.BETA,
        "lr_scheduler_type": schedule,
        "warmup_steps": warmup,
        "per_device_train_batch_size": 2,
        "gradient_accumulation_steps": 1,
        "max_steps": steps,
        **changed,
    }


def loss_for(objective, image_id):
    if objective == "sft":
        return objectives.sft
    scope = objective.removeprefix("orpo-")
    return lambda model, batch: objectives.orpo(model, batch, scope, image_id)


def describe(name, objective, adapter, settings):
    kind, _, scope = objective.partition("-")
    made = {"objective": kind, "adapter": adapter, "rows": training_rows.order(name), **settings}
    return made | ({"nll": scope} if scope else {})


def run(name, label, objective, adapter, settings):
    if name not in layout.wanted([name]):
        return
    layout.seed(0)
    processor = AutoProcessor.from_pretrained(layout.ROOT / name / "model")
    model = adapters.read(scores.load(name), layout.ROOT / name / "adapters" / adapter / "adapter", trainable=True)
    table = train(name, model, processor, settings, loss_for(objective, processor.image_token_id))
    directory = layout.ROOT / name / "trajectories" / label
    shutil.rmtree(directory, ignore_errors=True)
    save(model, directory / "adapter")
    layout.write_json(directory / "run.json", {"settings": describe(name, objective, adapter, settings), "steps": table})


TABLE = "model.language_model.embed_tokens.weight"
# Kept whole of a fully trained model, where it has them.
KEPT = [
    "lm_head.weight",
    TABLE,
    "model.language_model.norm.weight",
    "model.language_model.layers.1.self_attn.k_proj.weight",
    "model.multi_modal_projector.linear_1.bias",
    "model.multi_modal_projector.linear_2.weight",
    "model.vision_tower.embeddings.class_embedding",
    "model.vision_tower.encoder.layers.0.self_attn.q_proj.weight",
    "model.vision_tower.encoder.layers.1.layer_norm1.weight",
    "model.vision_tower.pre_layrnorm.bias",
    "model.vision_tower.post_layernorm.weight",
    "model.multi_modal_projector.linear.weight",
]


def run_full(name, label, settings):
    """Every parameter trained; a few kept whole, of all others how far they went."""
    if name not in layout.wanted([name]):
        return
    layout.seed(0)
    processor = AutoProcessor.from_pretrained(layout.ROOT / name / "model")
    model = scores.load(name)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    before = {key: parameter.detach().double().clone() for key, parameter in model.named_parameters()}
    table = train(name, model, processor, settings, objectives.sft, scores.load(name))
    moved = {}
    for key, parameter in model.named_parameters():
        change = parameter.detach().double() - before[key]
        moved[key] = {"change_norm": change.norm().item(), "norm": parameter.detach().double().norm().item()}
    decayed = set(get_parameter_names(model, [torch.nn.LayerNorm], UNDECAYED)) & set(moved)  # a tied head is named twice
    directory = layout.ROOT / name / "trajectories" / label
    shutil.rmtree(directory, ignore_errors=True)
    held = dict(model.named_parameters())
    kept = [key for key in KEPT if key in held and (key != TABLE or model.config.tie_word_embeddings) and moved[key]["change_norm"] > 0]
    layout.write_tensors(directory / "final.safetensors", {key: held[key] for key in kept})
    described = describe(name, "sft", None, settings) | {"full": True}
    layout.write_json(
        directory / "run.json",
        {"settings": described, "steps": table, "parameters": moved, "decayed": sorted(decayed)},
    )


def main():
    name = "llavanext-tiny"
    run(name, "orpo-completion", "orpo-completion", "language", settings_of("cosine", warmup=2))
    run(name, "orpo-all", "orpo-all", "language", settings_of("linear"))
    run(name, "orpo-everything", "orpo-completion", "everything", settings_of("constant"))
    run(name, "sft", "sft", "language", settings_of("cosine"))
    run("llava15-tiny", "orpo-completion", "orpo-completion", "language", settings_of("linear", warmup=3))
    run("llava15-tiny", "sft", "sft", "language", settings_of("linear"))
    for family in ("onevision-tiny", "paligemma-tiny", "idefics2-tiny", "idefics3-tiny", "smolvlm-tiny"):
        run(family, "orpo-completion", "orpo-completion", "everything", settings_of("cosine", warmup=2))
        run(family, "sft", "sft", "everything", settings_of("linear"))
    run_full("paligemma-tiny", "sft-full", settings_of("constant", steps=4, learning_rate=1e-3))
    run_full("llava15-tiny", "sft-full", settings_of("constant", steps=4, learning_rate=1e-3))


if __name__ == "__main__":
    main()
