# Distributional alignment by optimal transport, unpaired (Melnyk et al. 2024, arXiv 2406.05882, section 3): the log-ratios of chosen
# and of rejected answers are compared by rank WITHIN THE MICRO-BATCH. extra = e smooths the labels.
#   loss = -(1 - e) log sigmoid(beta d) - e log sigmoid(-beta d),  d = k-th chosen log-ratio - k-th rejected log-ratio
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  chosen, i = torch.sort(pair["chosen"], 0, False)
  rejected, j = torch.sort(pair["rejected"], 0, False)
  d = (chosen - rejected) * beta
  return torch.log_sigmoid(d) * (extra - 1.) - torch.log_sigmoid(torch.neg(d)) * extra
