"""10x HDF5, of Cell Ranger 2 (one group a genome) and 3 and later: CSR by cells already, so linked."""

import os
from typing import TYPE_CHECKING

import h5py

from resig.errors import ResigError, nearest
from resig.intake.readers.csr_file import Names, linked_csr, new_csr, write_names
from resig.intake.readers.h5ad import check_sparse, open_hdf5
from resig.intake.readers.taken import Source, Taken
from resig.intake.readers.tenx import Features, column_map
from resig.matrix import Matrix

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse

OLD_FEATURES = {"names": "gene_names", "ids": "genes"}
FEATURES = {"names": "features/name", "ids": "features/id", "types": "features/feature_type"}


def take_tenx_h5(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Link the counts of a 10x file; copy them only where features that are no genes stand among them."""
    with open_hdf5(source.path) as file:
        node = group_of(file, source.layer, source.path)
        matrix = file[node]
        for part in ("shape", "barcodes"):
            if part not in matrix:
                raise ResigError(f"lacks '{node}/{part}'", where=source.path, todo="copy or download it again")
        n_features, n_cells = (int(each) for each in matrix["shape"][:])
        check_sparse(matrix, (n_cells, n_features), f"{node} ", source.path)
        cells, features = barcodes_of(matrix), features_of(matrix)
        for called, found, needed in (("barcodes", cells, n_cells), ("features", features.names, n_features)):
            if len(found) != needed:
                raise ResigError(f"has {len(found)} {called}, the matrix {needed}", where=source.path)
        if 0 in (n_features, n_cells):
            raise ResigError(f"is empty: {n_cells} observations x {n_features} features", where=source.path)
        places = features.genes(source.path)
        names = features.named(places)
    facts = {"node": node, **features.facts(source.path)}
    if places is None:
        with linked_csr(target, source.path, node, (n_cells, n_features)) as out:
            write_names(out, "obs", Names(cells))
            write_names(out, "var", names)
        return Taken(False, facts=facts)
    moved = column_map(places, n_features)
    with new_csr(target, len(places)) as grown:
        for _, rows in Matrix(source.path, (n_cells, n_features), "csr", node).chunks():
            grown.append(picked(rows, moved, len(places)))
        write_names(grown.file, "obs", Names(cells))
        write_names(grown.file, "var", names)
    return Taken(True, facts=facts)


def picked(rows: "sparse.csr_matrix", moved: "np.ndarray", n: int) -> "sparse.csr_matrix":
    """Move columns to new places; -1 leaves one out."""
    import numpy as np
    from scipy import sparse

    place = moved[rows.indices]
    kept = place >= 0
    ends = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    taken = sparse.csr_matrix((rows.data[kept], place[kept], ends), shape=(rows.shape[0], n))
    taken.sum_duplicates()
    return taken


def group_of(file: h5py.File, layer: str | None, where: str) -> str:
    """Return the group that holds the counts; `layer` names the genome where there are several."""
    groups = [name for name in file if isinstance(file[name], h5py.Group) and "barcodes" in file[name]]
    if layer is not None and layer not in groups:
        raise ResigError(f"there is no layer '{layer}'", where=where, todo=nearest(layer, groups, "genomes there"))
    if len(groups) > 1 and layer is None:
        raise ResigError(
            f"holds {len(groups)} genomes ({', '.join(groups)})",
            where=where,
            todo=f"name one with `layer: {groups[0]}`",
        )
    return layer or groups[0]


def tenx_h5_cells(source: Source) -> list[str]:
    """Return the names of cells."""
    with open_hdf5(source.path) as file:
        return barcodes_of(file[group_of(file, source.layer, source.path)])


def tenx_h5_features(source: Source) -> list[str]:
    """Return the names of genes."""
    with open_hdf5(source.path) as file:
        return list(features_of(file[group_of(file, source.layer, source.path)]).named_genes(source.path))


def barcodes_of(matrix: h5py.Group) -> list[str]:
    """Return the names of cells."""
    return _words(matrix, "barcodes")


def features_of(matrix: h5py.Group) -> Features:
    """Return names, ids and types of features."""
    paths = FEATURES if "features" in matrix else OLD_FEATURES
    found = {part: _words(matrix, path) for part, path in paths.items() if path in matrix}
    return Features(found.get("names") or found.get("ids", []), found.get("ids", []), found.get("types", []))


def _words(matrix: h5py.Group, path: str) -> list[str]:
    return [each.decode() if isinstance(each, bytes) else str(each) for each in matrix[path][:]]
