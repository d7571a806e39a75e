# NCA on pairs (Chen et al. 2024, arXiv 2402.05369, section 4.1): each answer against the reference, not only against the other.
#   loss = -log sigmoid(beta c) - log sigmoid(-beta c) / 2 - log sigmoid(-beta r) / 2,  c and r the log-ratios
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  c = pair["chosen"] * beta
  r = pair["rejected"] * beta
  both = torch.log_sigmoid(torch.neg(c)) + torch.log_sigmoid(torch.neg(r))
  return torch.neg(torch.log_sigmoid(c)) - both * 0.5
