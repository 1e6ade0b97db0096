"""singscore: the mean rank of the members within one sample, between its possible extremes."""

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import Method, Scorer, Scores, difference, ratio
from resig.scoring.panel import Panel


def prepare(panel: Panel) -> Scorer:
    """Return centred mean ranks (-0.5 to 0.5) of up and down members; the whole is up minus down."""
    parts = panel.parts()

    def score(block: Block) -> Scores:
        up, down = parts.sums_of_groups(block, *lowest_ranks(block))
        return difference(centred(up, panel.n_up, panel.n_genes), centred(down, panel.n_down, panel.n_genes), panel)

    return score


def lowest_ranks(block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Return ascending ranks of groups and of genes that are zero; equal values share their lowest rank."""
    of_groups = block.n_genes - block.groups.above - block.groups.ties + 1.0
    return of_groups, block.n_genes - block.zero_above - block.zeros + 1.0


def centred(rank_sum: np.ndarray, size: np.ndarray, n_genes: int) -> np.ndarray:
    """Place the mean rank between the lowest and the highest that a set of this size can have, less a half."""
    lowest, highest = (size + 1) / 2, (2 * n_genes - size + 1) / 2
    return ratio(ratio(rank_sum, size) - lowest, highest - lowest) - 0.5


METHOD = Method(
    name="singscore",
    about="Mean rank of the members within each sample, scaled to its possible range and centred.",
    reference="Foroutan M et al., BMC Bioinformatics 2018;19:404",
    at_least=2,
    cohort_dependent=False,
    needs="ranks",
    prepare=prepare,
)
