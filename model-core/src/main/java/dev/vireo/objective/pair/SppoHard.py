# SPPO (Wu et al. 2024, arXiv 2405.00675, equation 4.7) with the hard probabilities 1 and 0 of winner and loser:
#   loss = (c - 1 / (2 beta))^2 + (r + 1 / (2 beta))^2,  c and r the log-ratios
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  return torch.square(pair["chosen"] - 0.5 / beta) + torch.square(pair["rejected"] + 0.5 / beta)
