"""AUCell: how early the members appear among the highest genes of one cell, averaged over the order of ties."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import GeneSum, Method, Scorer, Scores, difference, ratio
from resig.scoring.panel import Order, Panel

TOP_SHARE = 0.05


def prepare(panel: Panel) -> Scorer:
    """Score up and down members by the area under their recovery curve; the whole is up minus down."""
    n_top, parts = top(panel.n_genes), panel.parts()
    return over_largest(panel, lambda block: parts.sums_of_groups(block, *areas(block, n_top)))


def prepare_ordered(panel: Panel) -> Scorer:
    """Do the same where no genes share a rank: of equal values the one comes first that decoupler shuffles to there."""
    parts, of_ranks = panel.parts(), np.arange(top(panel.n_genes) - 1.0, 0.0, -1.0)
    order = Order(np.random.default_rng(0).choice(np.arange(panel.n_genes), panel.n_genes, replace=False))
    return over_largest(panel, lambda block: parts.sums_in_order(block, order, of_ranks))


def over_largest(panel: Panel, areas_of: Callable[[Block], tuple[np.ndarray, np.ndarray]]) -> Scorer:
    """Hold the areas of up and of down members against the largest that sets of their size can have."""
    n_top = top(panel.n_genes)
    up_most, down_most = largest_area(panel.n_up, n_top), largest_area(panel.n_down, n_top)

    def score(block: Block) -> Scores:
        up, down = areas_of(block)
        return difference(ratio(up, up_most), ratio(down, down_most), panel)

    return score


def top(n_genes: int) -> int:
    """Return how many of the highest genes of a cell are looked at, as decoupler does."""
    return int(np.clip(math.ceil(TOP_SHARE * n_genes), 2, max(n_genes, 2)))


def areas(block: Block, n_top: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what a gene of each group adds to the area, and what one adds that is zero."""
    return mean_area(block.groups.above, block.groups.ties, n_top), mean_area(block.zero_above, block.zeros, n_top)


def mean_area(above: np.ndarray, ties: np.ndarray, n_top: int) -> np.ndarray:
    """Return the mean of `n_top - rank` (not below 0) over the ranks that equal values share in any order."""
    first = n_top - above
    inside = np.minimum(np.maximum(first, 0), ties)
    return (inside * first - inside * (inside + 1) / 2) / np.maximum(ties, 1)


def largest_area(size: np.ndarray, n_top: int) -> np.ndarray:
    """Return the area of a set whose members are the highest genes."""
    counted = np.minimum(size, n_top - 1)
    return counted * n_top - counted * (counted + 1) / 2


def as_gene_sum(panel: Panel) -> GeneSum:
    """Return what each gene adds to the area, over the largest area of its part."""
    n_top, up = top(panel.n_genes), panel.weight > 0
    most = np.where(up, largest_area(panel.n_up, n_top)[panel.owner], largest_area(panel.n_down, n_top)[panel.owner])

    def values(block: Block) -> tuple[np.ndarray, np.ndarray]:
        of_groups, of_zero = areas(block, n_top)
        return block.of_entries(of_groups), of_zero

    return GeneSum(values, np.zeros(panel.n_genes), ratio(np.where(up, 1.0, -1.0), most))


METHOD = Method(
    name="aucell",
    about="Area under the recovery curve over the highest 5 % of the genes of each cell, ties averaged.",
    reference="Aibar S et al., Nat Methods 2017;14:1083-1086",
    at_least=2,
    cohort_dependent=False,
    needs="ranks",
    prepare=prepare,
    as_gene_sum=as_gene_sum,
)

ORDERED = replace(
    METHOD,
    name="aucell_ordered",
    about="AUCell as decoupler gives it in memory, empty=False: ties in an order of genes, shuffled with its seed.",
    prepare=prepare_ordered,
    as_gene_sum=None,
    all_genes=True,
)
