"""One dataset taken in: every way to write the same values ends in the same tables, recomputed here with numpy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from resig.errors import ResigError
from resig.files import read_json
from resig.intake.genes import as_given, choose_genes
from resig.intake.readers.h5ad import take_h5ad
from resig.intake.readers.taken import Source
from resig.intake.run import Targets, take_in
from resig.matrix import Matrix, open_matrix

N, M = 60, 9
GENES = ["A", "B", "C", "MT-CO1", "mt-nd1", "MTOR", "B", "", "zero"]
COUNTS = np.random.default_rng(4).poisson(2.0, (N, M)).astype(float)
COUNTS[:, 8] = 0
COUNTS[7] = 0
CELLS = [f"c{at}" for at in range(N)]
OBS = pd.DataFrame({"donor": [f"d{at % 4}" if at % 10 else "" for at in range(N)], "type": "T"}, index=CELLS)
OBS["arm"] = OBS["donor"].map({"d0": "x", "d1": "y", "d2": "x", "d3": "y", "": ""})


def spec(matrix: Path, **more: Any) -> dict[str, Any]:
    given = {"kind": "single_cell", "assay": "mrna", "organism": "human", "values": "auto", "metadata": None}
    return given | {"matrix": str(matrix), "sample": "donor", "cell_type": "type", "batch": None} | more


def targets(folder: Path) -> Targets:
    names = ("matrix.h5ad", "genes.tsv", "observations.parquet", "samples.tsv", "intake.json")
    return Targets(*(folder / name for name in names))


def write(path: Path, values: Any = None, obs: pd.DataFrame = OBS) -> Path:
    data = anndata.AnnData(sparse.csr_matrix(COUNTS) if values is None else values, obs=obs)
    data.var.index = GENES
    data.write_h5ad(path)
    return path


def taken(given: dict[str, Any], folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    out = targets(folder)
    take_in("d", given, out)
    read = {"sep": "\t", "keep_default_na": False}
    return (
        pd.read_csv(out.genes, **read),
        pd.read_parquet(out.observations),
        pd.read_csv(out.samples, **read),
        (read_json(out.report)),
    )


# --- cells ---


def test_a_csr_file_is_linked_and_others_are_converted_to_the_same(tmp_path: Path) -> None:
    ways: dict[str, Callable[[np.ndarray], Any]] = {
        "csr": sparse.csr_matrix,
        "csc": sparse.csc_matrix,
        "dense": np.asarray,
        "whole": lambda values: values.astype(np.int32),
        "float32": lambda values: sparse.csr_matrix(values.astype(np.float32)),
    }
    for name, way in ways.items():
        source = write(tmp_path / f"{name}.h5ad", way(COUNTS))
        out = tmp_path / "out" / f"{name}.h5ad"
        out.parent.mkdir(exist_ok=True)
        copied, matrix = take_h5ad(Source(str(source)), out).copied, open_matrix(out)
        assert copied == (name in ("csc", "dense", "whole"))
        assert (tmp_path / "out" / f"{name}.h5ad").is_symlink() != copied
        assert matrix.layout == "csr"
        found = anndata.read_h5ad(matrix.path)
        np.testing.assert_array_equal(found.X.toarray(), COUNTS)
        assert found.obs_names.tolist() == CELLS
        assert found.var_names.tolist() == GENES


def test_a_link_replaces_what_stood_there_and_leaves_the_source_alone(tmp_path: Path) -> None:
    source = write(tmp_path / "m.h5ad")
    before = source.read_bytes()
    out = tmp_path / "out.h5ad"
    take_h5ad(Source(str(source)), out)
    take_h5ad(Source(str(source)), out)
    dense = write(tmp_path / "dense.h5ad", COUNTS)
    take_h5ad(Source(str(dense)), out)
    assert not out.is_symlink()
    assert source.read_bytes() == before


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_an_empty_matrix_is_refused(tmp_path: Path, shape: tuple[int, int]) -> None:
    anndata.AnnData(sparse.csr_matrix(shape)).write_h5ad(tmp_path / "m.h5ad")
    with pytest.raises(ResigError) as refused:
        take_h5ad(Source(str(tmp_path / "m.h5ad")), tmp_path / "out.h5ad")
    assert str(refused.value) == f"{tmp_path}/m.h5ad: is empty: {shape[0]} observations x {shape[1]} features"


def test_layouts_give_the_same_tables(tmp_path: Path) -> None:
    first = taken(spec(write(tmp_path / "csr.h5ad")), tmp_path / "csr")
    for name, values in (("csc", sparse.csc_matrix(COUNTS)), ("dense", COUNTS)):
        other = taken(spec(write(tmp_path / f"{name}.h5ad", values)), tmp_path / name)
        for one, two in zip(first[:3], other[:3], strict=True):
            ids = ["id", "_index", "sample_id"]  # the id column keeps the name it has in each source
            pd.testing.assert_frame_equal(
                one.drop(columns=ids, errors="ignore"), two.drop(columns=ids, errors="ignore")
            )


def test_figures_of_genes_and_cells_are_those_of_numpy(tmp_path: Path) -> None:
    genes, cells, samples, report = taken(spec(write(tmp_path / "m.h5ad")), tmp_path / "out")
    used = (OBS["donor"] != "").to_numpy()
    totals = COUNTS.sum(axis=1, keepdims=True)
    best, other = (1, 6) if genes["used"].iloc[1] == "yes" else (6, 1)  # two features are called B
    summed = COUNTS.copy()
    summed[:, best] += summed[:, other]
    logged = np.log1p(np.divide(1e4 * summed, totals, out=np.zeros_like(COUNTS), where=totals > 0))[used]
    logged[:, other] = np.log1p(np.divide(1e4 * COUNTS, totals, out=np.zeros_like(COUNTS), where=totals > 0))[
        used, other
    ]
    detected = summed[used] > 0
    np.testing.assert_allclose(genes["mean"], logged.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(genes["sd"], logged.std(axis=0, ddof=1), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(genes["detected"], detected.mean(axis=0), rtol=1e-9)
    summed[:, other] = 0
    stored = anndata.read_h5ad(tmp_path / "out" / "matrix.h5ad")
    np.testing.assert_array_equal(stored.X.toarray(), summed)
    assert stored.var_names.tolist() == GENES
    pd.testing.assert_frame_equal(stored.obs.astype(str), OBS.astype(str), check_names=False)
    np.testing.assert_array_equal(cells["row"], np.flatnonzero(used))
    np.testing.assert_array_equal(cells["depth"], COUNTS[used].sum(axis=1))
    np.testing.assert_array_equal(cells["detected_genes"], (summed[used] > 0).sum(axis=1))
    mito = COUNTS[:, [3, 4]].sum(axis=1) / np.where(totals[:, 0] > 0, totals[:, 0], 1)
    np.testing.assert_allclose(cells["mito_share"], mito[used])
    assert samples["n_cells"].sum() == used.sum()
    assert report["values"] == {
        "declared": "auto", "found": "counts", "smallest": 0, "largest": COUNTS.max(), "whole_numbers": True,
        "scaled": "no", "remarks": ["1 observations (such as 'c7') have no value other than zero"],
    }  # fmt: skip
    assert report["samples"]["only_in_matrix"]["n"] == (~used).sum()


def test_any_chunk_gives_the_same_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = spec(write(tmp_path / "m.h5ad"))
    first = taken(source, tmp_path / "whole")
    chunks = Matrix.chunks
    for values in (1, 7, 50):
        monkeypatch.setattr(Matrix, "chunks", lambda self, values=values: chunks(self, values))
        other = taken(source, tmp_path / str(values))
        assert first[3] == other[3]
        for one, two in zip(first[:3], other[:3], strict=True):
            pd.testing.assert_frame_equal(one, two, rtol=1e-9, atol=1e-9)


def test_units_follow_all_chunks_not_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = Matrix.chunks
    monkeypatch.setattr(Matrix, "chunks", lambda self: chunks(self, 10))
    values = COUNTS.copy()
    values[-1, 0] = 0.5  # the last cell shows that these are no counts
    genes, cells, _, report = taken(spec(write(tmp_path / "m.h5ad", sparse.csr_matrix(values))), tmp_path / "log")
    assert report["values"]["found"] == "log"
    np.testing.assert_allclose(genes["mean"], values[(OBS["donor"] != "").to_numpy()].mean(axis=0), rtol=1e-9)
    assert cells["depth"].isna().all()
    values[-1, 0] = 1e4 + 0.5
    _, _, _, report = taken(spec(write(tmp_path / "m.h5ad", sparse.csr_matrix(values))), tmp_path / "linear")
    assert report["values"]["found"] == "linear"


def test_a_value_that_is_not_finite_names_its_feature(tmp_path: Path) -> None:
    values = COUNTS.copy()
    values[33, 2] = np.nan
    path = write(tmp_path / "m.h5ad", sparse.csr_matrix(values))
    with pytest.raises(ResigError) as refused:
        take_in("d", spec(path), targets(tmp_path / "out"))
    assert str(refused.value) == (
        f"{path}: feature 'C' in 'c33' has a value that is not finite (nan); "
        "every value must be a finite number; impute or remove it first"
    )
    assert not (tmp_path / "out" / "genes.tsv").exists()


def test_a_cell_name_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    obs = OBS.set_axis([*CELLS[:-1], "c0"])
    path = write(tmp_path / "m.h5ad", obs=obs)
    with pytest.raises(ResigError) as refused:
        take_in("d", spec(path), targets(tmp_path / "out"))
    assert str(refused.value) == f"{path}: cell name 'c0' stands there more than once; make names unique"


def test_other_metadata_are_never_laid_beside_cells_by_position(tmp_path: Path) -> None:
    # As many rows as cells, in another order: a join by position would give every cell another donor.
    OBS.iloc[::-1].to_csv(tmp_path / "m.tsv", sep="\t")
    source = write(tmp_path / "m.h5ad")
    plain = taken(spec(source), tmp_path / "one")
    given = taken(spec(source, metadata=str(tmp_path / "m.tsv")), tmp_path / "two")
    pd.testing.assert_frame_equal(plain[1], given[1])


# --- bulk ---


def bulk_text(folder: Path, across: bool = False) -> dict[str, Any]:
    frame = pd.DataFrame(COUNTS.T, index=GENES, columns=CELLS)
    (frame.T if across else frame).to_csv(folder / "m.tsv", sep="\t")
    OBS.sample(frac=1, random_state=1).rename_axis("id").to_csv(folder / "s.tsv", sep="\t")
    return spec(folder / "m.tsv", kind="bulk", metadata=str(folder / "s.tsv"), sample="id", cell_type=None)


def test_text_in_both_orientations_and_h5ad_give_the_same_tables(tmp_path: Path) -> None:
    first = taken(bulk_text(tmp_path), tmp_path / "down")
    across = taken(bulk_text(tmp_path, True), tmp_path / "across")
    h5ad = taken(bulk_text(tmp_path) | {"matrix": str(write(tmp_path / "m.h5ad"))}, tmp_path / "h5ad")
    own = taken(spec(tmp_path / "m.h5ad", kind="bulk", cell_type=None, sample="sample_id"), tmp_path / "own")
    assert [each[3]["matrix"]["orientation"] for each in (first, across)] == ["genes in rows", "genes in columns"]
    for other in (across, h5ad, own):
        for one, two in zip(first[:3], other[:3], strict=True):
            ids = ["id", "_index", "sample_id"]  # the id column keeps the name it has in each source
            pd.testing.assert_frame_equal(
                one.drop(columns=ids, errors="ignore"), two.drop(columns=ids, errors="ignore")
            )
    totals = COUNTS.sum(axis=1, keepdims=True)
    logged = np.log2(1 + np.divide(1e6 * COUNTS, totals, out=np.zeros_like(COUNTS), where=totals > 0))
    alone = [at for at, name in enumerate(GENES) if name != "B"]
    np.testing.assert_allclose(first[0]["mean"].iloc[alone], logged.mean(axis=0)[alone], rtol=1e-9)


def test_a_bulk_h5ad_with_a_doubled_sample_is_refused(tmp_path: Path) -> None:
    given = bulk_text(tmp_path) | {"matrix": str(write(tmp_path / "m.h5ad", obs=OBS.set_axis([*CELLS[:-1], "c0"])))}
    with pytest.raises(ResigError) as refused:
        take_in("d", given, targets(tmp_path / "out"))
    assert str(refused.value) == f"{tmp_path}/m.h5ad: sample name 'c0' stands there more than once; make names unique"


def test_samples_that_did_not_match_are_written_down(tmp_path: Path) -> None:
    given = bulk_text(tmp_path)
    table = pd.read_csv(tmp_path / "s.tsv", sep="\t")
    table.loc[table["id"].isin(["c3", "c9"]), "id"] = ["other1", "other2"]
    table.to_csv(tmp_path / "s.tsv", sep="\t", index=False)
    report = taken(given, tmp_path / "out")[3]["samples"]
    assert report["only_in_matrix"] == {"n": 2, "names": ["c3", "c9"]}
    assert report["only_in_metadata"] == {"n": 2, "names": ["other1", "other2"]}
    assert report["used"] == N - 2


def test_of_features_with_one_symbol_the_highest_mean_is_used() -> None:
    generator = np.random.default_rng(6)
    names = list(generator.choice(["A", "B", "C", " A ", ""], 40))
    mean = generator.permutation(40).astype(float)
    genes = choose_genes(as_given(names), mean, mean * 0 + 1, mean * 0 + 1)
    for symbol in "ABC":
        own = [at for at, name in enumerate(names) if name.strip() == symbol]
        assert genes.index[(genes["used"] == "yes") & (genes["symbol"] == symbol)].tolist() == [
            max(own, key=mean.__getitem__)
        ]
    assert (genes.loc[genes["symbol"] == "", "used"] == "no").all()
    assert set(genes.loc[genes["symbol"] == "", "note"]) == {"has no name"}


def test_a_constant_gene_has_no_spread_whatever_rounding_does(tmp_path: Path) -> None:
    values = np.random.default_rng(7).normal(8, 1, (N, M))
    values[:, 2], values[:, 3], values[:, 4] = 12.3, 1 / 3, 12.3 + 1e-4 * np.arange(N)
    genes, _, _, _ = taken(spec(write(tmp_path / "m.h5ad", values)), tmp_path / "out")
    assert genes["sd"].iloc[[2, 3]].tolist() == [0, 0]
    assert genes["sd"].iloc[4] == pytest.approx(np.std(values[(OBS["donor"] != "").to_numpy(), 4], ddof=1), rel=1e-5)


def test_the_report_is_plain_json_with_the_users_name_of_the_file(tmp_path: Path) -> None:
    out = targets(tmp_path / "out")
    take_in("d", spec(write(tmp_path / "m.h5ad")), out, called="data/mine.h5ad")
    text = Path(out.report).read_text()
    assert json.loads(text)["matrix"] == {
        "file": "data/mine.h5ad",
        "observations": N,
        "features": M,
        "orientation": "observations in rows",
        "copied": True,  # two features of one gene: their counts are added up
        "format": "AnnData .h5ad",
        "node": "X",
        "layout": "csr",
        "dtype": "float64",
    }
    assert open_matrix(out.matrix).shape == (N, M)
