"""Matched random sets, cell by cell: how a score stands beside sets of the same size, signs and expression.

Each member becomes a random gene of its bin (similar mean expression, similar detection), none drawn twice within
the up or within the down members of a bin. The mean and the variance of such a sum have a closed form, so that z
needs no drawn sets; the tail of small sets is not normal, so that p does.
"""

from dataclasses import dataclass

import numpy as np

from resig.scoring.block import Block
from resig.scoring.kernels import count_as_high, moments_of_matched_sets
from resig.scoring.method import GeneSum, Method, ratio
from resig.scoring.panel import Genes, Members, Panel, seed_of

MEAN_BINS = 10
DETECTION_BINS = 5
SMALLEST_BIN = 50
ROUNDING = 1e-20  # a variance below this share of the squared mean is none


@dataclass(frozen=True)
class Null:
    """Where scores stand among matched sets: z, and the share of drawn sets that score as high (if any were drawn)."""

    z: np.ndarray
    p: np.ndarray | None


def matched_bins(genes: Genes) -> np.ndarray:
    """Put each gene into a bin by the rank of its mean, and within that by the rank of its detection."""
    by_mean = cut(genes.mean, MEAN_BINS, SMALLEST_BIN * DETECTION_BINS)
    bins = np.zeros(len(genes), np.int64)
    for each in np.unique(by_mean):
        own = by_mean == each
        bins[own] = bins.max() + 1 + cut(genes.detected[own], DETECTION_BINS, SMALLEST_BIN)
    return np.unique(bins, return_inverse=True)[1]


def cut(values: np.ndarray, most: int, smallest: int) -> np.ndarray:
    """Cut values into at most so many bins of about equal size; equal values share a bin."""
    n_bins = max(1, min(most, len(values) // smallest))
    lowest_rank = np.searchsorted(np.sort(values), values, side="left")
    return lowest_rank * n_bins // max(len(values), 1)


class CellNull:
    """The null of one method for all sets of a panel."""

    def __init__(self, method: Method, panel: Panel, draws: int = 0) -> None:
        if method.as_gene_sum is None:
            raise ValueError(f"{method.name} is not a sum over genes")
        own = method.panel(panel)
        self.sum: GeneSum = method.as_gene_sum(own)
        self.n_sets, self.draws = len(own.signatures), draws
        self.bin_of = matched_bins(own.genes)
        self.bin_size = np.bincount(self.bin_of).astype(np.float64)
        self.cells = _cells(own, self.bin_of, self.bin_size, self.sum.weight)
        self.drawn: Members | None = None
        self.drawn_base = np.zeros(0)
        if draws:
            self.drawn, self.drawn_base = self._draw(own)

    def __call__(self, block: Block, observed: np.ndarray) -> Null:
        """Hold the scores of some rows against their matched sets; the block must have entries of all genes."""
        values, at_zero = self.sum.values(block)
        shape = block.n_rows, self.n_sets
        mean, variance = np.empty(shape), np.empty(shape)
        entries = block.start, block.gene
        moments_of_matched_sets(
            *entries, values, at_zero, self.sum.at_zero, self.bin_of, self.bin_size, *self.cells, mean, variance
        )
        z = ratio(observed - mean, np.sqrt(np.where(variance > ROUNDING * (1 + mean**2), variance, 0.0)))
        if self.drawn is None:
            return Null(z, None)
        counts = np.empty(shape)
        count_as_high(
            *entries,
            values - self.sum.at_zero[block.gene],
            at_zero,
            self.drawn.start,
            self.drawn.column,
            self.drawn.weight,
            self.drawn.lanes,
            self.drawn.total,
            self.drawn_base,
            self.draws,
            observed,
            counts,
        )
        return Null(z, np.where(np.isnan(z), np.nan, (counts + 1) / (self.draws + 1)))

    def _draw(self, panel: Panel) -> tuple[Members, np.ndarray]:
        """Draw `draws` matched sets for each set, and say what each scores where all genes are zero.

        A draw depends on the names of the set and of the genes alone.
        """
        by_symbol = np.argsort(np.asarray(panel.genes.symbols, dtype=str), kind="stable")
        pool = [by_symbol[self.bin_of[by_symbol] == each] for each in range(len(self.bin_size))]
        genes, columns, weights = [np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0)]
        for at, signature in enumerate(panel.signatures):
            random = np.random.default_rng(seed_of(panel.seed, signature, "null"))
            own = panel.owner == at
            for each in np.unique(self.bin_of[panel.gene[own]]):
                weight = self.sum.weight[own & (self.bin_of[panel.gene] == each)]
                picked = random.random((self.draws, len(pool[each]))).argsort(axis=1)[:, : len(weight)]
                genes.append(pool[each][picked].ravel())
                columns.append(np.repeat(at * self.draws + np.arange(self.draws), len(weight)))
                weights.append(np.tile(weight, self.draws))
        gene, column, weight = map(np.concatenate, (genes, columns, weights))
        n_columns = self.n_sets * self.draws
        base = np.bincount(column, weights=weight * self.sum.at_zero[gene], minlength=n_columns)
        return Members.of(gene, column, weight, panel.n_genes, n_columns), base


def _cells(
    panel: Panel, bin_of: np.ndarray, bin_size: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the (set, bin) cells: where those of each set start, their bins, weights and factors of variance.

    With weights w for k of the N genes of a bin, drawn without replacement, the variance of the sum is that of the
    bin times the sum of w^2 less ((sum of w)^2 - sum of w^2) / (N - 1).
    """
    n_bins = len(bin_size)
    cell, at = np.unique(panel.owner * n_bins + bin_of[panel.gene], return_inverse=True)
    start = np.searchsorted(cell, np.arange(len(panel.signatures) + 1) * n_bins)
    sums = np.bincount(at, weights=weight, minlength=len(cell))
    squares = np.bincount(at, weights=weight**2, minlength=len(cell))
    others = np.maximum(bin_size[cell % n_bins] - 1, 1)
    return start, cell % n_bins, sums, squares - (sums**2 - squares) / others
