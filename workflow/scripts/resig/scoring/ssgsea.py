"""ssGSEA in closed form: the area under the running sum is a difference of mean ranks, so no walk is needed."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import Method, Scorer, Scores, difference, ratio
from resig.scoring.panel import Panel

EXPONENT = 0.25


def prepare(panel: Panel) -> Scorer:
    """Return raw enrichment scores (no scaling by the cohort), ties averaged; the whole is up minus down."""
    parts = panel.parts()

    def score(block: Block) -> Scores:
        rank, at_zero = block.n_genes + 1 - block.groups.descending_rank, block.ascending_rank_of_zero
        weight, weight_at_zero = np.sqrt(np.sqrt(rank)), np.sqrt(np.sqrt(at_zero))
        ranks, weights, products = (
            parts.sums_of_groups(block, of_groups, of_zero)
            for of_groups, of_zero in (
                (rank, at_zero),
                (weight, weight_at_zero),
                (rank * weight, at_zero * weight_at_zero),
            )
        )
        up, down = (
            enrichment(products[side], weights[side], ranks[side], size, panel.n_genes)
            for side, size in enumerate((panel.n_up, panel.n_down))
        )
        return difference(up, down, panel)

    return score


def enrichment(
    products: np.ndarray, weights: np.ndarray, ranks: np.ndarray, size: np.ndarray, n_genes: int
) -> np.ndarray:
    """Subtract the mean rank of all other genes from the weighted mean rank of the members."""
    return ratio(products, weights) - ratio(n_genes * (n_genes + 1) / 2 - ranks, n_genes - size)


def with_ties_of(peer: Literal["gseapy", "gsva"], values: np.ndarray, sets: Sequence[np.ndarray]) -> np.ndarray:
    """Score rows of all genes as a peer does, whose ties depend on gene order: to compare, not to use.

    Of equal values gseapy takes the later gene first, R's GSVA the earlier one, and cuts mean ranks to whole numbers.
    """
    n_rows, n_genes = values.shape
    scores = np.empty((n_rows, len(sets)))
    for row in range(n_rows):
        order = np.argsort(values[row], kind="stable")
        _, group, count = np.unique(values[row], return_inverse=True, return_counts=True)
        rank = (np.cumsum(count) - (count - 1) / 2)[group]
        place = np.empty(n_genes)
        place[order] = np.arange(1, n_genes + 1)
        if peer == "gsva":
            rank = np.floor(rank)
            place = 2 * (np.cumsum(count) - (count - 1) / 2)[group] - place
        for at, genes in enumerate(sets):
            weight = rank[genes] ** EXPONENT
            scores[row, at] = enrichment(
                (weight * place[genes]).sum(keepdims=True),
                weight.sum(keepdims=True),
                place[genes].sum(keepdims=True),
                np.array([len(genes)]),
                n_genes,
            )[0]
    return scores


METHOD = Method(
    name="ssgsea",
    about="Single-sample GSEA, exponent 0.25, on ranks; not scaled by the cohort; gseapy's where no values are tied.",
    reference="Barbie DA et al., Nature 2009;462:108-112",
    at_least=5,
    cohort_dependent=False,
    needs="ranks",
    prepare=prepare,
)
