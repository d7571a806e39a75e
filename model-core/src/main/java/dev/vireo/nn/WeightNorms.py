# x = [zeros [1, in] of the wanted type, slot of a linear module, int64 [1] on the host], p = the block's parameters
# -> norms of the rows of its W + s B A [out]
class WeightNorms(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def norms(self: __torch__.WeightNorms, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    i = int(x[1][0])
    return [__torch__.row_norms(__torch__.weight(x[0], p, i), p, i)]
