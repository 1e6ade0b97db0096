"""Rows of a matrix for many threads: spans of about equal size, each read by whoever scores it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import h5py
import numpy as np

from resig.errors import ResigError
from resig.matrix import Matrix
from resig.stored import ByLibrary, Stored, open_stored

SPAN_VALUES = 125_000  # what a span needs besides fits into the caches
SPAN_VALUES_COMPRESSED = 2_000_000  # the chunks at both ends of a span are decoded twice


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
    """The rows of an opened matrix. Reading is safe from several threads."""

    def __init__(self, matrix: Matrix, file: h5py.File, direct: bool = True) -> None:
        self.matrix = matrix
        node = file[matrix.node]
        self.n_rows, self.n_columns = matrix.shape
        if matrix.layout == "csc":
            raise ResigError("is stored by columns (CSC)", where=matrix.path, todo="rows are needed: store X as CSR")
        if matrix.layout == "dense":
            self.start = np.arange(self.n_rows + 1, dtype=np.int64) * self.n_columns
            self.arrays: list[Stored] = [ByLibrary(node)]
            self.value_bytes = node.dtype.itemsize
            return
        self.start = node["indptr"][:].astype(np.int64, copy=False)
        nodes = [node["indices"], node["data"]]
        self.arrays = [open_stored(each) if direct else ByLibrary(each) for each in nodes]
        self.value_bytes = sum(each.dtype.itemsize for each in nodes)

    def spans(self, values: int | None = None, begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """Cut rows into spans (first, last) of about `values` stored values, one row at least."""
        compressed = any(each.compressed for each in self.arrays)
        step = values or (SPAN_VALUES_COMPRESSED if compressed else SPAN_VALUES)
        spans, first = [], begin
        end = self.n_rows if end is None else end
        while first < end:
            last = int(np.searchsorted(self.start, self.start[first] + step, side="right")) - 1
            last = min(max(last, first + 1), end)
            spans.append((first, last))
            first = last
        return spans

    def bytes_until(self, row: int) -> int:
        """Return the bytes of values and columns, decoded, that stand before a row."""
        return int(self.start[row] - self.start[0]) * self.value_bytes

    def read(self, first: int, last: int) -> Rows:
        """Return the rows from `first` up to `last`, not included."""
        try:
            if self.matrix.layout == "dense":
                return Rows.of_dense(self.arrays[0].read(first, last))
            begin, end = int(self.start[first]), int(self.start[last])
            columns, values = (each.read(begin, end) for each in self.arrays)
        except OSError as error:
            raise ResigError(
                f"rows {first} to {last - 1} cannot be read ({error})",
                where=self.matrix.path,
                todo="copy or download it again",
            ) from error
        return Rows.of(self.start[first : last + 1] - begin, columns, values)


@contextmanager
def open_rows(matrix: Matrix, direct: bool = True) -> Iterator[RowReader]:
    """Open a matrix for reading by rows; `direct=False` leaves all reading to the HDF5 library."""
    with h5py.File(matrix.path, "r") as file:
        reader = RowReader(matrix, file, direct)
        try:
            yield reader
        finally:
            for each in reader.arrays:
                each.close()
