# CLIP encoder layer: h = x + attention(norm(x)); y = h + W_2 act(W_1 norm(h)); every position sees every other.
# x = [hidden [B, S, D]]
# p = 0, 1 first norm; linears from 2 q, 10 k, 18 v, 26 out; 34, 35 second norm; linears from 36 fc1, 44 fc2
# Source: transformers 5.23, models/clip CLIPEncoderLayer.
class VisionLayer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  head_width : int
  activation : int
  eps : float
  def split(self: __torch__.VisionLayer, x: Tensor) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), torch.size(x, 1), -1, self.head_width]), 1, 2)
  def forward(self: __torch__.VisionLayer, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    d = torch.size(x[0], -1)
    n = torch.layer_norm(x[0], [d], p[0], p[1], self.eps)
    q = (self).split(__torch__.linear(n, p, 2), )
    k = (self).split(__torch__.linear(n, p, 10), )
    v = (self).split(__torch__.linear(n, p, 18), )
    o = torch.transpose(torch.scaled_dot_product_attention(q, k, v, None, 0., False), 1, 2)
    h = x[0] + __torch__.linear(torch.reshape(o, torch.size(x[0])), p, 26)
    m = __torch__.linear(torch.layer_norm(h, [d], p[34], p[35], self.eps), p, 36)
    return [h + __torch__.linear(__torch__.activation(m, self.activation), p, 44)]
