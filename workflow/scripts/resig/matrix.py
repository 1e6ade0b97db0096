"""Expression matrices in .h5ad: rows in chunks, in memory that does not grow with the number of rows."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h5py
import numpy as np

from resig.errors import ResigError

if TYPE_CHECKING:
    from scipy import sparse

CHUNK_VALUES = 4_000_000


@dataclass(frozen=True)
class Matrix:
    """A matrix of observations x features in an .h5ad file, opened anew for each pass."""

    path: str
    shape: tuple[int, int]
    layout: str
    node: str = "X"

    def chunks(self, values: int = CHUNK_VALUES) -> Iterator[tuple[int, "sparse.csr_matrix"]]:
        """Yield (first row, rows) with about `values` stored numbers a chunk."""
        from scipy import sparse

        with h5py.File(self.path, "r") as file:
            node = file[self.node]
            if self.layout == "dense":
                step = max(1, values // max(1, self.shape[1]))
                for first in range(0, self.shape[0], step):
                    yield first, sparse.csr_matrix(node[first : first + step])
                return
            starts = node["indptr"][:].astype(np.int64)
            first = 0
            while first < self.shape[0]:
                last = int(np.searchsorted(starts, starts[first] + values, side="right")) - 1
                last = min(max(last, first + 1), self.shape[0])
                span = slice(int(starts[first]), int(starts[last]))
                rows = sparse.csr_matrix(
                    (node["data"][span], node["indices"][span], starts[first : last + 1] - starts[first]),
                    shape=(last - first, self.shape[1]),
                )
                rows.sum_duplicates()
                yield first, rows
                first = last


def open_matrix(path: str | os.PathLike[str]) -> Matrix:
    """Look at the X of an .h5ad file, or at the matrix of a 10x .h5 file, without reading it.

    10x stores features x cells by columns, which is cells x features by rows.
    """
    with _open(path) as file:
        if "X" not in file and "matrix" in file and "barcodes" in file["matrix"]:
            n_features, n_cells = file["matrix/shape"][:]
            return Matrix(str(path), (int(n_cells), int(n_features)), "csr", "matrix")
        if "X" not in file:
            raise ResigError("has no matrix X", where=str(path), todo="write the expression values to X")
        node = file["X"]
        if isinstance(node, h5py.Dataset):
            return Matrix(str(path), (int(node.shape[0]), int(node.shape[1])), "dense")
        encoding = node.attrs.get("encoding-type", node.attrs.get("h5sparse_format", ""))
        layout = "csr" if str(encoding).startswith("csr") else "csc"
        shape = node.attrs["shape"] if "shape" in node.attrs else node.attrs["h5sparse_shape"]
        return Matrix(str(path), (int(shape[0]), int(shape[1])), layout)


def names_along(path: str | os.PathLike[str], axis: str) -> list[str]:
    """Return the index of `obs` or `var`: names of observations or features."""
    with _open(path) as file:
        if axis not in file and "matrix" in file:
            index = file["matrix/barcodes" if axis == "obs" else "matrix/features/name"]
        else:
            return index_of(file[axis], str(path))
        return _words(index)


def index_of(table: h5py.Group, where: str) -> list[str]:
    """Return the names of the rows of obs or var."""
    title = table.attrs.get("_index")
    if not isinstance(table, h5py.Group) or title is None or title not in table:
        raise ResigError(
            f"its {table.name.strip('/')} has no index: nothing names its rows",
            where=where,
            todo="write it again with anndata",
        )
    return _words(table[title])


def _words(index: h5py.Dataset | h5py.Group) -> list[str]:
    if isinstance(index, h5py.Group) and "categories" in index:
        names = _words(index["categories"])
        return [names[code] for code in index["codes"][:]]
    if isinstance(index, h5py.Group):  # a nullable string array
        index = index["values"]
    return [value.decode("utf-8") if isinstance(value, bytes) else str(value) for value in index[:]]


def _open(path: str | os.PathLike[str]) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except FileNotFoundError:
        raise ResigError("file not found", where=str(path), todo="check the path") from None
    except OSError as error:
        raise ResigError(
            f"cannot be read as HDF5 ({error})", where=str(path), todo="copy or download it again"
        ) from None
