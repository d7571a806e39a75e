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
# The scales of an NF4 weight's blocks of 64, float32 [blocks]. q: the scales, or (double quantization) their codes, uint8, with
# z = 512 numbers for pairs of NF4 codes, 256 for scales' codes, an offset, and the scales of blocks of 256 codes.
def scales(q: Tensor, z: Tensor) -> Tensor:
  if ops.prim.dtype(q) == 6:
    y = q
  else:
    nested = torch.slice(torch.repeat_interleave(torch.slice(z, 0, 769), 256, 0), 0, 0, torch.numel(q))
    y = torch.index_select(torch.slice(z, 0, 512, 768), 0, torch.to(q, 3)) * nested + torch.select(z, 0, 768)
  return y
# NF4 (Dettmers et al. 2023, arXiv 2305.14314) as bitsandbytes stores it: w uint8, two codes a byte, the first in the upper
# half; blocks of 64 in the order of the flat weight. Written to y [out in], in pieces that stay in the processor's cache.
def nf4(w: Tensor, q: Tensor, z: Tensor, y: Tensor) -> Tensor:
  s = __torch__.scales(q, z)
  pairs = torch.view(torch.slice(z, 0, 0, 512), [256, 2])
  piece = 524288
  for i in range(torch.floordiv(torch.numel(y) + piece - 1, piece)):
    start = i * piece
    t = torch.slice(y, 0, start, start + piece)
    codes = torch.slice(w, 0, torch.floordiv(start, 2), torch.floordiv(start + piece, 2))
    v = torch.reshape(torch.index_select(pairs, 0, torch.to(codes, 3)), [-1])
    blocks = torch.floordiv(torch.numel(t), 64)
    if blocks > 0:
      first = torch.floordiv(start, 64)
      k = torch.unsqueeze(torch.slice(s, 0, first, first + blocks), 1)
      m = torch.mul_(torch.view(torch.slice(v, 0, 0, 64 * blocks), [blocks, 64]), k)
      a = torch.copy_(torch.view(torch.slice(t, 0, 0, 64 * blocks), [blocks, 64]), m)
    if torch.numel(t) > 64 * blocks:
      r = torch.slice(v, 0, 64 * blocks, torch.numel(t)) * torch.select(s, 0, -1)
      b = torch.copy_(torch.slice(t, 0, 64 * blocks), r)
  return y
# W [out, in] of the linear module at place i, in the type of its input x. A quantized W is made anew at every call, in float32
# rounded once: nothing keeps it but the graph of the block that is being computed.
# int8: w [out, in], q float32 [out], the rows' largest magnitudes; W = w q / 127 (bitsandbytes' int8_vectorwise_dequant).
def weight(x: Tensor, p: List[Tensor], i: int) -> Tensor:
  w = p[i]
  t = ops.prim.dtype(x)
  d = ops.prim.device(x)
  if ops.prim.dtype(w) == 0:
    n = torch.size(x, -1)
    e = torch.empty([torch.floordiv(2 * torch.numel(w), n) * n], dtype=t, layout=None, device=d)
    y = torch.view(__torch__.nf4(w, p[i + 6], p[i + 7], e), [-1, n])
  elif ops.prim.dtype(w) == 1:
    y = torch.empty(torch.size(w), dtype=t, layout=None, device=d)
    rows = torch.floordiv(524288, torch.size(w, 1)) + 1
    for j in range(torch.floordiv(torch.size(w, 0) + rows - 1, rows)):
      k = torch.unsqueeze(torch.slice(p[i + 6], 0, j * rows, (j + 1) * rows), 1)
      v = torch.to(torch.slice(w, 0, j * rows, (j + 1) * rows), 6) * k * 0.007874015718698502
      a = torch.copy_(torch.slice(y, 0, j * rows, (j + 1) * rows), v)
  else:
    y = w
  return y
# The lengths of the rows of W + s B A [out], float32, not differentiated, without a copy of W: with w and b rows of W and B
# and G = A A^T, |w + s b A|^2 = |w|^2 + 2 s (w A^T) b + s^2 b G b.
def row_norms(w: Tensor, p: List[Tensor], i: int) -> Tensor:
  n = torch.linalg_vector_norm(torch.detach(w), 2, [1], False, dtype=6)
  if torch.numel(p[i + 2]) > 0:
    a = torch.to(torch.detach(p[i + 2]), 6)
    b = torch.to(torch.detach(p[i + 3]), 6)
    s = torch.select(p[i + 4], 0, 0)
    cross = torch.sum(b * torch.to(torch.linear(torch.detach(w), torch.to(a, ops.prim.dtype(w))), 6), [1])
    own = torch.sum(b * torch.matmul(b, torch.matmul(a, torch.t(a))), [1])
    n = torch.sqrt(torch.clamp_min(n * n + cross * s * 2. + own * s * s, 0.))
  return n
# y = x W^T + b + s (x A^T) B^T      LoRA: Hu et al. 2021, arXiv 2106.09685, equation 3
# With M: y = b + M / |W + s B A| (x W^T + s (x A^T) B^T), the norms by row and constant for the gradient. DoRA: Liu et al.
# 2024, arXiv 2402.09353, equations 5 and 11. As in PEFT, dropout of A's input also drops in what M's change multiplies.
# A linear module takes eight places of a block's parameters: W [out, in], b [out], A [R, in], B [out, R], s [1], or [4]
# where A's input has dropout, M [out]; two more are for what a quantized W needs: q and z above.
# What is absent is an empty tensor. A, B and M may be float32 beside a bfloat16 W: they are cast to x's type.
# kept: receives what pull_linear needs beside x: W as it was used, s x A^T [T, R], and with M x W^T + s (x A^T) B^T [T, out].
def project(x: Tensor, p: List[Tensor], i: int, kept: List[Tensor]) -> Tensor:
  b = p[i + 1]
  w = __torch__.weight(x, p, i)
  if torch.numel(b) > 0:
    y = torch.linear(x, w, b)
  else:
    y = torch.linear(x, w)
  a = p[i + 2]
  low = a
  sum = a
  z = y
  if torch.numel(a) > 0:
    t = ops.prim.dtype(x)
    s = p[i + 4]
    u = x
    if torch.numel(s) > 1:
      u = __torch__.dropout(x, s)
    low = torch.linear(u, torch.to(a, t)) * torch.to(torch.select(s, 0, 0), t)
    wide = torch.to(p[i + 3], t)
    if torch.numel(p[i + 5]) > 0:
      if torch.numel(s) > 1:
        v = torch.linear(u, w)
      elif torch.numel(b) > 0:
        v = y - b
      else:
        v = y
      g = torch.div(p[i + 5], __torch__.row_norms(w, p, i))
      l = torch.linear(low, wide)
      z = y + v * torch.to(g - 1., t) + l * torch.to(g, t)
      sum = v + l
    elif torch.dim(y) == 2:
      # In place: one pass over y, one rounding.
      z = torch.addmm_(y, low, torch.t(wide))
    else:
      z = y + torch.linear(low, wide)
  c = torch.append(kept, w)
  d = torch.append(kept, low)
  e = torch.append(kept, sum)
  return z
def linear(x: Tensor, p: List[Tensor], i: int) -> Tensor:
  return __torch__.project(x, p, i, annotate(List[Tensor], []))
# Gradients of the linear module at place i, whose output's is g [T, out]; x [T, in] its input, kept what project kept.
# wants: int64 [1 + len(p)] on the host; those of p that want one find theirs in gs. W wants none beside an adapter.
# gx: receives that of x: what other modules with this input gave so far, or an empty tensor; inward: whether x wants one.
def pull_linear(g: Tensor, x: Tensor, p: List[Tensor], i: int, kept: List[Tensor], wants: Tensor, gs: List[Tensor], gx: Tensor, inward: bool) -> Tensor:
  t = ops.prim.dtype(x)
  w = kept[0]
  a = p[i + 2]
  s = p[i + 4]
  drops = torch.numel(s) > 1
  direct = g
  h = g
  change = g
  if torch.numel(p[i + 5]) > 0:
    norms = __torch__.row_norms(w, p, i)
    m = torch.div(p[i + 5], norms)
    h = g * torch.to(m, t)
    if drops:
      change = g * torch.to(m - 1., t)
    else:
      direct = h
    if int(wants[i + 6]) == 1:
      gs[i + 5] = torch.div(torch.sum(g * kept[2], [0], False, dtype=6), norms)
  if int(wants[i + 1]) == 1:
    gs[i] = torch.mm(torch.t(direct), x)
  if int(wants[i + 2]) == 1:
    gs[i + 1] = torch.sum(g, [0])
  y = gx
  if inward:
    if torch.numel(gx) > 0:
      y = torch.addmm_(gx, direct, w)
    else:
      y = torch.mm(direct, w)
  if torch.numel(a) > 0:
    low = torch.mm(h, torch.to(p[i + 3], t)) * torch.to(torch.select(s, 0, 0), t)
    if int(wants[i + 3]) == 1:
      u = x
      if drops:
        u = __torch__.dropout(x, s)
      gs[i + 2] = torch.to(torch.mm(torch.t(low), u), ops.prim.dtype(a))
    if int(wants[i + 4]) == 1:
      gs[i + 3] = torch.to(torch.mm(torch.t(h), kept[1]), ops.prim.dtype(p[i + 3]))
    if inward:
      if drops:
        d = torch.mm(low, torch.to(a, t))
        if torch.numel(p[i + 5]) > 0:
          e = torch.addmm_(d, change, w)
        y = torch.add_(y, __torch__.dropout(d, s))
      else:
        y = torch.addmm_(y, low, torch.to(a, t))
  return y
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
# the same in the memory of x, where no gradient is recorded that needs x
def activated(x: Tensor, kind: int) -> Tensor:
  if ops.prim.requires_grad(x):
    y = __torch__.activation(x, kind)
  elif kind == 0:
    y = torch.gelu_(x)
  elif kind == 1:
    y = torch.mul_(torch.sigmoid_(x * 1.702), x)
  elif kind == 2:
    y = torch.silu_(x)
  else:
    y = torch.gelu_(x, approximate="tanh")
  return y
# gradient of the activation's input x
def pull_activation(g: Tensor, x: Tensor, kind: int) -> Tensor:
  if kind == 2:
    y = torch.silu_backward(g, x)
  else:
    leaf = torch.requires_grad_(torch.detach(x), True)
    gs = torch.autograd.grad([__torch__.activation(leaf, kind)], [leaf], annotate(List[Optional[Tensor]], [g]))
    y = torch._unwrap_optional(gs[0])
  return y
