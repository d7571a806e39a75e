  # Methods that every script with a forward has. y = forward(x, p)[0]; x[0] is the one input that may be differentiated.
  #
  # wants: int64 [1 + len(p)] on the host; wants[0] asks for the gradient of x[0], wants[1 + i] for that of p[i].
  # Only y's graph is recorded, so nothing that a forward returns beside y costs memory.
  def leaves(self: __torch__.SELF, wants: Tensor, x: List[Tensor], p: List[Tensor], xs: List[Tensor], ps: List[Tensor]) -> List[Tensor]:
    out = annotate(List[Tensor], [])
    for i in range(torch.len(x)):
      t = x[i]
      if i == 0 and int(wants[0]) == 1:
        t = torch.requires_grad_(torch.detach(x[i]), True)
        a = torch.append(out, t)
      b = torch.append(xs, t)
    for i in range(torch.len(p)):
      u = p[i]
      if int(wants[1 + i]) == 1:
        u = torch.requires_grad_(torch.detach(p[i]), True)
        c = torch.append(out, u)
      d = torch.append(ps, u)
    return out
  # x = [wants, inputs...] -> [y, leaves...]: the graph lives as long as y does.
  def keep(self: __torch__.SELF, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    xs = annotate(List[Tensor], [])
    ps = annotate(List[Tensor], [])
    ls = (self).leaves(x[0], torch.slice(x, 1), p, xs, ps, )
    out = [((self).forward(xs, ps, ))[0]]
    for i in range(torch.len(ls)):
      a = torch.append(out, ls[i])
    return out
  # x = [gy, y, leaves...] -> the leaves' gradients; frees the graph that keep made.
  def pull(self: __torch__.SELF, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return (self).gradients(x[1], torch.slice(x, 2), x[0], )
  # x = [gy, wants, inputs...] -> the wanted gradients, by computing the block once more.
  def vjp(self: __torch__.SELF, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    xs = annotate(List[Tensor], [])
    ps = annotate(List[Tensor], [])
    ls = (self).leaves(x[1], torch.slice(x, 2), p, xs, ps, )
    y = ((self).forward(xs, ps, ))[0]
    return (self).gradients(y, ls, x[0], )
  def gradients(self: __torch__.SELF, y: Tensor, ls: List[Tensor], gy: Tensor) -> List[Tensor]:
    g = torch.autograd.grad([y], ls, annotate(List[Optional[Tensor]], [gy]), None, False, True)
    out = annotate(List[Tensor], [])
    for i in range(torch.len(g)):
      o = g[i]
      if torch.__is__(o, None):
        a = torch.append(out, torch.zeros_like(ls[i]))
      else:
        b = torch.append(out, torch._unwrap_optional(o))
    return out
