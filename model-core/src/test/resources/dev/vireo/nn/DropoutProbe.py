# The dropout of Linear.py alone. x = [input, settings [4]]
class DropoutProbe(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.DropoutProbe, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [__torch__.dropout(x[0], x[1])]
