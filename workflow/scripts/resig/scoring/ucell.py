"""UCell: a Mann-Whitney statistic on the ranks within one cell, signed and not clipped."""

import numpy as np
from scipy import sparse

from resig.scoring.method import Block, Method, Panel, Scores, difference
from resig.scoring.ranks import stored_ranks

MAX_RANK = 1500


def score(block: Block, panel: Panel) -> Scores:
    """Score up and down members by their ranks among the expressed genes; the whole is up minus down, below 0 too."""
    gains = stored_ranks(block.raw)
    gains.data = np.maximum(MAX_RANK - gains.data, 0.0)
    return difference(_part(gains, panel.up, panel.n_up), _part(gains, panel.down, panel.n_down), panel)


def _part(gains: sparse.csr_matrix, side: sparse.csc_matrix, size: np.ndarray) -> np.ndarray:
    lowest, highest = size * (size + 1) / 2, size * MAX_RANK
    rank_sums = highest - (gains @ side).toarray()
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1.0 - (rank_sums - lowest) / (highest - lowest)


METHOD = Method(
    name="ucell",
    score=score,
    at_least=2,
    cohort_dependent=False,
    about="Rank statistic within each cell over its 1,500 highest genes; up minus down, not clipped at 0.",
    reference="Andreatta M, Carmona SJ. Comput Struct Biotechnol J 2021;19:3796-3798",
)
