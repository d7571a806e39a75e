# Casts, and views of raw bytes as tensors. Type codes are TorchScript's: 5 float16, 6 float32, 7 float64, 15 bfloat16.
class Tensors(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # x = [tensor] -> [float32 tensor]
  def float32(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.to(x[0], 6)]
  # x = [tensor] -> [bfloat16 tensor]
  def bfloat16(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.to(x[0], 15)]
  # x = [tensor] -> [a contiguous copy that shares nothing with it]
  def copy(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.contiguous(torch.clone(torch.detach(x[0])))]
  # x -> further handles on the same tensors
  def again(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return x
  # x = [tensor, int64 [m]] -> [those rows of it]
  def rows(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.index_select(x[0], 0, x[1])]
  # x = [target, source]: target's values become source's, cast to target's type
  def assign(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.copy_(x[0], x[1])]
  # x = [target, source]: target += source, in target's type
  def add(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.add_(x[0], x[1])]
  # x = [raw uint8, shape int64, code int64]: the bytes as a tensor of that type and shape, without a copy
  def reinterpret(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    size = annotate(List[int], [])
    stride = annotate(List[int], [])
    n = torch.size(x[1], 0)
    for i in range(n):
      a = torch.append(size, int(x[1][i]))
      step = 1
      for j in range(n):
        if j > i:
          step = step * int(x[1][j])
      b = torch.append(stride, step)
    empty = torch.empty([0], dtype=int(x[2]), layout=None, device=ops.prim.device(x[0]))
    return [torch.set_(empty, x[0], 0, size, stride)]
  def strides(self: __torch__.Tensors, size: List[int]) -> List[int]:
    stride = annotate(List[int], [])
    for i in range(torch.len(size)):
      step = 1
      for j in range(torch.len(size)):
        if j > i:
          step = step * size[j]
      b = torch.append(stride, step)
    return stride
  # x = [tensor, flat tensor of its type, int64 [1] on the host]: the tensor's values move to that place of flat, of which it
  # becomes a view
  def move(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    at = int(x[2][0])
    size = torch.size(x[0])
    a = torch.copy_(torch.slice(x[1], 0, at, at + torch.numel(x[0])), torch.reshape(x[0], [-1]))
    return [torch.set_(x[0], x[1], at, size, (self).strides(size, ))]
  # x = [flat tensor, int64 [1 + n] on the host: place, shape] -> a view of flat in that shape
  def part(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    size = annotate(List[int], [])
    n = 1
    for i in range(torch.size(x[1], 0) - 1):
      a = torch.append(size, int(x[1][i + 1]))
      n = n * int(x[1][i + 1])
    at = int(x[1][0])
    return [torch.view(torch.slice(x[0], 0, at, at + n), size)]
  # x = [tensor] -> [its bytes, uint8]: the storage seen as bytes, without a copy; the tensor must be contiguous from offset 0
  def bytes(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    empty = torch.empty([0], dtype=0, layout=None, device=ops.prim.device(x[0]))
    n = torch.numel(x[0]) * torch.element_size(x[0])
    return [torch.set_(empty, x[0], 0, [n], [1])]
  # x = [tensor on the host, a tensor on a GPU] -> [the first one there]; the copy runs from pinned memory, in the stream's order
  def upload(self: __torch__.Tensors, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [torch.to(torch.pin_memory(x[0]), ops.prim.device(x[1]), ops.prim.dtype(x[0]), True)]
