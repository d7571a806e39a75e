# y = x W^T + b + s (x A^T) B^T      LoRA: Hu et al. 2021, arXiv 2106.09685, equation 3
# A linear module takes five places of a block's parameters: W [out, in], b [out], A [R, in], B [out, R], s [].
# What is absent is an empty tensor. A and B may be float32 beside a bfloat16 W: they are cast to x's type.
def linear(x: Tensor, p: List[Tensor], i: int) -> Tensor:
  b = p[i + 1]
  if torch.numel(b) > 0:
    y = torch.linear(x, p[i], b)
  else:
    y = torch.linear(x, p[i])
  a = p[i + 2]
  if torch.numel(a) > 0:
    t = ops.prim.dtype(x)
    low = torch.linear(x, torch.to(a, t))
    z = y + torch.linear(low * torch.to(p[i + 4], t), torch.to(p[i + 3], t))
  else:
    z = y
  return z
def activation(x: Tensor, kind: int) -> Tensor:
  # 0 gelu (exact), 1 quick_gelu x sigmoid(1.702 x), 2 silu, 3 gelu (tanh approximation)
  if kind == 0:
    y = torch.gelu(x)
  elif kind == 1:
    y = x * torch.sigmoid(x * 1.702)
  elif kind == 2:
    y = torch.silu(x)
  else:
    y = torch.gelu(x, approximate="tanh")
  return y
