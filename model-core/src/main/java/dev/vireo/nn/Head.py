# log p(target | context) at the scored positions only: log_softmax(W rms(h))[target], in float32 nats; rms with plus as Norm.py has it.
# Nothing here ever holds the logits of all positions: a number of positions is computed at a time, or a number of words for all of
# them, and always in the same memory. An allocator that is asked for as much again and again, with what is kept in between,
# finds no place for it and takes as much as all logits together.
# x = [hidden [T, D], sources int64 [M], targets int64 [M]]; p = 0 final norm [D], linear from 1, its W [V, D] alone: an output
# embedding is neither adapted nor quantized
class Head(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  eps : float
  plus : float
  chunk : int
  def norm(self: __torch__.Head, h: Tensor, p: List[Tensor]) -> Tensor:
    return __torch__.rms(h, p[0], self.eps, self.plus)
  def logits(self: __torch__.Head, h: Tensor, p: List[Tensor]) -> Tensor:
    return torch.to(torch.linear((self).norm(h, p, ), p[1]), 6)
  # What a chunk of logits needs: [c, v] in the type of h, and twice in float32
  def room(self: __torch__.Head, h: Tensor, c: int, v: int) -> List[Tensor]:
    d = ops.prim.device(h)
    narrow = torch.empty([c, v], dtype=ops.prim.dtype(h), layout=None, device=d)
    return [narrow, torch.empty([c, v], dtype=6, layout=None, device=d), torch.empty([c, v], dtype=6, layout=None, device=d)]
  def rows(self: __torch__.Head, h: Tensor, m: int, p: List[Tensor]) -> List[Tensor]:
    return (self).room(h, ops.prim.min(m, self.chunk), torch.size(p[1], 0), )
  # log_softmax(W n) of a chunk [c, V], in float32; lies in the last tensor of room
  def normalized(self: __torch__.Head, n: Tensor, room: List[Tensor], p: List[Tensor]) -> Tensor:
    c = torch.size(n, 0)
    wide = torch.slice(room[1], 0, 0, c)
    a = torch.copy_(wide, torch.mm(n, torch.t(p[1]), out=torch.slice(room[0], 0, 0, c)))
    return torch.to(torch._log_softmax(wide, -1, False, out=torch.slice(room[2], 0, 0, c)), 6)
  # the same of some places of hidden states
  def log_softmax(self: __torch__.Head, h: Tensor, at: Tensor, room: List[Tensor], p: List[Tensor]) -> Tensor:
    return (self).normalized((self).norm(torch.index_select(h, 0, at), p, ), room, p, )
  def forward(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    m = torch.size(x[1], 0)
    c = self.chunk
    room = (self).rows(x[0], m, p, )
    out = torch.empty([m], dtype=6, layout=None, device=ops.prim.device(x[0]))
    for i in range(torch.floordiv(m + c - 1, c)):
      l = (self).log_softmax(x[0], torch.slice(x[1], 0, i * c, (i + 1) * c), room, p, )
      t = torch.unsqueeze(torch.slice(x[2], 0, i * c, (i + 1) * c), 1)
      a = torch.copy_(torch.slice(out, 0, i * c, (i + 1) * c), torch.squeeze(torch.gather(l, 1, t), 1))
    return [out]
  # As Gradients.py has them. What is kept depends on what wants a gradient; x = [wants, hidden, sources, targets]
  # Only the hidden states: the forward pass makes it up to a factor, as the logits are at hand, a number of positions at a time.
  # d log p(t) / d n = W_t - softmax(W n) W, pulled back through the norm: one row of D for each target.
  # -> [logps, rows [M, D], hidden, sources]
  # W and the norm too: the log-sum-exp of each position is kept, from which the backward pass makes probabilities again, a number of
  # words at a time, so that each row of W's gradient is one product, written once.
  # -> [logps, log-sum-exp [M], wants, hidden, sources, targets]
  def keep(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    wanted = int(torch.sum(torch.slice(x[0], 0, 1)))
    if wanted > 0:
      r = (self).totals((self).norm(torch.index_select(x[1], 0, x[2]), p, ), x[3], p, )
      out = [r[0], r[1], x[0], x[1], x[2], x[3]]
    else:
      d = ops.prim.device(x[1])
      m = torch.size(x[2], 0)
      c = self.chunk
      room = (self).rows(x[1], m, p, )
      logps = torch.empty([m], dtype=6, layout=None, device=d)
      rows = torch.empty([m, torch.size(x[1], 1)], dtype=ops.prim.dtype(x[1]), layout=None, device=d)
      for i in range(torch.floordiv(m + c - 1, c)):
        h = torch.index_select(x[1], 0, torch.slice(x[2], 0, i * c, (i + 1) * c))
        r = (self).slopes(h, torch.slice(x[3], 0, i * c, (i + 1) * c), room, p, )
        a = torch.copy_(torch.slice(logps, 0, i * c, (i + 1) * c), r[0])
        b = torch.copy_(torch.slice(rows, 0, i * c, (i + 1) * c), r[1])
      out = [logps, rows, x[1], x[2]]
    return out
  # h [c, D], targets [c] -> log-probabilities [c] and their gradients with respect to h [c, D]
  def slopes(self: __torch__.Head, h: Tensor, targets: Tensor, room: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    a = __torch__.normed(h, p[0], self.eps, self.plus)
    l = (self).normalized(a[0], room, p, )
    y = torch.squeeze(torch.gather(l, 1, torch.unsqueeze(targets, 1)), 1)
    q = torch.copy_(torch.slice(room[0], 0, 0, torch.size(h, 0)), torch.exp_(l))
    g = torch.index_select(p[1], 0, targets) - torch.mm(q, p[1])
    return [y, (__torch__.pull_rms(g, h, p[0], a[1], self.eps, self.plus))[0]]
  # x = [gy, y, then what keep keeps]
  def pull(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    if torch.len(x) == 5:
      g = x[2] * torch.to(torch.unsqueeze(x[0], 1), ops.prim.dtype(x[2]))
      out = [torch.index_add(torch.zeros_like(x[3]), 0, x[4], g)]
    else:
      out = (self).trained(x[0], x[2], x[3], x[4], x[5], x[6], p, )
    return out
  # x = [gy, wants, hidden, sources, targets] -> the wanted gradients
  def vjp(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    r = (self).totals((self).norm(torch.index_select(x[2], 0, x[3]), p, ), x[4], p, )
    return (self).trained(x[0], r[1], x[1], x[2], x[3], x[4], p, )
  # Words that are computed at once for m positions: as many logits as a chunk has
  def words(self: __torch__.Head, m: int, p: List[Tensor]) -> int:
    v = torch.size(p[1], 0)
    return ops.prim.min(v, ops.prim.max(64, torch.floordiv(self.chunk * v, ops.prim.max(m, 1))))
  # Logits of words from s to e [M, e - s], float32; lie in the second tensor of room
  def part(self: __torch__.Head, n: Tensor, s: int, e: int, room: List[Tensor], p: List[Tensor]) -> Tensor:
    size = [torch.size(n, 0), e - s]
    narrow = torch.view(torch.slice(torch.view(room[0], [-1]), 0, 0, size[0] * size[1]), size)
    wide = torch.view(torch.slice(torch.view(room[1], [-1]), 0, 0, size[0] * size[1]), size)
    return torch.copy_(wide, torch.mm(n, torch.t(torch.slice(p[1], 0, s, e)), out=narrow))
  # n [M, D] -> log-probabilities of the targets and log-sum-exp of the logits [M], a number of words at a time
  def totals(self: __torch__.Head, n: Tensor, targets: Tensor, p: List[Tensor]) -> List[Tensor]:
    m = torch.size(n, 0)
    v = torch.size(p[1], 0)
    w = (self).words(m, p, )
    room = (self).room(n, m, w, )
    total = torch.full([m], -inf, dtype=6, layout=None, device=ops.prim.device(n))
    logit = torch.zeros_like(total)
    for i in range(torch.floordiv(v + w - 1, w)):
      s = i * w
      e = ops.prim.min(v, s + w)
      f = (self).part(n, s, e, room, p, )
      at = torch.unsqueeze(torch.clamp(targets - s, 0, e - s - 1), 1)
      among = torch.logical_and(torch.ge(targets, s), torch.lt(targets, e))
      a = torch.copy_(logit, torch.where(among, torch.squeeze(torch.gather(f, 1, at), 1), logit))
      most = torch.amax(f, [1])
      sums = torch.sum(torch.exp_(torch.sub_(f, torch.unsqueeze(most, 1))), [1])
      b = torch.copy_(total, torch.logaddexp(total, most + torch.log(sums)))
    return [logit - total, total]
  # The wanted gradients among those of hidden, norm and W: with q = gy (onehot(t) - softmax(W n)), d n = q W and d W = q^T n
  def trained(self: __torch__.Head, gy: Tensor, total: Tensor, wants: Tensor, hidden: Tensor, sources: Tensor, targets: Tensor, p: List[Tensor]) -> List[Tensor]:
    h = torch.index_select(hidden, 0, sources)
    r = __torch__.normed(h, p[0], self.eps, self.plus)
    n = r[0]
    m = torch.size(n, 0)
    v = torch.size(p[1], 0)
    w = (self).words(m, p, )
    room = (self).room(n, m, w, )
    dn = torch.zeros(torch.size(n), dtype=6, layout=None, device=ops.prim.device(n))
    dw = torch.empty([0], dtype=ops.prim.dtype(n), layout=None, device=ops.prim.device(n))
    if int(wants[2]) == 1:
      dw = torch.empty_like(p[1])
    for i in range(torch.floordiv(v + w - 1, w)):
      s = i * w
      e = ops.prim.min(v, s + w)
      f = (self).part(n, s, e, room, p, )
      g = torch.mul_(torch.exp_(torch.sub_(f, torch.unsqueeze(total, 1))), torch.neg(torch.unsqueeze(gy, 1)))
      at = torch.unsqueeze(torch.clamp(targets - s, 0, e - s - 1), 1)
      among = torch.logical_and(torch.ge(targets, s), torch.lt(targets, e))
      a = torch.scatter_add_(g, 1, at, torch.unsqueeze(gy * torch.to(among, 6), 1))
      q = torch.copy_(torch.view(torch.slice(torch.view(room[0], [-1]), 0, 0, m * (e - s)), [m, e - s]), g)
      b = torch.add_(dn, torch.mm(q, torch.slice(p[1], 0, s, e)))
      if int(wants[2]) == 1:
        c = torch.mm(torch.t(q), n, out=torch.slice(dw, 0, s, e))
    dh = __torch__.pull_rms(torch.to(dn, ops.prim.dtype(n)), h, p[0], r[1], self.eps, self.plus)
    out = annotate(List[Tensor], [])
    if int(wants[0]) == 1:
      k = torch.append(out, torch.index_add(torch.zeros_like(hidden), 0, sources, dh[0]))
    if int(wants[1]) == 1:
      k = torch.append(out, torch.to(dh[1], ops.prim.dtype(p[0])))
    if int(wants[2]) == 1:
      k = torch.append(out, dw)
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
    m = torch.size(x[1], 0)
    c = self.chunk
    room = (self).rows(x[0], m, p, )
    out = torch.empty([m], dtype=6, layout=None, device=ops.prim.device(x[0]))
    for i in range(torch.floordiv(m + c - 1, c)):
      l = (self).log_softmax(x[0], torch.slice(x[1], 0, i * c, (i + 1) * c), room, p, )
      e = torch.exp(l, out=torch.slice(room[1], 0, 0, torch.size(l, 0)))
      a = torch.copy_(torch.slice(out, 0, i * c, (i + 1) * c), torch.neg(torch.sum(torch.mul_(e, l), [1])))
    return [out]
  # KL(policy || base) at each scored position, exact over the vocabulary, nats: sum_v p_v (log p_v - log b_v)
  # x = [policy's hidden, sources, base's hidden, then the base's parameters as p has them] -> [M]
  def divergence(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    m = torch.size(x[1], 0)
    c = self.chunk
    room = (self).rows(x[0], m, p, )
    d = ops.prim.device(x[0])
    policy = torch.empty(torch.size(room[2]), dtype=6, layout=None, device=d)
    out = torch.empty([m], dtype=6, layout=None, device=d)
    for i in range(torch.floordiv(m + c - 1, c)):
      s = torch.slice(x[1], 0, i * c, (i + 1) * c)
      l = torch.copy_(torch.slice(policy, 0, 0, torch.size(s, 0)), (self).log_softmax(x[0], s, room, p, ))
      base = (self).log_softmax(x[2], s, room, torch.slice(x, 3), )
      e = torch.exp(l, out=torch.slice(room[1], 0, 0, torch.size(s, 0)))
      a = torch.copy_(torch.slice(out, 0, i * c, (i + 1) * c), torch.sum(torch.mul_(e, torch.sub_(l, base)), [1]))
    return [out]
  # log sum_v p_v^2 at each scored position, the log-probability that two draws agree, nats: WPO's alignment
  # x = [hidden, sources] -> [M]
  def collisions(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    m = torch.size(x[1], 0)
    c = self.chunk
    room = (self).rows(x[0], m, p, )
    out = torch.empty([m], dtype=6, layout=None, device=ops.prim.device(x[0]))
    for i in range(torch.floordiv(m + c - 1, c)):
      l = (self).log_softmax(x[0], torch.slice(x[1], 0, i * c, (i + 1) * c), room, p, )
      # At least 1 / V^2, so nothing is lost below float32's range.
      a = torch.copy_(torch.slice(out, 0, i * c, (i + 1) * c), torch.log(torch.sum(torch.exp_(torch.mul_(l, 2.)), [1])))
    return [out]
