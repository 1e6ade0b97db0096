"""CSR .h5ad files written chunk by chunk in the layout of anndata, without importing it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

from resig.files import whole_file

if TYPE_CHECKING:
    from scipy import sparse

CHUNK = 65_536
TEXT = h5py.string_dtype()
Path_ = str | os.PathLike[str]


@dataclass(frozen=True)
class Names:
    """Names along one axis, and columns of text beside them."""

    index: Sequence[str]
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


class CsrFile:
    """An .h5ad that grows by rows."""

    def __init__(self, file: h5py.File, n_columns: int) -> None:
        self.file, self.n_columns = file, n_columns
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        self.node = _csr_group(file)
        self.data: h5py.Dataset | None = None
        self.indices: h5py.Dataset | None = None
        self.ends: list[np.ndarray] = [np.zeros(1, np.int64)]

    def append(self, rows: "sparse.csr_matrix") -> None:
        """Write rows below those that are there."""
        if self.data is None or self.indices is None:
            kind = np.uint8 if rows.dtype == bool else np.float32 if rows.dtype == np.float16 else rows.dtype
            self.data = _growing(self.node, "data", kind)
            self.indices = _growing(self.node, "indices", np.int32)
        start = int(self.ends[-1][-1])
        for array, values in ((self.data, rows.data), (self.indices, rows.indices)):
            array.resize((start + len(values),))
            array[start:] = values
        self.ends.append(start + rows.indptr[1:].astype(np.int64))

    def forget(self) -> None:
        """Take back all rows."""
        for name in ("data", "indices"):
            if name in self.node:
                del self.node[name]
        self.data = self.indices = None
        self.ends = [np.zeros(1, np.int64)]

    def finish(self) -> None:
        """Write where rows begin, and the shape."""
        starts = np.concatenate(self.ends)
        for name, kind in (("data", np.float64), ("indices", np.int32)):
            if name not in self.node:
                _growing(self.node, name, kind)
        self.node["indptr"] = starts
        self.node.attrs["shape"] = np.array([len(starts) - 1, self.n_columns])


@contextmanager
def new_csr(target: Path_, n_columns: int) -> Iterator[CsrFile]:
    """Yield a CSR .h5ad to fill; it takes its name when the block ends well."""
    with whole_file(target) as partial, h5py.File(partial, "w") as file:
        grown = CsrFile(file, n_columns)
        yield grown
        grown.finish()


@contextmanager
def linked_csr(target: Path_, source: Path_, node: str, shape: tuple[int, int]) -> Iterator[h5py.File]:
    """Yield an .h5ad whose X is the CSR matrix that stands at `node` of another file: nothing is copied."""
    with whole_file(target) as partial, h5py.File(partial, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        group = _csr_group(file)
        group.attrs["shape"] = np.array(shape)
        for name in ("data", "indices", "indptr"):
            group[name] = h5py.ExternalLink(str(Path(source).resolve()), f"{node}/{name}")
        yield file


def link(target: Path_, source: Path_) -> None:
    """Put a link to a file in the place of `target`."""
    place = Path(target)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to(Path(source).resolve())


def write_names(file: h5py.File, axis: str, names: Names) -> None:
    """Write obs or var."""
    frame = file.create_group(axis)
    frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
    titles = ["_index_" if title == "_index" else title.replace("/", "|") for title in names.columns]
    frame.attrs.create("column-order", np.array(titles, dtype=object), dtype=TEXT)
    for title, values in (("_index", names.index), *zip(titles, names.columns.values(), strict=True)):
        array = frame.create_dataset(title, data=np.array(list(values), dtype=object), dtype=TEXT)
        array.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})


def _csr_group(file: h5py.File) -> h5py.Group:
    node = file.create_group("X")
    node.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
    return node


def _growing(node: h5py.Group, name: str, kind: object) -> h5py.Dataset:
    return node.create_dataset(name, (0,), kind, maxshape=(None,), chunks=(CHUNK,))
