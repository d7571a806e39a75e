# x / sqrt(mean(x^2) + eps) * (w + plus) over the last dimension, in float32, rounded once (Zhang and Sennrich 2019, arXiv
# 1910.07467); plus is 1 in Gemma, whose weights are stored as what is added to 1, else 0
# x [T, D], w [D] -> the norm of x, and 1 / sqrt(mean(x^2) + eps) [T, 1] in float32
def normed(x: Tensor, w: Tensor, eps: float, plus: float) -> List[Tensor]:
  f = torch.to(x, 6)
  l = torch.linalg_vector_norm(f, 2, [-1], True)
  r = torch.rsqrt(torch.add(torch.div(l * l, torch.size(x, -1)), eps))
  return [torch.to(torch.mul_(f * r, torch.to(w, 6) + plus), ops.prim.dtype(x)), r]
def rms(x: Tensor, w: Tensor, eps: float, plus: float) -> Tensor:
  return (__torch__.normed(x, w, eps, plus))[0]
# Gradients of x and w, that of w in float32. On the CPU by the gradient of the layer norm with mean 0, one pass over memory,
# which takes too much away: the mean over D of g (w + plus) / sqrt(...), put back here.
def pull_rms(g: Tensor, x: Tensor, w: Tensor, r: Tensor, eps: float, plus: float) -> List[Tensor]:
  d = torch.size(x, -1)
  f = torch.to(w, 6) + plus
  if ops.prim.is_cuda(x):
    ls = [torch.requires_grad_(torch.detach(x), True), torch.requires_grad_(torch.detach(f), True)]
    y = __torch__.rms(ls[0], ls[1], eps, 0.)
    gs = torch.autograd.grad([y], ls, annotate(List[Optional[Tensor]], [g]))
    out = [torch._unwrap_optional(gs[0]), torch._unwrap_optional(gs[1])]
  else:
    n = torch.native_layer_norm_backward(g, x, [d], torch.zeros_like(r), r, f, None, [True, True, False])
    s = torch.mm(g, torch.unsqueeze(torch.to(f, ops.prim.dtype(g)), 1))
    c = torch.to(torch.div(torch.to(s, 6) * r, d), ops.prim.dtype(x))
    out = [torch.add_((n)[0], c), (n)[1]]
  return out
