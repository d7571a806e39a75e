# EXO on pairs (Ji et al. 2024, arXiv 2402.00856, equation 16): KL(q || p) of what the scores say and the labels smoothed by extra = e > 0:
#   q = sigmoid(beta d), p = 1 - e;  loss = q (log q - log p) + (1 - q) (log(1 - q) - log(1 - p)),  d = chosen - rejected score
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  d = (pair["chosen"] - pair["rejected"]) * beta
  won = torch.sigmoid(d) * (torch.log_sigmoid(d) - torch.log1p(0. - extra))
  lost = torch.sigmoid(torch.neg(d)) * (torch.log_sigmoid(torch.neg(d)) - torch.log(extra))
  return won + lost
