"""The copy of an .h5ad with scores: read by anndata, the source untouched."""

from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from toolbox import log_cells, random_sets, score_file

from resig.errors import ResigError
from resig.scoring.scored_h5ad import write_scored_h5ad

SETS = random_sets(50, (5, 12))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    obs = pd.DataFrame(
        {"donor": pd.Categorical(["a", "b"] * 15), "S0__ucell": np.arange(30.0)},
        index=[f"c{at}" for at in range(30)],
    )
    data = ad.AnnData(log_cells(30, 50), obs=obs, uns={"kept": "yes"})
    data.write_h5ad(tmp_path / "cells.h5ad", compression="gzip")
    return tmp_path / "cells.h5ad"


def test_scores_stand_in_obs_and_obsm(source: Path, tmp_path: Path) -> None:
    rows = [2, 3, 11, 29]
    order = ["S0", "not_scorable", "S1"]
    scores = score_file(source, tmp_path / "s.parquet", SETS, ["ucell", "wmean"], rows=rows, signatures=order)
    observations = pd.DataFrame({"observation": [f"c{row}" for row in rows], "row": rows})
    observations.to_parquet(tmp_path / "o.parquet", index=False)
    before = source.read_bytes()
    link = tmp_path / "matrix.h5ad"
    link.symlink_to(source)
    write_scored_h5ad(link, scores, tmp_path / "o.parquet", tmp_path / "scored.h5ad")
    assert source.read_bytes() == before
    data, table = ad.read_h5ad(tmp_path / "scored.h5ad"), pq.read_table(scores).to_pandas()
    assert list(data.obs.columns) == ["donor", "S0__ucell", "S1__ucell", "S0__wmean", "S1__wmean"]
    others = [row for row in range(30) if row not in rows]
    for name in list(data.obs.columns)[1:]:
        assert np.array_equal(data.obs[name].to_numpy()[rows], table[name].to_numpy())
        assert data.obs[name].iloc[others].isna().all()
    assert list(data.uns["resig_scores"]) == list(table.columns[1:])
    np.testing.assert_array_equal(data.obsm["resig_scores"][rows], table.iloc[:, 1:].to_numpy())
    assert np.isnan(data.obsm["resig_scores"][others]).all()
    assert data.uns["kept"] == "yes" and (log_cells(30, 50) != data.X).nnz == 0
    write_scored_h5ad(tmp_path / "scored.h5ad", scores, tmp_path / "o.parquet", tmp_path / "again.h5ad")
    assert list(ad.read_h5ad(tmp_path / "again.h5ad").obs.columns) == list(data.obs.columns)


def test_the_layout_of_old_files_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "old.h5ad", "w") as file:
        file["obs"] = np.array([(b"c0",)], dtype=[("index", "S4")])
    pd.DataFrame({"observation": ["c0"], "row": [0]}).to_parquet(tmp_path / "o.parquet", index=False)
    pd.DataFrame({"observation": ["c0"]}).to_parquet(tmp_path / "s.parquet", index=False)
    with pytest.raises(ResigError, match=r"layout of anndata before 0\.7"):
        write_scored_h5ad(tmp_path / "old.h5ad", tmp_path / "s.parquet", tmp_path / "o.parquet", tmp_path / "t.h5ad")
    assert not (tmp_path / "t.h5ad").exists()
