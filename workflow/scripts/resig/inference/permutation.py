"""Permutation p-values: all arrangements where there are few, else Monte Carlo with the plus-one rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import comb, factorial, prod

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
    """Exchange arm labels between all samples; the statistic is Welch's t.

    With equal arms that orders arrangements as the difference of means does. With unequal arms of unequal spread the
    difference alone would call far too often (Janssen 1997). `values` is samples x scores; `resistant` tells which
    samples are in the resistant arm.
    """
    n, k = len(resistant), int(resistant.sum())
    # The smaller arm is drawn: the other one follows.
    arm, size = (resistant, k) if 2 * k <= n else (~resistant, n - k)
    exact = comb(n, k) <= arrangements
    chosen = _all_choices(n, size) if exact else _random_choices(n, size, arrangements, seed)
    welch = Welch.of(values, size)
    observed = welch.parts(arm[None, :].astype(float))
    count, extreme = 0, np.zeros(values.shape[1], dtype=np.int64)
    for block in chosen:
        count += len(block)
        extreme += welch.as_far(welch.parts(_membership(block, n)), observed).sum(axis=0)
    return _share(extreme, count, exact, (2 if 2 * k == n else 1) / comb(n, k))


@dataclass(frozen=True)
class Welch:
    """Welch's t of each column for any choice of one arm, as difference of means and its squared standard error."""

    values: np.ndarray
    squares: np.ndarray
    size: int
    noise: np.ndarray
    precision: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, size: int) -> "Welch":
        """Prepare scores for arms of `size` against the others."""
        centred = values - values.mean(axis=0)
        noise = rounded(values)
        spread = np.sqrt((centred**2).mean(axis=0))
        return cls(centred, centred**2, size, noise, noise * spread + DIGITS * spread**2)

    def parts(self, member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return difference of means and its variance, arrangements x columns; `member` tells who is in the arm."""
        n, rest = self.size, len(self.values) - self.size
        inside = member @ self.values
        square, whole = member @ self.squares, self.squares.sum(axis=0)
        own = (square - inside**2 / n) / (n - 1) / n
        other = (whole - square - inside**2 / rest) / (rest - 1) / rest  # centred: sums of both arms are opposite
        return inside * (1 / n + 1 / rest), np.maximum(own, 0) + np.maximum(other, 0)

    def as_far(self, drawn: tuple[np.ndarray, np.ndarray], observed: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Tell which t are at least as far from 0 as the one seen; those that only rounding tells apart are tied."""
        (gap, variance), (own_gap, own_variance) = drawn, observed
        gap, own_gap = np.abs(gap), np.abs(own_gap)
        slack = (gap**2 + own_gap**2) * self.precision + 2 * self.noise * (gap * own_variance + own_gap * variance)
        return np.asarray(gap**2 * own_variance - own_gap**2 * variance >= -slack)


def paired(resistant: np.ndarray, sensitive: np.ndarray, arrangements: int, seed: int) -> PValues:
    """Exchange arm labels within pairs: flip the signs of the differences (both arms pairs x scores)."""
    differences = resistant - sensitive
    n = len(differences)
    exact = 2**n <= arrangements
    signs = _all_signs(n) if exact else _random_signs(n, arrangements, seed)
    return _compare(
        (block @ differences for block in signs),
        differences.sum(axis=0),
        rounded(np.concatenate([resistant, sensitive]), 2 * n),
        exact,
        2 / 2**n,
    )


def within_blocks(
    rest: np.ndarray,
    own: np.ndarray,
    basis: np.ndarray,
    blocks: np.ndarray,
    pattern: np.ndarray,
    noise: np.ndarray,
    arrangements: int,
    seed: int,
) -> PValues:
    """Exchange residuals within blocks (Freedman and Lane); the statistic is the partial correlation.

    `rest` are the residuals of each score given blocks and covariates, `own` that of the contrast, `basis` an
    orthonormal basis of the covariates within blocks (without columns where there are none: then this is the plain
    exchange of labels within blocks). Samples of a block with equal rows of `pattern` (contrast and covariates) are
    interchangeable, so their exchange is no arrangement of its own.
    """
    _, alike = np.unique(np.round(pattern, 9), axis=0, return_inverse=True)
    members = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    total = prod(_count_orders(alike[rows]) for rows in members)
    exact = total <= arrangements
    orders = _all_orders(members, alike, len(rest)) if exact else _random_orders(blocks, arrangements, seed)
    length = np.sqrt((rest**2).sum(axis=0))
    scale = np.where(length > noise, length, 1.0) * np.linalg.norm(own)
    tolerance = np.minimum(0.5, noise / np.where(length > noise, length, np.inf)) + 1e-10

    def statistic(order: np.ndarray) -> np.ndarray:
        found = own[order] @ rest
        # What the covariates explain of exchanged residuals leaves less for the contrast to be held against.
        explained = sum(((column[order] @ rest) / length) ** 2 for column in basis.T) if basis.shape[1] else 0.0
        return found / scale / np.sqrt(np.maximum(1 - explained, FLOOR))

    with np.errstate(invalid="ignore", divide="ignore"):
        still = length <= noise
        return _compare(
            (np.where(still, 0.0, statistic(block)) for block in orders),
            np.where(still, 0.0, own @ rest / scale),
            tolerance,
            exact,
            (2 if _mirrored(pattern, blocks) else 1) / total,
        )


def _count_orders(alike: np.ndarray) -> int:
    return factorial(len(alike)) // prod(factorial(int(count)) for count in np.unique(alike, return_counts=True)[1])


def _mirrored(pattern: np.ndarray, blocks: np.ndarray) -> bool:
    """Whether each arrangement has a counterpart in which the contrast is reversed and all else is as it was."""
    there = np.column_stack([blocks, np.round(pattern, 9)]) + 0.0
    back = there.copy()
    back[:, 1] = -back[:, 1] + 0.0
    return bool((np.sort(_as_rows(there)) == np.sort(_as_rows(back))).all())


def _as_rows(values: np.ndarray) -> np.ndarray:
    return np.array([" ".join(f"{value:.9g}" for value in row) for row in values])


def _all_orders(members: list[np.ndarray], alike: np.ndarray, n: int) -> Iterator[np.ndarray]:
    """Yield every arrangement once: row i of an arrangement takes the place of row order[i]."""
    parts = [[rows[list(order)] for order in _distinct_orders(alike[rows].tolist())] for rows in members]
    every = product(*parts)
    while block := list(islice(every, max(1, BLOCK_VALUES // n))):
        orders = np.empty((len(block), n), dtype=np.int64)
        for at, arrangement in enumerate(block):
            for rows, taken in zip(members, arrangement, strict=True):
                orders[at, rows] = taken
        yield orders


def _distinct_orders(alike: list[int]) -> Iterator[list[int]]:
    """Yield the orders of a list that differ: equal entries keep their places among themselves."""
    waiting = {value: [at for at, each in enumerate(alike) if each == value] for value in sorted(set(alike))}

    def extend(taken: list[int], used: dict[int, int]) -> Iterator[list[int]]:
        if len(taken) == len(alike):
            yield list(taken)
            return
        for value, places in waiting.items():
            if used[value] < len(places):
                taken.append(places[used[value]])
                used[value] += 1
                yield from extend(taken, used)
                used[value] -= 1
                taken.pop()

    yield from extend([], dict.fromkeys(waiting, 0))


def _random_orders(blocks: np.ndarray, arrangements: int, seed: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(seed)
    order = np.argsort(blocks, kind="stable")
    for rows in _blocks(arrangements, len(blocks)):
        drawn = np.empty((rows, len(blocks)), dtype=np.int64)
        # Blocks are whole numbers, so a draw from [0, 1) never moves a sample out of its own.
        drawn[:, order] = np.argsort(blocks + generator.random((rows, len(blocks))), axis=1)
        yield drawn


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


def rounded(values: np.ndarray, terms: int = 1) -> np.ndarray:
    """Bound what rounding can do to a sum: sample scores carry ten digits. Sums closer than this are tied."""
    return terms * np.maximum(FLOOR, DIGITS * np.abs(values).max(axis=0))


def _compare(
    drawn: Iterator[np.ndarray], observed: np.ndarray, rounding: np.ndarray, exact: bool, smallest: float
) -> PValues:
    n, extreme = 0, np.zeros(len(observed), dtype=np.int64)
    for block in drawn:
        n += len(block)
        extreme += (np.abs(block) >= np.abs(observed) - rounding).sum(axis=0)
    return _share(extreme, n, exact, smallest)


def _share(extreme: np.ndarray, n: int, exact: bool, smallest: float) -> PValues:
    if exact:
        return PValues(extreme / n, "exact", smallest)
    return PValues((extreme + 1) / (n + 1), "monte_carlo", max(smallest, 1 / (n + 1)))
