# The hinge loss of SLiC (Zhao et al. 2023, arXiv 2305.10425, section 2) on scaled scores (RSO: Liu et al. 2023, arXiv 2309.06657):
#   loss = max(0, 1 - beta d),  d = chosen - rejected score
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  return torch.relu((pair["rejected"] - pair["chosen"]) * beta + 1.)
