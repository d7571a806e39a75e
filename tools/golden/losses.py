"""Every preference loss of TRL on crafted log-probabilities: TRL's own trainer code, called on a stand-in for the model.

One file: the log-probs of five pairs' tokens (policy, reference, mismatched prompts) and, case by case, settings, loss, metrics and the
gradient of the loss with respect to each token's log-prob.
"""

import json
from collections import defaultdict
from types import SimpleNamespace

import torch
from torch import nn
from trl import DPOTrainer, KTOTrainer
from trl.experimental.cpo import CPOTrainer

import layout

CHOSEN = [4, 7, 2, 9, 5]
REJECTED = [6, 3, 2, 5, 11]
PROMPT = 3
MIXTURE = {"loss_types": ["sigmoid", "bco_pair", "sft"], "loss_weights": [0.8, 0.2, 1.0]}
PLAIN = [
    "sigmoid", "hinge", "ipo", "nca_pair", "bco_pair", "sppo_hard", "aot", "aot_unpaired", "apo_zero", "apo_down", "discopop", "sft",
    "sigmoid_norm",
]
SMOOTHED = ["exo_pair", "robust", "aot", "aot_unpaired"]
DIVERGENCES = ["forward_kl", "js_divergence", "alpha_divergence"]
DIVERGENT = ["sigmoid", "hinge", "ipo", "exo_pair", "robust", "discopop", "sigmoid_norm"]


class Stub(nn.Module):
    """Answers a forward with what was crafted."""

    is_gradient_checkpointing = False

    def __init__(self, log_probs, log_sum_sq_probs=None):
        super().__init__()
        self.log_probs, self.log_sum_sq_probs = log_probs, log_sum_sq_probs

    def forward(self, **inputs):
        zeros = torch.zeros_like(self.log_probs)
        return SimpleNamespace(
            log_probs=self.log_probs,
            log_sum_sq_probs=self.log_sum_sq_probs,
            entropy=zeros.detach(),
            mean_logits=zeros.detach(),
            is_top1=zeros.bool(),
        )


ACCELERATOR = SimpleNamespace(device=torch.device("cpu"), gather=lambda x: x, gather_for_metrics=lambda x: x)


def padded(tokens):
    """Rows of values at the answers' places of [rows, PROMPT + longest - 1] shifted positions, zero elsewhere, as TRL's head gives them."""
    width = PROMPT + max(len(row) for row in tokens)
    out = torch.zeros(len(tokens), width - 1)
    for at, row in enumerate(tokens):
        out[at, PROMPT - 1 : PROMPT - 1 + len(row)] = torch.tensor(row)
    return out


def mask(lengths):
    width = PROMPT + max(lengths)
    out = torch.zeros(len(lengths), width, dtype=torch.long)
    for at, length in enumerate(lengths):
        out[at, PROMPT : PROMPT + length] = 1
    return out


def answers(lengths, low, high):
    return [(low + (high - low) * torch.rand(length)).tolist() for length in lengths]


def unpadded(gradient, lengths):
    return [gradient[at, PROMPT - 1 : PROMPT - 1 + length].tolist() for at, length in enumerate(lengths)]


def near(tokens, spread):
    return [(torch.tensor(row) + spread * torch.randn(len(row))).clamp(max=-0.01).tolist() for row in tokens]


def trainer(**settings):
    """What TRL's loss methods read of a trainer."""
    return SimpleNamespace(
        accelerator=ACCELERATOR, args=SimpleNamespace(gradient_checkpointing_kwargs=None, discopop_tau=0.05), _metrics={"train": defaultdict(list)},
        aux_loss_enabled=False, precompute_ref_logps=False, _total_train_tokens=0, _tp_size=1, **settings,
    )


def dpo(data, **options):
    lengths = CHOSEN + REJECTED
    policy = padded(data["chosen"] + data["rejected"]).requires_grad_(True)
    squares = padded(data["chosen_squares"] + data["rejected_squares"])
    settings = {
        "beta": 0.1, "loss_types": ["sigmoid"], "loss_weights": None, "ld_alpha": None, "f_divergence_type": "reverse_kl",
        "f_alpha_divergence_coef": 0.5, "label_smoothing": 0.0, "use_weighting": False
    } | options
    settings["loss_weights"] = settings["loss_weights"] or [1.0] * len(settings["loss_types"])
    model = Stub(policy, squares)
    held = trainer(model=model, ref_model=Stub(padded(data["reference_chosen"] + data["reference_rejected"])), **settings)
    completion = mask(lengths)
    inputs = {"input_ids": torch.ones_like(completion), "attention_mask": torch.ones_like(completion), "completion_mask": completion}
    loss = DPOTrainer._compute_loss(held, model, inputs, False)
    loss.backward()
    return case("dpo", settings, loss, policy.grad, lengths, held._metrics["train"])


def cpo(data, **options):
    lengths = CHOSEN + REJECTED
    policy = padded(data["chosen"] + data["rejected"]).requires_grad_(True)
    settings = {"beta": 0.1, "loss_type": "sigmoid", "cpo_alpha": 1.0, "simpo_gamma": 0.5, "label_smoothing": 0.0, "alpha": 0.0} | options
    held = trainer(**settings)
    sums = policy.sum(1)
    if settings["loss_type"] in ("ipo", "simpo"):
        sums = sums / torch.tensor(lengths)
    chosen, rejected = sums.chunk(2)
    nll = -policy[: len(CHOSEN)][mask(CHOSEN + REJECTED)[: len(CHOSEN), 1:].bool()].mean()
    held.concatenated_forward = lambda model, batch: (chosen, rejected, torch.zeros(1), torch.zeros(1), nll)
    held.cpo_loss = lambda *logps: CPOTrainer.cpo_loss(held, *logps)
    loss, metrics = CPOTrainer.get_batch_loss_metrics(held, None, None)
    loss.backward()
    return case("cpo", settings, loss, policy.grad, lengths, {key: [value] for key, value in metrics.items()})


def kto(data, **options):
    """The chosen answers of the first three pairs are desirable, the rejected answers of the last four undesirable; KL on all of them."""
    kept = [data["chosen"][i] for i in range(3)] + [data["rejected"][i] for i in range(1, 5)]
    references = [data["reference_chosen"][i] for i in range(3)] + [data["reference_rejected"][i] for i in range(1, 5)]
    lengths = [len(row) for row in kept]
    policy = padded(kept).requires_grad_(True)
    settings = {"beta": 0.1, "loss_type": "kto", "desirable_weight": 1.0, "undesirable_weight": 1.0, "calculate_KL": True} | options
    shift = settings.pop("kl_shift", 0.0)
    held = trainer(model=Stub(policy), ref_model=Stub(padded(references)), **settings)
    kl_policy, kl_reference = [torch.tensor([sum(row) for row in data[key]]) for key in ("mismatched", "reference_mismatched")]
    stubs = {id(held.model): kl_policy + shift, id(held.ref_model): kl_reference}
    held._compute_kl_logps = lambda model, batch: stubs[id(model)] if settings["calculate_KL"] else None
    completion = mask(lengths)
    inputs = {"input_ids": torch.ones_like(completion), "attention_mask": torch.ones_like(completion), "completion_mask": completion,
              "label": torch.tensor([True] * 3 + [False] * 4)}
    loss = KTOTrainer._compute_loss(held, held.model, inputs, False)
    loss.backward()
    return case("kto", settings | {"kl_shift": shift}, loss, policy.grad, lengths, held._metrics["train"])


def case(objective, settings, loss, gradient, lengths, metrics):
    kept = {key: values[-1] for key, values in metrics.items() if key.startswith(("rewards/", "logps/", "nll", "kl"))}
    return {"objective": objective, "settings": settings, "loss": loss.item(), "metrics": kept, "gradient": unpadded(gradient, lengths)}


def crafted():
    data = {"chosen": answers(CHOSEN, -3.0, -0.05), "rejected": answers(REJECTED, -3.0, -0.05)}
    data |= {f"reference_{key}": near(data[key], 0.6) for key in ("chosen", "rejected")}
    data |= {f"{key}_squares": answers([len(row) for row in data[key]], -2.5, -0.1) for key in ("chosen", "rejected")}
    data["mismatched"] = answers(CHOSEN, -4.0, -1.0)
    data["reference_mismatched"] = near(data["mismatched"], 0.3)
    return data


def rounded(value):
    """Six digits: what float32 keeps of a sum."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return value


def main():
    layout.seed(7)
    data = rounded(crafted())
    cases = [dpo(data, loss_types=[kind]) for kind in PLAIN]
    cases += [dpo(data, loss_types=[kind], label_smoothing=0.1) for kind in SMOOTHED]
    cases += [dpo(data, loss_types=[kind], label_smoothing=0.1 if kind in SMOOTHED else 0.0, f_divergence_type=divergence)
              for divergence in DIVERGENCES for kind in DIVERGENT]
    cases += [dpo(data, f_divergence_type="alpha_divergence", f_alpha_divergence_coef=coefficient) for coefficient in (1.0, 1.5)]
    cases += [dpo(data, loss_types=[kind], use_weighting=True) for kind in ("sigmoid", "nca_pair", "apo_zero")]  # TRL cannot weight "hinge": it changes relu's result in place
    cases += [dpo(data, loss_types=[kind], ld_alpha=alpha) for kind, alpha in (("sigmoid", 0.5), ("sigmoid", 0.0), ("sigmoid_norm", 0.3))]
    cases += [dpo(data, **MIXTURE), dpo(data, beta=0.5), dpo(data, loss_types=["sigmoid", "sft"], loss_weights=[1.0, 0.3], ld_alpha=0.4)]
    cases += [cpo(data, loss_type=kind) for kind in ("sigmoid", "hinge", "ipo", "simpo")]
    cases += [cpo(data, loss_type=kind, label_smoothing=0.1) for kind in ("sigmoid", "simpo")]
    cases += [cpo(data, loss_type="simpo", cpo_alpha=0.0, beta=2.0, simpo_gamma=1.0), cpo(data, loss_type="simpo", cpo_alpha=0.0, alpha=0.25, beta=2.5)]
    unpaired = [kto(data), kto(data, kl_shift=2.0), kto(data, kl_shift=2.0, desirable_weight=1.5, undesirable_weight=0.5)]
    unpaired += [kto(data, loss_type="apo_zero_unpaired", calculate_KL=False)]
    text = f'{{"data": {json.dumps(data)},\n"cases": {listed(cases)},\n"unpaired": {listed(unpaired)}}}\n'
    (layout.ROOT / "losses.json").write_text(text, encoding="utf-8")


def listed(cases):
    """A line for each case."""
    return "[\n" + ",\n".join(json.dumps(rounded(each)) for each in cases) + "\n]"



if __name__ == "__main__":
    main()
