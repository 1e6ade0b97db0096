"""What a scoring method is, what it gives back, and what is known about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from resig.scoring.block import Block
from resig.scoring.panel import Panel


@dataclass(frozen=True)
class Scores:
    """Scores of rows x sets: the signed whole and its two parts; NaN where there is none."""

    whole: np.ndarray
    up: np.ndarray
    down: np.ndarray


Scorer = Callable[[Block], Scores]
Values = Callable[[Block], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class GeneSum:
    """A score that is a weighted sum, over members, of a value that every gene has in every row: the whole, exactly.

    `values` gives the value of each entry of a block, and the one that genes share which are zero in a row;
    `at_zero` adds what a gene counts besides when it is zero. `weight` is one for each member of the panel.
    """

    values: Values
    at_zero: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Method:
    """A scoring method and what a user must know about it.

    `prepare` is called once a run with the panel and returns what scores a block of rows. A method that needs the
    whole matrix at once has `score_cohort` instead: log values (observations x genes) and panel in, scores out.
    `as_gene_sum` is for methods that can be held against matched random sets, cell by cell; `linear` says that what is
    summed is linear in the log values, so that the mean of scores is the score of the means.

    `at_least` is the smallest number of members; `passes` is 2 where gene statistics must be known first (intake
    measures them); `cohort_dependent` says that other observations change a score, `set_dependent` that other sets
    do; `all_genes` asks for entries of genes that are in no set.
    """

    name: str
    about: str
    reference: str
    at_least: int
    cohort_dependent: bool
    prepare: Callable[[Panel], Scorer] | None = None
    score_cohort: Callable[[np.ndarray, Panel], Scores] | None = None
    as_gene_sum: Callable[[Panel], GeneSum] | None = None
    linear: bool = False
    needs: Literal["ranks", "log values"] = "log values"
    passes: int = 1
    set_dependent: bool = False
    varying_only: bool = False
    all_genes: bool = False

    def panel(self, panel: Panel) -> Panel:
        """Return the members that this method scores.

        One that divides by a gene's spread uses the members that vary in the dataset. All others use every member
        found, so that a score does not depend on which other observations there are.
        """
        return panel.varying() if self.varying_only else panel


def difference(up: np.ndarray, down: np.ndarray, panel: Panel) -> Scores:
    """Combine parts as up minus down; a part without members counts as 0 in the whole and is NaN by itself."""
    has_up, has_down = panel.n_up > 0, panel.n_down > 0
    whole = known(up, has_up, 0.0) - known(down, has_down, 0.0)
    return Scores(whole, known(up, has_up, np.nan), known(down, has_down, np.nan))


def known(values: np.ndarray, has: np.ndarray, otherwise: float) -> np.ndarray:
    """Return values where there are members, and something else where there are none."""
    return values if has.all() else np.where(has, values, otherwise)


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divide; NaN where the divisor is not above 0."""
    return above / np.where(below > 0, below, np.nan)
