# Perceiver resampler: L learnt latents for each tile, which look at its features and at themselves (Alayrac et al. 2022, arXiv
# 2204.14198; Laurencon et al. 2024, arXiv 2405.02246). In each layer l = l + attention(rms(l); rms(features), rms(l)), then
# l = l + W_down(act(W_gate rms(l)) * W_up rms(l)); a last norm.
# x = [features [T, D] of all tiles, grids int64 [n * 2] on the host: rows and columns of each tile]
# p = 0 latents [L, D], 1 last norm [D]; of layer i from 2 + 59 i: 0 latents' norm, 1 features' norm; linears from 2 q, 10 k, 18 v,
# 26 o; 34 second norm; linears from 35 gate, 43 up, 51 down -> [n, L, D]
# Source: transformers 5.23, models/idefics2 Idefics2PerceiverResampler.
class Perceiver(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  head_width : int
  depth : int
  activation : int
  eps : float
  # [n, heads * E] -> [heads, n, E]
  def split(self: __torch__.Perceiver, x: Tensor) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), -1, self.head_width]), 0, 1)
  # what tile i sees: its features, then its latents
  def seen(self: __torch__.Perceiver, features: Tensor, latents: Tensor, at: int, n: int, i: int, each: int) -> Tensor:
    own = torch.slice(latents, 1, i * each, (i + 1) * each)
    return torch.cat([torch.slice(features, 1, at, at + n), own], 1)
  # l: normed latents of all tiles [n L, D], f: normed features [T, D] -> [n L, H E]
  def attend(self: __torch__.Perceiver, l: Tensor, f: Tensor, grids: Tensor, each: int, p: List[Tensor], o: int) -> Tensor:
    q = (self).split(__torch__.linear(l, p, o + 2), )
    fk = (self).split(__torch__.linear(f, p, o + 10), )
    lk = (self).split(__torch__.linear(l, p, o + 10), )
    fv = (self).split(__torch__.linear(f, p, o + 18), )
    lv = (self).split(__torch__.linear(l, p, o + 18), )
    groups = torch.floordiv(torch.size(q, 0), torch.size(fk, 0))
    outs = annotate(List[Tensor], [])
    at = 0
    for i in range(torch.floordiv(torch.numel(grids), 2)):
      n = int(grids[2 * i]) * int(grids[2 * i + 1])
      k = torch.repeat_interleave((self).seen(fk, lk, at, n, i, each, ), groups, 0)
      v = torch.repeat_interleave((self).seen(fv, lv, at, n, i, each, ), groups, 0)
      qs = torch.unsqueeze(torch.slice(q, 1, i * each, (i + 1) * each), 0)
      y = torch.scaled_dot_product_attention(qs, torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), None, 0., False)
      a = torch.append(outs, torch.squeeze(y, 0))
      at = at + n
    all = torch.transpose(torch.cat(outs, 1), 0, 1)
    return torch.reshape(all, [torch.size(all, 0), -1])
  def forward(self: __torch__.Perceiver, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    tiles = torch.floordiv(torch.numel(x[1]), 2)
    each = torch.size(p[0], 0)
    d = torch.size(p[0], 1)
    l = torch.reshape(torch.expand(torch.unsqueeze(p[0], 0), [tiles, each, d]), [-1, d])
    for i in range(self.depth):
      o = 2 + 59 * i
      f = __torch__.rms(x[0], p[o + 1], self.eps, 0.)
      y = (self).attend(__torch__.rms(l, p[o], self.eps, 0.), f, x[1], each, p, o, )
      l = l + __torch__.linear(y, p, o + 26)
      n = __torch__.rms(l, p[o + 34], self.eps, 0.)
      g = __torch__.activation(__torch__.linear(n, p, o + 35), self.activation)
      l = l + __torch__.linear(g * __torch__.linear(n, p, o + 43), p, o + 51)
    return [torch.view(__torch__.rms(l, p[1], self.eps, 0.), [tiles, each, d])]
