# The logistic loss of DPO (Rafailov et al. 2023, arXiv 2305.18290, equation 7), with smoothed labels where extra = e > 0
# (cDPO: Mitchell 2023, "A note on DPO with noisy preferences"); CPO's (Xu et al. 2024, arXiv 2401.08417, equation 3):
#   loss = -(1 - e) log sigmoid(beta d) - e log sigmoid(-beta d),  d = chosen - rejected score
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  d = (pair["chosen"] - pair["rejected"]) * beta
  return torch.log_sigmoid(d) * (extra - 1.) - torch.log_sigmoid(torch.neg(d)) * extra
