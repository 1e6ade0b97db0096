"""singscore: the mean rank of the members within one sample, between its possible extremes."""

import numpy as np
from scipy import sparse

from resig.scoring.method import Block, Method, Panel, Scores, difference


def score(block: Block, panel: Panel) -> Scores:
    """Return centred mean ranks (-0.5 to 0.5) of up and down members; the whole is up minus down."""
    ranks = block.lowest_ranks

    def part(side: sparse.csc_matrix, size: np.ndarray) -> np.ndarray:
        lowest, highest = (size + 1) / 2, (2 * ranks.shape[1] - size + 1) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            return ((side.T @ ranks.T).T / size - lowest) / (highest - lowest) - 0.5

    return difference(part(panel.up, panel.n_up), part(panel.down, panel.n_down), panel)


METHOD = Method(
    name="singscore",
    score=score,
    at_least=2,
    cohort_dependent=False,
    about="Mean rank of the members within each sample, scaled to its possible range and centred.",
    reference="Foroutan M et al., BMC Bioinformatics 2018;19:404",
)
