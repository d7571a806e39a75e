# The logistic loss on scores per token (Tulu 3: Lambert et al. 2024, arXiv 2411.15124):
#   loss = -log sigmoid(beta d),  d = chosen score / tokens - rejected score / tokens
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  d = pair["chosen"] / pair["chosen_tokens"] - pair["rejected"] / pair["rejected_tokens"]
  return torch.neg(torch.log_sigmoid(d * beta))
