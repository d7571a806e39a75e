# cos and sin of position * theta^(-2i/E), each [T, E], in float32 (Su et al. 2021, arXiv 2104.09864)
class Rotary(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  head_width : int
  theta : float
  # x = [positions int64 [T]]
  def angles(self: __torch__.Rotary, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    d = ops.prim.device(x[0])
    i = torch.to(torch.arange(0, self.head_width, 2, dtype=4, layout=None, device=d), 6)
    inverse = torch.reciprocal(torch.pow(self.theta, torch.div(i, self.head_width)))
    f = torch.unsqueeze(torch.to(x[0], 6), 1) * torch.unsqueeze(inverse, 0)
    e = torch.cat([f, f], 1)
    return [torch.cos(e), torch.sin(e)]
