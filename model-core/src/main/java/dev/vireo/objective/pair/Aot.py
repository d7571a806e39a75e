# Distributional alignment by optimal transport, paired (Melnyk et al. 2024, arXiv 2406.05882, section 3): the margins of policy and
# of reference are compared by rank WITHIN THE MICRO-BATCH, not pair by pair. extra = e smooths the labels.
#   loss = -(1 - e) log sigmoid(beta d) - e log sigmoid(-beta d),  d = k-th policy margin - k-th reference margin
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  policy, i = torch.sort(pair["policy_margin"], 0, False)
  reference, j = torch.sort(pair["reference_margin"], 0, False)
  d = (policy - reference) * beta
  return torch.log_sigmoid(d) * (extra - 1.) - torch.log_sigmoid(torch.neg(d)) * extra
