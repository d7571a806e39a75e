# AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2), as torch.optim.AdamW computes it, in float32, in place:
#   w = w (1 - lr decay);  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
#   w = w - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
# x = [settings float64 [5]: lr, b1, b2, decay, eps; step t float32 []], on the host
# p = n weights, n gradients, n first moments, n second moments
class AdamW(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def update(self: __torch__.AdamW, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    lr = float(x[0][0])
    b1 = float(x[0][1])
    b2 = float(x[0][2])
    decay = float(x[0][3])
    eps = float(x[0][4])
    t = float(x[1])
    n = torch.floordiv(torch.len(p), 4)
    rate = torch.neg(torch.div(lr, 1. - torch.pow(b1, t)))
    root = torch.sqrt(1. - torch.pow(b2, t))
    for i in range(n):
      w = p[i]
      g = p[n + i]
      m = p[2 * n + i]
      v = p[3 * n + i]
      a = torch.mul_(w, 1. - lr * decay)
      b = torch.lerp_(m, g, 1. - b1)
      c = torch.addcmul_(torch.mul_(v, b2), g, g, value=1. - b2)
      d = torch.add_(torch.div_(torch.sqrt(v), root), eps)
      e = torch.addcdiv_(w, m, d, value=rate)
    return [x[0]]
