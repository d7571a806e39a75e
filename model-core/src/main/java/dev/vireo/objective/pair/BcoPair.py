# BCO on pairs (Jung et al. 2024, arXiv 2404.04656, section 4), without the running mean of rewards (the shift is 0), as TRL has it in DPO:
#   loss = -log sigmoid(beta c) - log sigmoid(-beta r),  c and r the log-ratios
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  return torch.neg(torch.log_sigmoid(pair["chosen"] * beta)) - torch.log_sigmoid(pair["rejected"] * (0. - beta))
