# cos and sin of position * f_i, each [T, E], in float32; f_i = theta^(-2i/E) (Su et al. 2021, arXiv 2104.09864)
# factor: f_i is divided by it. original > 0 (Llama 3.1): only those with less than `low` periods in `original` positions are,
# those with more than `high` stay, between them lies a mean of both. Source: transformers 5.23, modeling_rope_utils.py.
class Rotary(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  head_width : int
  theta : float
  factor : float
  low : float
  high : float
  original : int
  def frequencies(self: __torch__.Rotary, device: Device) -> Tensor:
    i = torch.to(torch.arange(0, self.head_width, 2, dtype=4, layout=None, device=device), 6)
    f = torch.reciprocal(torch.pow(self.theta, torch.div(i, self.head_width)))
    y = torch.div(f, self.factor)
    if self.original > 0:
      periods = torch.div(float(self.original), torch.div(6.283185307179586, f))
      smooth = torch.div(periods - self.low, self.high - self.low)
      between = torch.rsub(smooth, 1) * y + smooth * f
      y = torch.where(torch.lt(periods, self.low), y, torch.where(torch.gt(periods, self.high), f, between))
    return y
  # x = [positions int64 [T]]
  def angles(self: __torch__.Rotary, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    f = torch.unsqueeze(torch.to(x[0], 6), 1) * torch.unsqueeze((self).frequencies(ops.prim.device(x[0]), ), 0)
    e = torch.cat([f, f], 1)
    return [torch.cos(e), torch.sin(e)]
