# The alpha-divergence (Wang et al. 2023, arXiv 2309.16240) as TRL parametrises it: f'(t) = (t^(alpha - 1) - 1) / (alpha - 1),
# log t in the limit alpha = 1. The exponent is cut at 80, where float32 still holds the power.
# ratios: log-ratios log t -> scores of the same shape
def score(ratios: Tensor, alpha: float) -> Tensor:
  k = alpha - 1.
  if k * k < 9.9999999999999998e-13:
    s = ratios
  else:
    s = torch.expm1(torch.clamp(ratios * k, None, 80.)) / k
  return s
