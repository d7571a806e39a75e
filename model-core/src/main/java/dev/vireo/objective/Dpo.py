# DPO (Rafailov et al. 2023, arXiv 2305.18290, equation 7): loss = -mean_pairs log sigmoid(beta (c - r)),
# c and r the log-ratios of policy to reference of the chosen and the rejected answer, summed over its tokens.
# x = [logps [M], answer int64 [M], counts [2N], nll mask [M], totals [2]: pairs and nll tokens, reference sums [N, 2]]
# -> loss [] (this micro-batch's share of the global batch's), and by row [N, 4]: sums of policy, log-ratios
# and the negative log-likelihood of the chosen answers, summed [].
class Dpo(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  beta : float
  def forward(self: __torch__.Dpo, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    sums = __torch__.answer_sums(x[0], x[1], x[2])
    ratios = sums - x[5]
    margin = torch.select(ratios, 1, 0) - torch.select(ratios, 1, 1)
    loss = torch.neg(torch.sum(torch.log_sigmoid(margin * self.beta)) / x[4][0])
    return [loss, torch.detach(torch.cat([sums, ratios], 1)), torch.detach(torch.neg(torch.sum(x[0] * x[3])))]
