"""Pseudobulk: equal to a slow recomputation, to the sample scores it stands behind, and to itself on any threads."""

import os
import subprocess
import sys
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

sys.path.insert(0, str(Path(__file__).parent / "scoring"))
from toolbox import counts, genes_of, panel_of, random_sets, score_file, write_h5ad

from resig.pseudobulk import read_pseudobulk, write_pseudobulk
from resig.sample_table import sample_scores
from resig.scoring import METHODS
from resig.scoring.inputs import Universe
from resig.scoring.panel import Genes
from resig.units import to_log

N_CELLS, N_GENES = 120, 200
SUMS = [METHODS[name] for name in ("zmean", "ucell", "aucell", "wmean")]


@pytest.fixture(scope="module")
def cells() -> sparse.csr_matrix:
    return counts(N_CELLS, N_GENES, seed=3)


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    rows = np.sort(draw.choice(N_CELLS, 100, replace=False))
    return pd.DataFrame(
        {
            "observation": [f"c{row}" for row in rows],
            "row": rows,
            "sample": draw.choice(["a", "b", "c"], 100),
            "cell_type": draw.choice(["T cell", "B cell"], 100),
        }
    )


def universe_of(genes: Genes, unused: tuple[int, ...] = ()) -> Universe:
    used = np.array([at not in unused for at in range(len(genes))])
    kept = [symbol for symbol, use in zip(genes.symbols, used, strict=True) if use]
    gene_of = np.where(used, np.cumsum(used) - 1, -1).astype(np.int32)
    return Universe(Genes(kept, genes.mean[used], genes.sd[used], genes.detected[used]), gene_of)


def test_equals_a_slow_recomputation(tmp_path, cells, observations):
    source = write_h5ad(tmp_path / "m.h5ad", cells)
    logged = np.asarray(to_log(cells, "counts", "single_cell").todense())
    genes = genes_of(logged[observations["row"]])
    write_pseudobulk(
        source, "counts", "single_cell", universe_of(genes, (4, 17)), observations, SUMS, tmp_path / "p.h5ad"
    )
    found = ad.read_h5ad(tmp_path / "p.h5ad")
    kept = [at for at in range(N_GENES) if at not in (4, 17)]
    assert found.obs_names.is_unique
    assert list(found.var_names) == [f"G{at}" for at in kept]
    np.testing.assert_allclose(found.var["sd"], genes.sd[kept])
    raw = np.asarray(cells.todense())
    assert len(found.obs) == len(observations.drop_duplicates(["sample", "cell_type"])) == 6
    for at, unit in enumerate(found.obs.itertuples()):
        of_unit = (observations["sample"] == unit.sample) & (observations["cell_type"] == unit.cell_type)
        rows = observations.loc[of_unit, "row"].to_numpy()
        assert unit.n_cells == len(rows)
        np.testing.assert_allclose(found.X[at], logged[rows][:, kept].mean(axis=0), rtol=1e-12)
        np.testing.assert_array_equal(found.layers["counts"][at], raw[rows][:, kept].sum(axis=0))
        np.testing.assert_allclose(found.layers["detected"][at], (raw[rows][:, kept] > 0).mean(axis=0), rtol=1e-12)
    assert np.issubdtype(found.layers["counts"].dtype, np.integer)


@pytest.mark.parametrize("method", SUMS, ids=lambda method: method.name)
def test_scores_of_samples_can_be_made_from_it(tmp_path, cells, observations, method):
    source = write_h5ad(tmp_path / "m.h5ad", cells)
    logged = np.asarray(to_log(cells, "counts", "single_cell").todense())
    genes = genes_of(logged[observations["row"]])
    sets = random_sets(N_GENES)
    scores = score_file(
        source,
        tmp_path / "s.parquet",
        sets,
        (method.name,),
        units="counts",
        genes=genes,
        rows=observations["row"].tolist(),
    )
    table = sample_scores("d", scores, observations, list(sets), [method.name])
    write_pseudobulk(source, "counts", "single_cell", universe_of(genes), observations, SUMS, tmp_path / "p.h5ad")
    bulk = read_pseudobulk(tmp_path / "p.h5ad")
    assert set(bulk.gains) == {"ucell", "aucell"}
    panel = method.panel(panel_of(sets, bulk.genes))
    if method.name == "zmean":
        inverse = np.divide(1, bulk.genes.sd, out=np.zeros(N_GENES), where=bulk.genes.sd > 0)
        gains = (bulk.log - bulk.genes.mean) * inverse
    else:
        gains = bulk.gains.get(method.name, bulk.log)
    weights = np.zeros((N_GENES, len(sets)))
    np.add.at(weights, (panel.gene, panel.owner), method.as_gene_sum(panel).weight)
    wide = table.pivot(index=["sample", "cell_type"], columns="signature", values="score")[list(sets)]
    units = list(zip(bulk.units["sample"], bulk.units["cell_type"], strict=True))
    assert sorted(wide.index) == sorted(units) and ("a", "all cells") in units
    np.testing.assert_allclose(gains @ weights, wide.loc[units].to_numpy(), rtol=1e-9, atol=1e-12)


def test_threads_and_spans_change_no_byte(tmp_path, cells, observations):
    source = write_h5ad(tmp_path / "m.h5ad", cells)
    genes = genes_of(cells)
    written = []
    for threads, span in ((1, None), (2, 300), (2, 1)):
        target = tmp_path / f"{threads}_{span}.h5ad"
        write_pseudobulk(source, "counts", "single_cell", universe_of(genes), observations, SUMS, target, threads, span)
        written.append(target.read_bytes())
    assert written[0] == written[1] == written[2]


def test_bulk_logs_are_themselves_and_have_no_counts(tmp_path):
    values = np.random.default_rng(2).normal(5, 2, (4, 30))
    source = write_h5ad(tmp_path / "m.h5ad", values)
    names = [f"s{at}" for at in range(4)]
    observations = pd.DataFrame({"observation": names, "row": range(4), "sample": names, "cell_type": "bulk"})
    write_pseudobulk(source, "log", "bulk", universe_of(genes_of(values)), observations, [], tmp_path / "p.h5ad")
    found = ad.read_h5ad(tmp_path / "p.h5ad")
    np.testing.assert_array_equal(found.X, values)
    assert list(found.obs_names) == names
    assert list(found.layers) == ["detected"]


def test_names_of_units_never_collide(tmp_path):
    values = np.random.default_rng(2).poisson(3, (2, 5))
    source = write_h5ad(tmp_path / "m.h5ad", values)
    observations = pd.DataFrame(
        {"observation": ["x", "y"], "row": [0, 1], "sample": ["a", "a | b"], "cell_type": ["b | c", "c"]}
    )
    genes = universe_of(genes_of(values))
    write_pseudobulk(source, "counts", "single_cell", genes, observations, [], tmp_path / "p.h5ad")
    assert ad.read_h5ad(tmp_path / "p.h5ad").obs_names.is_unique


def test_is_what_anndata_writes(tmp_path, cells, observations):
    source = write_h5ad(tmp_path / "m.h5ad", cells)
    genes = universe_of(genes_of(cells))
    write_pseudobulk(source, "counts", "single_cell", genes, observations, SUMS, tmp_path / "p.h5ad")
    found = ad.read_h5ad(tmp_path / "p.h5ad")
    found.write_h5ad(tmp_path / "again.h5ad", convert_strings_to_categoricals=False)
    told = [{}, {}]
    for name, here in zip(("p.h5ad", "again.h5ad"), told, strict=True):
        with h5py.File(tmp_path / name) as file:
            here["/"] = sorted((key, str(value)) for key, value in file.attrs.items())
            file.visititems(lambda path, node, here=here: here.update({path: described(node)}))
    assert told[0] == told[1]
    again = ad.read_h5ad(tmp_path / "again.h5ad")
    pd.testing.assert_frame_equal(found.obs, again.obs)
    pd.testing.assert_frame_equal(found.var, again.var)
    assert list(found.obs.columns) == ["sample", "cell_type", "n_cells"] and found.obs["n_cells"].dtype.kind == "i"
    for name in (None, *found.layers):
        np.testing.assert_array_equal(found.layers[name] if name else found.X, again.layers[name] if name else again.X)


def described(node):
    attributes = sorted((key, np.asarray(value).tolist()) for key, value in node.attrs.items())
    return attributes, *((node.dtype.kind, node.dtype.itemsize, node.shape) if isinstance(node, h5py.Dataset) else ())


def test_a_job_does_not_import_anndata(tmp_path):
    code = "import sys, resig.pseudobulk; print('anndata' in sys.modules)"
    known = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "workflow" / "scripts")}
    done = subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
