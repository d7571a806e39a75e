# Llama and Mistral decoder layer: h = x + attention(rms(x)); y = h + W_down(silu(W_gate rms(h)) * W_up rms(h))
# x = [hidden [T, D], cos [T, E], sin [T, E], segments]
# p = 0 input norm [D]; linears from 1 q, 9 k, 17 v, 25 o; 33 second norm [D]; linears from 34 gate, 42 up, 50 down
# Source: transformers 5.23, models/llama and models/mistral.
class DecoderLayer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  head_width : int
  window : int
  eps : float
  def split(self: __torch__.DecoderLayer, x: Tensor) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), -1, self.head_width]), 0, 1)
  def mlp(self: __torch__.DecoderLayer, h: Tensor, p: List[Tensor]) -> Tensor:
    n = torch.rms_norm(h, [torch.size(h, -1)], p[33], self.eps)
    return h + __torch__.linear(torch.silu(__torch__.linear(n, p, 34)) * __torch__.linear(n, p, 42), p, 50)
  def qkv(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    n = torch.rms_norm(x[0], [torch.size(x[0], -1)], p[0], self.eps)
    q = __torch__.rotate((self).split(__torch__.linear(n, p, 1), ), x[1], x[2])
    k = __torch__.rotate((self).split(__torch__.linear(n, p, 9), ), x[1], x[2])
    return [q, k, (self).split(__torch__.linear(n, p, 17), )]
  def forward(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(x, p, )
    o = __torch__.attend(h[0], h[1], h[2], x[3], self.window)
    return [(self).mlp(x[0] + __torch__.linear(o, p, 25), p, )]
  # As forward, without what lies before it; also a cache of keys and values [Hkv, capacity, E] that holds those of x in its
  # first T places. The others are not initialised: step writes them.
  # x = [hidden [T, D], cos [T, E], sin [T, E], segments, capacity int64 [1] on the host]
  def prefill(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(x, p, )
    o = __torch__.attend(h[0], h[1], h[2], x[3], self.window)
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
    h = (self).qkv(x, p, )
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
