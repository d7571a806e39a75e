# Two linears with an activation between, from the tower's width to the language model's.
# x = [hidden [B, S, D]]; p = linears from 0 and 8. drop: leading positions (the class token) that are left out.
class Projector(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  drop : int
  activation : int
  def forward(self: __torch__.Projector, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = torch.slice(x[0], 1, self.drop)
    return [__torch__.linear(__torch__.activation(__torch__.linear(h, p, 0), self.activation), p, 8)]
