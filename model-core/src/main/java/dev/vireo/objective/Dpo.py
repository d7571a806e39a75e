# One term of DPO's family: a loss of pairs (pair/*.py) on what a divergence (divergence/*.py) makes of the log-ratios of policy to
# reference (Rafailov et al. 2023, arXiv 2305.18290; Wang et al. 2023, arXiv 2309.16240). Both are linked in when the script is compiled:
#   score(ratios, alpha) -> scores;  pair_loss(pair, beta, extra) -> [N], where the pair has, [N] each,
#   chosen, rejected (scores), chosen_tokens, rejected_tokens, policy_margin, reference_margin (of log-probs), chosen_nll
# x = [logps [M], answer int64 [M], counts [2N], nll mask [M], totals [3]: pairs, nll tokens and answers of the global batch,
#   reference's weighted sums [N, 2], weights of the tokens [M] (length desensitisation: Liu et al. 2024, arXiv 2409.06411),
#   log sum_v p_v^2 at the tokens [M] where the pairs are weighted]
# -> loss [] (this micro-batch's share of the global batch's), by row [N, 4]: weighted sums of policy, log-ratios; and the negative
# log-likelihood of the chosen answers, summed [].
class Dpo(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  beta : float
  alpha : float
  extra : float
  weighted : bool
  def forward(self: __torch__.Dpo, x: List[Tensor], p: List[Tensor]) -> List[Tensor]:
    sums = __torch__.answer_sums(x[0] * x[6], x[1], x[2])
    ratios = sums - x[5]
    scores = __torch__.score(ratios, self.alpha)
    tokens = torch.clamp(torch.view(x[2], [-1, 2]), 1., None)
    nll = torch.neg(torch.select(__torch__.answer_sums(x[0] * x[3], x[1], x[2]), 1, 0))
    pair = {"chosen": torch.select(scores, 1, 0), "rejected": torch.select(scores, 1, 1), "chosen_tokens": torch.select(tokens, 1, 0), "rejected_tokens": torch.select(tokens, 1, 1), "policy_margin": torch.select(sums, 1, 0) - torch.select(sums, 1, 1), "reference_margin": torch.select(x[5], 1, 0) - torch.select(x[5], 1, 1), "chosen_nll": nll * (x[4][0] / x[4][1])}
    losses = __torch__.pair_loss(pair, self.beta, self.extra)
    if self.weighted:
      shares = losses * (self).likelihood(x, tokens, )
    else:
      shares = losses
    return [torch.sum(shares) / x[4][0], torch.detach(torch.cat([sums, ratios], 1)), torch.detach(torch.sum(nll))]
  # WPO (Zhou et al. 2024, arXiv 2406.11827, equation 2, aligned by what sampling would give): how likely the policy finds the pair,
  # exp mean_tokens (log p - log sum_v p_v^2) of both answers. A weight, not a way for gradients. -> [N]
  def likelihood(self: __torch__.Dpo, x: List[Tensor], tokens: Tensor) -> Tensor:
    aligned = __torch__.answer_sums(torch.detach(x[0]) - x[7], x[1], x[2])
    return torch.prod(torch.exp(aligned / tokens), 1)
