"""ssGSEA in closed form: the area under the running sum is a weighted mean of ranks, so no walk is needed."""

import numpy as np
from scipy import sparse

from resig.scoring.method import Block, Method, Panel, Scores, difference

EXPONENT = 0.25


def score(block: Block, panel: Panel) -> Scores:
    """Return raw enrichment scores (no scaling by the cohort), ties averaged; the whole is up minus down."""
    ranks = block.average_ranks
    n_genes = ranks.shape[1]
    weights = ranks**EXPONENT

    def part(side: sparse.csc_matrix, size: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            inside = _sums(ranks * weights, side) / _sums(weights, side)
            outside = (n_genes * (n_genes + 1) / 2 - _sums(ranks, side)) / (n_genes - size)
        return inside - outside

    return difference(part(panel.up, panel.n_up), part(panel.down, panel.n_down), panel)


def _sums(values: np.ndarray, side: sparse.csc_matrix) -> np.ndarray:
    return (side.T @ values.T).T


METHOD = Method(
    name="ssgsea",
    score=score,
    at_least=5,
    cohort_dependent=False,
    about="Single-sample GSEA, exponent 0.25, on ranks; not scaled by the cohort; gseapy's where no values are tied.",
    reference="Barbie DA et al., Nature 2009;462:108-112",
)
