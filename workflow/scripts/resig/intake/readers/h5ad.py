"""AnnData .h5ad: linked where the rows of the matrix can be read where they lie, else written once as CSR."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

from resig.errors import ResigError, nearest
from resig.intake.readers.by_rows import RowSorter
from resig.intake.readers.csr_file import link, linked_csr, new_csr
from resig.intake.readers.taken import Source, Taken

if TYPE_CHECKING:
    from scipy import sparse

VALUES = 4_000_000
LARGEST_READ = 256 * 2**20  # bytes of a dense matrix at once
KEPT = ("obsm", "uns")
AGAIN = "write the file again with anndata"


def take_h5ad(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Make `target` readable by rows."""
    with open_hdf5(source.path) as file:
        node, var = matrix_node(file, source.layer, source.path)
        layout, shape = check_matrix(file, node, source.path)
        check_axes(file, {"obs": "obs", var: "var"}, shape, source.path)
        facts = {"node": node, "layout": layout, "dtype": str(_values_of(file[node]).dtype)}
        if layout == "csr" and node == "X":
            link(target, source.path)
            return Taken(False, facts=facts)
        if layout == "csr":
            with linked_csr(target, source.path, node, shape) as out:
                _copy_beside(file, out, var)
            return Taken(False, facts=facts)
        with new_csr(target, shape[1]) as grown:
            for rows in rows_of(file[node], layout, shape, Path(target).parent):
                grown.append(rows)
            _copy_beside(file, grown.file, var)
    return Taken(True, facts=facts)


def matrix_node(file: h5py.File, layer: str | None, where: str) -> tuple[str, str]:
    """Return the paths of the matrix that `layer` means, and of the table of its features."""
    layers = list(file["layers"]) if "layers" in file else []
    others = [*layers, *(["raw"] if "raw/X" in file else [])]
    if layer is None or (layer == "X" and "X" not in layers):
        if "X" not in file:
            hint = f"name one with `layer: {others[0]}`" if others else "write the expression values to X"
            raise ResigError("has no matrix X", where=where, todo=hint)
        return "X", "var"
    if layer == "raw" and "raw" not in layers:
        if "raw/X" not in file:
            raise ResigError(
                "layer: raw was asked for, but there is no raw",
                where=where,
                todo=nearest(layer, ["X", *layers], "layers"),
            )
        return "raw/X", "raw/var"
    if layer not in layers:
        raise ResigError(
            f"there is no layer '{layer}'", where=where, todo=nearest(layer, ["X", *others], "layers there")
        )
    return f"layers/{layer}", "var"


def check_matrix(file: h5py.File, node: str, where: str) -> tuple[str, tuple[int, int]]:
    """Return layout and shape of a matrix; refuse one whose parts do not fit together."""
    matrix = file[node]
    if not isinstance(matrix, h5py.Dataset) and not isinstance(matrix.get("data"), h5py.Dataset):
        raise ResigError(f"{node} lacks 'data'", where=where, todo=AGAIN)
    values = _values_of(matrix)
    if values.dtype.kind not in "biuf":
        kind = f"values of type {values.dtype}"
        raise ResigError(f"{node} has {kind}, not numbers", where=where, todo=AGAIN)
    if isinstance(matrix, h5py.Dataset):
        if matrix.ndim != 2:
            raise ResigError(f"{node} has {matrix.ndim} dimension(s), not rows and columns", where=where, todo=AGAIN)
        shape, layout = (int(matrix.shape[0]), int(matrix.shape[1])), "dense"
    else:
        encoding = str(matrix.attrs.get("encoding-type", matrix.attrs.get("h5sparse_format", "")))
        size = matrix.attrs.get("shape", matrix.attrs.get("h5sparse_shape"))
        if size is None or not encoding.startswith(("csr", "csc")):
            raise ResigError(f"{node} does not say whether it is CSR or CSC, or of what shape", where=where, todo=AGAIN)
        shape, layout = (int(size[0]), int(size[1])), encoding[:3]
        check_sparse(matrix, shape if layout == "csr" else shape[::-1], f"{node} ", where)
    if 0 in shape:
        raise ResigError(f"is empty: {shape[0]} observations x {shape[1]} features", where=where)
    return layout, shape


def check_sparse(node: h5py.Group, shape: tuple[int, int], called: str, where: str) -> None:
    """Refuse a compressed matrix (lines x places) that is broken; `called` is its name in messages."""
    missing = [name for name in ("data", "indices", "indptr") if name not in node]
    if missing:
        raise ResigError(f"{called}lacks '{missing[0]}'", where=where, todo=AGAIN)
    starts, length = node["indptr"][:], int(node["indices"].shape[0])
    if len(starts) != shape[0] + 1:
        what = f"{called}has indptr of length {len(starts)}, but {shape[0] + 1} are needed for its shape"
        raise ResigError(what, where=where, todo=AGAIN)
    if node["data"].shape[0] != length:
        raise ResigError(
            f"{called}has {node['data'].shape[0]} values and {length} indices",
            where=where,
            todo="copy or download it again",
        )
    if starts[0] != 0 or starts[-1] != length or (np.diff(starts.astype(np.int64)) < 0).any():
        raise ResigError(
            f"{called}has an indptr that does not rise from 0 to {length}, the number of its values",
            where=where,
            todo=AGAIN,
        )
    for first in range(0, length, VALUES):
        here = _read(node["indices"], first, first + VALUES, where)
        if here.min() < 0 or here.max() >= shape[1]:
            wrong = here.min() if here.min() < 0 else here.max()
            raise ResigError(
                f"{called}has index {wrong}, but indices run from 0 to {shape[1] - 1}", where=where, todo=AGAIN
            )


def check_axes(file: h5py.File, axes: dict[str, str], shape: tuple[int, int], where: str) -> None:
    """Refuse tables of observations and features that do not fit the matrix; `axes`: path and name in messages."""
    for (axis, called), length in zip(axes.items(), shape, strict=True):
        table = file.get(axis)
        if table is None:
            raise ResigError(f"has no {called} table", where=where, todo="is it an AnnData .h5ad file?")
        if not isinstance(table, h5py.Group):
            raise ResigError(
                f"its {called} has the layout of anndata before 0.7",
                where=where,
                todo="read and write it with anndata once",
            )
        title = table.attrs.get("_index")
        if title is None or title not in table:
            raise ResigError(f"its {called} has no index: nothing names its rows", where=where, todo=AGAIN)
        index = table[title]
        found = (index["values"] if isinstance(index, h5py.Group) and "values" in index else index).shape[0]
        if found != length:
            raise ResigError(f"{called} has {found} rows, the matrix {length}", where=where, todo=AGAIN)


def rows_of(
    node: "h5py.Group | h5py.Dataset", layout: str, shape: tuple[int, int], folder: Path, values: int = VALUES
) -> Iterator["sparse.csr_matrix"]:
    """Yield the rows of a dense or CSC matrix in blocks."""
    if layout == "dense":
        return dense_rows(node, values)
    return _turned(node, shape, folder, values)


def dense_rows(node: h5py.Dataset, values: int = VALUES) -> Iterator["sparse.csr_matrix"]:
    """Yield the rows of a dense matrix; whole chunks of the file at a time where memory allows."""
    from scipy import sparse

    width = max(1, node.shape[1])
    step = max(1, values // width)
    if node.chunks and node.chunks[0] * width * node.dtype.itemsize <= LARGEST_READ:
        step = max(node.chunks[0], step // node.chunks[0] * node.chunks[0])
    for first in range(0, node.shape[0], step):
        block = _read(node, first, first + step, node.file.filename)
        yield sparse.csr_matrix(block.astype(np.float32) if block.dtype == np.float16 else block)


def _turned(node: h5py.Group, shape: tuple[int, int], folder: Path, values: int) -> Iterator["sparse.csr_matrix"]:
    starts, length = node["indptr"][:].astype(np.int64), int(node["indices"].shape[0])
    where = node.file.filename
    in_row = np.zeros(shape[0], np.int64)
    for first in range(0, length, values):
        in_row += np.bincount(_read(node["indices"], first, first + values, where), minlength=shape[0])
    kind = np.dtype(np.float32) if node["data"].dtype == np.float16 else node["data"].dtype
    with RowSorter(in_row, shape[1], kind, folder) as sorter:
        for first in range(0, length, values):
            rows, entries = (_read(node[name], first, first + values, where) for name in ("indices", "data"))
            columns = np.searchsorted(starts, np.arange(first, first + len(rows)), side="right") - 1
            sorter.add(rows, columns, entries)
        yield from sorter.rows()


def open_hdf5(path: str) -> h5py.File:
    """Open an HDF5 file for reading."""
    try:
        return h5py.File(path, "r")
    except FileNotFoundError:
        raise ResigError("file not found", where=path, todo="check the path") from None
    except OSError as error:
        raise ResigError(f"cannot be read as HDF5 ({error})", where=path, todo="copy or download it again") from None


def _read(node: h5py.Dataset, first: int, last: int, where: str) -> np.ndarray:
    try:
        return node[first:last]
    except OSError as error:
        raise ResigError(
            f"'{node.name}' cannot be read ({error})", where=where, todo="copy or download it again"
        ) from None


def _values_of(matrix: "h5py.Group | h5py.Dataset") -> h5py.Dataset:
    return matrix if isinstance(matrix, h5py.Dataset) else matrix["data"]


def _copy_beside(file: h5py.File, out: h5py.File, var: str) -> None:
    file.copy("obs", out)
    file.copy(var, out, name="var")
    for name in KEPT:
        if name in file:
            file.copy(name, out)
