class Multiply(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # x = [a [m, k], b [n, k]] -> [a b^T]
  def multiply(self: __torch__.Multiply, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.linear(x[0], x[1])]
