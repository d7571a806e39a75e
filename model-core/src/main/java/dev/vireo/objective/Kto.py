# KTO (Ethayarajh et al. 2024, arXiv 2402.01306, equation 7), as TRL 1.16 computes it: answers are desirable or undesirable one by one.
#   desirable:   w_d (1 - sigmoid(beta (r - z)))
#   undesirable: w_u (1 - sigmoid(beta (z - r)))
#   loss = mean over the answers of the global batch; r an answer's log-ratio of policy to reference, z the mean log-ratio of answers to
#   other rows' prompts, at least 0, a constant of the step; without an anchor z is 0, which is APO-zero unpaired (arXiv 2408.06266).
# x = [logps [M], answer int64 [M], counts [2N], nll mask [M], totals [3]: rows, nll tokens and answers of the global batch,
#   reference's sums [N, 2], and z [] where there is an anchor]
# -> loss [] (this micro-batch's share of the global batch's), by row [N, 6]: sums of policy, log-ratios, counts (0: no such answer), of
# the desirable and the undesirable answer; and the negative log-likelihood of the desirable answers, summed [].
class Kto(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  beta : float
  desirable : float
  undesirable : float
  anchored : bool
  def forward(self: __torch__.Kto, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    sums = __torch__.answer_sums(x[0], x[1], x[2])
    ratios = sums - x[5]
    if self.anchored:
      r = ratios - x[6]
    else:
      r = ratios
    counts = torch.view(x[2], [-1, 2])
    there = torch.to(torch.gt(counts, 0), 6)
    good = torch.sigmoid(torch.select(r, 1, 0) * (0. - self.beta)) * torch.select(there, 1, 0) * self.desirable
    bad = torch.sigmoid(torch.select(r, 1, 1) * self.beta) * torch.select(there, 1, 1) * self.undesirable
    loss = torch.sum(good + bad) / x[4][2]
    return [loss, torch.detach(torch.cat([sums, ratios, counts], 1)), torch.detach(torch.neg(torch.sum(x[0] * x[3])))]
