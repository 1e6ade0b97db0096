"""Permutation p-values: all arrangements where there are few, else Monte Carlo with the plus-one rule."""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

CLOSE = 1e-9


@dataclass(frozen=True)
class PValues:
    """Two-sided p of each column, how they were found, and the smallest p this design can give."""

    p: np.ndarray
    kind: str
    smallest: float


def unpaired(values: np.ndarray, resistant: np.ndarray, arrangements: int, seed: int) -> PValues:
    """Exchange arm labels between all samples; the statistic is the difference of means.

    `values` is samples x scores; `resistant` tells which samples are in the resistant arm.
    """
    n, k = len(resistant), int(resistant.sum())
    exact = comb(n, k) <= arrangements
    if exact:
        chosen = np.array(list(combinations(range(n), k)), dtype=np.int64)
    else:
        chosen = np.argsort(np.random.default_rng(seed).random((arrangements, n)), axis=1)[:, :k]
    membership = np.zeros((len(chosen), n))
    np.put_along_axis(membership, chosen, 1.0, axis=1)
    centred = values - values.mean(axis=0)
    observed = centred[resistant].sum(axis=0)
    both_tails = 2 if 2 * k == n else 1
    return _compare(membership @ centred, observed, exact, both_tails / comb(n, k))


def paired(differences: np.ndarray, arrangements: int, seed: int) -> PValues:
    """Exchange arm labels within pairs: flip the signs of the differences (pairs x scores)."""
    n = len(differences)
    exact = 2**n <= arrangements
    if exact:
        signs = 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(arrangements, n))
    return _compare(signs @ differences, differences.sum(axis=0), exact, 2 / 2**n)


def _compare(drawn: np.ndarray, observed: np.ndarray, exact: bool, smallest: float) -> PValues:
    scale = np.maximum(np.abs(observed), np.abs(drawn).max(axis=0, initial=0.0))
    extreme = (np.abs(drawn) >= np.abs(observed) - CLOSE * scale).sum(axis=0)
    if exact:
        return PValues(extreme / len(drawn), "exact", smallest)
    return PValues((extreme + 1) / (len(drawn) + 1), "monte_carlo", max(smallest, 1 / (len(drawn) + 1)))
