"""Scores of biological samples for any gene sets, made from pseudobulk without going back to the cells.

A mean of cells' scores can be made from means of genes where a score is a sum over genes. In bulk a sample is a row of
the pseudobulk itself, so that a method scores it as it scores the matrix.
"""

import collections.abc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import sparse

from resig.pseudobulk import Pseudobulk
from resig.rows import Rows
from resig.scoring.block import Block, Columns, Scale, build_block
from resig.scoring.method import GeneSum, Method
from resig.scoring.panel import Genes, Panel

ROWS = 50  # samples that are ranked at a time
MOST_SCORES = 20_000_000  # scores that are kept at a time
LOG = Scale.of("log", "bulk")
OF_ALL_SETS = "{0}_scores_depend_on_the_other_sets"
OF_COHORT = "{0}_needs_the_whole_matrix_for_each_set"
OF_CELLS = "{0}_is_no_sum_over_genes"

Scorer = Callable[[Panel], np.ndarray]
Sized = TypeVar("Sized", bound=collections.abc.Sized)


@dataclass(frozen=True)
class Set:
    """One gene set: places of genes, and a weight for each."""

    name: str
    gene: np.ndarray
    weight: np.ndarray


def panel_of(sets: Sequence[Set], genes: Genes, seed: int) -> Panel:
    """Put sets beside each other."""
    sizes = [len(each.gene) for each in sets]
    return Panel(
        [each.name for each in sets],
        genes,
        np.concatenate([np.zeros(0, np.int64), *(each.gene for each in sets)]).astype(np.int64),
        np.repeat(np.arange(len(sets)), sizes),
        np.concatenate([np.zeros(0), *(each.weight for each in sets)]),
        seed,
    )


def sets_of(panel: Panel) -> dict[str, Set]:
    """Take sets apart."""
    places = [np.flatnonzero(panel.owner == at) for at in range(len(panel.signatures))]
    return {
        name: Set(name, panel.gene[own], panel.weight[own]) for name, own in zip(panel.signatures, places, strict=True)
    }


def why_not(method: Method, bulk: bool) -> str:
    """Say why a method cannot score sets of pseudobulk; nothing where it can."""
    if method.set_dependent:
        return OF_ALL_SETS.format(method.name)
    if method.as_gene_sum is not None:
        return ""
    if method.prepare is None:
        return OF_COHORT.format(method.name)
    return "" if bulk else OF_CELLS.format(method.name)


def scorer_of(method: Method, pseudobulk: Pseudobulk, rows: np.ndarray, bulk: bool) -> Scorer:
    """Return what scores any panel in some rows of the pseudobulk: samples x sets."""
    if reason := why_not(method, bulk):
        raise ValueError(reason)
    if method.as_gene_sum is not None:
        return _by_sums(method, pseudobulk, rows)
    return _by_method(method, pseudobulk.log[rows])


def _by_sums(method: Method, pseudobulk: Pseudobulk, rows: np.ndarray) -> Scorer:
    rule = method.as_gene_sum
    assert rule is not None
    none = Panel([], pseudobulk.genes, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    gains = (
        pseudobulk.gains[method.name][rows]
        if method.name in pseudobulk.gains
        else _gains(rule(none), pseudobulk.log[rows])
    )

    def score(panel: Panel) -> np.ndarray:
        shape = len(panel.signatures), panel.n_genes
        weights = sparse.csr_matrix((rule(panel).weight, (panel.owner, panel.gene)), shape=shape)
        return (weights @ gains.T).T

    return score


def _gains(rule: GeneSum, log: np.ndarray) -> np.ndarray:
    """Return what each gene adds in each row."""
    gains = np.empty_like(log)
    for first, block in _blocks(log):
        values, at_zero = rule.values(block)
        here = gains[first : first + block.n_rows]
        here[:] = at_zero[:, None] + rule.at_zero
        here[block.row, block.gene] = values
    return gains


def _by_method(method: Method, log: np.ndarray) -> Scorer:
    prepare = method.prepare
    assert prepare is not None

    def score(panel: Panel) -> np.ndarray:
        scorer = prepare(panel)
        return np.concatenate([scorer(block).whole for _, block in _blocks(log)])

    return score


def _blocks(log: np.ndarray) -> Iterator[tuple[int, Block]]:
    n_genes = log.shape[1]
    columns = Columns(np.arange(n_genes, dtype=np.int32), np.ones(n_genes, np.uint8))
    for first in range(0, len(log), ROWS):
        yield first, build_block(Rows.of_dense(log[first : first + ROWS]), columns, LOG, first)


def in_groups(families: Iterable[Sized], n_rows: int) -> Iterator[list[Sized]]:
    """Collect families of sets until their scores fill the room there is; one family at least."""
    group: list[Sized] = []
    held = 0
    for family in families:
        if group and (held + len(family)) * n_rows > MOST_SCORES:
            yield group
            group, held = [], 0
        group.append(family)
        held += len(family)
    if group:
        yield group
