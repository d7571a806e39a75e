# Token embeddings, with the image features at the places of the image tokens. Gemma scales the tokens' embeddings, by a number
# rounded to their type.
# x = [features [M, D] (no rows where there is no image), ids int64 [T], places int64 [M]]; p = [table [V, D]] -> [T, D]
class Embedding(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  scale : float
  def forward(self: __torch__.Embedding, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    h = torch.embedding(p[0], x[1])
    if self.scale != 1.:
      h = h * torch.to(torch.tensor(self.scale, dtype=6, device=ops.prim.device(h)), ops.prim.dtype(h))
    if torch.size(x[2], 0) > 0:
      h = torch.index_copy(h, 0, x[2], torch.to(x[0], ops.prim.dtype(h)))
    return [h]
