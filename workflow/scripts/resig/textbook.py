"""Ranks, quantiles and false discovery rates as scipy.stats gives them.

Importing scipy.stats takes a job longer than most jobs take for their work (a second and more, some fifty jobs a run).
"""

import numpy as np
import pandas as pd
from scipy import special


def normal_quantile(share: float | np.ndarray) -> np.ndarray:
    """Return quantiles of the normal distribution."""
    return np.asarray(special.ndtri(share))


def t_quantile(share: float, free: float) -> float:
    """Return a quantile of Student's t."""
    return float(special.stdtrit(free, share))


def t_two_sided(t: np.ndarray | float, free: float) -> np.ndarray:
    """Return the two-sided p of Student's t."""
    return np.asarray(2 * special.stdtr(free, -np.abs(t)))


def ranked(values: np.ndarray) -> np.ndarray:
    """Rank along the first axis from 1 on, ties by their mean; where there is a NaN all ranks are NaN."""
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    place = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    starts, ends = np.ones(values.shape, bool), np.ones(values.shape, bool)
    starts[1:] = ends[:-1] = ordered[1:] != ordered[:-1]
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=0)
    last = np.minimum.accumulate(np.where(ends, place, len(values))[::-1], axis=0)[::-1]
    found = np.empty(values.shape)
    np.put_along_axis(found, order, (first + last) / 2 + 1, axis=0)
    return np.where(np.isnan(values).any(axis=0), np.nan, found)


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Turn values into normal scores by their ranks (Blom)."""
    return normal_quantile((ranked(values) - 0.375) / (len(values) + 0.25))


def centred_ranks(values: np.ndarray) -> np.ndarray:
    """Rank each column, centre it and scale it to length 1: products are Spearman's rho. NaN where all are tied."""
    centred = ranked(values) - (len(values) + 1) / 2
    length = np.sqrt((centred**2).sum(axis=0))
    return np.asarray(centred / np.where(length > 0, length, np.nan))


def benjamini_hochberg(p: pd.Series) -> pd.Series:
    """Return false discovery rates; a missing p is no test."""
    known = p[p.notna()].sort_values(ascending=False, kind="stable")
    larger = known * (len(known) / np.arange(len(known), 0, -1))
    return larger.cummin().clip(upper=1).reindex(p.index)
