# x = [features [B, P, D], number of images] -> [B P, D]
class FlatPacking(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.FlatPacking, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.flatten(x[0], 0, 1)]
