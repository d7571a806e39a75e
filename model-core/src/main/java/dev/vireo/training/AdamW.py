# AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2), as torch.optim.AdamW computes it, in float32:
#   w = w (1 - lr decay);  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
#   w = w - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
# Everything lies in flat buffers and is changed in place; where moments are coded or weights compensated, a chunk at a time, so that the
# passes of a chunk stay in the cache.
# x, all on the host:
#   0 float64 [4]: b1, b2, eps, t    1 runs int64 [2 n]: first element of each and the one behind its last
#   2 float64 [2 n]: each run's lr and decay    3 int64 [2]: the element that the state starts with; elements of a chunk
# p: 0 weights w    1 compensation, bfloat16 like w, or empty where w is float32    2 gradient, float32
#   3, 4 m and v: float32, or uint8 codes with 5, 6 the largest magnitude of each block of 256 [blocks];
#   7, 8 the codes' values, float32 [256]; 9, 10 the middles between neighbouring values and infinity [256]; 11, 12 the lowest code
#   that a number with these upper 16 bits can have, uint8 [65536]; 5 to 12 empty with float32
class AdamW(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # Codes are those of bitsandbytes' block-wise 8-bit states (Dettmers et al. 2022, arXiv 2110.02861): value x largest, the
  # nearest value, as its default and its CUDA implementation choose it. Numbers with the same upper 16 bits are so near to each other
  # that at most one middle separates them: a table and one comparison find the code where a search would take eight.
  def read(self: __torch__.AdamW, codes: Tensor, largest: Tensor, values: Tensor) -> Tensor:
    y = torch.view(torch.index_select(values, 0, torch.to(codes, 3)), [-1, 256])
    return torch.view(torch.mul_(y, torch.unsqueeze(largest, 1)), [-1])
  # y starts where its memory does, and is lost
  def write(self: __torch__.AdamW, y: Tensor, codes: Tensor, largest: Tensor, middles: Tensor, lowest: Tensor) -> Tensor:
    rows = torch.view(y, [-1, 256])
    a = torch.copy_(largest, torch.amax(torch.abs(rows), [1]))
    by = torch.unsqueeze(torch.clamp_min(largest, 1e-38), 1)
    x = torch.view(torch.div_(rows, by), [-1])
    empty = torch.empty([0], dtype=3, layout=None, device=ops.prim.device(x))
    bits = torch.set_(empty, x, 0, [torch.numel(x)], [1])
    upper = torch.bitwise_and(torch.bitwise_right_shift(bits, 16), 65535)
    low = torch.index_select(lowest, 0, upper)
    above = torch.gt(x, torch.index_select(middles, 0, torch.to(low, 3)))
    return torch.copy_(codes, torch.add(low, above))
  # Weights in bfloat16 lose updates below half a unit of their last place. Kahan 1965: what was rounded away is kept in the
  # compensation and added to the next update. The sums themselves are float32.
  def compensated(self: __torch__.AdamW, w: Tensor, c: Tensor, update: Tensor, decay: float) -> Tensor:
    old = torch.to(w, 6)
    y = update - old * decay + torch.to(c, 6)
    a = torch.copy_(w, old + y)
    return torch.copy_(c, y - (torch.to(w, 6) - old))
  def chunk(self: __torch__.AdamW, n: Tensor, lr: float, decay: float, s: int, e: int, start: int, p: List[Tensor]) -> Tensor:
    b1 = float(n[0])
    b2 = float(n[1])
    t = float(n[3])
    g = torch.slice(p[2], 0, s, e)
    coded = torch.numel(p[7]) > 0
    ks = torch.floordiv(s - start, 256)
    ke = torch.floordiv(e - start + 255, 256)
    m = torch.slice(p[3], 0, s - start, e - start)
    v = torch.slice(p[4], 0, s - start, e - start)
    if coded:
      mf = (self).read(m, torch.slice(p[5], 0, ks, ke), p[7], )
      vf = (self).read(v, torch.slice(p[6], 0, ks, ke), p[8], )
    else:
      mf = m
      vf = v
    a = torch.add_(torch.mul_(mf, b1), g, alpha=1. - b1)
    b = torch.addcmul_(torch.mul_(vf, b2), g, g, value=1. - b2)
    d = torch.add_(torch.div_(torch.sqrt(vf), torch.sqrt(1. - torch.pow(b2, t))), float(n[2]))
    rate = torch.neg(torch.div(lr, 1. - torch.pow(b1, t)))
    w = torch.slice(p[0], 0, s, e)
    if torch.numel(p[1]) > 0:
      c = (self).compensated(w, torch.slice(p[1], 0, s, e), torch.div(mf, d) * rate, lr * decay, )
    else:
      c = torch.addcdiv_(torch.mul_(w, 1. - lr * decay), mf, d, value=rate)
    if coded:
      h = (self).write(mf, m, torch.slice(p[5], 0, ks, ke), p[9], p[11], )
      k = (self).write(vf, v, torch.slice(p[6], 0, ks, ke), p[10], p[12], )
    return c
  # Float32 weights and moments: PyTorch's own single pass over all of them, on as many threads as it has. w holds the weights of a run.
  def fused(self: __torch__.AdamW, n: Tensor, lr: float, decay: float, w: List[Tensor], s: int, e: int, start: int, p: List[Tensor]) -> Tensor:
    g = torch.slice(p[2], 0, s, e)
    m = torch.slice(p[3], 0, s - start, e - start)
    v = torch.slice(p[4], 0, s - start, e - start)
    t = torch.to(n[3], ops.prim.device(g), 6)
    a = torch._fused_adamw_(w, [g], [m], [v], annotate(List[Tensor], []), [t], lr=lr, beta1=float(n[0]), beta2=float(n[1]), weight_decay=decay, eps=float(n[2]), amsgrad=False, maximize=False)
    return g
  def update(self: __torch__.AdamW, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    start = int(x[3][0])
    size = int(x[3][1])
    # A list taken out of a list: of a list made for the call alone the compiler believes that nobody sees what is written to its
    # tensors, and leaves the call out.
    weights = annotate(List[List[Tensor]], [])
    for i in range(torch.floordiv(torch.numel(x[1]), 2)):
      s = int(x[1][2 * i])
      e = int(x[1][2 * i + 1])
      lr = float(x[2][2 * i])
      decay = float(x[2][2 * i + 1])
      w = torch.append(weights, [torch.slice(p[0], 0, s, e)])
      if torch.numel(p[1]) + torch.numel(p[7]) == 0:
        a = (self).fused(x[0], lr, decay, weights[i], s, e, start, p, )
      else:
        # Chunks start at the same elements whatever part of the buffer is updated.
        first = torch.floordiv(s, size)
        for j in range(torch.floordiv(e - 1, size) + 1 - first):
          b = (self).chunk(x[0], lr, decay, ops.prim.max(s, (first + j) * size), ops.prim.min(e, (first + j + 1) * size), start, p, )
    return [x[0]]
