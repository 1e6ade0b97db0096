"""Units of expression values: found from the values, and brought to a log scale where a method needs it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from resig.errors import ResigError

LARGEST_LOG = 50.0
LARGEST_ROUNDED = 30.0
# Scaled values: so many observations and genes at least, this share of genes centred to this part of their spread.
FEWEST_OBSERVATIONS, FEWEST_GENES, MOST = 5, 10, 0.9
CENTRED, UNIT = 0.05, 0.1
SAME_SUM = 1.01


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


@dataclass(frozen=True)
class Traits:
    """What only a whole pass over the values can tell."""

    estimated: bool = False  # not whole, but samples differ in their sums as counts do, and TPM do not
    scaled: str = ""  # `centred` (mean 0 for each gene) or `scaled` (standard deviation 1, too)
    worst: Callable[[], str] = str  # where the smallest value stands: looked up for a message only


def decide(look: Look, declared: str, where: str, traits: Traits | None = None) -> str:
    """Return counts, linear or log; refuse a declaration that the values contradict."""
    traits = traits or Traits()
    found = found_units(look)
    if found == "log" and look.largest > LARGEST_LOG and not traits.scaled:
        raise ResigError(
            f"values from {look.smallest:g} to {look.largest:g} are below zero in part{traits.worst()}, "
            "and too large for logs",
            where=where,
            todo="give counts, linear values of zero and more, or logs (is the background subtracted?)",
        )
    if declared in ("auto", found):
        return found
    if declared == "counts" and traits.estimated and look.smallest >= 0:
        return "counts"
    if declared == "counts" and (look.smallest < 0 or not look.whole):
        at = traits.worst() if look.smallest < 0 else ""
        raise ResigError(
            f"values: counts was declared, but values from {look.smallest:g}{at} to {look.largest:g} "
            "are not whole counts",
            where=where,
            todo=f"set values: {found}, or give the raw counts",
        )
    if declared == "linear" and look.smallest < 0:
        raise ResigError(
            f"values: linear was declared, but there are values below zero ({look.smallest:g}{traits.worst()})",
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


def guess(look: Look, declared: str) -> str:
    """Return the units to begin with, before all values are known: what is declared, unless that cannot be."""
    found = found_units(look)
    return found if declared == "auto" or (look.smallest < 0 and declared != "log") else declared


def traits_of(
    look: Look, mean: np.ndarray, sd: np.ndarray, depth: np.ndarray, worst: Callable[[], str] = str
) -> Traits:
    """Tell scaled values and estimated counts by the means and deviations of genes and the sums of samples."""
    vary = sd > 0
    scaled = ""
    enough = look.smallest < 0 and len(depth) >= FEWEST_OBSERVATIONS and vary.sum() >= FEWEST_GENES
    if enough and np.mean(np.abs(mean[vary]) <= CENTRED * sd[vary]) >= MOST:
        scaled = "scaled" if np.mean(np.abs(sd[vary] - 1) <= UNIT) >= MOST else "centred"
    sums = depth[np.isfinite(depth) & (depth > 0)]
    equal = len(sums) < 2 or sums.max() <= SAME_SUM * sums.min()
    return Traits(not look.whole and look.largest > LARGEST_LOG and not equal, scaled, worst)


def remarks_on(look: Look, declared: str, units: str, traits: Traits, kind: str) -> list[str]:
    """Return what the user should know about the values, a sentence each."""
    said = []
    if traits.scaled:
        how = "mean 0 and standard deviation 1" if traits.scaled == "scaled" else "mean 0"
        clipped = f", clipped at {look.largest:g}" if look.largest == np.rint(look.largest) == -look.smallest else ""
        said.append(
            f"values are already {traits.scaled} ({how} for each gene{clipped}): zmean is what it would be without, "
            "but rank methods then rank deviations from the cohort, not expression, and matched sets cannot be matched "
            "by expression; give counts or logs where you have them (`layer:` names another matrix of an .h5ad)"
        )
    if units == "counts" and not look.whole:
        said.append("counts are not whole numbers: taken for estimated counts (RSEM, salmon), as declared")
    if units == "log" and look.whole and look.largest > 0:
        said.append("all values are whole numbers: believed to be (rounded) logs, as declared")
    if units == "counts" and declared == "auto" and kind == "bulk" and look.largest <= LARGEST_ROUNDED:
        said.append(
            f"whole numbers up to {look.largest:g} only: taken for counts; if they are rounded logs say values: log"
        )
    return said


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
