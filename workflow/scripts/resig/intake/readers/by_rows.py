"""Entries of a sparse matrix in any order brought into the order of rows, in memory that does not grow with them.

Entries are dealt out to files, one for each block of rows; then each block is sorted by itself.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

BLOCK = 4_000_000
MOST_FILES = 400


class RowSorter:
    """Takes entries in any order and gives rows back; equal places are added up."""

    def __init__(self, in_row: np.ndarray, n_columns: int, kind: np.dtype, folder: Path, block: int = BLOCK) -> None:
        """`in_row` says how many entries each row will get; `folder` is where they wait."""
        ends = np.cumsum(in_row)
        size = max(block, int(ends[-1] if len(ends) else 0) // MOST_FILES)
        self.block_of = ((ends - in_row) // size).astype(np.uint16)
        starts = np.flatnonzero(np.diff(self.block_of)) + 1
        self.block_of = np.searchsorted(starts, np.arange(len(in_row)), side="right").astype(np.uint16)
        self.bounds = np.concatenate([[0], starts, [len(in_row)]])
        self.n_columns = n_columns
        self.record = np.dtype([("row", np.int32), ("column", np.int32), ("value", kind)])
        self.stack = ExitStack()
        self.files = [
            self.stack.enter_context(tempfile.TemporaryFile(dir=folder, prefix=".rows."))  # noqa: SIM115
            for _ in self.bounds[1:]
        ]

    def __enter__(self) -> "RowSorter":
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def add(self, row: np.ndarray, column: np.ndarray, value: np.ndarray) -> None:
        """Deal entries out."""
        block = self.block_of[row]
        order = np.argsort(block, kind="stable")
        records = np.empty(len(row), self.record)
        records["row"], records["column"], records["value"] = row[order], column[order], value[order]
        ends = np.cumsum(np.bincount(block, minlength=len(self.files)))
        first = 0
        for at, last in enumerate(ends):
            if last > first:
                records[first:last].tofile(self.files[at])
            first = last

    def rows(self) -> Iterator["sparse.csr_matrix"]:
        """Yield the blocks of rows, from the first row on."""
        from scipy import sparse

        for at, file in enumerate(self.files):
            first, last = int(self.bounds[at]), int(self.bounds[at + 1])
            file.seek(0)
            records = np.fromfile(file, self.record)
            rows = sparse.coo_matrix(
                (records["value"], (records["row"] - first, records["column"])), shape=(last - first, self.n_columns)
            ).tocsr()
            rows.sum_duplicates()
            yield rows
