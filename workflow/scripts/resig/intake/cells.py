""".h5ad files: streamed where they lie when their rows can be read, else written once as CSR."""

import os
from pathlib import Path

import numpy as np
from scipy import sparse

from resig.errors import ResigError
from resig.files import whole_file
from resig.matrix import Matrix, open_matrix


def link_or_convert(source: str, target: str | os.PathLike[str]) -> tuple[Matrix, bool]:
    """Make `target` readable by rows: a link when the source already is, else a CSR copy.

    Return the matrix, and whether it was copied.
    """
    matrix = open_matrix(source)
    if 0 in matrix.shape:
        raise ResigError(f"is empty: {matrix.shape[0]} observations x {matrix.shape[1]} features", where=source)
    if matrix.layout == "csr":
        link = Path(target)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(Path(source).resolve())
        return Matrix(str(target), matrix.shape, "csr"), False
    import anndata

    data = anndata.read_h5ad(source)
    write_csr(target, sparse.csr_matrix(data.X), list(data.obs_names), list(data.var_names))
    return open_matrix(target), True


def write_csr(
    target: str | os.PathLike[str],
    rows: sparse.csr_matrix | np.ndarray,
    observations: list[str],
    features: list[str],
) -> None:
    """Write observations x features as an uncompressed CSR .h5ad."""
    import anndata
    import pandas as pd

    frames = [pd.DataFrame(index=pd.Index(names, dtype=object)) for names in (observations, features)]
    data = anndata.AnnData(sparse.csr_matrix(rows), obs=frames[0], var=frames[1])
    with whole_file(target) as partial:
        data.write_h5ad(partial)
