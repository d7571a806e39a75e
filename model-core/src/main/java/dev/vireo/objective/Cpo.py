# Preference without a reference: CPO (Xu et al. 2024, arXiv 2401.08417) and SimPO (Meng et al. 2024, arXiv 2405.14734,
# equation 6), as TRL 1.16 computes them (experimental/cpo cpo_loss): a loss of pairs (pair/*.py, linked in) on the policy's own
# log-probabilities, and the likelihood of the chosen answers beside it.
#   l = sum or mean of log p(answer token);  r = l, or (1 - exp(-a l)) / a with AlphaPO's a (Gupta et al. 2025, arXiv 2501.03884)
#   loss = mean_pairs pair_loss(r_c - target, r_r) + weight nll;  SimPO: means, target = gamma / beta, logistic loss
# x = [logps [M], answer int64 [M], counts [2N], nll mask [M], totals [3]: pairs, nll tokens and answers of the global batch]
# -> loss [] (this micro-batch's share of the global batch's), by row [N, 4]: l and r of chosen and rejected; and the negative
# log-likelihood of the chosen answers, summed [].
class Cpo(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  beta : float
  extra : float
  target : float
  alpha : float
  weight : float
  average : bool
  def forward(self: __torch__.Cpo, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    sums = __torch__.answer_sums(x[0], x[1], x[2])
    if self.average:
      l = sums / torch.view(x[2], [-1, 2])
    else:
      l = sums
    if self.alpha == 0.:
      r = l
    else:
      r = torch.neg(torch.expm1(l * (0. - self.alpha))) / self.alpha
    one = torch.ones_like(torch.select(r, 1, 0))
    pair = {"chosen": torch.select(r, 1, 0) - self.target, "rejected": torch.select(r, 1, 1), "chosen_tokens": one, "rejected_tokens": one}
    nll = torch.neg(torch.sum(x[0] * x[3]))
    loss = torch.sum(__torch__.pair_loss(pair, self.beta, self.extra)) / x[4][0] + nll / x[4][1] * self.weight
    return [loss, torch.detach(torch.cat([l, r], 1)), torch.detach(nll)]
