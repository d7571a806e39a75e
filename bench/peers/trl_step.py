"""DPO steps by TRL's trainer, one pair each: trl_step.py DIRECTORY STEPS

Prints one JSON object: for each step the loss, the sums of log-probabilities and the seconds; the peak of the resident memory; and the ORPO loss of
the first row at the start, by the published formula on the same model's logits.
"""

import json
import pathlib
import resource
import sys
import tempfile
import time

import datasets
import torch
from peft import PeftModel
from transformers import AutoProcessor, LlavaNextForConditionalGeneration, TrainerCallback
from trl import DPOConfig, DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForVisionPreference

LEARNING_RATE = 2e-4
LAMBDA = 0.1
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def dataset(directory, steps):
    rows = json.loads((directory / "rows.json").read_text(encoding="utf-8"))
    table = [
        {
            "images": [{"bytes": (directory / row["image"]).read_bytes(), "path": None}],
            "prompt": [{"role": "user", "content": row["question"]}],
            "chosen": [{"role": "assistant", "content": row["chosen"]}],
            "rejected": [{"role": "assistant", "content": row["rejected"]}],
        }
        for row in (rows[step % len(rows)] for step in range(steps))
    ]
    return datasets.Dataset.from_list(table).cast_column("images", datasets.List(datasets.Image()))


class Clock(TrainerCallback):
    """Seconds of each step, with the collator's work, as the user waits for it; before each one waits for its turn (bench/in_turns.py)."""

    def __init__(self):
        self.seconds = []

    def turn(self):
        print("turn", flush=True)
        sys.stdin.readline()
        self.start = time.perf_counter()

    def on_train_begin(self, *arguments, **options):
        self.turn()

    def on_step_end(self, arguments, state, control, **options):
        self.seconds.append(time.perf_counter() - self.start)
        if state.global_step < state.max_steps:
            self.turn()


def orpo_loss(model, processor, example):
    """ORPO as published: nll of the chosen completion - lambda * log sigmoid(log odds ratio), means over tokens."""
    batch = {name: value.to(DEVICE) for name, value in DataCollatorForVisionPreference(processor)([dict(example)]).items()}
    mask = batch.pop("completion_mask")[:, 1:].bool()
    with torch.no_grad(), torch.autocast(DEVICE, torch.bfloat16):
        logits = model(**batch, use_cache=False).logits
    logps = torch.log_softmax(logits[:, :-1].float(), -1).gather(2, batch["input_ids"][:, 1:, None])[..., 0]
    means = (logps * mask).sum(1) / mask.sum(1)
    odds = (means[0] - means[1]) - (torch.log1p(-means[0].exp()) - torch.log1p(-means[1].exp()))
    return float(-means[0] - LAMBDA * torch.nn.functional.logsigmoid(odds))


def main():
    directory, steps = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    processor = AutoProcessor.from_pretrained(directory / "model")
    base = LlavaNextForConditionalGeneration.from_pretrained(directory / "model", dtype=torch.bfloat16)
    model = PeftModel.from_pretrained(base, directory / "adapter", is_trainable=True)
    clock = Clock()
    config = DPOConfig(
        output_dir=tempfile.mkdtemp(), use_cpu=DEVICE == "cpu", bf16=True, gradient_checkpointing=False, max_length=None, per_device_train_batch_size=1,
        gradient_accumulation_steps=1, max_steps=steps, learning_rate=LEARNING_RATE, lr_scheduler_type="constant", beta=0.1, logging_steps=1,
        save_strategy="no", report_to="none", disable_tqdm=True, train_sampling_strategy="sequential", dataloader_pin_memory=False,
        remove_unused_columns=False, seed=0, optim="adamw_torch", weight_decay=0.0,
    )
    data = dataset(directory, steps)
    trainer = DPOTrainer(model=model, args=config, train_dataset=data, processing_class=processor, callbacks=[clock])
    trainer.train()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    fresh = PeftModel.from_pretrained(trainer.accelerator.unwrap_model(trainer.model).unload(), directory / "adapter").eval()
    logged = [entry for entry in trainer.state.log_history if "loss" in entry]
    print(json.dumps({
        "steps": [
            {
                "loss": entry["loss"], "logps/chosen": entry["logps/chosen"], "logps/rejected": entry["logps/rejected"],
                "seconds": clock.seconds[index],
            }
            for index, entry in enumerate(logged)
        ],
        "peak_bytes": peak,
        "orpo_loss": orpo_loss(fresh, processor, data[0]),
    }))


if __name__ == "__main__":
    main()
