# A vision tower's input: normalised pixels cut into patches, the class token before them, learnt positions, a norm. CLIP has
# no bias; SigLIP has a bias, but neither class token nor norm. What is absent is an empty tensor.
# x = [pixels uint8 [B, 3, height, width]]
# p = 0 mean, 1 std [3, 1, 1] (both divided by the rescale factor), 2 patch weight [D, 3, patch, patch], 3 patch bias [D],
#     4 class token [D], 5 positions [S, D], 6 norm weight, 7 norm bias [D] -> [B, S, D]
# Source: transformers 5.23, models/clip CLIPVisionEmbeddings, models/siglip SiglipVisionEmbeddings; rescale and normalise
# fused as its torchvision image processors do.
class PatchEmbedding(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  patch : int
  eps : float
  def cut(self: __torch__.PatchEmbedding, v: Tensor, p: List[Tensor]) -> Tensor:
    if torch.numel(p[3]) > 0:
      c = torch.conv2d(v, p[2], p[3], [self.patch, self.patch])
    else:
      c = torch.conv2d(v, p[2], None, [self.patch, self.patch])
    return torch.transpose(torch.flatten(c, 2), 1, 2)
  def forward(self: __torch__.PatchEmbedding, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    t = ops.prim.dtype(p[2])
    v = torch.to(torch.div(torch.to(x[0], 6) - p[0], p[1]), t)
    patches = (self).cut(v, p, )
    b = torch.size(x[0], 0)
    d = torch.size(p[2], 0)
    if torch.numel(p[4]) > 0:
      h = torch.cat([torch.expand(torch.view(p[4], [1, 1, d]), [b, 1, d]), patches], 1) + p[5]
    else:
      h = patches + p[5]
    if torch.numel(p[6]) > 0:
      y = torch.layer_norm(h, [d], p[6], p[7], self.eps)
    else:
      y = h
    return [y]
