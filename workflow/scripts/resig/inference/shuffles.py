"""Permutation p of an association: residuals of the phenotype change places between samples (Freedman, Lane 1983)."""

from collections.abc import Callable, Iterator
from itertools import islice, permutations, product
from math import factorial, prod

import numpy as np

from resig.inference.permutation import BLOCK_VALUES, PValues

TIED = 1e-9


def association(
    residuals: np.ndarray,
    values: np.ndarray,
    basis: np.ndarray,
    blocks: np.ndarray,
    arrangements: int,
    seed: int,
    scale: Callable[[np.ndarray], np.ndarray],
) -> PValues:
    """Return two-sided p of the correlation between residuals of a phenotype and each column of values.

    The residuals have been freed of the covariates, whose orthonormal `basis` is taken out of each shuffled vector
    again before `scale` (to length 1, of values or of ranks) makes it comparable to `values`, which are scaled already.
    Samples are exchanged within `blocks` only. Statistics closer than rounding are tied.
    """
    observed = np.abs(scale(residuals[:, None])[:, 0] @ values) - TIED
    members = [np.flatnonzero(blocks == each) for each in np.unique(blocks)]
    exact = prod(factorial(len(each)) for each in members) <= arrangements
    orders = _every_order(members, len(residuals)) if exact else _random_orders(members, arrangements, seed)
    n, extreme = 0, np.zeros(values.shape[1], dtype=np.int64)
    for order in orders:
        shuffled = residuals[order].T
        n += len(order)
        extreme += (np.abs(scale(shuffled - basis @ (basis.T @ shuffled)).T @ values) >= observed).sum(axis=0)
    smallest = min(1.0, (2 if _symmetric(residuals) else 1) / _distinct(residuals, members))
    known = np.isfinite(observed)
    if exact:
        return PValues(np.where(known, extreme / n, np.nan), "exact", smallest)
    p = np.where(known, (extreme + 1) / (n + 1), np.nan)
    return PValues(p, "monte_carlo", max(smallest, 1 / (n + 1)))


def unit(columns: np.ndarray) -> np.ndarray:
    """Scale each column to length 1; NaN where it has none."""
    length = np.sqrt((columns**2).sum(axis=0))
    return np.asarray(columns / np.where(length > 0, length, np.nan))


def _every_order(members: list[np.ndarray], n: int) -> Iterator[np.ndarray]:
    every = product(*(permutations(each) for each in members))
    places = np.concatenate(members)
    while some := list(islice(every, max(1, BLOCK_VALUES // n))):
        order = np.empty((len(some), n), dtype=np.int64)
        order[:, places] = [[row for block in each for row in block] for each in some]
        yield order


def _random_orders(members: list[np.ndarray], arrangements: int, seed: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(seed)
    n = sum(map(len, members))
    step = max(1, BLOCK_VALUES // n)
    for first in range(0, arrangements, step):
        order = np.empty((min(step, arrangements - first), n), dtype=np.int64)
        keys = generator.random(order.shape)
        for each in members:
            order[:, each] = each[np.argsort(keys[:, each], axis=1)]
        yield order


def _symmetric(residuals: np.ndarray) -> bool:
    in_order = np.sort(residuals)
    return bool(np.allclose(in_order, -in_order[::-1], rtol=0, atol=TIED * max(1.0, np.abs(in_order).max(initial=0))))


def _distinct(residuals: np.ndarray, members: list[np.ndarray]) -> float:
    """Count the different arrangements: equal residuals within a block are exchanged without effect."""
    total = 1.0
    for each in members:
        in_order = np.sort(residuals[each])
        new = np.concatenate([[True], np.diff(in_order) > TIED * max(1.0, np.abs(in_order).max(initial=0))])
        repeats = np.diff(np.append(np.flatnonzero(new), len(each)))
        for at in range(1, len(each) + 1):
            total *= at
        for count in repeats:
            total /= factorial(min(int(count), 170))
    return total
