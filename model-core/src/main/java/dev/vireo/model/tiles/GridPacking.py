# Features of each image: its base view's patches, then the stitched tiles' patches without the padding, row by row, with
# the newline feature behind each row. Source: transformers 5.23, models/llava_next and models/llava_onevision
# pack_image_features.
# x = [features [B, P, D], layout int64 [images * 9] on the host: tiles, grid rows, grid columns, then the window of the
# stitched map in patches: top, bottom, left, right, then the rows and columns that it is resized to, bilinear]
# p = [newline [D]] -> [image tokens, D]
class GridPacking(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def grid(self: __torch__.GridPacking, f: Tensor, l: Tensor, newline: Tensor) -> Tensor:
    d = torch.size(f, 2)
    s = int(torch.sqrt(torch.tensor(torch.size(f, 1), dtype=7)))
    rows = int(l[1])
    columns = int(l[2])
    t = torch.view(f, [rows, columns, s, s, d])
    m = torch.reshape(torch.permute(t, [0, 2, 1, 3, 4]), [rows * s, columns * s, d])
    w = torch.slice(torch.slice(m, 0, int(l[3]), int(l[4])), 1, int(l[5]), int(l[6]))
    size = [int(l[7]), int(l[8])]
    if torch.ne(torch.size(w, 0), size[0]) or torch.ne(torch.size(w, 1), size[1]):
      u = torch.upsample_bilinear2d(torch.unsqueeze(torch.permute(w, [2, 0, 1]), 0), size, False, None, None)
      w = torch.permute(torch.squeeze(u, 0), [1, 2, 0])
    n = torch.expand(torch.view(newline, [1, 1, d]), [torch.size(w, 0), 1, d])
    return torch.flatten(torch.cat([w, n], 1), 0, 1)
  def forward(self: __torch__.GridPacking, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    outs = annotate(List[Tensor], [])
    layout = torch.view(x[1], [-1, 9])
    newline = torch.to(p[0], ops.prim.dtype(x[0]))
    at = 0
    for i in range(torch.size(layout, 0)):
      l = layout[i]
      tiles = int(l[0])
      a = torch.append(outs, torch.select(x[0], 0, at))
      if tiles > 1:
        b = torch.append(outs, (self).grid(torch.slice(x[0], 0, at + 1, at + tiles), l, newline, ))
      else:
        c = torch.append(outs, torch.unsqueeze(newline, 0))
      at = at + tiles
    return [torch.cat(outs, 0)]
