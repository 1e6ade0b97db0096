"""Every format, made by its own writer, ends in the same matrix, the same tables and the same scores."""

import json
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from formats import ARM, COUNTS, FORMATS, GENES, IDS, OWN_LABELS, SAMPLES, table

from resig.files import read_json
from resig.intake.readers.registry import features_in, own_labels, take
from resig.intake.readers.taken import Source
from resig.intake.run import Targets, take_in
from resig.matrix import names_along, open_matrix
from resig.scoring.files import score_files
from resig.scoring.scored_h5ad import write_scored_h5ad

LINKED = ("h5ad csr", "h5ad csr, packed", "h5ad csr, int64", "h5ad layer", "h5ad raw", "10x h5 v2", "10x h5 v3")


def spec(matrix: Any, kind: str, **more: Any) -> dict[str, Any]:
    given = {"kind": kind, "assay": "mrna", "organism": "human", "values": "auto", "metadata": None, "layer": None}
    cells = {"sample": "donor", "cell_type": "type"} if kind == "single_cell" else {"sample": "id", "cell_type": None}
    return given | {"matrix": matrix, "batch": None} | cells | more


def targets(folder: Path) -> Targets:
    folder.mkdir(exist_ok=True)
    names = ("matrix.h5ad", "genes.tsv", "observations.parquet", "samples.tsv", "intake.json")
    return Targets(*(folder / name for name in names))


def taken(given: dict[str, Any], folder: Path) -> tuple[Targets, dict[str, Any]]:
    out = targets(folder)
    take_in("d", given, out, called="m")
    return out, read_json(out.report)


def scores(out: Targets, folder: Path, kind: str) -> pd.DataFrame:
    """Score two signatures as the workflow does, from the files of the intake alone."""
    members = pd.DataFrame(
        [
            ("up", "TP53", 1.0),
            ("up", "VIM", 1.0),
            ("mixed", "EGFR", 1.0),
            ("mixed", "MYC", -1.0),
            ("mixed", "CDH1", 0.5),
        ],
        columns=["signature", "symbol", "weight"],
    )
    members.to_csv(folder / "members.tsv", sep="\t", index=False)
    pd.DataFrame({"signature": ["up", "mixed"], "scorable": "yes"}).to_csv(
        folder / "coverage.tsv", sep="\t", index=False
    )
    tables = (out.report, out.genes, out.observations, folder / "members.tsv", folder / "coverage.tsv")
    methods = ["zmean", "ucell", "aucell"] if kind == "single_cell" else ["zmean", "ucell", "singscore"]
    how: dict[str, Any] = {"own_methods": [], "cell_null": False, "null_draws": 0, "seed": 1, "threads": 1}
    score_files(out.matrix, *tables, folder / "scores.parquet", methods=methods, **how)
    return pd.read_parquet(folder / "scores.parquet").set_index("observation")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_in_the_same_matrix(name: str, tmp_path: Path) -> None:
    write, more = FORMATS[name]
    source = write(tmp_path)
    target = tmp_path / "out.h5ad"
    read = take(Source(str(source), "bulk", SAMPLES, "samples.tsv", more.get("layer")), target)
    assert read.copied == (name not in LINKED)
    found = anndata.read_h5ad(target)
    np.testing.assert_array_equal(found.X.toarray(), COUNTS)
    assert found.obs_names.tolist() == SAMPLES
    assert found.var_names.tolist() == GENES
    assert open_matrix(target).layout == "csr"
    assert features_in(Source(str(source), "bulk", SAMPLES, "samples.tsv", more.get("layer"))) == GENES
    if name.startswith(("h5ad", "10x")):
        assert found.var["gene_ids"].tolist() == IDS


@pytest.mark.parametrize("kind", ["bulk", "single_cell"])
def test_equal_content_gives_equal_scores(kind: str, tmp_path: Path) -> None:
    first: pd.DataFrame | None = None
    for name, (write, more) in FORMATS.items():
        folder = tmp_path / name.replace(" ", "_")
        folder.mkdir()
        given = spec(str(write(folder)), kind, metadata=str(table(folder)), **more)
        out, report = taken(given, folder / "out")
        assert report["samples"]["only_in_matrix"]["n"] == report["samples"]["only_in_metadata"]["n"] == 0, name
        found = scores(out, folder, kind).loc[SAMPLES]
        assert found["mixed__zmean"].nunique() > 6
        if first is None:
            first = found
        pd.testing.assert_frame_equal(found, first, check_exact=False, rtol=1e-6, atol=1e-7, obj=name)
    assert first is not None
    # zmean of the two-gene signature, recomputed with numpy alone
    total = COUNTS.sum(axis=1, keepdims=True)
    log = np.log1p(1e4 * COUNTS / total) if kind == "single_cell" else np.log2(1 + 1e6 * COUNTS / total)
    z = (log - log.mean(axis=0)) / log.std(axis=0, ddof=1)
    np.testing.assert_allclose(first["up__zmean"], z[:, [0, 3]].mean(axis=1), rtol=1e-6)


@pytest.mark.parametrize("name", OWN_LABELS)
def test_a_format_that_tells_of_its_samples_needs_no_table(name: str, tmp_path: Path) -> None:
    write, more = FORMATS[name]
    source = write(tmp_path)
    labels = own_labels(Source(str(source)))
    assert labels.load(labels.columns[0]) == SAMPLES
    assert labels.load("arm") == ARM
    out, _ = taken(spec(str(source), "bulk", sample="sample_id", **more), tmp_path / "out")
    samples = pd.read_csv(out.samples, sep="\t").set_index("sample")
    assert samples["arm"].loc[SAMPLES].tolist() == ARM


@pytest.mark.parametrize("name", ["h5ad layer", "h5ad raw", "10x h5 v3", "h5ad csc", "loom"])
def test_scores_can_be_written_beside_any_of_them_and_leave_the_source_alone(name: str, tmp_path: Path) -> None:
    write, more = FORMATS[name]
    source = write(tmp_path)
    before = source.read_bytes()
    out, _ = taken(spec(str(source), "single_cell", metadata=str(table(tmp_path)), **more), tmp_path / "out")
    found = scores(out, tmp_path, "single_cell")
    write_scored_h5ad(out.matrix, tmp_path / "scores.parquet", out.observations, tmp_path / "scored.h5ad")
    assert source.read_bytes() == before
    source.unlink()  # a scored file stands for itself
    scored = anndata.read_h5ad(tmp_path / "scored.h5ad")
    np.testing.assert_array_equal(scored.X.toarray(), COUNTS)
    np.testing.assert_array_equal(scored.obs["up__zmean"], found["up__zmean"].loc[scored.obs_names])


def test_antibodies_are_counted_and_left_out(tmp_path: Path) -> None:
    for name in ("10x h5 v3 with antibodies", "10x mtx v3 with antibodies"):
        folder = tmp_path / name.replace(" ", "_")
        folder.mkdir()
        source = FORMATS[name][0](folder)
        facts = take(Source(str(source), "single_cell"), folder / "out.h5ad").facts
        assert facts["features_left_out"] == {"Antibody Capture": 3 if "h5" in name else 2}


def test_what_was_recognised_is_written_down(tmp_path: Path) -> None:
    said = {
        "csv.gz, genes in columns": ("delimited text", "genes in columns"),
        "10x mtx v3": ("10x MTX folder", "features in rows"),
        "series matrix": ("GEO series matrix", "genes in rows"),
        "h5ad raw": ("AnnData .h5ad", "observations in rows"),
    }
    for name, (form, orientation) in said.items():
        folder = tmp_path / name.replace(" ", "_").replace(",", "")
        folder.mkdir()
        write, more = FORMATS[name]
        _, report = taken(spec(str(write(folder)), "bulk", metadata=str(table(folder)), **more), folder / "out")
        assert (report["matrix"]["format"], report["matrix"]["orientation"]) == (form, orientation)
    json.dumps(report)


@pytest.mark.parametrize("block", [1, 7, 30, 10**6])
def test_any_block_turns_columns_into_rows(block: int, tmp_path: Path) -> None:
    from scipy import sparse

    from resig.intake.readers.by_rows import RowSorter

    generator = np.random.default_rng(block)
    whole = sparse.random(40, 9, 0.3, random_state=4).tocoo()
    order = generator.permutation(whole.nnz)
    in_row = np.bincount(whole.row, minlength=40)
    with RowSorter(in_row, 9, np.dtype(float), tmp_path, block) as sorter:
        for part in np.array_split(order, 5):
            sorter.add(whole.row[part], whole.col[part], whole.data[part])
        found = sparse.vstack(list(sorter.rows())).toarray()
    np.testing.assert_array_equal(found, whole.toarray())
    assert not list(tmp_path.iterdir())


def test_observations_keep_what_stood_beside_them(tmp_path: Path) -> None:
    source = FORMATS["h5ad csc"][0](tmp_path)
    with h5py.File(source, "r+") as file:
        file.create_dataset("obsm/X_umap", data=np.arange(2.0 * len(SAMPLES)).reshape(-1, 2))
        file["obsm/X_umap"].attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
    take(Source(str(source)), tmp_path / "out.h5ad")
    found = anndata.read_h5ad(tmp_path / "out.h5ad")
    assert found.obs["arm"].tolist() == ARM
    assert found.obsm["X_umap"][3].tolist() == [6.0, 7.0]
    assert names_along(tmp_path / "out.h5ad", "obs") == SAMPLES


def test_what_is_said_of_cells_is_what_scanpy_computes(tmp_path: Path) -> None:
    import scanpy

    out, _ = taken(spec(str(FORMATS["h5ad csr"][0](tmp_path)), "single_cell"), tmp_path / "out")
    cells = pd.read_parquet(out.observations).set_index("observation")
    theirs = anndata.AnnData(COUNTS.astype(np.float32), obs=pd.DataFrame(index=SAMPLES), var=pd.DataFrame(index=GENES))
    theirs.var["mt"] = theirs.var_names.str.startswith("MT-")
    scanpy.pp.calculate_qc_metrics(theirs, qc_vars=["mt"], percent_top=None, inplace=True)
    expected = theirs.obs.loc[cells.index]
    np.testing.assert_array_equal(cells["detected_genes"], expected["n_genes_by_counts"])
    np.testing.assert_allclose(cells["depth"], expected["total_counts"])
    np.testing.assert_allclose(cells["mito_share"], expected["pct_counts_mt"] / 100, rtol=1e-6)
