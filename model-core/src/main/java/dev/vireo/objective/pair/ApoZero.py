# APO-zero (D'Oosterlinck et al. 2024, arXiv 2408.06266, equation 7), for chosen answers better than the model's own:
#   loss = 1 - sigmoid(beta c) + sigmoid(beta r),  c and r the log-ratios
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  return torch.sigmoid(pair["chosen"] * (0. - beta)) + torch.sigmoid(pair["rejected"] * beta)
