# log p(target | context) at the scored positions only: log_softmax(W rms(h))[target], in float32 nats; rms with plus as Norm.py has it.
# x = [hidden [T, D], sources int64 [M], targets int64 [M]]; p = 0 final norm [D], linear from 1 (output embedding [V, D])
class Head(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  eps : float
  plus : float
  chunk : int
  def vocabulary(self: __torch__.Head, n: Tensor, p: List[Tensor]) -> Tensor:
    return torch.to(__torch__.linear(n, p, 1), 6)
  def logits(self: __torch__.Head, h: Tensor, p: List[Tensor]) -> Tensor:
    return (self).vocabulary(__torch__.rms(h, p[0], self.eps, self.plus), p, )
  # whether the output embedding is neither adapted nor quantized and nothing wants a gradient
  def plain(self: __torch__.Head, h: Tensor, p: List[Tensor]) -> bool:
    wanted = ops.prim.requires_grad(h) or ops.prim.requires_grad(p[0]) or ops.prim.requires_grad(p[1])
    return torch.numel(p[2]) + torch.numel(p[3]) == 0 and ops.prim.dtype(p[1]) == ops.prim.dtype(h) and not wanted
  # What a chunk of logits needs, made once for all chunks: an allocator that is asked for as much again and again, with what is
  # kept in between, finds no place for it and takes more. [c, V] in the type of h, and twice in float32
  def room(self: __torch__.Head, h: Tensor, rows: int, p: List[Tensor]) -> List[Tensor]:
    size = [ops.prim.min(rows, self.chunk), torch.size(p[1], 0)]
    d = ops.prim.device(h)
    out = annotate(List[Tensor], [])
    if (self).plain(h, p, ):
      out = [torch.empty(size, dtype=ops.prim.dtype(h), layout=None, device=d), torch.empty(size, dtype=6, layout=None, device=d), torch.empty(size, dtype=6, layout=None, device=d)]
    return out
  # log_softmax(W n) of a chunk, in float32; in `room` where there is one
  def normalized(self: __torch__.Head, n: Tensor, room: List[Tensor], p: List[Tensor]) -> Tensor:
    if torch.len(room) > 0:
      c = torch.size(n, 0)
      wide = torch.slice(room[1], 0, 0, c)
      a = torch.copy_(wide, torch.mm(n, torch.t(p[1]), out=torch.slice(room[0], 0, 0, c)))
      y = torch._log_softmax(wide, -1, False, out=torch.slice(room[2], 0, 0, c))
    else:
      y = torch.log_softmax((self).vocabulary(n, p, ), -1)
    return y
  def forward(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = torch.index_select(x[0], 0, x[1])
    outs = annotate(List[Tensor], [])
    m = torch.size(x[1], 0)
    c = self.chunk
    room = (self).room(h, m, p, )
    for i in range(torch.floordiv(m + c - 1, c)):
      n = __torch__.rms(torch.slice(h, 0, i * c, (i + 1) * c), p[0], self.eps, self.plus)
      l = (self).normalized(n, room, p, )
      t = torch.unsqueeze(torch.slice(x[2], 0, i * c, (i + 1) * c), 1)
      a = torch.append(outs, torch.squeeze(torch.gather(l, 1, t), 1))
    return [torch.cat(outs, 0)]
  # As Gradients.py has them, a chunk of logits at a time, so that neither vocabulary nor length set the peak of the memory.
  #
  # Where only the hidden states want a gradient, the forward pass makes it up to a factor, as the logits are at hand:
  # d log p(t) / d n = W_t - softmax(W n) W, pulled back through the norm. What is kept is one row of D for each target.
  # x = [wants, hidden, sources, targets] -> [logps, rows [M, D], hidden, sources]
  def keep(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    wanted = int(torch.sum(torch.slice(x[0], 0, 1)))
    if wanted > 0:
      out = [((self).forward(torch.slice(x, 1), p, ))[0], x[0], x[1], x[2], x[3]]
    else:
      logps = annotate(List[Tensor], [])
      rows = annotate(List[Tensor], [])
      m = torch.size(x[2], 0)
      c = self.chunk
      room = (self).room(x[1], m, p, )
      for i in range(torch.floordiv(m + c - 1, c)):
        s = torch.slice(x[2], 0, i * c, (i + 1) * c)
        r = (self).slopes(torch.index_select(x[1], 0, s), torch.slice(x[3], 0, i * c, (i + 1) * c), room, p, )
        a = torch.append(logps, r[0])
        b = torch.append(rows, r[1])
      out = [torch.cat(logps, 0), torch.cat(rows, 0), x[1], x[2]]
    return out
  # h [c, D], targets [c] -> log-probabilities [c] and their gradients with respect to h [c, D]
  def slopes(self: __torch__.Head, h: Tensor, targets: Tensor, room: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    if torch.len(room) > 0:
      a = __torch__.normed(h, p[0], self.eps, self.plus)
      l = (self).normalized(a[0], room, p, )
      y = torch.squeeze(torch.gather(l, 1, torch.unsqueeze(targets, 1)), 1)
      q = torch.copy_(torch.slice(room[0], 0, 0, torch.size(h, 0)), torch.exp_(l))
      g = torch.index_select(p[1], 0, targets) - torch.mm(q, p[1])
      out = [y, (__torch__.pull_rms(g, h, p[0], a[1], self.eps, self.plus))[0]]
    else:
      out = (self).slopes_recorded(h, targets, p, )
    return out
  # the same of an output embedding that is adapted or quantized
  def slopes_recorded(self: __torch__.Head, h: Tensor, targets: Tensor, p: List[Tensor]) -> List[Tensor]:
    leaf = torch.requires_grad_(torch.detach(h), True)
    n = __torch__.rms(leaf, p[0], self.eps, self.plus)
    m = torch.requires_grad_(torch.detach(n), True)
    y = torch.squeeze(torch.gather(torch.log_softmax((self).vocabulary(m, p, ), -1), 1, torch.unsqueeze(targets, 1)), 1)
    g = torch.autograd.grad([y], [m], annotate(List[Optional[Tensor]], [torch.ones_like(y)]))
    f = torch.autograd.grad([n], [leaf], annotate(List[Optional[Tensor]], [g[0]]))
    return [torch.detach(y), torch._unwrap_optional(f[0])]
  # x = [gy, y, then what keep keeps]
  def pull(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    if torch.len(x) == 5:
      g = x[2] * torch.to(torch.unsqueeze(x[0], 1), ops.prim.dtype(x[2]))
      out = [torch.index_add(torch.zeros_like(x[3]), 0, x[4], g)]
    else:
      out = (self).vjp([x[0], x[2], x[3], x[4], x[5]], p, )
    return out
  # x = [gy, wants, hidden, sources, targets] -> the wanted gradients
  def vjp(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    out = annotate(List[Tensor], [])
    m = torch.size(x[3], 0)
    c = self.chunk
    for i in range(torch.floordiv(m + c - 1, c)):
      xs = annotate(List[Tensor], [])
      ps = annotate(List[Tensor], [])
      part = [x[2], torch.slice(x[3], 0, i * c, (i + 1) * c), torch.slice(x[4], 0, i * c, (i + 1) * c)]
      ls = (self).leaves(x[1], part, p, xs, ps, )
      y = ((self).forward(xs, ps, ))[0]
      gs = (self).gradients(y, ls, torch.slice(x[0], 0, i * c, (i + 1) * c), )
      for j in range(torch.len(gs)):
        if i == 0:
          a = torch.append(out, gs[j])
        else:
          b = torch.add_(out[j], gs[j])
    return out
  # x = [hidden, sources] -> logits [M, V], float32
  def scores(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [(self).logits(torch.index_select(x[0], 0, x[1]), p, )]
  # The next token's logits [n, V] and their log-sum-exp, plain and at a temperature [n, 2]; float32
  # x = [hidden [n, D], temperature float32 [1]]
  def next(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    l = (self).logits(x[0], p, )
    plain = torch.logsumexp(l, [-1])
    tempered = torch.logsumexp(torch.div(l, x[1]), [-1])
    return [l, torch.stack([plain, tempered], 1)]
  # Entropy of the next token at each scored position, exact over the vocabulary, nats: -sum_v p_v log p_v
  # x = [hidden, sources] -> [M]
  def entropy(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    outs = annotate(List[Tensor], [])
    m = torch.size(x[1], 0)
    c = self.chunk
    for i in range(torch.floordiv(m + c - 1, c)):
      s = torch.slice(x[1], 0, i * c, (i + 1) * c)
      l = torch.log_softmax((self).logits(torch.index_select(x[0], 0, s), p, ), -1)
      a = torch.append(outs, torch.neg(torch.sum(torch.exp(l) * l, [1])))
    return [torch.cat(outs, 0)]
  # the same without an adapter
  def base(self: __torch__.Head, h: Tensor, p: List[Tensor]) -> Tensor:
    n = __torch__.rms(h, p[0], self.eps, self.plus)
    return torch.to(torch.linear(n, p[1]), 6)
  # KL(policy || base) at each scored position, exact over the vocabulary, nats: sum_v p_v (log p_v - log b_v)
  # x = [policy's hidden, sources, base's hidden] -> [M]
  def divergence(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    outs = annotate(List[Tensor], [])
    m = torch.size(x[1], 0)
    c = self.chunk
    for i in range(torch.floordiv(m + c - 1, c)):
      s = torch.slice(x[1], 0, i * c, (i + 1) * c)
      policy = torch.log_softmax((self).logits(torch.index_select(x[0], 0, s), p, ), -1)
      base = torch.log_softmax((self).base(torch.index_select(x[2], 0, s), p, ), -1)
      a = torch.append(outs, torch.sum(torch.exp(policy) * (policy - base), [1]))
    return [torch.cat(outs, 0)]
  # log sum_v p_v^2 at each scored position, the log-probability that two draws agree, nats: WPO's alignment
  # x = [hidden, sources] -> [M]
  def collisions(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    outs = annotate(List[Tensor], [])
    c = self.chunk
    for i in range(torch.floordiv(torch.size(x[1], 0) + c - 1, c)):
      s = torch.slice(x[1], 0, i * c, (i + 1) * c)
      l = torch.log_softmax((self).logits(torch.index_select(x[0], 0, s), p, ), -1)
      a = torch.append(outs, torch.logsumexp(l * 2., [-1]))
    return [torch.cat(outs, 0)]
