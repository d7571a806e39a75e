# f(t) = t log t - (t + 1) log((t + 1) / 2) (Wang et al. 2023, arXiv 2309.16240): f'(t) = log(2t / (1 + t)).
# ratios: log-ratios log t -> scores of the same shape
def score(ratios: Tensor, alpha: float) -> Tensor:
  return torch.log_sigmoid(ratios) + 0.6931471805599453
