"""Loom: genes x cells, dense, read by slabs of cells."""

import os

import h5py
import numpy as np

from resig.errors import ResigError, nearest
from resig.intake.labels import Labels, column_of
from resig.intake.readers.csr_file import Names, new_csr, write_names
from resig.intake.readers.h5ad import open_hdf5
from resig.intake.readers.taken import Source, Taken

VALUES = 16_000_000
GENE_NAMES = (
    "Gene",
    "gene",
    "gene_name",
    "gene_names",
    "GeneName",
    "gene_symbol",
    "Symbol",
    "var_names",
    "index",
    "Accession",
)
CELL_NAMES = ("CellID", "cell_id", "obs_names", "barcode", "barcodes", "Cell", "cell_names", "index")


def take_loom(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Convert a loom file, slab by slab."""
    from scipy import sparse

    with open_hdf5(source.path) as file:
        node = _node(file, source.layer, source.path)
        n_genes, n_cells = node.shape
        if 0 in node.shape:
            raise ResigError(f"is empty: {n_cells} observations x {n_genes} features", where=source.path)
        title, genes = _names(file["row_attrs"], GENE_NAMES, n_genes, "genes", source.path)
        _, cells = _names(file["col_attrs"], CELL_NAMES, n_cells, "cells", source.path)
        beside = {
            name: column_of(each, file)
            for name, each in file["row_attrs"].items()
            if name != title and each.ndim == 1 and each.dtype.kind in "OS" and each.shape[0] == n_genes
        }
        chunk = node.chunks[1] if node.chunks else 1
        step = max(1, VALUES // n_genes)
        step = max(chunk, step // chunk * chunk)
        with new_csr(target, n_genes) as grown:
            for first in range(0, n_cells, step):
                try:
                    slab = node[:, first : first + step]
                except OSError as error:
                    raise ResigError(
                        f"cannot be read whole ({error})", where=source.path, todo="copy or download it again"
                    ) from None
                grown.append(sparse.csr_matrix(np.ascontiguousarray(slab.T)))
            write_names(grown.file, "obs", Names(cells))
            write_names(grown.file, "var", Names(genes, beside))
    return Taken(True, "genes in rows", {"node": node_name(source.layer), "gene_names": f"row_attrs/{title}"})


def loom_labels(path: str) -> Labels:
    """Return the attributes of cells; the first is their names."""
    with open_hdf5(path) as file:
        attributes = file["col_attrs"]
        title, _ = _names(attributes, CELL_NAMES, file["matrix"].shape[1], "cells", path)
        titles = [title, *(name for name, each in attributes.items() if name != title and each.ndim == 1)]

    def load(name: str) -> list[str]:
        with open_hdf5(path) as file:
            return column_of(file["col_attrs"][name], file)

    return Labels(path, titles, load)


def loom_features(path: str) -> list[str]:
    """Return the names of genes."""
    with open_hdf5(path) as file:
        return _names(file["row_attrs"], GENE_NAMES, file["matrix"].shape[0], "genes", path)[1]


def node_name(layer: str | None) -> str:
    """Return where the values of a layer stand."""
    return "matrix" if layer in (None, "matrix", "X") else f"layers/{layer}"


def _node(file: h5py.File, layer: str | None, where: str) -> h5py.Dataset:
    for part in ("matrix", "row_attrs", "col_attrs"):
        if part not in file:
            raise ResigError(f"lacks '{part}'", where=where, todo="is it a whole loom file?")
    name = node_name(layer)
    if name not in file:
        raise ResigError(
            f"there is no layer '{layer}'",
            where=where,
            todo=nearest(layer, ["matrix", *file.get("layers", [])], "layers there"),
        )
    return file[name]


def _names(
    attributes: h5py.Group, known: tuple[str, ...], length: int, called: str, where: str
) -> tuple[str, list[str]]:
    for title in known:
        if title in attributes and attributes[title].ndim == 1 and attributes[title].dtype.kind in "OSU":
            found = [each.decode() if isinstance(each, bytes) else str(each) for each in attributes[title][:]]
            if len(found) != length:
                raise ResigError(f"has {len(found)} names of {called}, the matrix {length}", where=where)
            return title, found
    there = ", ".join(f"'{name}'" for name in attributes) or "none"
    side = "row_attrs" if called == "genes" else "col_attrs"
    raise ResigError(
        f"does not name its {called}: {side} are {there}",
        where=where,
        todo=f"store their names as '{known[0]}' in {side}",
    )
