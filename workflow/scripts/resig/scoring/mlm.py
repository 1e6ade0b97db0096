"""mlm: t-values of one linear model of all genes of a cell on the weights of all sets together."""

import numpy as np

from resig.scoring.block import Block
from resig.scoring.kernels import t_of_coefficients
from resig.scoring.method import Method, Scorer, Scores
from resig.scoring.panel import Members, Panel

SAME = 1e-8


def prepare(panel: Panel) -> Scorer:
    """Fit all signed sets together; and, for the parts, all up and down members as predictors of their own.

    A set that the others can stand for (the same members twice) has no coefficient of its own: NaN.
    """
    n_sets = len(panel.signatures)
    side = panel.owner + np.where(panel.weight > 0, 0, n_sets)
    whole = _fit(panel, panel.owner, panel.weight, n_sets)
    parts = _fit(panel, side, np.abs(panel.weight), 2 * n_sets)

    def score(block: Block) -> Scores:
        up, down = np.split(parts(block), 2, axis=1)
        return Scores(whole(block), up, down)

    return score


def _fit(panel: Panel, column: np.ndarray, weight: np.ndarray, n_columns: int) -> "_Fit":
    design = np.zeros((panel.n_genes, n_columns + 1))
    design[:, 0] = 1.0
    design[panel.gene, column + 1] = weight
    gram = design.T @ design
    inverse = np.linalg.pinv(gram, hermitian=True)
    alone = np.abs(np.diag(inverse @ gram) - 1.0) < SAME
    rank = round(float(np.trace(inverse @ gram)))
    members = Members.of(panel.gene, column, weight, panel.n_genes, n_columns)
    return _Fit(members, inverse, alone[1:], panel.n_genes - rank)


class _Fit:
    """One linear model for all rows."""

    def __init__(self, members: Members, inverse: np.ndarray, alone: np.ndarray, degrees: int) -> None:
        self.members, self.inverse, self.alone, self.degrees = members, inverse, alone, degrees

    def __call__(self, block: Block) -> np.ndarray:
        """Return the t-value of each set in each row."""
        products = np.column_stack([block.log_sum, self.members.sums_of_groups(block, block.groups.log)])
        t = np.full((block.n_rows, len(self.alone)), np.nan)
        if self.degrees > 0:
            t_of_coefficients(products, block.log_squares, self.inverse, float(self.degrees), t)
        return np.where(self.alone, t, np.nan)


METHOD = Method(
    name="mlm",
    about="t-values of a linear model of all genes of one cell on all sets together: each set given the others.",
    reference="Badia-i-Mompel P et al., Bioinform Adv 2022;2:vbac016",
    at_least=5,
    cohort_dependent=False,
    set_dependent=True,
    prepare=prepare,
)
