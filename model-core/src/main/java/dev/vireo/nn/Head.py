# log p(target | context) at the scored positions only: log_softmax(W rms(h))[target], in float32 nats.
# x = [hidden [T, D], sources int64 [M], targets int64 [M]]; p = 0 final norm [D], linear from 1 (output embedding [V, D])
class Head(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  eps : float
  chunk : int
  def logits(self: __torch__.Head, h: Tensor, p: List[Tensor]) -> Tensor:
    n = torch.rms_norm(h, [torch.size(h, -1)], p[0], self.eps)
    return torch.to(__torch__.linear(n, p, 1), 6)
  def forward(self: __torch__.Head, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = torch.index_select(x[0], 0, x[1])
    outs = annotate(List[Tensor], [])
    m = torch.size(x[1], 0)
    c = self.chunk
    for i in range(torch.floordiv(m + c - 1, c)):
      l = torch.log_softmax((self).logits(torch.slice(h, 0, i * c, (i + 1) * c), p, ), -1)
      t = torch.unsqueeze(torch.slice(x[2], 0, i * c, (i + 1) * c), 1)
      a = torch.append(outs, torch.squeeze(torch.gather(l, 1, t), 1))
    return [torch.cat(outs, 0)]
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
  # the same without an adapter
  def base(self: __torch__.Head, h: Tensor, p: List[Tensor]) -> Tensor:
    n = torch.rms_norm(h, [torch.size(h, -1)], p[0], self.eps)
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
