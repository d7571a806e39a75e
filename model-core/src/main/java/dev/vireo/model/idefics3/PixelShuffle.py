# The tower's last norm; then scale x scale neighbouring patches of a tile become one position, one after the other row by row.
# x = [hidden [1, T, D], grids int64 [n * 2] on the host: rows and columns of each tile, all the same]; p = norm's weight and bias
# -> [n, P / scale^2, D scale^2]
# Source: transformers 5.23, models/idefics3 Idefics3Connector.pixel_shuffle.
class PixelShuffle(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  scale : int
  eps : float
  def forward(self: __torch__.PixelShuffle, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    d = torch.size(x[0], -1)
    s = self.scale
    rows = torch.floordiv(int(x[1][0]), s)
    columns = torch.floordiv(int(x[1][1]), s)
    n = torch.layer_norm(x[0], [d], p[0], p[1], self.eps)
    t = torch.permute(torch.view(n, [-1, rows, s, columns, s * d]), [0, 1, 3, 2, 4])
    return [torch.reshape(t, [-1, rows * columns, s * s * d])]
