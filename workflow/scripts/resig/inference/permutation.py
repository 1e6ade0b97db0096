"""Permutation p-values: all arrangements where there are few, else Monte Carlo with the plus-one rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np

DIGITS, FLOOR = 1e-10, 1e-12
BLOCK_VALUES = 2_000_000


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
    # The smaller arm is drawn: the other one follows, with the opposite sign.
    arm, size = (resistant, k) if 2 * k <= n else (~resistant, n - k)
    exact = comb(n, k) <= arrangements
    chosen = _all_choices(n, size) if exact else _random_choices(n, size, arrangements, seed)
    centred = values - values.mean(axis=0)
    both_tails = 2 if 2 * k == n else 1
    return _compare(
        (_membership(block, n) @ centred for block in chosen),
        centred[arm].sum(axis=0),
        _rounding(size, values),
        exact,
        both_tails / comb(n, k),
    )


def paired(resistant: np.ndarray, sensitive: np.ndarray, arrangements: int, seed: int) -> PValues:
    """Exchange arm labels within pairs: flip the signs of the differences (both arms pairs x scores)."""
    differences = resistant - sensitive
    n = len(differences)
    exact = 2**n <= arrangements
    signs = _all_signs(n) if exact else _random_signs(n, arrangements, seed)
    return _compare(
        (block @ differences for block in signs),
        differences.sum(axis=0),
        _rounding(2 * n, np.concatenate([resistant, sensitive])),
        exact,
        2 / 2**n,
    )


def _all_choices(n: int, k: int) -> Iterator[np.ndarray]:
    every = combinations(range(n), k)
    while block := list(islice(every, max(1, BLOCK_VALUES // n))):
        yield np.array(block, dtype=np.int64)


def _random_choices(n: int, k: int, arrangements: int, seed: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(seed)
    for rows in _blocks(arrangements, n):
        yield np.argpartition(generator.random((rows, n)), k, axis=1)[:, :k]


def _all_signs(n: int) -> Iterator[np.ndarray]:
    first = 0
    for rows in _blocks(2**n, n):
        yield 1.0 - 2.0 * ((np.arange(first, first + rows)[:, None] >> np.arange(n)) & 1)
        first += rows


def _random_signs(n: int, arrangements: int, seed: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(seed)
    for rows in _blocks(arrangements, n):
        yield generator.choice([-1.0, 1.0], size=(rows, n))


def _blocks(rows: int, n: int) -> Iterator[int]:
    """Cut many rows of n values into blocks that fit in memory; the draws are the same in any cut."""
    step = max(1, BLOCK_VALUES // n)
    for first in range(0, rows, step):
        yield min(step, rows - first)


def _membership(chosen: np.ndarray, n: int) -> np.ndarray:
    member = np.zeros((len(chosen), n))
    np.put_along_axis(member, chosen, 1.0, axis=1)
    return member


def _rounding(terms: int, values: np.ndarray) -> np.ndarray:
    """Bound what rounding can do to a sum: sample scores carry ten digits. Sums closer than this are tied."""
    return terms * np.maximum(FLOOR, DIGITS * np.abs(values).max(axis=0))


def _compare(
    drawn: Iterator[np.ndarray], observed: np.ndarray, rounding: np.ndarray, exact: bool, smallest: float
) -> PValues:
    n, extreme = 0, np.zeros(len(observed), dtype=np.int64)
    for block in drawn:
        n += len(block)
        extreme += (np.abs(block) >= np.abs(observed) - rounding).sum(axis=0)
    if exact:
        return PValues(extreme / n, "exact", smallest)
    return PValues((extreme + 1) / (n + 1), "monte_carlo", max(smallest, 1 / (n + 1)))
