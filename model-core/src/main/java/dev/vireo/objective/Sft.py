# Supervised fine-tuning: loss = -mean over the scored tokens of the global batch of log p(token | what stands before).
# x = [logps [M], answer int64 [M], counts [2N], nll mask [M], totals [3]: rows, nll tokens and answers of the global batch]
# -> loss [] (this micro-batch's share of the global batch's), by row [N, 2]: sums, and the summed nll [].
class Sft(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.Sft, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    sums = __torch__.answer_sums(x[0], x[1], x[2])
    nll = torch.neg(torch.sum(x[0] * x[3]))
    return [nll / x[4][1], torch.detach(sums), torch.detach(nll)]
