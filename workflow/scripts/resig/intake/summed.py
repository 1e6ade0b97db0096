"""Counts of several features of one gene, added up in a copy of the matrix that is written in chunks."""

import os
from collections.abc import Mapping

import h5py
import numpy as np
from scipy import sparse

from resig.files import whole_file
from resig.matrix import Matrix, open_matrix

KEPT = ("obs", "var", "obsm", "uns")
CHUNK = 65_536


def sum_features(matrix: Matrix, joined: Mapping[int, int], target: str | os.PathLike[str]) -> Matrix:
    """Write `target` with the counts of each feature in `joined` moved to the feature it is added to.

    Shape and names stay as they are, so every row of genes.tsv is still a column; a column that was added elsewhere
    is empty afterwards, and depth does not change. `target` may be the file (or the link) that `matrix` reads.
    """
    moved = np.arange(matrix.shape[1])
    moved[list(joined)] = list(joined.values())
    with whole_file(target) as partial, h5py.File(partial, "w") as out, h5py.File(matrix.path, "r") as source:
        for name, value in source.attrs.items():
            out.attrs[name] = value
        for name in KEPT:
            if name in source:
                source.copy(name, out)
        _write_rows(out, matrix, moved)
    return open_matrix(target)


def _write_rows(out: h5py.File, matrix: Matrix, moved: np.ndarray) -> None:
    node = out.create_group("X")
    node.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array(matrix.shape)})
    data = indices = None
    ends = [0]
    for _, chunk in matrix.chunks():
        rows = sparse.csr_matrix((chunk.data, moved[chunk.indices], chunk.indptr), shape=chunk.shape)
        rows.sum_duplicates()
        if data is None or indices is None:
            data = node.create_dataset("data", (0,), rows.data.dtype, maxshape=(None,), chunks=(CHUNK,))
            indices = node.create_dataset("indices", (0,), np.int32, maxshape=(None,), chunks=(CHUNK,))
        start = ends[-1]
        for dataset, values in ((data, rows.data), (indices, rows.indices)):
            dataset.resize((start + len(values),))
            dataset[start:] = values
        ends.extend((start + rows.indptr[1:].astype(np.int64)).tolist())
    node.create_dataset("indptr", data=np.array(ends, dtype=np.int64))
