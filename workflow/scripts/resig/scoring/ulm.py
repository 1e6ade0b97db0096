"""ulm: for each set alone, the t-value of a line through all genes of one cell, weight against expression."""

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import Method, Scorer, Scores, ratio
from resig.scoring.panel import Panel

TINY = 2.2e-16  # decoupler's guard against a correlation of exactly 1


def prepare(panel: Panel) -> Scorer:
    """Fit log values by the signed weights of each set, and by its up and down members alone."""
    n, weight = panel.n_genes, np.abs(panel.weight)
    parts, squares = panel.parts(weight), panel.parts(weight**2).members.total
    up_sum, down_sum = np.split(parts.members.total, 2)
    up_squares, down_squares = np.split(squares, 2)

    def score(block: Block) -> Scores:
        up, down = parts.sums_of_groups(block, block.groups.log)
        spread = block.log_squares - block.log_sum**2 / n

        def t_value(products: np.ndarray, weights: np.ndarray, squares: np.ndarray) -> np.ndarray:
            covariance = products - block.log_sum[:, None] * weights / n
            r = ratio(covariance, np.sqrt(np.maximum(np.outer(spread, squares - weights**2 / n), 0.0)))
            return r * np.sqrt((n - 2) / ((1.0 - r + TINY) * (1.0 + r + TINY)))

        return Scores(
            t_value(up - down, up_sum - down_sum, up_squares + down_squares),
            t_value(up, up_sum, up_squares),
            t_value(down, down_sum, down_squares),
        )

    return score


METHOD = Method(
    name="ulm",
    about="t-value of a linear model of all genes of one cell on the weights of one set (0 for all other genes).",
    reference="Badia-i-Mompel P et al., Bioinform Adv 2022;2:vbac016",
    at_least=5,
    cohort_dependent=False,
    prepare=prepare,
)
