"""Random gene sets that match a signature in size, signs, expression and detection, and how its effect stands there.

Each member is replaced by a random gene of its bin, none twice in a set. Members are not excluded: only so may the
signature and a random set change places, and the p is exact however few genes a bin has.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from resig.scoring.cell_null import cut

MEAN_BINS = 50
DETECTION_BINS = 4
SMALLEST_BIN = 50
LARGEST_SHARE = 0.5  # of the genes of a bin that may be members
ROUNDING = 1e-9
COUNTED_IN = 40  # bins of the histogram

Effects = Callable[[np.ndarray], np.ndarray]


def bins_of(mean: np.ndarray, detected: np.ndarray) -> np.ndarray:
    """Put each gene into a bin by the rank of its mean, and within that by the rank of its detection.

    Bins are numbered along the mean, then along detection: neighbours are alike. Where nearly all genes are detected
    everywhere there is more room for bins of the mean.
    """
    parts = len(np.unique(cut(detected, DETECTION_BINS, SMALLEST_BIN)))
    by_mean = cut(mean, MEAN_BINS, SMALLEST_BIN * parts)
    bins, done = np.zeros(len(mean), np.int64), 0
    for each in np.unique(by_mean):
        own = by_mean == each
        bins[own] = done + cut(detected[own], DETECTION_BINS, SMALLEST_BIN)
        done = bins[own].max() + 1
    return np.unique(bins, return_inverse=True)[1]


def merge_bins(bins: np.ndarray, members: np.ndarray) -> np.ndarray | None:
    """Join bins that hold members with their neighbours until each is large enough; None where all are not enough.

    Large enough: `SMALLEST_BIN` genes (or all there are), of which at most half are members.
    """
    size = np.bincount(bins).astype(np.int64)
    own = np.bincount(bins[members], minlength=len(size))
    label = np.arange(len(size))
    enough = min(SMALLEST_BIN, int(size.sum()))
    while True:
        each_size, each_own = (np.bincount(label, weights=n).astype(np.int64) for n in (size, own))
        small = (each_own > 0) & ((each_size < enough) | (each_own > LARGEST_SHARE * each_size))
        if not small.any():
            return label[bins]
        if len(each_size) == 1:
            return None
        at = int(np.argmax(small))
        neighbours = [other for other in (at - 1, at + 1) if 0 <= other < len(each_size)]
        to = min(neighbours, key=lambda other: (each_size[other], other))
        label = label - (label >= max(at, to))


@dataclass(frozen=True)
class Draws:
    """Matched sets of one signature: one row each, in the order of its members; all of them, or some at random."""

    genes: np.ndarray
    exhaustive: bool


def n_matched_sets(bins: np.ndarray, members: np.ndarray, weight: np.ndarray, most: int) -> int:
    """Count the different matched sets there are, up to somewhat more than `most`."""
    found = 1
    for each in np.unique(bins[members]):
        left = int((bins == each).sum())
        for alike in np.unique(weight[bins[members] == each], return_counts=True)[1]:
            found *= comb(left, int(alike))
            left -= int(alike)
            if found > most:
                return found
    return found


def draw_sets(
    bins: np.ndarray, members: np.ndarray, weight: np.ndarray, order: np.ndarray, n_sets: int, seed: int
) -> Draws:
    """Draw matched sets; all of them, once each, where there are no more than `n_sets`.

    `order` lists genes by name: a draw depends on names, not on the order of the matrix.
    """
    pools = {each: order[bins[order] == each] for each in np.unique(bins[members])}
    if n_matched_sets(bins, members, weight, n_sets) <= n_sets:
        return Draws(np.array(list(_all_sets(pools, bins, members, weight))), True)
    random = np.random.default_rng(seed)
    genes = np.empty((n_sets, len(members)), np.int64)
    for each, pool in pools.items():
        own = np.flatnonzero(bins[members] == each)
        own = own[np.argsort(np.argsort(order)[members[own]])]
        genes[:, own] = pool[_without_replacement(len(pool), len(own), n_sets, random)]
    return Draws(genes, False)


def _without_replacement(n: int, k: int, rows: int, random: np.random.Generator) -> np.ndarray:
    """Draw k of n, in random order, many times: the first steps of a Fisher-Yates shuffle."""
    deck = np.tile(np.arange(n), (rows, 1))
    row = np.arange(rows)
    for at in range(k):
        taken = random.integers(at, n, rows)
        deck[row, taken], deck[:, at] = deck[:, at].copy(), deck[row, taken]
    return deck[:, :k]


def _all_sets(
    pools: dict[int, np.ndarray], bins: np.ndarray, members: np.ndarray, weight: np.ndarray
) -> Iterator[list[int]]:
    """Fill the members of each bin and weight by each choice of genes that are not taken."""
    parts = [
        (each, np.flatnonzero((bins[members] == each) & (weight == value)))
        for each in pools
        for value in np.unique(weight[bins[members] == each])
    ]

    def fill(at: int, chosen: dict[int, int]) -> Iterator[list[int]]:
        if at == len(parts):
            yield [chosen[place] for place in range(len(members))]
            return
        each, places = parts[at]
        free = [int(gene) for gene in pools[each] if gene not in chosen.values()]
        for genes in combinations(free, len(places)):
            yield from fill(at + 1, chosen | dict(zip(places.tolist(), genes, strict=True)))

    return fill(0, {})


@dataclass(frozen=True)
class Standing:
    """Where an effect stands among those of matched sets."""

    p: float
    percentile: float
    n_sets: int
    mean: float
    sd: float
    low: float
    high: float
    least: float = np.nan
    most: float = np.nan
    counts: tuple[int, ...] = ()
    """Sets in equal bins from the least effect to the most."""


UNKNOWN = Standing(np.nan, np.nan, 0, np.nan, np.nan, np.nan, np.nan)


def standing(observed: float, random: np.ndarray, exhaustive: bool, fewest: float = 1) -> Standing:
    """Hold an effect against those of matched sets, `fewest` at least; sets whose scores do not vary are left out.

    p is twice the share of sets whose effect is as large in the direction that was observed (at most 1): all sets, or
    drawn ones with the plus-one rule. The percentile is the share that is lower, ties counting half.
    """
    known = random[np.isfinite(random)]
    n = len(known)
    if not np.isfinite(observed) or n < fewest:
        return UNKNOWN
    slack = ROUNDING * (1 + abs(observed))
    direction = 1.0 if observed >= 0 else -1.0
    as_large = int((direction * known >= direction * observed - slack).sum())
    share = as_large / n if exhaustive else (as_large + 1) / (n + 1)
    ties = int((np.abs(known - observed) <= slack).sum())
    below = int((known < observed - slack).sum())
    low, high = np.quantile(known, [0.025, 0.975])
    return Standing(
        min(1.0, 2 * share),
        100 * (below + ties / 2) / n,
        n,
        float(known.mean()),
        float(known.std(ddof=1)) if n > 1 else np.nan,
        float(low),
        float(high),
        float(known.min()),
        float(known.max()),
        histogram(known),
    )


def histogram(values: np.ndarray) -> tuple[int, ...]:
    """Count values in equal bins from the least to the most; all in the first where they are the same."""
    least, most = values.min(), values.max()
    if most - least <= ROUNDING * (1 + abs(least)):
        return (len(values), *[0] * (COUNTED_IN - 1))
    return tuple(np.histogram(values, COUNTED_IN, (least, most))[0].tolist())
