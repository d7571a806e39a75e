# The input of a tower that takes tiles of any shape: normalised patches, and learnt positions of a square grid, of which a patch
# takes the one at its own place in its tile, both as fractions (NaViT, Dehghani et al. 2023, arXiv 2307.06304).
# x = [patches uint8 [T, 3, patch, patch], grids int64 [n * 2] on the host: rows and columns of each tile]
# p = 0 mean, 1 std [3, 1, 1] (both divided by the rescale factor), 2 patch weight [D, 3, patch, patch], 3 patch bias [D],
#     4 positions [side * side, D] -> [1, T, D]
# Source: transformers 5.23, models/idefics2 Idefics2VisionEmbeddings. A patch's bucket depends on the rounding of float32 where its
# fraction is that of a boundary, so the operators are the same.
class GridEmbedding(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  side : int
  # the table's row or column of each of n rows or columns [n]
  def buckets(self: __torch__.GridEmbedding, n: int, like: Tensor) -> Tensor:
    d = ops.prim.device(like)
    step = torch.div(1., float(self.side))
    boundaries = torch.arange(step, 1., step, dtype=6, layout=None, device=d)
    own = torch.reciprocal(torch.tensor(float(n), dtype=6, device=d))
    at = torch.arange(0, n, 1, dtype=6, layout=None, device=d) * own
    return torch.bucketize(torch.clamp_max(at, 0.99999900000000002), boundaries, right=True)
  def positions(self: __torch__.GridEmbedding, grids: Tensor, like: Tensor) -> Tensor:
    outs = annotate(List[Tensor], [])
    for i in range(torch.floordiv(torch.numel(grids), 2)):
      rows = (self).buckets(int(grids[2 * i]), like, )
      columns = (self).buckets(int(grids[2 * i + 1]), like, )
      a = torch.append(outs, torch.flatten(torch.unsqueeze(rows, 1) * self.side + torch.unsqueeze(columns, 0)))
    return torch.cat(outs)
  def forward(self: __torch__.GridEmbedding, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    v = torch.to(torch.div(torch.to(x[0], 6) - p[0], p[1]), ops.prim.dtype(p[2]))
    h = torch.linear(torch.flatten(v, 1), torch.flatten(p[2], 1), p[3])
    return [torch.unsqueeze(h + torch.embedding(p[4], (self).positions(x[1], h, )), 0)]
