"""The map of cells is scanpy's, on the values that scores rest on, of the cells it names."""

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import scanpy
from scipy import sparse

from resig.embedding import FEWEST_CELLS, embed, some_of
from resig.scoring.inputs import Universe

CELLS, GENES, SEED = 150, 60, 3
TYPES = np.repeat(["a", "b", "c"], CELLS // 3)


def counts() -> np.ndarray:
    draw = np.random.default_rng(SEED)
    means = draw.gamma(1, 1, GENES) * np.where(
        np.arange(GENES) % 3 == np.repeat(np.arange(3), CELLS // 3)[:, None], 6, 1
    )
    return draw.poisson(means * draw.uniform(0.5, 5, (CELLS, 1))).astype(np.float32)


def observations(n: int = CELLS) -> pd.DataFrame:
    names = [f"c{at}" for at in range(n)]
    return pd.DataFrame({"observation": names, "sample": "s", "cell_type": TYPES[:n], "row": np.arange(n)})


def universe() -> Universe:
    return Universe([f"G{at}" for at in range(GENES)], np.arange(GENES))


def written(path: Path, values: np.ndarray, dense: bool = False) -> Path:
    anndata.AnnData(values if dense else sparse.csr_matrix(values)).write_h5ad(path)
    return path


def by_scanpy(values: np.ndarray) -> np.ndarray:
    cells = anndata.AnnData(sparse.csr_matrix(values))
    scanpy.pp.normalize_total(cells, target_sum=1e4)
    scanpy.pp.log1p(cells)
    scanpy.pp.pca(cells, n_comps=30, random_state=SEED)
    scanpy.pp.neighbors(cells, n_neighbors=15, use_rep="X_pca", transformer="sklearn", random_state=SEED)
    scanpy.tl.umap(cells, random_state=SEED)
    return np.asarray(cells.obsm["X_umap"])


def coordinates(found: pd.DataFrame) -> np.ndarray:
    return found[["umap_1", "umap_2"]].to_numpy()


def test_types_that_differ_lie_apart_as_on_scanpys_map(tmp_path: Path) -> None:
    found = coordinates(embed(written(tmp_path / "x.h5ad", counts()), "counts", universe(), observations(), SEED))
    for map_ in (found, by_scanpy(counts())):
        centres = np.array([map_[each == TYPES].mean(axis=0) for each in "abc"])
        nearest = np.linalg.norm(map_[:, None] - centres[None], axis=2).argmin(axis=1)
        assert (np.array(list("abc"))[nearest] == TYPES).all()


def test_the_same_map_from_sparse_and_dense_and_for_cells_in_any_order(tmp_path: Path) -> None:
    values, order = counts(), np.random.default_rng(1).permutation(CELLS)
    first = embed(written(tmp_path / "x.h5ad", values), "counts", universe(), observations(), SEED)
    dense = embed(written(tmp_path / "d.h5ad", values, dense=True), "counts", universe(), observations(), SEED)
    moved = observations().assign(row=np.argsort(order))
    shuffled = embed(written(tmp_path / "o.h5ad", values[order]), "counts", universe(), moved, SEED)
    pd.testing.assert_frame_equal(first, dense)
    pd.testing.assert_frame_equal(first, shuffled)


def test_cells_of_a_large_map_are_drawn_evenly_and_keep_their_own_place(tmp_path: Path) -> None:
    path = written(tmp_path / "x.h5ad", counts())
    some = embed(path, "counts", universe(), observations(), SEED, most=90)
    assert len(some) == 90 and some["observation"].is_unique
    alone = observations().set_index("observation").loc[some["observation"]].reset_index()
    pd.testing.assert_frame_equal(some.reset_index(drop=True), embed(path, "counts", universe(), alone, SEED))
    drawn = pd.concat([some_of(observations(), 50, seed) for seed in range(300)])["observation"].value_counts()
    assert drawn.reindex(observations()["observation"]).to_numpy() == pytest.approx(100, abs=40)


def test_too_few_cells_have_no_map(tmp_path: Path) -> None:
    few = FEWEST_CELLS - 1
    path = written(tmp_path / "x.h5ad", counts()[:few])
    assert np.isnan(coordinates(embed(path, "counts", universe(), observations(few), SEED))).all()
