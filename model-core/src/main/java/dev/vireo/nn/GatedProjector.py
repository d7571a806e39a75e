# From the tower's width to the language model's: the tower's last norm, then W_down(act(W_gate n) * W_up n).
# x = [hidden [1, T, D]]; p = 0, 1 norm's weight and bias; linears from 2 gate, 10 up, 18 down -> [T, D of the language model]
# Source: transformers 5.23, models/idefics2 Idefics2MLP.
class GatedProjector(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  activation : int
  eps : float
  def forward(self: __torch__.GatedProjector, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    n = torch.layer_norm(torch.squeeze(x[0], 0), [torch.size(x[0], -1)], p[0], p[1], self.eps)
    g = __torch__.activation(__torch__.linear(n, p, 2), self.activation)
    return [__torch__.linear(g * __torch__.linear(n, p, 10), p, 18)]
