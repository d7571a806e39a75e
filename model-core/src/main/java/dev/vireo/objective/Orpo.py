# ORPO (Hong, Lee, Thorne 2024, arXiv 2403.07691), as TRL 1.16 computes it (experimental/orpo odds_ratio_loss):
#   l = mean log p(answer token)                                    equation 1, in logs
#   log odds = (lc - lr) - (log(1 - exp lc) - log(1 - exp lr))      equations 4 and 7
#   loss = nll - lambda mean_pairs log sigmoid(log odds)            equation 6
# x = [logps [M], answer int64 [M], counts [2N], nll mask [M], totals [3]: pairs, nll tokens and answers of the global batch]
# -> loss [] (this micro-batch's share of the global batch's), and by row [N, 6]:
#    sum chosen, sum rejected, mean chosen, mean rejected, log odds, log sigmoid(log odds)
# and the negative log-likelihood summed over the nll's tokens [].
class Orpo(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  weight : float
  def forward(self: __torch__.Orpo, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    sums = __torch__.answer_sums(x[0], x[1], x[2])
    means = sums / torch.view(x[2], [-1, 2])
    c = torch.select(means, 1, 0)
    r = torch.select(means, 1, 1)
    odds = c - r - (__torch__.log1mexp(c) - __torch__.log1mexp(r))
    ratio = torch.log_sigmoid(odds)
    nll = torch.neg(torch.sum(x[0] * x[3]))
    loss = nll / x[4][1] - torch.sum(ratio) * self.weight / x[4][0]
    return [loss, torch.detach(torch.cat([sums, means, torch.stack([odds, ratio], 1)], 1)), torch.detach(nll)]
