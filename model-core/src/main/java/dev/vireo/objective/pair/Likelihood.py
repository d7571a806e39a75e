# The negative log-likelihood of the chosen answers beside the preference (RPO: Pang et al. 2024, arXiv 2404.19733; TRL's loss
# "sft"), as a mean over their tokens in the global batch: the rows' shares are scaled so that their mean over pairs is that mean.
def pair_loss(pair: Dict[str, Tensor], beta: float, extra: float) -> Tensor:
  return pair["chosen_nll"]
