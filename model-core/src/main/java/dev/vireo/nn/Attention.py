# softmax(q k^T / sqrt(E)) v over a packed sequence, one segment at a time.
# segments: int64 [n * 4] on the host: start, end, prefixStart, prefixEnd. The tokens start..end see the whole of their
# prefix and themselves causally; nothing else. window > 0: a token sees the last `window` tokens, itself included.
# q [H, T, E], k and v [Hkv, T, E] -> [T, H E]
def grouped(k: Tensor, heads: int) -> Tensor:
  n = torch.size(k, 0)
  if n == heads:
    y = k
  else:
    e = torch.expand(torch.unsqueeze(k, 1), [n, torch.floordiv(heads, n), torch.size(k, 1), torch.size(k, 2)])
    y = torch.reshape(e, [heads, torch.size(k, 1), torch.size(k, 2)])
  return y
# rows x (before + rows): true where key j may be seen by query i, whose own place is before + i
def visible(rows: int, before: int, window: int, like: Tensor) -> Tensor:
  ones = torch.ones([rows, before + rows], dtype=11, layout=None, device=ops.prim.device(like))
  m = torch.tril(ones, before)
  if window > 0:
    m = torch.triu(m, before - window + 1)
  return m
def attend(q: Tensor, k: Tensor, v: Tensor, segments: Tensor, window: int) -> Tensor:
  heads = torch.size(q, 0)
  outs = annotate(List[Tensor], [])
  for i in range(torch.floordiv(torch.numel(segments), 4)):
    s = int(segments[4 * i])
    e = int(segments[4 * i + 1])
    ps = int(segments[4 * i + 2])
    pe = int(segments[4 * i + 3])
    if e > s:
      ki = torch.slice(k, 1, s, e)
      vi = torch.slice(v, 1, s, e)
      if pe > ps:
        ki = torch.cat([torch.slice(k, 1, ps, pe), ki], 1)
        vi = torch.cat([torch.slice(v, 1, ps, pe), vi], 1)
      qi = torch.unsqueeze(torch.slice(q, 1, s, e), 0)
      kg = torch.unsqueeze(__torch__.grouped(ki, heads), 0)
      vg = torch.unsqueeze(__torch__.grouped(vi, heads), 0)
      total = pe - ps + e - s
      if pe == ps and (window == 0 or total <= window):
        o = torch.scaled_dot_product_attention(qi, kg, vg, None, 0., True)
      else:
        w = window
        if total <= window:
          w = 0
        o = torch.scaled_dot_product_attention(qi, kg, vg, __torch__.visible(e - s, pe - ps, w, q), 0., False)
      a = torch.append(outs, torch.squeeze(o, 0))
  y = torch.cat(outs, 1)
  return torch.reshape(torch.transpose(y, 0, 1), [torch.size(y, 1), heads * torch.size(y, 2)])
# x [n, T, E], cos and sin [T, E]: rotation of halves, as transformers' rotate_half
def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  h = torch.floordiv(torch.size(x, -1), 2)
  return x * cos + torch.cat([torch.neg(torch.slice(x, -1, h)), torch.slice(x, -1, 0, h)], -1) * sin
