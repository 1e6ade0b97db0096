"""Rows of a matrix for many threads: spans of about equal size, each read by whoever scores it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import h5py
import numpy as np

from resig.allocator import keep_freed_memory
from resig.errors import ResigError
from resig.matrix import Matrix
from resig.stored import ByLibrary, Even, Stored, open_stored

SPAN_VALUES = 250_000  # fewer: threads wait for each other; more: what a span needs besides outgrows the caches
SPAN_VALUES_COMPRESSED = 2_000_000  # the chunks at both ends of a span are decoded twice
SPAN_ROWS = 50_000  # where rows begin is looked up for so many at a time, and never held for all


@dataclass(frozen=True)
class Rows:
    """Some rows of a matrix: row i holds the values `start[i]:start[i + 1]`."""

    start: np.ndarray
    columns: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.start) - 1

    @classmethod
    def of(cls, start: np.ndarray, columns: np.ndarray, values: np.ndarray) -> "Rows":
        """Take rows as they are stored."""
        return cls(start, columns.astype(np.int32, copy=False), floating(values))

    def in_order(self) -> "Rows":
        """Sort the columns of each row; values that share a column are added, in the order of storage."""
        row = np.repeat(np.arange(len(self)), np.diff(self.start))
        order = np.lexsort((self.columns, row))
        row, columns, values = row[order], self.columns[order], self.values[order]
        opens = np.ones(len(order), dtype=bool)
        opens[1:] = (row[1:] != row[:-1]) | (columns[1:] != columns[:-1])
        added = np.zeros(int(opens.sum()), values.dtype)
        np.add.at(added, np.cumsum(opens) - 1, values)
        counts = np.bincount(row[opens], minlength=len(self))
        return Rows(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), columns[opens], added)

    def pick(self, keep: np.ndarray) -> "Rows":
        """Keep some of the rows."""
        if keep.all():
            return self
        counts = np.diff(self.start)
        values = np.repeat(keep, counts)
        start = np.concatenate([[0], np.cumsum(counts[keep])]).astype(np.int64)
        return Rows(start, self.columns[values], self.values[values])

    @classmethod
    def of_dense(cls, values: np.ndarray) -> "Rows":
        """Take rows in which every value is stored."""
        n_rows, n_columns = values.shape
        start = np.arange(n_rows + 1, dtype=np.int64) * n_columns
        return cls(start, np.tile(np.arange(n_columns, dtype=np.int32), n_rows), floating(values).ravel())


def floating(values: np.ndarray) -> np.ndarray:
    """Return values as float32 where that is what they are, else as float64; whole numbers stay exact."""
    return values.astype(np.float32 if values.dtype in (np.float32, np.float16) else np.float64, copy=False)


class RowReader:
    """The rows of an opened matrix. Reading is safe from several threads; nothing is kept of each row."""

    def __init__(self, matrix: Matrix, file: h5py.File, direct: bool = True) -> None:
        self.matrix = matrix
        node = file[matrix.node]
        self.n_rows, self.n_columns = matrix.shape
        if matrix.layout == "csc":
            raise ResigError("is stored by columns (CSC)", where=matrix.path, todo="rows are needed: store X as CSR")
        if matrix.layout == "dense":
            self.starts: Stored = Even(self.n_columns)
            self.arrays: list[Stored] = [ByLibrary(node)]
            self.value_bytes = node.dtype.itemsize
        else:
            nodes = [node["indptr"], node["indices"], node["data"]]
            self.starts, *self.arrays = [open_stored(each) if direct else ByLibrary(each) for each in nodes]
            self.value_bytes = sum(each.dtype.itemsize for each in nodes[1:])
        self.begin = self._start(0)

    def spans(self, values: int | None = None, begin: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Cut rows into spans (first, last) of about `values` stored values, one row at least."""
        compressed = any(each.compressed for each in self.arrays)
        step = values or (SPAN_VALUES_COMPRESSED if compressed else SPAN_VALUES)
        end = self.n_rows if end is None else end
        for known in range(begin, end, SPAN_ROWS):
            start = self._start_of(known, min(known + SPAN_ROWS, end))
            first = 0
            while first < len(start) - 1:
                last = int(np.searchsorted(start, start[first] + step, side="right")) - 1
                last = min(max(last, first + 1), len(start) - 1)
                yield known + first, known + last
                first = last

    def bytes_until(self, row: int) -> int:
        """Return the bytes of values and columns, decoded, that stand before a row."""
        return (self._start(row) - self.begin) * self.value_bytes

    def close(self) -> None:
        """Give the arrays back."""
        for each in (self.starts, *self.arrays):
            each.close()

    def _start(self, row: int) -> int:
        return int(self._start_of(row, row)[0])

    def _start_of(self, first: int, last: int) -> np.ndarray:
        """Return where the rows from `first` on begin, and where the one before `last` ends."""
        try:
            return self.starts.read(first, last + 1).astype(np.int64, copy=False)
        except OSError as error:
            raise self._unreadable(first, last, error) from error

    def _unreadable(self, first: int, last: int, error: OSError) -> ResigError:
        return ResigError(
            f"rows {first} to {last - 1} cannot be read ({error})",
            where=self.matrix.path,
            todo="copy or download it again",
        )

    def read(self, first: int, last: int) -> Rows:
        """Return the rows from `first` up to `last`, not included."""
        try:
            if self.matrix.layout == "dense":
                return Rows.of_dense(self.arrays[0].read(first, last))
            start = self._start_of(first, last)
            columns, values = (each.read(int(start[0]), int(start[-1])) for each in self.arrays)
        except OSError as error:
            raise self._unreadable(first, last, error) from error
        return Rows.of(start - start[0], columns, values)


@contextmanager
def open_rows(matrix: Matrix, direct: bool = True) -> Iterator[RowReader]:
    """Open a matrix for reading by rows; `direct=False` leaves all reading to the HDF5 library."""
    keep_freed_memory()
    with h5py.File(matrix.path, "r") as file:
        reader = RowReader(matrix, file, direct)
        try:
            yield reader
        finally:
            reader.close()
