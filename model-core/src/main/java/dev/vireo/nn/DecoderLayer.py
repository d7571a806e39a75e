# Llama and Mistral decoder layer: h = x + attention(rms(x)); y = h + W_down(silu(W_gate rms(h)) * W_up rms(h))
# x = [hidden [T, D], cos [T, E], sin [T, E], segments]
# p = 0 input norm [D]; linears from 1 q, 6 k, 11 v, 16 o; 21 second norm [D]; linears from 22 gate, 27 up, 32 down
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
    n = torch.rms_norm(h, [torch.size(h, -1)], p[21], self.eps)
    return h + __torch__.linear(torch.silu(__torch__.linear(n, p, 22)) * __torch__.linear(n, p, 27), p, 32)
  def qkv(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    n = torch.rms_norm(x[0], [torch.size(x[0], -1)], p[0], self.eps)
    q = __torch__.rotate((self).split(__torch__.linear(n, p, 1), ), x[1], x[2])
    k = __torch__.rotate((self).split(__torch__.linear(n, p, 6), ), x[1], x[2])
    return [q, k, (self).split(__torch__.linear(n, p, 11), )]
  def forward(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(x, p, )
    o = __torch__.attend(h[0], h[1], h[2], x[3], self.window)
    return [(self).mlp(x[0] + __torch__.linear(o, p, 16), p, )]
  # As forward, for one sequence; also its keys and values [Hkv, T, E], to be continued by step.
  def prefill(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(x, p, )
    o = __torch__.attend(h[0], h[1], h[2], x[3], self.window)
    return [(self).mlp(x[0] + __torch__.linear(o, p, 16), p, ), torch.contiguous(h[1]), torch.contiguous(h[2])]
  # One more token for each of n samples that share a prefix.
  # x = [hidden [n, D], cos [n, E], sin [n, E], prefix keys, prefix values [Hkv, T, E], own keys, own values
  # [n, Hkv, capacity, E] (written in place), place int64 [1]: tokens that the samples already have]
  def step(self: __torch__.DecoderLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = (self).qkv(x, p, )
    at = int(x[7][0])
    heads = torch.size(h[0], 0)
    n = torch.size(x[0], 0)
    a = torch.copy_(torch.select(x[5], 2, at), torch.transpose(h[1], 0, 1))
    b = torch.copy_(torch.select(x[6], 2, at), torch.transpose(h[2], 0, 1))
    own_k = torch.slice(x[5], 2, 0, at + 1)
    own_v = torch.slice(x[6], 2, 0, at + 1)
    pk = x[3]
    pv = x[4]
    if self.window > 0:
      first = torch.size(pk, 1) + at + 1 - self.window
      if first > 0:
        pk = torch.slice(pk, 1, first)
        pv = torch.slice(pv, 1, first)
        late = first - torch.size(x[3], 1)
        if late > 0:
          own_k = torch.slice(own_k, 2, late)
          own_v = torch.slice(own_v, 2, late)
    outs = annotate(List[Tensor], [])
    for i in range(n):
      k = __torch__.grouped(torch.cat([pk, own_k[i]], 1), heads)
      v = __torch__.grouped(torch.cat([pv, own_v[i]], 1), heads)
      q = torch.slice(h[0], 1, i, i + 1)
      o = torch.scaled_dot_product_attention(torch.unsqueeze(q, 0), torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), None, 0., False)
      c = torch.append(outs, torch.reshape(o, [1, -1]))
    return [(self).mlp(x[0] + __torch__.linear(torch.cat(outs, 0), p, 16), p, )]
