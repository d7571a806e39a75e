"""Answers by transformers' generate: transformers_generate.py DIRECTORY PROMPTS SAMPLES TOKENS OURS.json

Prints one JSON object: the seconds of all answers together, the peak of the resident memory, and what this model gives the answers in OURS.json when it reads
them after their prompts (sums of log-probabilities, nats). No token ends an answer.
"""

import json
import pathlib
import resource
import sys
import time

import torch
from PIL import Image
from transformers import AutoProcessor, LlavaNextForConditionalGeneration

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def inputs(directory, processor, rows):
    pictures = [Image.open(directory / row["image"]).convert("RGB") for row in rows]
    texts = [
        processor.apply_chat_template(
            [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": row["question"]}]}], add_generation_prompt=True
        )
        for row in rows
    ]
    return processor(images=pictures, text=texts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False).to(DEVICE)


def generate(model, batch, samples, tokens):
    return model.generate(
        **batch, do_sample=True, temperature=1.0, top_k=0, top_p=1.0, num_return_sequences=samples, max_new_tokens=tokens, min_new_tokens=tokens
    )


def score(model, batch, ids):
    answer = torch.tensor([ids], device=DEVICE)
    batch = dict(batch)
    batch["input_ids"] = torch.cat([batch["input_ids"], answer], 1)
    batch["attention_mask"] = torch.ones_like(batch["input_ids"])
    logits = model(**batch, use_cache=False, logits_to_keep=len(ids) + 1).logits[0, :-1].float()
    return float(torch.log_softmax(logits, -1).gather(1, answer[0][:, None]).sum())


def main():
    directory, (prompts, samples, tokens) = pathlib.Path(sys.argv[1]), map(int, sys.argv[2:5])
    ours = json.loads(pathlib.Path(sys.argv[5]).read_text(encoding="utf-8").strip().splitlines()[-1])
    processor = AutoProcessor.from_pretrained(directory / "model")
    model = LlavaNextForConditionalGeneration.from_pretrained(directory / "model", dtype=torch.bfloat16).to(DEVICE).eval()
    table = json.loads((directory / "rows.json").read_text(encoding="utf-8"))
    rows = [table[index % len(table)] for index in range(prompts)]
    with torch.no_grad():
        torch.manual_seed(0)
        generate(model, inputs(directory, processor, rows[:1]), samples, 2)
        batch = inputs(directory, processor, rows)
        start = time.perf_counter()
        generate(model, batch, samples, tokens)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        logps = [score(model, inputs(directory, processor, [rows[each["row"]]]), each["ids"]) for each in ours["answers"]]
    print(json.dumps({"seconds": seconds, "logps": logps, "peak_bytes": peak}))


if __name__ == "__main__":
    main()
