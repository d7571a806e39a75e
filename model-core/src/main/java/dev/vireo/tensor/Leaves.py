  # What the gradients of a script with a forward need: y = forward(x, p)[0]; x[0] is the one input that may be differentiated.
  #
  # wants: int64 [1 + len(p)] on the host; wants[0] asks for the gradient of x[0], wants[1 + i] for that of p[i].
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
