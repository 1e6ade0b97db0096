"""What a scoring method is given, what it gives back, and what is known about it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from resig.scoring import ranks


@dataclass(frozen=True)
class Panel:
    """The scorable sets of a run, over the fixed gene universe of a dataset."""

    signatures: list[str]
    up: sparse.csc_matrix
    down: sparse.csc_matrix
    mean: np.ndarray
    sd: np.ndarray

    @cached_property
    def n_up(self) -> np.ndarray:
        """Measured up members of each set."""
        return np.asarray(self.up.sum(axis=0)).ravel()

    @cached_property
    def n_down(self) -> np.ndarray:
        """Measured down members of each set."""
        return np.asarray(self.down.sum(axis=0)).ravel()

    def only(self, at_least: int) -> "Panel":
        """Keep the sets with at least so many measured members."""
        keep = np.flatnonzero(self.n_up + self.n_down >= at_least)
        return Panel([self.signatures[at] for at in keep], self.up[:, keep], self.down[:, keep], self.mean, self.sd)


def build_panel(members: pd.DataFrame, coverage: pd.DataFrame, genes: pd.DataFrame) -> Panel:
    """Place the measured members of every scorable set on the used genes."""
    used = genes[(genes["used"] == "yes") & (genes["symbol"] != "")].reset_index(drop=True)
    place = {symbol: at for at, symbol in enumerate(used["symbol"])}
    varies = (used["sd"] > 0).to_numpy()
    signatures = coverage.loc[coverage["scorable"] != "no", "signature"].tolist()
    column = {signature: at for at, signature in enumerate(signatures)}
    own = members[members["signature"].isin(column) & members["symbol"].isin(place)]
    rows, columns = (
        own["symbol"].map(place).to_numpy(dtype=int),
        own["signature"].map(column).to_numpy(dtype=int),
    )
    weights = own["weight"].to_numpy()

    def side(chosen: np.ndarray) -> sparse.csc_matrix:
        chosen = chosen & varies[rows]
        ones = np.ones(int(chosen.sum()))
        return sparse.csc_matrix((ones, (rows[chosen], columns[chosen])), shape=(len(used), len(signatures)))

    return Panel(signatures, side(weights > 0), side(weights < 0), used["mean"].to_numpy(), used["sd"].to_numpy())


@dataclass(frozen=True)
class Block:
    """Some rows of a dataset over its gene universe: as stored, and on the log scale."""

    raw: sparse.csr_matrix
    log: sparse.csr_matrix

    @cached_property
    def average_ranks(self) -> np.ndarray:
        """Ascending ranks of all genes of each row, ties averaged."""
        return ranks.dense_ranks(self.raw, "average")

    @cached_property
    def lowest_ranks(self) -> np.ndarray:
        """Ascending ranks of all genes of each row, ties at their lowest."""
        return ranks.dense_ranks(self.raw, "min")


@dataclass(frozen=True)
class Scores:
    """Scores of rows x sets: the signed whole and its two parts; NaN where a part has no member."""

    whole: np.ndarray
    up: np.ndarray
    down: np.ndarray


@dataclass(frozen=True)
class Method:
    """A scoring method and what a user must know about it."""

    name: str
    score: Callable[[Block, Panel], Scores]
    at_least: int
    cohort_dependent: bool
    about: str
    reference: str


def difference(up: np.ndarray, down: np.ndarray, panel: Panel) -> Scores:
    """Combine parts as up minus down; a part without members counts as 0 in the whole and is NaN by itself."""
    has_up, has_down = panel.n_up > 0, panel.n_down > 0
    whole = np.where(has_up, up, 0.0) - np.where(has_down, down, 0.0)
    return Scores(whole, np.where(has_up, up, np.nan), np.where(has_down, down, np.nan))
