"""Units of expression values: found from the values, and brought to a log scale where a method needs it."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from resig.errors import ResigError

LARGEST_LOG = 50.0


@dataclass(frozen=True)
class Look:
    """What the stored values look like."""

    smallest: float
    largest: float
    whole: bool

    @classmethod
    def at(cls, values: np.ndarray) -> "Look":
        """Look at an array of values, zeros included or not."""
        if not len(values):
            return cls(0.0, 0.0, True)
        return cls(
            min(0.0, float(values.min())), max(0.0, float(values.max())), bool((values == np.rint(values)).all())
        )

    def __or__(self, other: "Look") -> "Look":
        return Look(min(self.smallest, other.smallest), max(self.largest, other.largest), self.whole and other.whole)


def decide(look: Look, declared: str, where: str) -> str:
    """Return counts, linear or log; refuse a declaration that the values contradict."""
    found = found_units(look)
    if found == "log" and look.largest > LARGEST_LOG:
        raise ResigError(
            f"values from {look.smallest:g} to {look.largest:g} are below zero in part, and too large for logs",
            where=where,
            todo="give counts, linear values of zero and more, or logs (is the background subtracted?)",
        )
    if declared in ("auto", found):
        return found
    if declared == "counts" and (look.smallest < 0 or not look.whole):
        raise ResigError(
            f"values: counts was declared, but values from {look.smallest:g} to {look.largest:g} are not whole counts",
            where=where,
            todo=f"set values: {found}, or give the raw counts",
        )
    if declared == "linear" and look.smallest < 0:
        raise ResigError(
            f"values: linear was declared, but there are values below zero ({look.smallest:g})",
            where=where,
            todo="set values: log",
        )
    if declared == "log" and look.largest > LARGEST_LOG:
        raise ResigError(
            f"values: log was declared, but the largest value is {look.largest:g}",
            where=where,
            todo=f"set values: {found}, or take the logarithm first",
        )
    return declared


def found_units(look: Look) -> str:
    """Tell units from values: whole numbers are counts, small or negative ones are logs."""
    if look.whole and look.smallest >= 0:
        return "counts"
    return "log" if look.smallest < 0 or look.largest <= LARGEST_LOG else "linear"


def to_log(rows: sparse.csr_matrix, units: str, kind: str) -> sparse.csr_matrix:
    """Bring rows to a log scale; zero stays zero.

    Counts become log(1 + counts per 10,000) in single cells and log2(1 + counts per million) in bulk.
    """
    if units == "log":
        return rows.astype(np.float64)
    logged = rows.astype(np.float64)
    if units == "counts":
        totals = np.asarray(logged.sum(axis=1)).ravel()
        scale = (1e4 if kind == "single_cell" else 1e6) / np.where(totals > 0, totals, 1.0)
        logged.data *= np.repeat(scale, np.diff(logged.indptr))
    logged.data = np.log1p(logged.data)
    if kind != "single_cell" or units == "linear":
        logged.data /= np.log(2.0)
    return logged
