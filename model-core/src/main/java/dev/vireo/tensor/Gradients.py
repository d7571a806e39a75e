  # Methods that every script with a forward has, unless it declares its own.
  # Only y's graph is recorded, so nothing that a forward returns beside y costs memory.
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
