# softmax(q k^T / sqrt(E)) v over a packed sequence, one segment at a time.
# segments: int64 [n * 4] on the host: start, end, prefixStart, prefixEnd. The tokens start..end see the whole of their
# prefix and themselves causally; nothing else. window > 0: a token sees the last `window` tokens, itself included; -1: the
# tokens of a segment without a prefix, which is a prefix itself, see the whole segment.
# queries: int64 [n] on the host: the first token of each segment whose output is wanted; empty: all tokens' are.
# q [H, Q, E] of the wanted tokens, k and v [Hkv, T, E] -> [Q, H E]
#
# On the CPU queries go in chunks that see all their keys at once, so that softmax and its gradient are single operators and
# every multiplication is one of matrices; a group of heads that shares keys is one matrix. The backward pass computes the
# probabilities again. On other devices PyTorch's own attention does both.
def first(segments: Tensor, queries: Tensor, i: int) -> int:
  s = int(segments[4 * i])
  if torch.numel(queries) > 0:
    s = int(queries[i])
  return s
# the rows of x [T, ...] whose output is wanted
def wanted(x: Tensor, segments: Tensor, queries: Tensor) -> Tensor:
  y = x
  if torch.numel(queries) > 0:
    parts = annotate(List[Tensor], [])
    for i in range(torch.numel(queries)):
      a = torch.append(parts, torch.slice(x, 0, int(queries[i]), int(segments[4 * i + 1])))
    y = torch.cat(parts, 0)
  return y
# what a segment sees, its prefix first [n, P + L, E]
def seen(x: Tensor, segments: Tensor, i: int) -> Tensor:
  own = torch.slice(x, 1, int(segments[4 * i]), int(segments[4 * i + 1]))
  ps = int(segments[4 * i + 2])
  pe = int(segments[4 * i + 3])
  y = own
  if pe > ps:
    y = torch.cat([torch.slice(x, 1, ps, pe), own], 1)
  return torch.contiguous(y)
# queries in a chunk: their scores take about 2 million elements
def rows(heads: int, keys: int) -> int:
  c = torch.floordiv(2097152, heads * keys)
  return torch.floordiv(ops.prim.max(32, ops.prim.min(256, c)), 16) * 16
# whether every token of the segment sees all of it
def both_ways(segments: Tensor, i: int, window: int) -> bool:
  return window < 0 and int(segments[4 * i + 2]) == int(segments[4 * i + 3])
# the key behind the last that a chunk may see
def ending(causal: int, total: int, all: bool) -> int:
  end = causal
  if all:
    end = total
  return end
# the first key that a chunk may see, whose `rows` queries end before key `end`
def lowest(end: int, rows: int, window: int) -> int:
  low = 0
  if window > 0:
    low = ops.prim.max(0, end - rows - window + 1)
  return low
# true where a key comes after the query [step, step]
def after_each(step: int, like: Tensor) -> Tensor:
  return torch.triu(torch.ones([step, step], dtype=11, layout=None, device=ops.prim.device(like)), 1)
# probabilities [Hkv, G c, n] of queries [Hkv, G c, E], the last of which stands at the last of the keys [Hkv, n, E]; with
# `all` each of them sees every key
def probabilities(q: Tensor, k: Tensor, c: int, window: int, later: Tensor, all: bool) -> Tensor:
  n = torch.size(k, 1)
  scale = torch.pow(float(torch.size(q, 2)), -0.5)
  s = torch.baddbmm(torch.slice(q, 2, 0, 1), q, torch.transpose(k, 1, 2), beta=0, alpha=scale)
  if not all:
    m = torch.view(s, [torch.size(s, 0), -1, c, n])
    own = torch.slice(torch.slice(later, 0, 0, c), 1, 0, c)
    a = torch.masked_fill_(torch.slice(m, 3, n - c), own, -inf)
    if window > 0 and n > window:
      before = torch.tril(torch.ones([c, n - window], dtype=11, layout=None, device=ops.prim.device(q)), n - c - window)
      b = torch.masked_fill_(torch.slice(m, 3, 0, n - window), before, -inf)
  return torch.softmax(s, -1)
# [H, c, E] -> [Hkv, G c, E]
def grouped(q: Tensor, groups: int) -> Tensor:
  return torch.reshape(q, [groups, -1, torch.size(q, 2)])
# elements of all probabilities, about
def scores(q: Tensor, segments: Tensor, queries: Tensor, window: int) -> int:
  pairs = 0
  for i in range(torch.floordiv(torch.numel(segments), 4)):
    f = __torch__.first(segments, queries, i)
    own = int(segments[4 * i + 1]) - f
    before = int(segments[4 * i + 3]) - int(segments[4 * i + 2]) + f - int(segments[4 * i])
    seen = torch.floordiv(own, 2)
    if __torch__.both_ways(segments, i, window):
      seen = own
    pairs = pairs + own * (before + seen)
  return pairs * torch.size(q, 0)
# kept: receives the probabilities of all chunks where they are at most `most` elements
def attend_chunks(q: Tensor, k: Tensor, v: Tensor, segments: Tensor, queries: Tensor, window: int, most: int, kept: List[Tensor]) -> Tensor:
  heads = torch.size(q, 0)
  width = torch.size(q, 2)
  n = torch.size(k, 0)
  keeps = most > 0 and __torch__.scores(q, segments, queries, window) <= most
  out = torch.empty([torch.size(q, 1), heads, width], dtype=ops.prim.dtype(q), layout=None, device=ops.prim.device(q))
  at = 0
  for i in range(torch.floordiv(torch.numel(segments), 4)):
    f = __torch__.first(segments, queries, i)
    left = int(segments[4 * i + 1]) - f
    if left > 0:
      ks = __torch__.seen(k, segments, i)
      vs = __torch__.seen(v, segments, i)
      total = torch.size(ks, 1)
      step = __torch__.rows(heads, total)
      later = __torch__.after_each(step, q)
      all = __torch__.both_ways(segments, i, window)
      for j in range(torch.floordiv(left + step - 1, step)):
        c = ops.prim.min(step, left - j * step)
        end = __torch__.ending(total - left + j * step + c, total, all)
        low = __torch__.lowest(end, c, window)
        qc = __torch__.grouped(torch.slice(q, 1, at, at + c), n)
        p = __torch__.probabilities(qc, torch.slice(ks, 1, low, end), c, window, later, all)
        o = torch.view(torch.bmm(p, torch.slice(vs, 1, low, end)), [heads, c, width])
        a = torch.copy_(torch.slice(out, 0, at, at + c), torch.transpose(o, 0, 1))
        if keeps:
          b = torch.append(kept, p)
        at = at + c
  return torch.view(out, [torch.size(out, 0), heads * width])
# Adds the chunk's share to the gradients of what the segment sees (float32 [Hkv, P + L, E]); -> gradient of the queries
def pull_chunk(p: Tensor, g: Tensor, q: Tensor, k: Tensor, v: Tensor, gk: Tensor, gv: Tensor) -> Tensor:
  scale = torch.pow(float(torch.size(q, 2)), -0.5)
  a = torch.add_(gv, torch.bmm(torch.transpose(p, 1, 2), g))
  gs = torch._softmax_backward_data(torch.bmm(g, torch.transpose(v, 1, 2)), p, -1, ops.prim.dtype(p))
  b = torch.add_(gk, torch.bmm(torch.transpose(gs, 1, 2), q), alpha=scale)
  return torch.baddbmm(torch.slice(q, 2, 0, 1), gs, k, beta=0, alpha=scale)
# g [Q, H E], kept: what attend_chunks kept, or nothing -> gradients of q [H, Q, E], k and v [Hkv, T, E]
def pull_chunks(g: Tensor, q: Tensor, k: Tensor, v: Tensor, segments: Tensor, queries: Tensor, window: int, kept: List[Tensor]) -> List[Tensor]:
  heads = torch.size(q, 0)
  width = torch.size(q, 2)
  n = torch.size(k, 0)
  d = ops.prim.device(q)
  go = torch.transpose(torch.view(g, [-1, heads, width]), 0, 1)
  gq = torch.empty([torch.size(q, 1), heads, width], dtype=ops.prim.dtype(q), layout=None, device=d)
  gk = torch.zeros(torch.size(k), dtype=6, layout=None, device=d)
  gv = torch.zeros(torch.size(v), dtype=6, layout=None, device=d)
  at = 0
  number = 0
  for i in range(torch.floordiv(torch.numel(segments), 4)):
    f = __torch__.first(segments, queries, i)
    s = int(segments[4 * i])
    e = int(segments[4 * i + 1])
    ps = int(segments[4 * i + 2])
    pe = int(segments[4 * i + 3])
    left = e - f
    if left > 0:
      ks = __torch__.seen(k, segments, i)
      vs = __torch__.seen(v, segments, i)
      total = torch.size(ks, 1)
      gks = torch.zeros(torch.size(ks), dtype=6, layout=None, device=d)
      gvs = torch.zeros(torch.size(vs), dtype=6, layout=None, device=d)
      step = __torch__.rows(heads, total)
      later = __torch__.after_each(step, q)
      all = __torch__.both_ways(segments, i, window)
      for j in range(torch.floordiv(left + step - 1, step)):
        c = ops.prim.min(step, left - j * step)
        end = __torch__.ending(total - left + j * step + c, total, all)
        low = __torch__.lowest(end, c, window)
        qc = __torch__.grouped(torch.slice(q, 1, at, at + c), n)
        gc = __torch__.grouped(torch.slice(go, 1, at, at + c), n)
        kc = torch.slice(ks, 1, low, end)
        if torch.len(kept) > 0:
          p = kept[number]
        else:
          p = __torch__.probabilities(qc, kc, c, window, later, all)
        number = number + 1
        y = __torch__.pull_chunk(p, gc, qc, kc, torch.slice(vs, 1, low, end), torch.slice(gks, 1, low, end), torch.slice(gvs, 1, low, end))
        a = torch.copy_(torch.slice(gq, 0, at, at + c), torch.transpose(torch.view(y, [heads, c, width]), 0, 1))
        at = at + c
      b = torch.add_(torch.slice(gk, 1, ps, pe), torch.slice(gks, 1, 0, pe - ps))
      b2 = torch.add_(torch.slice(gk, 1, s, e), torch.slice(gks, 1, pe - ps))
      b3 = torch.add_(torch.slice(gv, 1, ps, pe), torch.slice(gvs, 1, 0, pe - ps))
      b4 = torch.add_(torch.slice(gv, 1, s, e), torch.slice(gvs, 1, pe - ps))
  t = ops.prim.dtype(q)
  return [torch.transpose(gq, 0, 1), torch.to(gk, t), torch.to(gv, t)]
# c x n: true where key j may be seen by query i, whose own place is n - c + i
def visible(c: int, n: int, window: int, like: Tensor) -> Tensor:
  m = torch.tril(torch.ones([c, n], dtype=11, layout=None, device=ops.prim.device(like)), n - c)
  if window > 0:
    m = torch.triu(m, n - c - window + 1)
  return m
def attend_fused(q: Tensor, k: Tensor, v: Tensor, segments: Tensor, queries: Tensor, window: int) -> Tensor:
  groups = torch.floordiv(torch.size(q, 0), torch.size(k, 0))
  outs = annotate(List[Tensor], [])
  at = 0
  for i in range(torch.floordiv(torch.numel(segments), 4)):
    c = int(segments[4 * i + 1]) - __torch__.first(segments, queries, i)
    if c > 0:
      ks = torch.unsqueeze(torch.repeat_interleave(__torch__.seen(k, segments, i), groups, 0), 0)
      vs = torch.unsqueeze(torch.repeat_interleave(__torch__.seen(v, segments, i), groups, 0), 0)
      n = torch.size(ks, 2)
      qs = torch.unsqueeze(torch.slice(q, 1, at, at + c), 0)
      if __torch__.both_ways(segments, i, window):
        o = torch.scaled_dot_product_attention(qs, ks, vs, None, 0., False)
      elif c == n and (window <= 0 or n <= window):
        o = torch.scaled_dot_product_attention(qs, ks, vs, None, 0., True)
      else:
        o = torch.scaled_dot_product_attention(qs, ks, vs, __torch__.visible(c, n, window, q), 0., False)
      a = torch.append(outs, torch.squeeze(o, 0))
      at = at + c
  y = torch.cat(outs, 1)
  return torch.reshape(torch.transpose(y, 0, 1), [torch.size(y, 1), torch.size(y, 0) * torch.size(y, 2)])
def attend(q: Tensor, k: Tensor, v: Tensor, segments: Tensor, queries: Tensor, window: int, most: int, kept: List[Tensor]) -> Tensor:
  if ops.prim.is_cuda(q):
    y = __torch__.attend_fused(q, k, v, segments, queries, window)
  else:
    y = __torch__.attend_chunks(q, k, v, segments, queries, window, most, kept)
  return y
# gradients of q, k and v; nothing of what is passed carries a graph
def pull_attention(g: Tensor, q: Tensor, k: Tensor, v: Tensor, segments: Tensor, queries: Tensor, window: int, kept: List[Tensor]) -> List[Tensor]:
  if ops.prim.is_cuda(q):
    ls = [torch.requires_grad_(torch.detach(q), True), torch.requires_grad_(torch.detach(k), True), torch.requires_grad_(torch.detach(v), True)]
    y = __torch__.attend_fused(ls[0], ls[1], ls[2], segments, queries, window)
    gs = torch.autograd.grad([y], ls, annotate(List[Optional[Tensor]], [g]))
    out = annotate(List[Tensor], [])
    for i in range(3):
      a = torch.append(out, torch._unwrap_optional(gs[i]))
  else:
    out = __torch__.pull_chunks(g, q, k, v, segments, queries, window, kept)
  return out
# x [T, ...] with g [Q, ...] added to the wanted rows, in place
def add_wanted(x: Tensor, g: Tensor, segments: Tensor, queries: Tensor) -> Tensor:
  if torch.numel(queries) == 0:
    a = torch.add_(x, g)
  at = 0
  for i in range(torch.numel(queries)):
    f = int(queries[i])
    e = int(segments[4 * i + 1])
    if e > f:
      b = torch.add_(torch.slice(x, 0, f, e), torch.slice(g, 0, at, at + e - f))
      at = at + e - f
  return x
# x [n, T, E], cos and sin [T, E]: rotation of halves, as transformers' rotate_half; sign -1 turns back, which pulls gradients
# through it
def rotate(x: Tensor, cos: Tensor, sin: Tensor, sign: float) -> Tensor:
  h = torch.floordiv(torch.size(x, -1), 2)
  y = x * cos
  a = torch.addcmul_(torch.slice(y, -1, 0, h), torch.slice(x, -1, h), torch.slice(sin, -1, 0, h), value=-sign)
  b = torch.addcmul_(torch.slice(y, -1, h), torch.slice(x, -1, 0, h), torch.slice(sin, -1, h), value=sign)
  return y
