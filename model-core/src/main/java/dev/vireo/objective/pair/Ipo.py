# IPO (Azar et al. 2023, arXiv 2310.12036, equation 17) on scores per token, as its authors and TRL do:
#   loss = (d - 1 / (2 beta))^2,  d = chosen score / tokens - rejected score / tokens
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  d = pair["chosen"] / pair["chosen_tokens"] - pair["rejected"] / pair["rejected_tokens"]
  return torch.square(d - 0.5 / beta)
