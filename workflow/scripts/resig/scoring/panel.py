"""The sets of a run, placed on the genes of a dataset."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from resig.scoring.block import Block
from resig.scoring.kernels import sum_over_members, sum_over_members_in_order


def seed_of(*parts: object) -> int:
    """Return a seed that depends on these names and numbers alone."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big")


@dataclass(frozen=True)
class Genes:
    """The genes in use of a dataset, fixed before anything is scored, with their statistics on the log scale."""

    symbols: Sequence[str]
    mean: np.ndarray
    sd: np.ndarray
    detected: np.ndarray

    def __len__(self) -> int:
        return len(self.symbols)


FEW_LANES, LANES = (0, 1), (0, 1, 2, 3)
FEW_BEYOND = 0.05


@dataclass(frozen=True)
class Members:
    """Weighted members of some sets, ready to be summed over.

    They come in bundles of as many as there are lanes: those of gene g are `start[g]:start[g + 1]`. What fills a gene's
    last bundle has columns after all others. Two lanes are enough where hardly a gene has more members. Without weights
    each weighs 1.
    """

    start: np.ndarray
    column: np.ndarray
    weight: np.ndarray | None
    lanes: tuple[int, ...]
    total: np.ndarray

    @classmethod
    def of(cls, gene: np.ndarray, column: np.ndarray, weight: np.ndarray, n_genes: int, n_columns: int) -> "Members":
        """Order members by gene."""
        order = np.argsort(gene, kind="stable")
        counts = np.bincount(gene, minlength=n_genes)
        lanes = FEW_LANES if (counts > len(FEW_LANES)).sum() <= FEW_BEYOND * (counts > 0).sum() else LANES
        bundles = np.concatenate([[0], np.cumsum(-(-counts // len(lanes)))]).astype(np.uint32)
        before = np.cumsum(counts) - counts
        place = len(lanes) * bundles[gene[order]].astype(np.int64) + np.arange(len(order)) - before[gene[order]]
        columns = n_columns + np.tile(lanes, int(bundles[-1]))
        weights = np.zeros(len(columns))
        columns[place], weights[place] = column[order], weight[order]
        total = np.bincount(column, weights=weight, minlength=n_columns).astype(np.float64)
        return cls(bundles, columns.astype(np.uint32), None if (weight == 1.0).all() else weights, lanes, total)

    def sums(self, block: Block, values: np.ndarray, at_zero: np.ndarray | None = None) -> np.ndarray:
        """Return rows x sets: the sum of weight x value over members.

        `values` holds one value for each entry of the block; genes that are zero in a row count as `at_zero` of
        that row (0 where it is not given).
        """
        return self._sums(block, np.arange(len(block.gene), dtype=np.int32), values, at_zero)

    def sums_of_groups(self, block: Block, values: np.ndarray, at_zero: np.ndarray | None = None) -> np.ndarray:
        """Return the same where entries of one group share a value: `values` holds one for each group."""
        return self._sums(block, block.group, values, at_zero)

    def sums_in_order(self, block: Block, order: "Order", value_of_rank: np.ndarray) -> np.ndarray:
        """Return the sum of weight x value of rank, where equal values are ranked in this order of genes.

        `value_of_rank` begins with the highest gene; those further down than it is long count nothing. The block must
        have entries of all genes.
        """
        entries, groups, sums = (block.start, block.gene, block.group), block.groups, self._room(block)
        ranked = groups.start, groups.above, block.zero_above, order.gene_at, order.position_of, value_of_rank
        sum_over_members_in_order(*entries, *ranked, self.start, self.column, self.weight, self.lanes, sums)
        return sums[:, : len(self.total)]

    def _sums(self, block: Block, place: np.ndarray, values: np.ndarray, at_zero: np.ndarray | None) -> np.ndarray:
        usual, sums = np.zeros(block.n_rows) if at_zero is None else at_zero, self._room(block)
        members = self.start, self.column, self.weight, self.lanes, self.total
        sum_over_members(block.start, block.gene, place, values, usual, *members, sums)
        return sums[:, : len(self.total)]

    def _room(self, block: Block) -> np.ndarray:
        return np.empty((block.n_rows, len(self.total) + len(self.lanes)))


@dataclass(frozen=True)
class Order:
    """An order of genes, and the position of each gene in it."""

    gene_at: np.ndarray

    @cached_property
    def position_of(self) -> np.ndarray:
        """Position of each gene."""
        return np.argsort(self.gene_at)


@dataclass(frozen=True)
class Parts:
    """Up members and down members of each set, summed over apart."""

    members: Members

    def sums(
        self, block: Block, values: np.ndarray, at_zero: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums over up members and over down members, each rows x sets; a value for each entry."""
        return halves(self.members.sums(block, values, at_zero))

    def sums_of_groups(
        self, block: Block, values: np.ndarray, at_zero: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the same where entries of one group share a value; a value for each group."""
        return halves(self.members.sums_of_groups(block, values, at_zero))

    def sums_in_order(self, block: Block, order: "Order", value_of_rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return sums of values of ranks, where equal values are ranked in an order of genes."""
        return halves(self.members.sums_in_order(block, order, value_of_rank))


def halves(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split columns into those of up parts and those of down parts."""
    half = sums.shape[1] // 2
    return sums[:, :half], sums[:, half:]


@dataclass(frozen=True)
class Panel:
    """Sets over genes: member i is gene `gene[i]` of set `owner[i]`, up where `weight[i]` is above 0, else down."""

    signatures: Sequence[str]
    genes: Genes
    gene: np.ndarray
    owner: np.ndarray
    weight: np.ndarray
    seed: int = 1

    @property
    def n_genes(self) -> int:
        """Genes in use."""
        return len(self.genes)

    @cached_property
    def n_up(self) -> np.ndarray:
        """Up members of each set."""
        return self._count(self.weight > 0)

    @cached_property
    def n_down(self) -> np.ndarray:
        """Down members of each set."""
        return self._count(self.weight < 0)

    def parts(self, weight: np.ndarray | None = None) -> Parts:
        """Return up and down members, each with its own weight (1 where none is given)."""
        own = np.ones(len(self.gene)) if weight is None else weight
        column = self.owner + np.where(self.weight > 0, 0, len(self.signatures))
        return Parts(Members.of(self.gene, column, own, self.n_genes, 2 * len(self.signatures)))

    def varying(self) -> "Panel":
        """Keep the members that vary in this dataset: for methods that compare observations with each other."""
        keep = self.genes.sd[self.gene] > 0
        return replace(self, gene=self.gene[keep], owner=self.owner[keep], weight=self.weight[keep])

    def wanted(self) -> np.ndarray:
        """Say for each gene whether it is a member of any set."""
        wanted = np.zeros(self.n_genes, np.uint8)
        wanted[self.gene] = 1
        return wanted

    def _count(self, chosen: np.ndarray) -> np.ndarray:
        return np.bincount(self.owner[chosen], minlength=len(self.signatures)).astype(np.float64)
