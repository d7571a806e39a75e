# Gradients without end, in one call.
class Endless(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.Endless, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [x[0] * p[0]]
  def compute(self: __torch__.Endless, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    y = [x[0]]
    for i in range(1000000000):
      y = (self).vjp(x, p, )
    return y
