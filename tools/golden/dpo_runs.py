"""DPO by TRL's own trainer, from a stored adapter, logged at every step."""

import shutil
import tempfile

import torch
from transformers import AutoProcessor
from trl import DPOConfig, DPOTrainer

import adapters
import layout
import scores
import training_rows

STEPS = 8
OPTIMIZER = {
    "learning_rate": 5e-3,
    "weight_decay": 0.05,
    "max_grad_norm": 1.0,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-8,
}
LOGGED = ("rewards/", "logps/", "logits/")
LOSSES = [
    "sigmoid", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard", "aot", "aot_unpaired",
    "apo_zero", "apo_down", "discopop", "sft", "sigmoid_norm",
]


class Recording(DPOTrainer):
    """Keeps the learning rate with which each step was taken."""

    def create_optimizer(self, *arguments, **options):
        optimizer = super().create_optimizer(*arguments, **options)
        self.rates = []
        optimizer.register_step_pre_hook(lambda held, *rest: self.rates.append(held.param_groups[0]["lr"]))
        return optimizer


def trainer(name, adapter, settings, reference=None):
    layout.seed(0)
    processor = AutoProcessor.from_pretrained(layout.ROOT / name / "model")
    model = adapters.read(scores.load(name), layout.ROOT / name / "adapters" / adapter / "adapter", trainable=True)
    config = DPOConfig(
        output_dir=tempfile.mkdtemp(),
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        max_length=None,
        logging_steps=1,
        logging_strategy="steps",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        train_sampling_strategy="sequential",
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        seed=0,
        optim="adamw_torch",
        **settings,
    )
    return Recording(
        model=model,
        ref_model=reference,
        args=config,
        train_dataset=training_rows.dataset(name),
        processing_class=processor,
        data_collator=training_rows.collator(name, processor),
    )


def steps(made):
    """One record a step from the trainer's log."""
    logged = [entry for entry in made.state.log_history if "loss" in entry]
    table = []
    for index, entry in enumerate(logged):
        record = {"step": index + 1, "loss": entry["loss"], "grad_norm": float(entry["grad_norm"])}
        record["learning_rate"] = made.rates[index]
        record |= {key: value for key, value in entry.items() if key.startswith(LOGGED)}
        record |= {key: entry[key] for key in ("entropy", "mean_token_accuracy") if key in entry}
        table.append(record)
    return table


def run(name, label, adapter, schedule, warmup=0, batch=2, accumulation=1, reference="start", **extra):
    if name not in layout.wanted([name]):
        return
    settings = {
        **OPTIMIZER,
        "beta": 0.1,
        "lr_scheduler_type": schedule,
        "warmup_steps": warmup,
        "per_device_train_batch_size": batch,
        "gradient_accumulation_steps": accumulation,
        "max_steps": STEPS,
        **extra,
    }
    made = trainer(name, adapter, settings, scores.load(name) if reference == "base" else None)
    made.train()
    directory = layout.ROOT / name / "trajectories" / label
    shutil.rmtree(directory, ignore_errors=True)
    save(made.model, directory / "adapter")
    described = {"objective": "dpo", "adapter": adapter, "reference": reference, "rows": training_rows.order(name), **settings}
    layout.write_json(directory / "run.json", {"settings": described, "steps": steps(made)})


def save(model, directory):
    temporary = layout.pathlib.Path(tempfile.mkdtemp())
    model.save_pretrained(temporary, selected_adapters=["default"])
    directory.mkdir(parents=True)
    shutil.copy(temporary / "adapter_model.safetensors", directory / "adapter_model.safetensors")
    (directory / "adapter_model.safetensors").chmod(0o644)


def loss_table(name):
    """Each of TRL's losses on the first two pairs, base model as reference."""
    if name not in layout.wanted([name]):
        return
    table = []
    cases = [({"loss_type": [kind]}, kind) for kind in LOSSES]
    cases.append(({"loss_type": ["sigmoid", "bco_pair", "sft"], "loss_weights": [0.8, 0.2, 1.0]}, "sigmoid+bco_pair+sft"))
    for divergence in ["forward_kl", "js_divergence", "alpha_divergence"]:
        cases.append(({"loss_type": ["sigmoid"], "f_divergence_type": divergence}, f"sigmoid/{divergence}"))
    cases.append(({"loss_type": ["sigmoid"], "use_weighting": True}, "sigmoid/weighted"))
    cases.append(({"loss_type": ["sigmoid"], "ld_alpha": 0.5}, "sigmoid/ld_alpha=0.5"))
    for options, label in cases:
        smoothing = 0.1 if label in ("exo_pair", "robust") else 0.0
        settings = {**OPTIMIZER, "beta": 0.1, "label_smoothing": smoothing, "max_steps": 1, "per_device_train_batch_size": 2, **options}
        made = trainer(name, "language", settings, scores.load(name))
        made.train()
        table.append({"loss_type": label, "beta": 0.1, "label_smoothing": smoothing, "loss": steps(made)[0]["loss"], "grad_norm": steps(made)[0]["grad_norm"]})
    layout.write_json(layout.ROOT / name / "dpo-losses.json", {"rows": training_rows.ORDER[:2], "adapter": "language", "reference": "base", "losses": table})


def main():
    name = "llavanext-tiny"
    run(name, "dpo-linear", "language", "linear", warmup=2)
    run(name, "dpo-cosine-accumulated", "language", "cosine", batch=1, accumulation=2)
    run(name, "dpo-constant-base", "language", "constant", reference="base")
    run(name, "dpo-everything", "everything", "constant")
    run("llava15-tiny", "dpo-linear", "language", "linear")
    run("onevision-tiny", "dpo-linear", "everything", "linear")
    run("paligemma-tiny", "dpo-linear", "everything", "linear")
    run("idefics2-tiny", "dpo-linear", "everything", "linear")
    run("idefics3-tiny", "dpo-linear", "everything", "linear")
    run("smolvlm-tiny", "dpo-linear", "everything", "linear")
    loss_table(name)


if __name__ == "__main__":
    main()
