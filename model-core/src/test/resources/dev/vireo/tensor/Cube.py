# y = scale w x^3
class Cube(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  scale : float
  def forward(self: __torch__.Cube, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [x[0] * x[0] * x[0] * p[0] * self.scale]
