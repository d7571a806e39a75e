# CLIP and SigLIP encoder layer: h = x + attention(norm(x)); y = h + W_2 act(W_1 norm(h)); every position of a tile sees every other of
# it.
# x = [hidden [B, S, D]], or, of tiles that differ in size, [hidden [1, T, D] of all tiles' patches, grids int64 [n * 2] on the
# host: rows and columns of each tile]
# p = 0, 1 first norm; linears from 2 q, 10 k, 18 v, 26 out; 34, 35 second norm; linears from 36 fc1, 44 fc2
# Source: transformers 5.23, models/clip CLIPEncoderLayer, models/siglip SiglipEncoderLayer.
class VisionLayer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  head_width : int
  activation : int
  eps : float
  def split(self: __torch__.VisionLayer, x: Tensor) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), torch.size(x, 1), -1, self.head_width]), 1, 2)
  # softmax(q k^T / sqrt(E)) v of [B, H, S, E] -> [B, S, H, E]; on the CPU a tile at a time by multiplications of matrices, which
  # are faster
  def attend(self: __torch__.VisionLayer, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    if ops.prim.is_cuda(q) or ops.prim.requires_grad(q) or ops.prim.requires_grad(k) or ops.prim.requires_grad(v):
      y = torch.transpose(torch.scaled_dot_product_attention(q, k, v, None, 0., False), 1, 2)
    else:
      scale = torch.pow(float(self.head_width), -0.5)
      y = torch.empty_like(torch.transpose(q, 1, 2), memory_format=0)
      for i in range(torch.size(q, 0)):
        s = torch.baddbmm(torch.slice(q[i], 2, 0, 1), q[i], torch.transpose(k[i], 1, 2), beta=0, alpha=scale)
        a = torch.copy_(torch.transpose(y[i], 0, 1), torch.bmm(torch.softmax(s, -1), v[i]))
    return y
  # the same a tile at a time, of [1, H, T, E] -> [1, T, H, E]
  def attend_grids(self: __torch__.VisionLayer, q: Tensor, k: Tensor, v: Tensor, grids: Tensor) -> Tensor:
    outs = annotate(List[Tensor], [])
    at = 0
    for i in range(torch.floordiv(torch.numel(grids), 2)):
      n = int(grids[2 * i]) * int(grids[2 * i + 1])
      o = (self).attend(torch.slice(q, 2, at, at + n), torch.slice(k, 2, at, at + n), torch.slice(v, 2, at, at + n), )
      a = torch.append(outs, o)
      at = at + n
    return torch.cat(outs, 1)
  def forward(self: __torch__.VisionLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    d = torch.size(x[0], -1)
    n = torch.layer_norm(x[0], [d], p[0], p[1], self.eps)
    q = (self).split(__torch__.linear(n, p, 2), )
    k = (self).split(__torch__.linear(n, p, 10), )
    v = (self).split(__torch__.linear(n, p, 18), )
    if torch.len(x) > 1:
      seen = (self).attend_grids(q, k, v, x[1], )
    else:
      seen = (self).attend(q, k, v, )
    h = torch.add_(__torch__.linear(torch.reshape(seen, torch.size(x[0])), p, 26), x[0])
    m = __torch__.activated(__torch__.linear(torch.layer_norm(h, [d], p[34], p[35], self.eps), p, 36), self.activation)
    return [torch.add_(__torch__.linear(m, p, 44), h)]
