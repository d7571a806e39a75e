# Products of adapter factors, A [R, in] and B [out, R]. Inputs of several adapters are x = [numbers on the host..., A1, B1, A2, B2, ...].
def nth(x: List[Tensor], numbers: int, i: int, half: int) -> Tensor:
  return x[numbers + 2 * i + half]
# A of all below each other, float64 [sum R, in]
def down(x: List[Tensor], numbers: int) -> Tensor:
  out = annotate(List[Tensor], [])
  for i in range(torch.floordiv(torch.len(x) - numbers, 2)):
    a = torch.append(out, torch.to(__torch__.nth(x, numbers, i, 0), 7))
  return torch.cat(out, 0)
# f B of all beside each other, float64 [out, sum R]; f [n] on the host
def up(f: Tensor, x: List[Tensor], numbers: int) -> Tensor:
  out = annotate(List[Tensor], [])
  for i in range(torch.floordiv(torch.len(x) - numbers, 2)):
    b = torch.append(out, torch.to(__torch__.nth(x, numbers, i, 1), 7) * float(f[i]))
  return torch.cat(out, 1)
# float32 sum of f T over one half of the pairs, as PEFT's task_arithmetic sums them
def weighted(f: Tensor, x: List[Tensor], numbers: int, half: int) -> Tensor:
  out = annotate(List[Tensor], [])
  for i in range(torch.floordiv(torch.len(x) - numbers, 2)):
    b = torch.append(out, torch.to(__torch__.nth(x, numbers, i, half), 6))
  return torch.sum(torch.stack(out, 0) * torch.view(torch.to(f, 6), [-1, 1, 1]), [0])
class LowRank(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # x = [f, pairs...] -> [A, B] float32 with B A = sum f B_i A_i
  def exact(self: __torch__.LowRank, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.to(__torch__.down(x, 1), 6), torch.to(__torch__.up(x[0], x, 1), 6)]
  # x = [factors of A, factors of B, pairs...] -> [sum of A, sum of B] float32
  def linear(self: __torch__.LowRank, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [__torch__.weighted(x[0], x, 2, 0), __torch__.weighted(x[1], x, 2, 1)]
  # x = [w, s, pairs...] -> [A w s below each other, B beside each other] float32
  def cat(self: __torch__.LowRank, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    a = annotate(List[Tensor], [])
    b = annotate(List[Tensor], [])
    for i in range(torch.size(x[0], 0)):
      c = torch.append(a, torch.to(__torch__.nth(x, 2, i, 0), 6) * float(x[0][i]) * float(x[1][i]))
      d = torch.append(b, torch.to(__torch__.nth(x, 2, i, 1), 6))
    return [torch.cat(a, 0), torch.cat(b, 1)]
  # x = [f, int64 [1], pairs...] -> [V^T, U S] float32 of that many singular values of sum f B_i A_i. With B = Q R and A^T = P T the
  # product is Q (R T^T) P^T, so only R T^T, which is as small as the ranks, is decomposed.
  def svd(self: __torch__.LowRank, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    k = int(x[1][0])
    q, r, = torch.linalg_qr(__torch__.up(x[0], x, 2), "reduced")
    o, t, = torch.linalg_qr(torch.t(__torch__.down(x, 2)), "reduced")
    u, s, v, = torch.linalg_svd(torch.matmul(r, torch.t(t)), False, driver=None)
    left = torch.matmul(q, torch.slice(u, 1, 0, k) * torch.slice(s, 0, 0, k))
    right = torch.matmul(torch.slice(v, 0, 0, k), torch.t(o))
    return [torch.to(right, 6), torch.to(left, 6)]
  # x = [f, pairs...] -> [the Frobenius norm of sum f B_i A_i, float64 []], by the same decomposition: squares of nearly equal
  # products are never subtracted
  def norm(self: __torch__.LowRank, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    q, r, = torch.linalg_qr(__torch__.up(x[0], x, 1), "r")
    o, t, = torch.linalg_qr(torch.t(__torch__.down(x, 1)), "r")
    return [torch.linalg_vector_norm(torch.matmul(r, torch.t(t)))]
  # x = [tensor] -> [its Frobenius norm, float64 []]
  def length(self: __torch__.LowRank, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.linalg_vector_norm(torch.to(x[0], 7))]
