# Sums of the log-probabilities of each answer. answer int64 [M]: 2i for row i's chosen answer, 2i + 1 for its rejected
# one, 2N for scored tokens of prompts. -> [N, 2]
def answer_sums(logps: Tensor, answer: Tensor, counts: Tensor) -> Tensor:
  n = torch.numel(counts)
  z = torch.zeros([n + 1], dtype=6, layout=None, device=ops.prim.device(logps))
  return torch.view(torch.slice(torch.index_add(z, 0, answer, logps), 0, 0, n), [-1, 2])
# log(1 - exp(x)) for x <= 0, by the branch that keeps its digits (Maechler 2012, "Accurately computing log(1 - exp(-|a|))")
def log1mexp(x: Tensor) -> Tensor:
  return torch.where(x < -0.6931471805599453, torch.log1p(torch.neg(torch.exp(x))), torch.log(torch.neg(torch.expm1(x))))
