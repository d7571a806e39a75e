"""DoRA with rsLoRA and several ranks, LoRA+, schedules, and the optimizer's narrow states."""

import shutil

import torch
from peft import LoraConfig, get_peft_model
from peft.optimizers import create_loraplus_optimizer
from transformers import AutoProcessor, get_scheduler

import adapters
import gradients
import layout
import loop_runs
import objectives
import scores
import training_rows

TARGETS = r".*(layers\.0\.(self_attn\.q_proj|mlp\.down_proj|mlp\.fc1)|multi_modal_projector\.linear_2)"
NAME = "llavanext-tiny"


def write_adapter(directory):
    """use_dora, use_rslora, rank 2 and alpha 3 in the tower; B not zero, magnitudes moved."""
    config = LoraConfig(
        r=4,
        lora_alpha=8,
        target_modules=TARGETS,
        use_dora=True,
        use_rslora=True,
        rank_pattern={r".*vision_tower.*": 2},
        alpha_pattern={r".*vision_tower.*": 3},
    )
    wrapped = get_peft_model(scores.load(NAME), config)
    generator = torch.Generator().manual_seed(102)
    for name, parameter in sorted(wrapped.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if "lora_magnitude" in name:
            parameter.data = parameter.data * (1 + 0.2 * noise)
        elif "lora_" in name:
            parameter.data = (0.3 if "lora_A" in name else 0.05) * noise
    shutil.rmtree(directory, ignore_errors=True)
    wrapped.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    config = layout.read_json(directory / "adapter_config.json")
    config["base_model_name_or_path"] = None
    layout.write_json(directory / "adapter_config.json", config)
    (directory / "adapter_model.safetensors").chmod(0o644)


def scored(label):
    directory = layout.ROOT / NAME / "adapters" / label
    processor = AutoProcessor.from_pretrained(layout.ROOT / NAME / "model")
    rows = layout.read_json(layout.ROOT / NAME / "rows.json")
    model = adapters.read(scores.load(NAME), directory / "adapter").eval()
    tensors, table = scores.score(model, processor, [entry for entry in rows if entry["row_id"] in scores.ADAPTED_ROWS])
    layout.write_tensors(directory / "logits.safetensors", {key: value for key, value in tensors.items() if "text-only" in key})
    layout.write_json(directory / "logps.json", table)


def gradient(label):
    layout.seed(0)
    processor = AutoProcessor.from_pretrained(layout.ROOT / NAME / "model")
    batch = training_rows.batch(NAME, processor, gradients.PLACES)
    model = adapters.read(scores.load(NAME), layout.ROOT / NAME / "adapters" / label / "adapter", trainable=True)
    loss, metrics = objectives.orpo(model, batch, "completion", processor.image_token_id)
    loss.backward()
    facts = {"rows": [training_rows.ORDER[place] for place in gradients.PLACES], "adapter": label, "beta": objectives.BETA}
    facts["orpo-completion"] = {"loss": loss.item()} | {key: value.item() for key, value in metrics.items()}
    made = {}
    for key, parameter in model.named_parameters():
        if parameter.grad is not None:
            made["orpo-completion/" + key.replace(".lora_magnitude_vector.default.weight", ".lora_magnitude_vector").replace(".default", "")] = parameter.grad
    layout.write_tensors(layout.ROOT / NAME / "gradients" / f"{label}.safetensors", made)
    layout.write_json(layout.ROOT / NAME / "gradients" / f"{label}.json", facts)


def plus_run(label, adapter, ratio):
    """ORPO with PEFT's LoRA+ optimizer, linear down to a minimum."""
    layout.seed(0)
    settings = loop_runs.settings_of("polynomial", warmup=1, steps=6, loraplus_lr_ratio=ratio, min_learning_rate=1e-3)
    processor = AutoProcessor.from_pretrained(layout.ROOT / NAME / "model")
    model = adapters.read(scores.load(NAME), layout.ROOT / NAME / "adapters" / adapter / "adapter", trainable=True)
    optimizer = create_loraplus_optimizer(
        model,
        torch.optim.AdamW,
        lr=settings["learning_rate"],
        loraplus_lr_ratio=ratio,
        loraplus_weight_decay=settings["weight_decay"],
        betas=(settings["adam_beta1"], settings["adam_beta2"]),
        eps=settings["adam_epsilon"],
    )
    rates = [value["polynomial"] for value in schedule_rows(settings["learning_rate"], settings["min_learning_rate"], 1, 6)]
    places = training_rows.micro_batches(2)
    table = []
    for step in range(6):
        for group, factor in zip(optimizer.param_groups, [1, 1, ratio, ratio]):
            group["lr"] = rates[step] * factor
        loss, metrics = objectives.orpo(model, training_rows.batch(NAME, processor, next(places)), "completion", processor.image_token_id)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings["max_grad_norm"])
        optimizer.step()
        optimizer.zero_grad()
        record = {"step": step + 1, "loss": loss.item(), "grad_norm": norm.item(), "learning_rate": rates[step]}
        table.append(record | {key: value.item() for key, value in metrics.items()})
    directory = layout.ROOT / NAME / "trajectories" / label
    shutil.rmtree(directory, ignore_errors=True)
    loop_runs.save(model, directory / "adapter")
    described = loop_runs.describe("orpo-completion", adapter, settings)
    layout.write_json(directory / "run.json", {"settings": described, "steps": table})


def schedule_rows(peak, minimum, warmup, steps):
    """The learning rate of each step by transformers' schedulers."""
    cases = {
        "constant": ("constant_with_warmup", {}),
        "linear": ("linear", {}),
        "cosine": ("cosine", {}),
        "cosine_with_min_lr": ("cosine_with_min_lr", {"min_lr": minimum}),
        "polynomial": ("polynomial", {"lr_end": minimum, "power": 1.0}),
    }
    table = [{} for _ in range(steps)]
    for label, (name, options) in cases.items():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
        scheduler = get_scheduler(name, optimizer, warmup, steps, scheduler_specific_kwargs=options)
        for row in table:
            row[label] = optimizer.param_groups[0]["lr"]
            optimizer.step()
            scheduler.step()
    return table


def kahan(weights, states, gradient, settings, step):
    """AdamW on a bfloat16 weight with a bfloat16 compensation; sums in float32."""
    narrow, compensation = weights
    m, v = states
    m.mul_(settings["beta1"]).add_(gradient, alpha=1 - settings["beta1"])
    v.mul_(settings["beta2"]).addcmul_(gradient, gradient, value=1 - settings["beta2"])
    denominator = (v / (1 - settings["beta2"] ** step)).sqrt() + settings["eps"]
    update = -settings["lr"] * (m / (1 - settings["beta1"] ** step) / denominator + settings["decay"] * narrow.float())
    y = update + compensation.float()
    old = narrow.float()
    narrow.copy_(old + y)
    compensation.copy_(y - (narrow.float() - old))


def nearest(values, code, largest, codes, blocksize):
    """To the nearest value, as bitsandbytes' CUDA kernel and its default backend do; its CPU kernel looks up 65,536 steps."""
    padded = torch.nn.functional.pad(values.flatten(), (0, -values.numel() % blocksize)).view(-1, blocksize)
    largest.copy_(padded.abs().amax(1))
    scaled = (padded / largest[:, None]).flatten()[: values.numel()]
    codes.copy_((scaled[:, None] - code).abs().argmin(1).to(torch.uint8).view(codes.shape))


def optimizers():
    """Three parameters, six steps of random gradients of very different sizes: 8-bit AdamW of bitsandbytes, and Kahan's sums."""
    import bitsandbytes
    import bitsandbytes.backends.cpu.ops

    bitsandbytes.backends.cpu.ops._quant_blockwise_fp32_direct = nearest

    layout.seed(5)
    settings = {"lr": 1e-2, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "decay": 0.1, "steps": 6}
    shapes = [(3, 100), (256,), (2, 300)]
    start = [torch.randn(shape) for shape in shapes]
    steps = [[torch.randn(shape) * 10.0 ** torch.randint(-3, 1, shape) for shape in shapes] for _ in range(settings["steps"])]
    tensors = {f"start.{i}": value for i, value in enumerate(start)}
    tensors |= {f"gradient.{t}.{i}": value for t, values in enumerate(steps) for i, value in enumerate(values)}
    parameters = [torch.nn.Parameter(value.clone()) for value in start]
    optimizer = bitsandbytes.optim.AdamW8bit(
        parameters,
        lr=settings["lr"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["eps"],
        weight_decay=settings["decay"],
        min_8bit_size=0,
    )
    narrow = [(value.bfloat16(), torch.zeros_like(value).bfloat16()) for value in start]
    moments = [(torch.zeros_like(value), torch.zeros_like(value)) for value in start]
    for t, values in enumerate(steps):
        for i, value in enumerate(values):
            parameters[i].grad = value.clone()
            kahan(narrow[i], moments[i], value, settings, t + 1)
        optimizer.step()
    for i, parameter in enumerate(parameters):
        state = optimizer.state[parameter]
        tensors[f"8bit.{i}"] = parameter.data
        for key in ("state1", "state2", "absmax1", "absmax2"):
            tensors[f"8bit.{i}.{key}"] = state[key]
        tensors[f"kahan.{i}"], tensors[f"kahan.{i}.compensation"] = narrow[i]
    tensors["signed"], tensors["unsigned"] = optimizer.state[parameters[0]]["qmap1"], optimizer.state[parameters[0]]["qmap2"]
    layout.write_tensors(layout.ROOT / "optimizers" / "steps.safetensors", tensors)
    layout.write_json(layout.ROOT / "optimizers" / "settings.json", settings)


def main():
    layout.seed(0)
    write_adapter(layout.ROOT / NAME / "adapters" / "dora" / "adapter")
    scored("dora")
    gradient("dora")
    plus_run("orpo-dora-plus", "dora", 4.0)
    cases = [{"peak": 3e-4, "minimum": 2e-5, "warmup": warmup, "steps": 10} for warmup in (0, 3)]
    made = [{**case, "rates": schedule_rows(case["peak"], case["minimum"], case["warmup"], case["steps"])} for case in cases]
    layout.write_json(layout.ROOT / "optimizers" / "schedules.json", made)
    optimizers()


if __name__ == "__main__":
    main()
