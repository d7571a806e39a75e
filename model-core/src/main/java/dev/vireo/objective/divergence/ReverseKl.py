# f(t) = t log t, the divergence of DPO itself: f'(t) = log t + 1, whose constant falls out of every margin.
# ratios: log-ratios of policy to reference -> scores of the same shape
def score(ratios: Tensor, alpha: float) -> Tensor:
  return ratios
