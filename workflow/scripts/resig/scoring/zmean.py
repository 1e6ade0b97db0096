"""Signed mean of per-gene z-scores: the plainest score, good for sets of any size, relative to its cohort."""

import numpy as np
from scipy import sparse

from resig.scoring.method import Block, Method, Panel, Scores


def score(block: Block, panel: Panel) -> Scores:
    """Average z over members, down members with reversed sign; every member counts the same."""
    inverse = np.divide(1.0, panel.sd, out=np.zeros_like(panel.sd), where=panel.sd > 0)

    def total(side: sparse.csc_matrix) -> np.ndarray:
        weights = sparse.diags_array(inverse) @ side
        return (block.log @ weights).toarray() - weights.T @ panel.mean

    up, down = total(panel.up), total(panel.down)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Scores((up - down) / (panel.n_up + panel.n_down), up / panel.n_up, down / panel.n_down)


METHOD = Method(
    name="zmean",
    score=score,
    at_least=1,
    cohort_dependent=True,
    about="Mean z-score of the members (log scale, over all observations of the dataset), down members reversed.",
    reference="Lee E et al., PLoS Comput Biol 2008;4:e1000217 (combined z-score)",
)
