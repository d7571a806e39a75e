# Robust DPO (Chowdhury et al. 2024, arXiv 2403.00409, section 3.1): unbiased where a share extra = e < 1/2 of the labels is flipped.
#   loss = (-(1 - e) log sigmoid(beta d) + e log sigmoid(-beta d)) / (1 - 2e),  d = chosen - rejected score
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  d = (pair["chosen"] - pair["rejected"]) * beta
  return (torch.log_sigmoid(d) * (extra - 1.) + torch.log_sigmoid(torch.neg(d)) * extra) / (1. - 2. * extra)
