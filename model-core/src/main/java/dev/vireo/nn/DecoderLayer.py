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
  # from the second norm's output: W_down(act(W_gate n) * W_up n)
  def mlp(self: __torch__.DecoderLayer, n: Tensor, p: List[Tensor]) -> Tensor:
    return __torch__.linear(__torch__.activation(__torch__.linear(n, p, 34), self.activation) * __torch__.linear(n, p, 42), p, 50)
  # from the first norm's output to rotated queries of the wanted tokens, rotated keys, values
  def qkv(self: __torch__.DecoderLayer, n: Tensor, x: List[Tensor], queries: Tensor, p: List[Tensor]) -> List[Tensor]:
    m = __torch__.wanted(n, x[3], queries)
    cos = __torch__.wanted(x[1], x[3], queries)
    sin = __torch__.wanted(x[2], x[3], queries)
    q = __torch__.rotate((self).split(__torch__.linear(m, p, 1), ), cos, sin)
    k = __torch__.rotate((self).split(__torch__.linear(n, p, 9), ), x[1], x[2])
    return [q, k, (self).split(__torch__.linear(n, p, 17), )]
  # from the layer's input and the attention's output of the wanted tokens to the layer's output
  def after(self: __torch__.DecoderLayer, x: Tensor, o: Tensor, p: List[Tensor]) -> Tensor:
    h = x + __torch__.linear(o, p, 25)
    return h + (self).mlp(__torch__.rms(h, p[33], self.eps, self.plus), p, )
  def forward(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(__torch__.rms(x[0], p[0], self.eps, self.plus), x, x[4], p, )
    o = __torch__.attend(h[0], h[1], h[2], x[3], x[4], self.window, 0, annotate(List[Tensor], []))
    return [(self).after(__torch__.wanted(x[0], x[3], x[4]), o, p, )]
  # As Gradients.py has them, but recorded are only the linear modules and rotations: the gradients of norms, attention, activation
  # and sums are written out here.
  # x = [wants, inputs...] -> [y, x, n, r of the first norm, q, k, v, o, h recorded, h, m, r of the second norm, y recorded,
  # segments, queries, wants, number of probabilities, gate, up, s = act(gate) up, probabilities..., leaves...]
  def keep(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    ps = annotate(List[Tensor], [])
    constant = torch.clone(x[0])
    zero = torch.zero_(torch.slice(constant, 0, 0, 1))
    ls = (self).leaves(constant, torch.slice(x, 1), p, annotate(List[Tensor], []), ps, )
    a = __torch__.normed(x[1], p[0], self.eps, self.plus)
    n = torch.requires_grad_(torch.detach(a[0]), int(x[0][0]) + int(x[0][1]) > 0)
    xs = torch.slice(x, 1)
    q = (self).qkv(n, xs, x[5], ps, )
    probabilities = annotate(List[Tensor], [])
    most = self.kept_scores * torch.size(x[1], 0)
    o = __torch__.attend(torch.detach(q[0]), torch.detach(q[1]), torch.detach(q[2]), x[4], x[5], self.window, most, probabilities)
    o = torch.requires_grad_(torch.detach(o), True)
    # A sum keeps neither of what it adds.
    d = __torch__.wanted(torch.detach(x[1]), x[4], x[5]) + __torch__.linear(o, ps, 25)
    h = torch.detach(d)
    b = __torch__.normed(h, p[33], self.eps, self.plus)
    m = torch.requires_grad_(torch.detach(b[0]), True)
    gate = __torch__.linear(m, ps, 34)
    up = __torch__.linear(m, ps, 42)
    s = torch.requires_grad_(__torch__.activation(torch.detach(gate), self.activation) * torch.detach(up), True)
    u = h + __torch__.linear(s, ps, 50)
    count = torch.tensor([torch.len(probabilities)], dtype=4)
    out = [torch.detach(u), x[1], n, a[1], q[0], q[1], q[2], o, d, h, m, b[1], u, x[4], x[5], x[0], count, gate, up, s]
    for i in range(torch.len(probabilities)):
      c = torch.append(out, probabilities[i])
    for i in range(torch.len(ls)):
      e = torch.append(out, ls[i])
    return out
  # x = [gy, then what keep returns] -> the wanted gradients
  def pull(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    first = 21 + int(x[17][0])
    ls = torch.slice(x, first)
    gs = annotate(List[Tensor], [])
    for i in range(torch.len(ls)):
      a = torch.append(gs, torch.slice(x[17], 0, 0, 0))
    gp = (self).through([x[13]], [x[0]], x[20], ls, gs, )
    gate = torch.detach(x[18])
    gu = gp * __torch__.activation(gate, self.activation)
    gg = __torch__.pull_activation(torch.mul_(gp, torch.detach(x[19])), gate, self.activation)
    gm = (self).through([x[18], x[19]], [gg, gu], x[11], ls, gs, )
    second = __torch__.pull_rms(gm, x[10], p[33], x[12], self.eps, self.plus)
    gh = x[0] + second[0]
    go = (self).through([x[9]], [gh], x[8], ls, gs, )
    out = annotate(List[Tensor], [])
    if ops.prim.requires_grad(x[5]) or ops.prim.requires_grad(x[6]) or ops.prim.requires_grad(x[7]):
      ga = __torch__.pull_attention(go, torch.detach(x[5]), torch.detach(x[6]), torch.detach(x[7]), x[14], x[15], self.window, torch.slice(x, 21, first))
      hs = annotate(List[Tensor], [])
      hg = annotate(List[Tensor], [])
      for i in range(3):
        if ops.prim.requires_grad(x[5 + i]):
          b = torch.append(hs, x[5 + i])
          c = torch.append(hg, ga[i])
      gn = (self).through(hs, hg, x[3], ls, gs, )
      if ops.prim.requires_grad(x[3]):
        norm = __torch__.pull_rms(gn, x[2], p[0], x[4], self.eps, self.plus)
        if int(x[16][0]) == 1:
          d = torch.append(out, __torch__.add_wanted(norm[0], gh, x[14], x[15]))
        if int(x[16][1]) == 1:
          gs[0] = torch.to(norm[1], ops.prim.dtype(ls[0]))
    if int(x[16][34]) == 1:
      place = int(torch.sum(torch.slice(x[16], 0, 1, 34)))
      gs[place] = torch.to(second[1], ops.prim.dtype(ls[place]))
    for i in range(torch.len(ls)):
      g = gs[i]
      if torch.numel(g) == 0:
        g = torch.zeros_like(ls[i])
      e = torch.append(out, g)
    return out
  # Pulls gradients back through a recorded part: those of the leaves that it reaches go into gs; -> that of its input x, or
  # an empty tensor where it wants none.
  def through(self: __torch__.DecoderLayer, ys: List[Tensor], gys: List[Tensor], x: Tensor, ls: List[Tensor], gs: List[Tensor]) -> Tensor:
    os = annotate(List[Tensor], [])
    given = annotate(List[Optional[Tensor]], [])
    for i in range(torch.len(gys)):
      a = torch.append(given, gys[i])
    for i in range(torch.len(ls)):
      b = torch.append(os, ls[i])
    if ops.prim.requires_grad(x):
      c = torch.append(os, x)
    found = torch.autograd.grad(ys, os, given, None, False, True)
    for i in range(torch.len(ls)):
      g = found[i]
      if torch.__isnot__(g, None):
        gs[i] = torch._unwrap_optional(g)
    y = torch.slice(x, 0, 0, 0)
    if ops.prim.requires_grad(x):
      y = torch._unwrap_optional(found[torch.len(ls)])
    return y
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
    h = (self).qkv(__torch__.rms(x[0], p[0], self.eps, self.plus), x, all, p, )
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
    h = (self).qkv(__torch__.rms(x[0], p[0], self.eps, self.plus), x, torch.slice(x[5], 0, 0, 0), p, )
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
