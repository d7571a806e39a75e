# f(t) = -log t (Wang et al. 2023, "Beyond Reverse KL", arXiv 2309.16240): f'(t) = -1/t, here 1 - 1/t as in TRL.
# ratios: log-ratios log t -> scores of the same shape
def score(ratios: Tensor, alpha: float) -> Tensor:
  return torch.neg(torch.expm1(torch.neg(ratios)))
