class AdapterMerge(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # x = [some rows of W [n, in], A [R, in], those rows of B [n, R], s float64 [1] on the host, type int64 [1] on the host, and with
  # DoRA those rows of M [n]] -> [M / |W + s B A| (W + s B A) in that type, |that - W|^2, |that in its type - that|^2, float64 [1]].
  # In float32 (float64 where W is), rounded to the type once, to the nearest, ties to even.
  def merge(self: __torch__.AdapterMerge, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    t = 6
    if ops.prim.dtype(x[0]) == 7:
      t = 7
    w = torch.to(x[0], t)
    y = torch.addmm(w, torch.to(x[2], t) * float(x[3][0]), torch.to(x[1], t))
    if torch.len(x) > 5:
      y = y * torch.unsqueeze(torch.div(torch.to(x[5], t), torch.linalg_vector_norm(y, 2, [1])), 1)
    z = torch.to(y, int(x[4][0]))
    change = torch.linalg_vector_norm(torch.to(y - w, 7))
    lost = torch.linalg_vector_norm(torch.to(y - torch.to(z, t), 7))
    return [z, change * change, lost * lost]
