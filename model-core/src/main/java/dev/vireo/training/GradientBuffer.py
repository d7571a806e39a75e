# Gradients of one optimizer step in one flat buffer, float32 [n], n a multiple of 256: norms, scaling, clearing.
# p = [the buffer]
class GradientBuffer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # -> the 2-norm of each block of 256 [n / 256]
  def norms(self: __torch__.GradientBuffer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.linalg_vector_norm(torch.view(p[0], [-1, 256]), 2, [1])]
  # x = [factor float32 []]: every gradient is multiplied by it in place
  def scale(self: __torch__.GradientBuffer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    a = torch.mul_(p[0], x[0])
    return [x[0]]
  # every gradient becomes 0
  def clear(self: __torch__.GradientBuffer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    a = torch.zero_(p[0])
    return [x[0]]
