# Gradients of one optimizer step: the norm over all of them, scaling, clearing. p = gradients, float32
class GradientBuffer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # -> the 2-norm of the norms, as torch.nn.utils.clip_grad_norm_ takes it, float32 []
  def norm(self: __torch__.GradientBuffer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    norms = annotate(List[Tensor], [])
    for i in range(torch.len(p)):
      a = torch.append(norms, torch.linalg_vector_norm(p[i]))
    return [torch.linalg_vector_norm(torch.stack(norms))]
  # x = [factor float32 []]: every gradient is multiplied by it in place
  def scale(self: __torch__.GradientBuffer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    for i in range(torch.len(p)):
      a = torch.mul_(p[i], x[0])
    return [x[0]]
  # every gradient becomes 0
  def clear(self: __torch__.GradientBuffer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    for i in range(torch.len(p)):
      a = torch.zero_(p[i])
    return [x[0]]
