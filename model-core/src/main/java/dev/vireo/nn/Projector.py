# From the tower's width to the language model's: a layer norm where there is one, then two linears with an activation between, or
# one linear. What is absent is an empty tensor.
# x = [hidden [B, S, D]]; p = linears from 0 and 8, norm's weight and bias 16, 17. drop: leading positions (the class token)
# that are left out.
class Projector(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  drop : int
  activation : int
  eps : float
  def forward(self: __torch__.Projector, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = torch.slice(x[0], 1, self.drop)
    if torch.numel(p[16]) > 0:
      h = torch.layer_norm(h, [torch.size(h, -1)], p[16], p[17], self.eps)
    y = __torch__.linear(h, p, 0)
    if torch.numel(p[8]) > 0:
      y = __torch__.linear(__torch__.activation(y, self.activation), p, 8)
    return [y]
