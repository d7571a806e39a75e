# Gradients of one linear module, as Linear.py writes them out and as autograd finds them.
# x = [input [T, in], the output's gradient [T, out], wants, gradient of the input so far [T, in] or empty]
# -> [gradient of the input, those that wants names...]
class LinearProbe(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def written(self: __torch__.LinearProbe, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    kept = annotate(List[Tensor], [])
    y = __torch__.project(x[0], p, 0, kept)
    gs = annotate(List[Tensor], [])
    for i in range(torch.len(p)):
      a = torch.append(gs, torch.slice(x[0], 0, 0, 0))
    inward = int(x[2][0]) == 1
    out = [__torch__.pull_linear(x[1], x[0], p, 0, kept, x[2], gs, torch.clone(x[3]), inward)]
    for i in range(torch.len(p)):
      if int(x[2][i + 1]) == 1:
        b = torch.append(out, gs[i])
    return out
  def recorded(self: __torch__.LinearProbe, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = torch.requires_grad_(torch.detach(x[0]), True)
    ps = annotate(List[Tensor], [])
    ls = [h]
    for i in range(torch.len(p)):
      u = torch.requires_grad_(torch.detach(p[i]), int(x[2][i + 1]) == 1)
      a = torch.append(ps, u)
      if int(x[2][i + 1]) == 1:
        b = torch.append(ls, u)
    g = torch.autograd.grad([__torch__.linear(h, ps, 0)], ls, annotate(List[Optional[Tensor]], [x[1]]))
    out = annotate(List[Tensor], [])
    for i in range(torch.len(g)):
      c = torch.append(out, torch._unwrap_optional(g[i]))
    if torch.numel(x[3]) > 0:
      out[0] = out[0] + x[3]
    return out
