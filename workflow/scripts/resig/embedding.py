"""UMAP coordinates of cells, with scanpy: for a picture alone, no figure rests on them."""

from typing import Any

import numpy as np
import pandas as pd

from resig.matrix import open_matrix
from resig.rows import open_rows
from resig.scoring.block import Columns, Scale, build_block
from resig.scoring.inputs import Path_, Universe

MOST_CELLS, FEWEST_CELLS = 50_000, 20
GENES, COMPONENTS, NEIGHBOURS = 2000, 30, 15


def some_of(observations: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """Return cells at random, in their order, where there are more than so many."""
    if len(observations) <= most:
        return observations
    taken = np.random.default_rng(seed).choice(len(observations), most, replace=False)
    return observations.iloc[np.sort(taken)]


def embed(
    matrix: Path_, units: str, universe: Universe, observations: pd.DataFrame, seed: int, most: int = MOST_CELLS
) -> pd.DataFrame:
    """Return the cells of the map with their coordinates; none where there are too few to map."""
    chosen = some_of(observations, most, seed)
    found = chosen[["observation", "sample", "cell_type"]].assign(umap_1=np.nan, umap_2=np.nan)
    if len(chosen) >= FEWEST_CELLS and len(universe.genes) > FEWEST_CELLS:
        found[["umap_1", "umap_2"]] = _umap(_values(matrix, units, universe, chosen["row"].to_numpy()), seed)
    return found


def _values(matrix: Path_, units: str, universe: Universe, rows: np.ndarray) -> Any:
    """Return the log values of some rows, cells x genes."""
    from scipy import sparse

    every_gene = Columns(universe.gene_of, np.ones(len(universe.genes), np.uint8))
    scale, parts, order = Scale.of(units, "single_cell"), [], []
    with open_rows(open_matrix(matrix)) as reader:
        wanted = np.zeros(reader.n_rows, bool)
        wanted[rows] = True
        for first, last in reader.spans():
            keep = wanted[first:last]
            if keep.any():
                block = build_block(reader.read(first, last).pick(keep), every_gene, scale, first)
                shape = block.n_rows, len(universe.genes)
                parts.append(sparse.csr_matrix((block.log.astype(np.float32), block.gene, block.start), shape=shape))
                order.append(first + np.flatnonzero(keep))
    place = np.empty(len(wanted), np.int64)
    place[np.concatenate(order)] = np.arange(len(rows))
    return sparse.vstack(parts, format="csr")[place[rows]]


def _umap(values: Any, seed: int) -> np.ndarray:
    """Return coordinates; on one thread, so that any number of cores gives the same."""
    import anndata
    import numba
    import scanpy
    from threadpoolctl import threadpool_limits

    cells = anndata.AnnData(values)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        with threadpool_limits(1):
            if cells.n_vars > GENES:
                scanpy.pp.highly_variable_genes(cells, n_top_genes=GENES)
                cells = cells[:, cells.var["highly_variable"]].copy()
            components = min(COMPONENTS, min(cells.shape) - 1)
            scanpy.pp.pca(cells, n_comps=components, random_state=seed)
            near = min(NEIGHBOURS, cells.n_obs - 1)
            scanpy.pp.neighbors(cells, n_neighbors=near, use_rep="X_pca", transformer="sklearn", random_state=seed)
            scanpy.tl.umap(cells, random_state=seed)
    finally:
        numba.set_num_threads(threads)
    return np.asarray(cells.obsm["X_umap"], dtype=float)
