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
  kept_scores : int
  def split(self: __torch__.DecoderLayer, x: Tensor) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), -1, self.head_width]), 0, 1)
  # [n, T, E] -> [T, n E]
  def joined(self: __torch__.DecoderLayer, x: Tensor) -> Tensor:
    return torch.reshape(torch.transpose(x, 0, 1), [torch.size(x, 1), -1])
  # from the second norm's output: W_down(act(W_gate n) * W_up n)
  def mlp(self: __torch__.DecoderLayer, n: Tensor, p: List[Tensor]) -> Tensor:
    gate = __torch__.activated(__torch__.linear(n, p, 34), self.activation)
    return __torch__.linear(torch.mul_(gate, __torch__.linear(n, p, 42)), p, 50)
  # from the first norm's output to rotated queries of the wanted tokens, rotated keys, values
  def qkv(self: __torch__.DecoderLayer, n: Tensor, x: List[Tensor], queries: Tensor, p: List[Tensor], kept: List[Tensor]) -> List[Tensor]:
    m = __torch__.wanted(n, x[3], queries)
    cos = __torch__.wanted(x[1], x[3], queries)
    sin = __torch__.wanted(x[2], x[3], queries)
    q = __torch__.rotate((self).split(__torch__.project(m, p, 1, kept), ), cos, sin, 1.)
    k = __torch__.rotate((self).split(__torch__.project(n, p, 9, kept), ), x[1], x[2], 1.)
    return [q, k, (self).split(__torch__.project(n, p, 17, kept), )]
  # from the layer's input and the attention's output of the wanted tokens to the layer's output
  def after(self: __torch__.DecoderLayer, x: Tensor, o: Tensor, p: List[Tensor]) -> Tensor:
    h = torch.add_(__torch__.linear(o, p, 25), x)
    return torch.add_((self).mlp(__torch__.rms(h, p[33], self.eps, self.plus), p, ), h)
  def forward(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(__torch__.rms(x[0], p[0], self.eps, self.plus), x, x[4], p, annotate(List[Tensor], []), )
    o = __torch__.attend(h[0], h[1], h[2], x[3], x[4], self.window, 0, annotate(List[Tensor], []))
    return [(self).after(__torch__.wanted(x[0], x[3], x[4]), o, p, )]
  # As Gradients.py has them, with every gradient written out here instead of recorded.
  # x = [wants, inputs...] -> [y, x, n, r of the first norm, q, k, v, o, h, m, r of the second norm, gate, up, s = act(gate) up,
  # cos, sin, segments, queries, wants, what project kept of the seven linears, probabilities...]
  def keep(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    kept = annotate(List[Tensor], [])
    # What is before this layer may have recorded its graph.
    before = torch.detach(x[1])
    a = __torch__.normed(before, p[0], self.eps, self.plus)
    q = (self).qkv(a[0], torch.slice(x, 1), x[5], p, kept, )
    probabilities = annotate(List[Tensor], [])
    most = self.kept_scores * torch.size(before, 0)
    o = __torch__.attend(q[0], q[1], q[2], x[4], x[5], self.window, most, probabilities)
    h = torch.add_(__torch__.project(o, p, 25, kept), __torch__.wanted(before, x[4], x[5]))
    b = __torch__.normed(h, p[33], self.eps, self.plus)
    gate = __torch__.project(b[0], p, 34, kept)
    up = __torch__.project(b[0], p, 42, kept)
    s = torch.mul_(__torch__.activation(gate, self.activation), up)
    y = torch.add_(__torch__.project(s, p, 50, kept), h)
    out = [y, before, a[0], a[1], q[0], q[1], q[2], o, h, b[0], b[1], gate, up, s, x[2], x[3], x[4], x[5], x[0]]
    for i in range(torch.len(kept)):
      c = torch.append(out, kept[i])
    for i in range(torch.len(probabilities)):
      d = torch.append(out, probabilities[i])
    return out
  # whether a parameter from place s to e wants a gradient
  def wanting(self: __torch__.DecoderLayer, wants: Tensor, s: int, e: int) -> bool:
    return int(torch.sum(torch.slice(wants, 0, 1 + s, 1 + e))) > 0
  # x = [gy, then what keep returns] -> the wanted gradients
  def pull(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    wants = x[19]
    kept = torch.slice(x, 20, 41)
    none = torch.slice(wants, 0, 0, 0)
    gs = annotate(List[Tensor], [])
    for i in range(torch.len(p)):
      a = torch.append(gs, none)
    further = int(wants[0]) == 1
    first = further or int(wants[1]) == 1
    attention = first or (self).wanting(wants, 1, 25, )
    gp = __torch__.pull_linear(x[0], x[14], p, 50, torch.slice(kept, 18), wants, gs, none, True)
    gu = torch.mul_(__torch__.activation(x[12], self.activation), gp)
    gg = __torch__.pull_activation(torch.mul_(gp, x[13]), x[12], self.activation)
    gm = __torch__.pull_linear(gg, x[10], p, 34, torch.slice(kept, 12, 15), wants, gs, none, True)
    gm = __torch__.pull_linear(gu, x[10], p, 42, torch.slice(kept, 15, 18), wants, gs, gm, True)
    second = __torch__.pull_rms(gm, x[9], p[33], x[11], self.eps, self.plus)
    gs[33] = torch.to(second[1], ops.prim.dtype(p[33]))
    gh = torch.add_(second[0], x[0])
    go = __torch__.pull_linear(gh, x[8], p, 25, torch.slice(kept, 9, 12), wants, gs, none, attention)
    out = annotate(List[Tensor], [])
    if attention:
      ga = __torch__.pull_attention(go, x[5], x[6], x[7], x[17], x[18], self.window, torch.slice(x, 41))
      cos = __torch__.wanted(x[15], x[17], x[18])
      sin = __torch__.wanted(x[16], x[17], x[18])
      gq = (self).joined(__torch__.rotate(ga[0], cos, sin, -1.), )
      gk = (self).joined(__torch__.rotate(ga[1], x[15], x[16], -1.), )
      gn = __torch__.pull_linear(gk, x[3], p, 9, torch.slice(kept, 3, 6), wants, gs, none, first)
      gn = __torch__.pull_linear((self).joined(ga[2], ), x[3], p, 17, torch.slice(kept, 6, 9), wants, gs, gn, first)
      m = __torch__.wanted(x[3], x[17], x[18])
      if torch.numel(x[18]) > 0:
        gw = __torch__.pull_linear(gq, m, p, 1, torch.slice(kept, 0, 3), wants, gs, none, first)
        if first:
          gn = __torch__.add_wanted(gn, gw, x[17], x[18])
      else:
        gn = __torch__.pull_linear(gq, m, p, 1, torch.slice(kept, 0, 3), wants, gs, gn, first)
      if first:
        norm = __torch__.pull_rms(gn, x[2], p[0], x[4], self.eps, self.plus)
        gs[0] = torch.to(norm[1], ops.prim.dtype(p[0]))
        if further:
          b = torch.append(out, __torch__.add_wanted(norm[0], gh, x[17], x[18]))
    for i in range(torch.len(p)):
      if int(wants[1 + i]) == 1:
        c = torch.append(out, gs[i])
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
    h = (self).qkv(__torch__.rms(x[0], p[0], self.eps, self.plus), x, all, p, annotate(List[Tensor], []), )
    o = __torch__.attend(h[0], h[1], h[2], x[3], all, self.window, 0, annotate(List[Tensor], []))
    y = (self).after(x[0], o, p, )
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
    h = (self).qkv(__torch__.rms(x[0], p[0], self.eps, self.plus), x, torch.slice(x[5], 0, 0, 0), p, annotate(List[Tensor], []), )
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
    return [(self).after(x[0], y, p, )]
