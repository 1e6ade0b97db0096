"""What a method sees of some rows: entries of the genes it may ask for, with values and ranks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from resig.errors import ResigError
from resig.rows import Rows
from resig.scoring.kernels import AS_STORED, DONE, LOG, LOG2, OUTSIDE, UNORDERED, encode, rank_rows


@dataclass(frozen=True)
class Scale:
    """How stored values come to the log scale: the transform, and the sum a row is brought to first (0: none)."""

    transform: int
    per: float

    @classmethod
    def of(cls, units: str, kind: str) -> "Scale":
        """Return the scale of `resig.units.to_log`."""
        if units == "counts":
            return cls(LOG, 1e4) if kind == "single_cell" else cls(LOG2, 1e6)
        return cls(LOG2, 0.0) if units == "linear" else cls(AS_STORED, 0.0)


@dataclass(frozen=True)
class Groups:
    """Genes of a row that share a value, not zero. Those of row i are `start[i]:start[i + 1]`, in no order.

    A group knows how many genes of its row are higher, how many share its value, and that value on the log scale.
    There are some dozens in a cell of counts: what depends on the value alone is worked out once for each of them.
    """

    start: np.ndarray
    above: np.ndarray
    ties: np.ndarray
    log: np.ndarray

    @cached_property
    def row(self) -> np.ndarray:
        """Row of each group."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    @cached_property
    def descending_rank(self) -> np.ndarray:
        """Rank of each group, 1 for the highest gene of its row, ties averaged."""
        rank = self.ties * 0.5
        rank += self.above
        rank += 0.5
        return rank


@dataclass(frozen=True)
class Block:
    """Some rows of a dataset. Entries of row i are `start[i]:start[i + 1]`, one for each wanted gene that is not zero.

    Ranks are taken over all genes in use, of which most are zero in a cell: those share one place in each row.
    """

    n_genes: int
    start: np.ndarray
    gene: np.ndarray
    group: np.ndarray
    groups: Groups
    zero_above: np.ndarray
    zeros: np.ndarray
    log_sum: np.ndarray
    log_squares: np.ndarray

    @property
    def n_rows(self) -> int:
        """Rows of this block."""
        return len(self.start) - 1

    @property
    def has_negative(self) -> bool:
        """Tell whether any row has values below zero."""
        return bool((self.zero_above + self.zeros < self.n_genes).any())

    @cached_property
    def row(self) -> np.ndarray:
        """Row of each entry."""
        return np.repeat(np.arange(self.n_rows), np.diff(self.start))

    def of_entries(self, values: np.ndarray) -> np.ndarray:
        """Give each entry the value of its group."""
        return values.take(self.group)

    @cached_property
    def above(self) -> np.ndarray:
        """How many genes of its row are higher than each entry."""
        return self.of_entries(self.groups.above)

    @cached_property
    def ties(self) -> np.ndarray:
        """How many genes of its row share the value of each entry, itself included."""
        return self.of_entries(self.groups.ties)

    @cached_property
    def log(self) -> np.ndarray:
        """Value of each entry on the log scale."""
        return self.of_entries(self.groups.log)

    @cached_property
    def descending_rank(self) -> np.ndarray:
        """Rank of each entry, 1 for the highest gene of its row, ties averaged."""
        return self.of_entries(self.groups.descending_rank)

    @cached_property
    def ascending_rank(self) -> np.ndarray:
        """Rank of each entry, 1 for the lowest gene of its row, ties averaged."""
        return (self.n_genes + 1) - self.descending_rank

    @cached_property
    def ascending_rank_of_zero(self) -> np.ndarray:
        """Rank that the genes share which are zero in a row."""
        return self.n_genes - self.zero_above - (self.zeros - 1) / 2


def build_block(rows: Rows, columns: "Columns", scale: Scale, first: int = 0) -> Block:
    """Rank the genes of each row and keep the entries of wanted genes; `first` is the number of the first row."""
    n, room = len(rows), len(rows.values)
    start, group_start = (np.empty(n + 1, np.int64) for _ in range(2))
    gene, group, above, ties = (np.empty(room, np.int32) for _ in range(4))
    log = np.empty(room)
    zero_above, zeros = (np.empty(n, np.int64) for _ in range(2))
    log_sum, log_squares = (np.empty(n) for _ in range(2))
    answer = rank_rows(
        rows.start,
        rows.columns,
        rows.values,
        columns.code,
        columns.n_genes,
        scale.transform,
        scale.per,
        start,
        gene,
        group,
        group_start,
        above,
        ties,
        log,
        zero_above,
        zeros,
        log_sum,
        log_squares,
    )
    if answer == UNORDERED:
        return build_block(rows.in_order(), columns, scale, first)
    if answer == OUTSIDE:
        raise ResigError("names a column that it does not have", where="matrix", todo="copy or download it again")
    if answer != DONE:
        raise ResigError(
            f"row {first + answer} has a value that is not finite", where="matrix", todo="impute or remove it first"
        )
    entries, groups = slice(0, int(start[-1])), slice(0, int(group_start[-1]))
    return Block(
        columns.n_genes,
        start,
        gene[entries],
        group[entries],
        Groups(group_start, above[groups], ties[groups], log[groups]),
        zero_above,
        zeros,
        log_sum,
        log_squares,
    )


class Columns:
    """What the columns of a matrix are: genes in use (-1: none), and whether a method wants entries of them."""

    def __init__(self, gene_of: np.ndarray, wanted: np.ndarray) -> None:
        self.n_genes = len(wanted)
        self.code = encode(gene_of, wanted)
