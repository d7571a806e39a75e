# DiscoPOP's log-ratio modulated loss (Lu et al. 2024, arXiv 2406.08414, equation 5), extra = tau:
#   m = sigmoid(beta d / tau);  loss = -(1 - m) log sigmoid(beta d) + m exp(-beta d),  d = chosen - rejected score
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  d = (pair["chosen"] - pair["rejected"]) * beta
  m = torch.sigmoid(d / extra)
  return torch.log_sigmoid(d) * (m - 1.) + torch.exp(torch.neg(d)) * m
