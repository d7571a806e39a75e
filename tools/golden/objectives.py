"""ORPO, DPO and SFT on TRL's doubled, padded batch: plain formulas on logits of every position."""

import torch
from torch.nn.functional import logsigmoid

BETA = 0.1


def forward(model, batch):
    kept = {key: value for key, value in batch.items() if key != "completion_mask"}
    return model(**kept, use_cache=False).logits[:, :-1].log_softmax(-1)


def target_logps(scores, batch):
    return scores.gather(2, batch["input_ids"][:, 1:, None])[:, :, 0]


def sums(logps, batch):
    """Per sequence: sum of log-probs over the answer, and its number of tokens."""
    mask = batch["completion_mask"][:, 1:].float()
    return (logps * mask).sum(1), mask.sum(1)


def log_odds(mean):
    """log p - log(1 - p) of a mean log-prob."""
    return mean - torch.log1p(-mean.exp())


def orpo(model, batch, scope, image_id):
    """Hong et al. 2024, eqs. 4, 6, 7. `scope` of the likelihood term: the chosen answer, or prompt and chosen without pictures."""
    scores = forward(model, batch)
    logps = target_logps(scores, batch)
    total, tokens = sums(logps, batch)
    chosen, rejected = (total / tokens).chunk(2)
    odds = log_odds(chosen) - log_odds(rejected)
    ratio = logsigmoid(odds)
    pairs = len(chosen)
    if scope == "completion":
        targets = batch["completion_mask"][:pairs, 1:].bool()
    else:
        targets = batch["attention_mask"][:pairs, 1:].bool() & (batch["input_ids"][:pairs, 1:] != image_id)
    nll = -logps[:pairs][targets].mean()
    loss = nll - BETA * ratio.mean()
    rewards = BETA * chosen.detach(), BETA * rejected.detach()
    return loss, {
        "nll_loss": nll,
        "log_odds_ratio": ratio.mean(),
        "log_odds_chosen": odds.mean(),
        **pair_metrics(rewards, (chosen, rejected)),
    }


def dpo(model, batch, reference):
    """Rafailov et al. 2023, eq. 7, with the reference's sums given."""
    total, _ = sums(target_logps(forward(model, batch), batch), batch)
    chosen, rejected = total.chunk(2)
    reference_chosen, reference_rejected = reference.chunk(2)
    rewards = BETA * (chosen - reference_chosen), BETA * (rejected - reference_rejected)
    loss = -logsigmoid(rewards[0] - rewards[1]).mean()
    return loss, pair_metrics([reward.detach() for reward in rewards], (chosen, rejected))


def sft(model, batch):
    """Mean over the answer tokens of the whole batch; only the chosen half of the batch is used."""
    pairs = len(batch["input_ids"]) // 2
    half = {key: halved(key, value, pairs) for key, value in batch.items()}
    logps = target_logps(forward(model, half), half)
    return -logps[half["completion_mask"][:, 1:].bool()].mean(), {}


def halved(key, value, pairs):
    if key in ("pixel_values", "image_sizes"):
        return value[: len(value) // 2]
    return value[:pairs]


def pair_metrics(rewards, logps):
    chosen, rejected = rewards
    return {
        "rewards/chosen": chosen.mean(),
        "rewards/rejected": rejected.mean(),
        "rewards/accuracies": (chosen > rejected).float().mean(),
        "rewards/margins": (chosen - rejected).mean(),
        "logps/chosen": logps[0].mean(),
        "logps/rejected": logps[1].mean(),
    }
