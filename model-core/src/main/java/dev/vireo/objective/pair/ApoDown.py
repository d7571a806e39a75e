# APO-down (D'Oosterlinck et al. 2024, arXiv 2408.06266, equation 8), for chosen answers worse than the model's own:
#   loss = sigmoid(beta c) + 1 - sigmoid(beta (c - r)),  c and r the log-ratios
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  return torch.sigmoid(pair["chosen"] * beta) + torch.sigmoid((pair["rejected"] - pair["chosen"]) * beta)
