"""All cells of a sample together: their mean, and how much of its changes is other cells rather than other scores."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resig.intake.samples import ALL_CELLS

MOST = 0.5


@dataclass(frozen=True)
class Parts:
    """Of each sample, what its mean over all cells owes to scores within cell types and to the mix of types.

    With `base`, the same for all samples, they add up to that mean.
    """

    within: np.ndarray
    mix: np.ndarray
    base: float


def of_all_cells(scores: pd.DataFrame) -> pd.DataFrame:
    """Return sample scores with rows for all cells of each sample, where there is more than one cell type.

    The mean over cells is the mean over types, weighted by their cells; missing where a type has no score.
    """
    types = set(scores["cell_type"])
    if len(types) < 2 or ALL_CELLS in types:
        return scores
    key = ["dataset", "sample", "signature", "method"]
    parts = ["score", "up", "down"]
    weighted = scores[parts].mul(scores["n_cells"], axis=0)
    sums = scores[key].join(weighted).assign(n_cells=scores["n_cells"]).groupby(key, sort=False)
    means = sums[parts].sum(min_count=1).div(sums["n_cells"].sum(), axis=0)
    whole = sums[parts].count().eq(sums["n_cells"].count(), axis=0)
    both = means.where(whole).assign(cell_type=ALL_CELLS, n_cells=sums["n_cells"].sum()).reset_index()
    return pd.concat([scores, both[scores.columns]], ignore_index=True)


def with_all_cells(observations: pd.DataFrame) -> pd.DataFrame:
    """Return observations by sample and cell type, and once more as all cells where there is more than one type."""
    ordered = observations.sort_values(["sample", "cell_type"], kind="stable")
    types = set(ordered["cell_type"])
    if len(types) < 2 or ALL_CELLS in types:
        return ordered
    return pd.concat([ordered, ordered.assign(cell_type=ALL_CELLS)], ignore_index=True)


def decompose(shares: np.ndarray, means: np.ndarray) -> Parts:
    """Split the mean over all cells of each sample, after Kitagawa (1955): samples x cell types in, samples out.

    The reference is the average sample. A type that a sample lacks has no mean there, and weighs nothing; the mean of
    the samples that have it stands in, so that its absence counts as mix.
    """
    present = shares > 0
    known = np.where(present, means, 0.0)
    usual = known.sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    filled = np.where(present, means, usual)
    mean, share = filled.mean(axis=0), shares.mean(axis=0)
    within = ((shares + share) / 2 * (filled - mean)).sum(axis=1)
    mix = ((filled + mean) / 2 * (shares - share)).sum(axis=1)
    return Parts(within, mix, float(share @ mean))


def share_of_mix(parts: Parts, direction: np.ndarray) -> float:
    """Return which part of a change over samples (`direction` is its weights) is the mix; NaN where nothing changes."""
    within, mix = float(direction @ parts.within), float(direction @ parts.mix)
    size = max(abs(within), abs(mix))
    return mix / (within + mix) if abs(within + mix) > 1e-9 * size > 0 else np.nan
