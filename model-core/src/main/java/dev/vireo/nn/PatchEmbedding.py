# CLIP's input: normalised pixels cut into patches, the class token before them, learnt positions, a norm.
# x = [pixels uint8 [B, 3, height, width]]
# p = 0 mean, 1 std [3, 1, 1] (both divided by the rescale factor), 2 patch weight [D, 3, patch, patch],
#     3 class token [D], 4 positions [S, D], 5 norm weight, 6 norm bias [D] -> [B, S, D]
# Source: transformers 5.23, models/clip CLIPVisionEmbeddings; rescale and normalise fused as its torchvision image processors do.
class PatchEmbedding(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  patch : int
  eps : float
  def forward(self: __torch__.PatchEmbedding, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    t = ops.prim.dtype(p[2])
    v = torch.to(torch.div(torch.to(x[0], 6) - p[0], p[1]), t)
    patches = torch.transpose(torch.flatten(torch.conv2d(v, p[2], None, [self.patch, self.patch]), 2), 1, 2)
    b = torch.size(x[0], 0)
    d = torch.size(p[3], 0)
    h = torch.cat([torch.expand(torch.view(p[3], [1, 1, d]), [b, 1, d]), patches], 1) + p[4]
    return [torch.layer_norm(h, [d], p[5], p[6], self.eps)]
