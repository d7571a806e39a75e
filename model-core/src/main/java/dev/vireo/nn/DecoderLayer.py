# Decoder layer of Llama, Mistral, Qwen2 and Gemma: h = x + attention(rms(x)); y = h + W_down(act(W_gate rms(h)) * W_up rms(h))
# x = [hidden [T, D], cos [T, E], sin [T, E], segments, queries]; the output is that of the wanted tokens, Attention.py
# p = 0 input norm [D]; linears from 1 q, 9 k, 17 v, 25 o; 33 second norm [D]; linears from 34 gate, 42 up, 50 down
# Source: transformers 5.23, models/llama, models/mistral, models/qwen2, models/gemma.
class DecoderLayer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  head_width : int
  window : int
  eps : float
  plus : float
  activation : int
  def split(self: __torch__.DecoderLayer, x: Tensor) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), -1, self.head_width]), 0, 1)
  def mlp(self: __torch__.DecoderLayer, h: Tensor, p: List[Tensor]) -> Tensor:
    n = __torch__.rms(h, p[33], self.eps, self.plus)
    g = __torch__.activation(__torch__.linear(n, p, 34), self.activation)
    return h + __torch__.linear(g * __torch__.linear(n, p, 42), p, 50)
  def qkv(self: __torch__.DecoderLayer, x: List[Tensor], queries: Tensor, p: List[Tensor]) -> List[Tensor]:
    n = __torch__.rms(x[0], p[0], self.eps, self.plus)
    m = __torch__.wanted(n, x[3], queries)
    cos = __torch__.wanted(x[1], x[3], queries)
    sin = __torch__.wanted(x[2], x[3], queries)
    q = __torch__.rotate((self).split(__torch__.linear(m, p, 1), ), cos, sin)
    k = __torch__.rotate((self).split(__torch__.linear(n, p, 9), ), x[1], x[2])
    return [q, k, (self).split(__torch__.linear(n, p, 17), )]
  # from the layer's input [T, D] and the attention's output [Q, H E] to the layer's output [Q, D]
  def after(self: __torch__.DecoderLayer, x: List[Tensor], o: Tensor, p: List[Tensor]) -> Tensor:
    h = __torch__.wanted(x[0], x[3], x[4])
    return (self).mlp(h + __torch__.linear(o, p, 25), p, )
  def forward(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(x, x[4], p, )
    return [(self).after(x, __torch__.attend(h[0], h[1], h[2], x[3], x[4], self.window), p, )]
  # As Gradients.py has them, but only what lies before and behind the attention is recorded: its own gradient is computed
  # by hand from q, k and v.
  # x = [wants, inputs...] -> [y, o, q, k, v, segments, queries, leaves...]
  def keep(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    xs = annotate(List[Tensor], [])
    ps = annotate(List[Tensor], [])
    ls = (self).leaves(x[0], torch.slice(x, 1), p, xs, ps, )
    h = (self).qkv(xs, xs[4], ps, )
    o = __torch__.attend(torch.detach(h[0]), torch.detach(h[1]), torch.detach(h[2]), xs[3], xs[4], self.window)
    o = torch.requires_grad_(torch.detach(o), True)
    out = [(self).after(xs, o, ps, ), o, h[0], h[1], h[2], xs[3], xs[4]]
    for i in range(torch.len(ls)):
      a = torch.append(out, ls[i])
    return out
  # x = [gy, y, o, q, k, v, segments, queries, leaves...] -> the leaves' gradients
  def pull(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    ls = torch.slice(x, 8)
    os = [x[2]]
    for i in range(torch.len(ls)):
      a = torch.append(os, ls[i])
    behind = torch.autograd.grad([x[1]], os, annotate(List[Optional[Tensor]], [x[0]]), None, False, True)
    go = torch._unwrap_optional(behind[0])
    gs = annotate(List[Optional[Tensor]], [])
    hs = annotate(List[Tensor], [])
    if ops.prim.requires_grad(x[3]) or ops.prim.requires_grad(x[4]) or ops.prim.requires_grad(x[5]):
      ga = __torch__.pull_attention(go, torch.detach(x[3]), torch.detach(x[4]), torch.detach(x[5]), x[6], x[7], self.window)
      for i in range(3):
        if ops.prim.requires_grad(x[3 + i]):
          b = torch.append(hs, x[3 + i])
          c = torch.append(gs, ga[i])
    return (self).together(behind, hs, gs, ls, )
  # the gradients of the leaves: what reaches them from behind the attention (its own is the first) and from before it
  def together(self: __torch__.DecoderLayer, behind: List[Optional[Tensor]], hs: List[Tensor], gs: List[Optional[Tensor]], ls: List[Tensor]) -> List[Tensor]:
    before = annotate(List[Optional[Tensor]], [])
    if torch.len(hs) > 0:
      before = torch.autograd.grad(hs, ls, gs, None, False, True)
    out = annotate(List[Tensor], [])
    for i in range(torch.len(ls)):
      u = behind[1 + i]
      w = annotate(Optional[Tensor], None)
      if torch.len(before) > 0:
        w = before[i]
      if torch.__is__(u, None):
        if torch.__is__(w, None):
          a = torch.append(out, torch.zeros_like(ls[i]))
        else:
          b = torch.append(out, torch._unwrap_optional(w))
      else:
        g = torch._unwrap_optional(u)
        if torch.__isnot__(w, None):
          g = g + torch._unwrap_optional(w)
        c = torch.append(out, g)
    return out
  # x = [gy, wants, inputs...] -> the wanted gradients, by computing the layer once more
  def vjp(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    kept = (self).keep(torch.slice(x, 1), p, )
    arguments = [x[0]]
    for i in range(torch.len(kept)):
      a = torch.append(arguments, kept[i])
    return (self).pull(arguments, p, )
  # As forward, without what lies before it; also a cache of keys and values [Hkv, capacity, E] that holds those of x in its
  # first T places. The others are not initialised: step writes them.
  # x = [hidden [T, D], cos [T, E], sin [T, E], segments, capacity int64 [1] on the host]
  def prefill(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    all = torch.slice(x[3], 0, 0, 0)
    h = (self).qkv(x, all, p, )
    o = __torch__.attend(h[0], h[1], h[2], x[3], all, self.window)
    y = (self).mlp(x[0] + __torch__.linear(o, p, 25), p, )
    size = [torch.size(h[1], 0), int(x[4][0]), torch.size(h[1], 2)]
    keys = torch.empty(size, dtype=ops.prim.dtype(h[1]), layout=None, device=ops.prim.device(h[1]))
    values = torch.empty(size, dtype=ops.prim.dtype(h[2]), layout=None, device=ops.prim.device(h[2]))
    a = torch.copy_(torch.slice(keys, 1, 0, torch.size(h[1], 1)), h[1])
    b = torch.copy_(torch.slice(values, 1, 0, torch.size(h[2], 1)), h[2])
    return [y, keys, values]
  # One more token for each of n sequences. All of them attend to the one cache, each to the places that it may see, so a
  # prefix is read once for all that share it and nothing is copied as sequences grow.
  # x = [hidden [n, D], cos [n, E], sin [n, E], keys, values [Hkv, capacity, E] (written in place), place int64 [1] on the
  # host: the first free one, seen bool [n, place + n]: empty where every place is seen by all]
  def step(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(x, torch.slice(x[5], 0, 0, 0), p, )
    n = torch.size(x[0], 0)
    start = int(x[5][0])
    end = start + n
    a = torch.copy_(torch.slice(x[3], 1, start, end), h[1])
    b = torch.copy_(torch.slice(x[4], 1, start, end), h[2])
    k = torch.unsqueeze(torch.slice(x[3], 1, 0, end), 0)
    v = torch.unsqueeze(torch.slice(x[4], 1, 0, end), 0)
    heads = torch.size(h[0], 0)
    groups = torch.floordiv(heads, torch.size(h[1], 0))
    q = torch.reshape(h[0], [1, torch.size(h[1], 0), groups * n, self.head_width])
    if torch.numel(x[6]) > 0:
      m = torch.reshape(torch.expand(torch.unsqueeze(x[6], 0), [groups, n, end]), [groups * n, end])
      o = torch.scaled_dot_product_attention(q, k, v, m, 0., False)
    else:
      o = torch.scaled_dot_product_attention(q, k, v, None, 0., False)
    y = torch.reshape(torch.transpose(torch.reshape(o, [heads, n, self.head_width]), 0, 1), [n, -1])
    return [(self).mlp(x[0] + __torch__.linear(y, p, 25), p, )]
