# Dropout (Srivastava et al. 2014) whose mask is a function of the seed and the element's place, so that a block that is
# computed again drops the same elements: an integer hash of 32 bits (Wellons 2018, "lowbias32"), of which 24 bits are read
# as a number in [0, 1) and compared with the probability. s = [scale, probability, seed's upper 24 bits, lower 24 bits]
def hashed(x: Tensor) -> Tensor:
  m = 4294967295
  h = torch.bitwise_and(x, m)
  h = torch.bitwise_and(torch.bitwise_xor(h, torch.bitwise_right_shift(h, 16)) * 569420461, m)
  h = torch.bitwise_and(torch.bitwise_xor(h, torch.bitwise_right_shift(h, 15)) * 1935289751, m)
  return torch.bitwise_xor(h, torch.bitwise_right_shift(h, 15))
def dropout(x: Tensor, s: Tensor) -> Tensor:
  p = float(s[1])
  i = torch.arange(0, torch.numel(x), 1, dtype=4, layout=None, device=ops.prim.device(x))
  h = __torch__.hashed(__torch__.hashed(i + int(s[2])) + int(s[3]))
  u = torch.div(torch.to(torch.bitwise_right_shift(h, 8), 6), 16777216.)
  kept = torch.view(torch.ge(u, p), torch.size(x))
  return torch.div(x * torch.to(kept, ops.prim.dtype(x)), 1. - p)
# y = x W^T + b + s (x A^T) B^T      LoRA: Hu et al. 2021, arXiv 2106.09685, equation 3
# A linear module takes eight places of a block's parameters: W [out, in], b [out], A [R, in], B [out, R], s [1], or [4]
# where A's input has dropout; three more are for what else an adapter or a quantized W needs.
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
    s = p[i + 4]
    u = x
    if torch.numel(s) > 1:
      u = __torch__.dropout(x, s)
    low = torch.linear(u, torch.to(a, t))
    z = y + torch.linear(low * torch.to(torch.select(s, 0, 0), t), torch.to(p[i + 3], t))
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
