"""The demo's data: made by its script, holding what was planted and nothing else. Plain scipy, no resig."""

import importlib.util
from pathlib import Path
from types import ModuleType

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"
SASP = "dtc_fibro_senescence_sasp"
OTHER_TYPES = ["T cell", "neutrophil", "tumour"]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_demo", DEMO / "make_demo.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def remade(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    assert script.main(["--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def members() -> pd.DataFrame:
    return pd.read_csv(ROOT / "resources/genesets/members.tsv", sep="\t", keep_default_na=False)


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return pd.read_csv(DEMO / "truth.tsv", sep="\t", keep_default_na=False)


@pytest.fixture(scope="module")
def bulk() -> pd.DataFrame:
    return read_table("toy_bulk/expression.tsv.gz").set_index("gene").astype(float)


@pytest.fixture(scope="module")
def bulk_samples() -> pd.DataFrame:
    return read_table("toy_bulk/samples.tsv").set_index("sample_id")


@pytest.fixture(scope="module")
def cells() -> ad.AnnData:
    return ad.read_h5ad(DEMO / "toy_cells" / "cells.h5ad")


def read_table(name: str, folder: Path = DEMO, separator: str = "\t") -> pd.DataFrame:
    return pd.read_csv(folder / name, sep=separator, dtype=str, keep_default_na=False)


def signed_mean_z(expression: pd.DataFrame, members: pd.DataFrame, signature: str) -> pd.Series:
    own = members[(members.signature == signature) & members.symbol.isin(expression.index)]
    values = expression.loc[own.symbol]
    spread = values.std(axis=1)
    z = values.sub(values.mean(axis=1), axis=0).div(spread.where(spread > 0), axis=0)
    return z.mul(np.sign(own.weight.to_numpy(float)), axis=0).mean()


def paired(bulk: pd.DataFrame, samples: pd.DataFrame, members: pd.DataFrame, signature: str) -> tuple[float, float]:
    score = signed_mean_z(bulk, members, signature)
    table = samples.assign(score=score).pivot(index="patient", columns="timepoint", values="score")
    return tuple(stats.ttest_rel(table["post"], table["pre"]))


def pseudobulk(cells: ad.AnnData, kind: str) -> tuple[pd.DataFrame, np.ndarray]:
    own = cells[cells.obs.cell_type == kind]
    counts = own.to_df().groupby(own.obs.donor.astype(str).to_numpy()).sum().T
    conditions = cells.obs.astype(str).drop_duplicates("donor").set_index("donor").condition
    chemo = (conditions[counts.columns] == "chemo").to_numpy()
    return np.log2(counts / counts.sum() * 1e4 + 1), chemo


def between_donors(cells: ad.AnnData, members: pd.DataFrame, kind: str, signature: str) -> tuple[float, float]:
    expression, chemo = pseudobulk(cells, kind)
    score = signed_mean_z(expression, members, signature).to_numpy()
    return tuple(stats.ttest_ind(score[chemo], score[~chemo], equal_var=False))


def between_cells(cells: ad.AnnData, members: pd.DataFrame, kind: str, signature: str) -> float:
    own = cells[cells.obs.cell_type == kind].to_df().T
    score = signed_mean_z(np.log1p(own / own.sum() * 1e3), members, signature).to_numpy()
    chemo = (cells.obs.condition[cells.obs.cell_type == kind] == "chemo").to_numpy()
    return float(stats.mannwhitneyu(score[chemo], score[~chemo]).pvalue)


def nulls(truth: pd.DataFrame, dataset: str, kind: str) -> list[str]:
    rows = truth[(truth.dataset == dataset) & (truth.cell_type == kind) & (truth.expected == "not_separable")]
    return rows.signature.tolist()


# --- made by the script ---


@pytest.mark.parametrize("name", ["toy_bulk/expression.tsv.gz", "toy_bulk/samples.tsv", "truth.tsv"])
def test_tables_are_what_the_script_makes(remade: Path, name: str) -> None:
    pd.testing.assert_frame_equal(read_table(name), read_table(name, remade))


def test_cells_are_what_the_script_makes(remade: Path, cells: ad.AnnData) -> None:
    again = ad.read_h5ad(remade / "toy_cells" / "cells.h5ad")
    pd.testing.assert_frame_equal(cells.obs, again.obs)
    pd.testing.assert_frame_equal(cells.var, again.var)
    assert (cells.X != again.X).nnz == 0


def test_the_same_run_twice_gives_the_same_bytes(script: ModuleType, remade: Path, tmp_path: Path) -> None:
    table = read_table("toy_bulk/samples.tsv")
    for name in ["first.tsv.gz", "second.tsv.gz"]:
        script.write_table(table, tmp_path / name)
    assert (tmp_path / "first.tsv.gz").read_bytes() == (tmp_path / "second.tsv.gz").read_bytes()
    script.write_h5ad(ad.read_h5ad(remade / "toy_cells/cells.h5ad"), tmp_path / "again.h5ad")
    assert (tmp_path / "again.h5ad").read_bytes() == (remade / "toy_cells/cells.h5ad").read_bytes()


def test_a_lost_member_leaves_the_other_genes_alone(script: ModuleType, bulk: pd.DataFrame) -> None:
    members = script.read_members()
    background = [gene for gene in bulk.index if gene not in set(members.symbol)]
    fewer, _ = script.toy_bulk(members[members.symbol != "HGF"], background)
    assert "HGF" not in fewer.index
    pd.testing.assert_frame_equal(fewer, bulk.loc[fewer.index])


def test_the_cohort_keeps_labelled_samples_and_their_zeros(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "expr_genes_x_samples.csv.gz").parent.mkdir(exist_ok=True)
    matrix = pd.DataFrame({"gene": ["NA", "TP53"], "01": ["1.10", "2"], "02": ["3", "4"], "003": ["5", "6"]})
    matrix.to_csv(tmp_path / "expr_genes_x_samples.csv.gz", index=False)
    labels = pd.DataFrame({"sample": ["01", "02", "003"], "mdr": ["POS", "", "NEG"]})
    labels = labels.reindex(columns=[*script.COHORT_COLUMNS, "diagnosis"], fill_value="x")
    labels.to_csv(tmp_path / "samples.csv", index=False)
    expression, samples = script.chiaretti(tmp_path)
    assert expression.columns.tolist() == samples["sample"].tolist() == ["01", "003"]
    assert expression.index.tolist() == ["NA", "TP53"]
    assert expression.loc["NA", "01"] == "1.10"
    assert "diagnosis" not in samples


def test_the_vendored_cohort_is_whole() -> None:
    samples = read_table("all_chiaretti/samples.csv", separator=",")
    matrix = read_table("all_chiaretti/expression.csv.gz", separator=",")
    assert samples.mdr.value_counts().to_dict() == {"NEG": 101, "POS": 24}
    assert matrix.columns.tolist() == ["gene", *samples["sample"]]
    assert samples["sample"].iloc[0] == "01005"
    assert len(matrix) == matrix.gene.nunique() == 9040
    assert "Artistic License" in (DEMO / "all_chiaretti" / "LICENCE.md").read_text()


# --- shape ---


def test_the_bulk_design_is_paired_and_balanced(
    bulk: pd.DataFrame, bulk_samples: pd.DataFrame, members: pd.DataFrame
) -> None:
    assert bulk.shape == (1500, 32)
    assert bulk.columns.tolist() == bulk_samples.index.tolist()
    assert (pd.crosstab(bulk_samples.patient, bulk_samples.timepoint) == 1).all(axis=None)
    assert (pd.crosstab(bulk_samples.batch, bulk_samples.timepoint) == 8).all(axis=None)
    assert set(bulk_samples.response) == {"PD", "SD", "PR", "CR"}
    absent = set(members.symbol) - set(bulk.index)
    assert {gene for gene in absent if not gene.startswith(("hsa-", "circ"))} == {"MUC4"}


def test_the_cells_are_raw_counts_of_unequal_depth(cells: ad.AnnData) -> None:
    counts = cells.X
    assert counts.format == "csr" and counts.has_sorted_indices
    assert (counts.dtype, counts.indices.dtype) == (np.float32, np.int32)
    assert (counts.data == np.round(counts.data)).all() and counts.data.min() >= 1
    table = pd.crosstab(cells.obs.donor, cells.obs.cell_type)
    assert table.shape == (16, 4)
    assert (table == 0).sum().to_dict() == {"T cell": 0, "fibroblast": 0, "neutrophil": 1, "tumour": 0}
    assert table[table > 0].min(axis=None) >= 10 and table.max(axis=None) <= 60
    assert cells.var_names.str.startswith("MT-").sum() == 13
    depth = np.log(pd.Series(counts.sum(axis=1).A1, index=cells.obs_names)).groupby(cells.obs.donor.astype(str))
    donors = depth.mean()
    assert donors.max() - donors.min() > np.log(5)
    chemo = cells.obs.astype(str).drop_duplicates("donor").set_index("donor").condition[donors.index] == "chemo"
    assert donors[chemo].mean() - donors[~chemo].mean() > np.log(1.3)


def test_the_h5ad_has_large_chunks_and_categories() -> None:
    path = DEMO / "toy_cells" / "cells.h5ad"
    assert path.stat().st_size < 3_000_000
    with h5py.File(path) as file:
        assert file["X/data"].chunks[0] * 4 >= 1 << 20
        assert file["obs/donor"].attrs["encoding-type"] == "categorical"


# --- truth ---


def test_planted_and_null_signatures_share_no_gene(truth: pd.DataFrame, members: pd.DataFrame) -> None:
    genes = members.groupby("signature").symbol.agg(set)
    for _, rows in truth.groupby(["dataset", "contrast", "cell_type"]):
        assert set(rows.signature) == set(genes.index)
        planted = set().union(*(genes[name] for name in rows.signature[rows.planted.isin(["up", "down"])]))
        for row in rows.itertuples():
            if row.planted == "none":
                assert not genes[row.signature] & planted
            else:
                assert genes[row.signature] & planted
    planted = truth[truth.planted.isin(["up", "down"])]
    assert planted[["dataset", "cell_type", "signature", "expected"]].to_numpy().tolist() == [
        ["toy_bulk", "", SASP, "contradicted"],
        ["toy_bulk", "", "fp_dox", "supported"],
        ["toy_cells", "fibroblast", SASP, "supported"],
    ]


def test_the_gate_of_the_truth(truth: pd.DataFrame) -> None:
    bulk = truth[truth.dataset == "toy_bulk"].set_index("signature").expected
    assert bulk["tras_b2ar_muc4"] == "not_measurable"  # MUC4 is absent: 1 of 2
    assert bulk["tras_stat3_feedback"] == "not_separable"  # 3 of 4
    assert bulk["exo_mir_dox"] == "not_measurable"


# --- what a careful and a careless analysis find ---


def test_planted_bulk_signatures_are_found_in_pairs(
    bulk: pd.DataFrame, bulk_samples: pd.DataFrame, members: pd.DataFrame
) -> None:
    up, p_up = paired(bulk, bulk_samples, members, "fp_dox")
    down, p_down = paired(bulk, bulk_samples, members, SASP)
    assert up > 0 and p_up < 1e-3
    assert down < 0 and p_down < 1e-3


def test_the_hard_negative_is_coherent_and_unmoved(
    bulk: pd.DataFrame, bulk_samples: pd.DataFrame, members: pd.DataFrame
) -> None:
    signature = "tras_jag1_notch_il6"
    _, p = paired(bulk, bulk_samples, members, signature)
    assert p > 0.05
    genes = members.symbol[members.signature == signature]
    correlation = np.corrcoef(bulk.loc[genes])
    assert correlation[np.triu_indices(len(genes), 1)].mean() > 0.5


def test_nothing_else_survives_correction_in_bulk(
    bulk: pd.DataFrame, bulk_samples: pd.DataFrame, members: pd.DataFrame, truth: pd.DataFrame
) -> None:
    p = [paired(bulk, bulk_samples, members, name)[1] for name in nulls(truth, "toy_bulk", "")]
    assert len(p) > 20
    assert stats.false_discovery_control(p).min() > 0.05


def test_null_bulk_genes_are_null(bulk: pd.DataFrame, bulk_samples: pd.DataFrame, members: pd.DataFrame) -> None:
    background = bulk[~bulk.index.isin(members.symbol)]
    post = (bulk_samples.timepoint == "post").to_numpy()
    p = stats.ttest_rel(background.loc[:, post], background.loc[:, ~post], axis=1).pvalue
    assert 0.02 < (p < 0.05).mean() < 0.07


def test_pairing_matters(bulk: pd.DataFrame, bulk_samples: pd.DataFrame, members: pd.DataFrame) -> None:
    post = (bulk_samples.timepoint == "post").to_numpy()
    score = signed_mean_z(bulk, members, SASP).to_numpy()
    _, p = paired(bulk, bulk_samples, members, SASP)
    assert p < stats.ttest_ind(score[post], score[~post]).pvalue / 10


def test_donors_show_sasp_in_fibroblasts_alone(cells: ad.AnnData, members: pd.DataFrame) -> None:
    t, p = between_donors(cells, members, "fibroblast", SASP)
    assert t > 0 and p < 1e-3
    for kind in OTHER_TYPES:
        assert between_donors(cells, members, kind, SASP)[1] > 0.05


def test_sasp_separates_every_donor_so_that_a_permutation_test_can_see_it(
    cells: ad.AnnData, members: pd.DataFrame
) -> None:
    counts = cells.to_df().T
    score = signed_mean_z(np.log1p(counts / counts.sum() * 1e4), members, SASP)
    own = cells.obs[cells.obs.cell_type == "fibroblast"].astype(str)
    donors = score[own.index].groupby(own.donor).mean()
    chemo = own.drop_duplicates("donor").set_index("donor").condition[donors.index] == "chemo"
    assert donors[chemo].min() > donors[~chemo].max()  # exact p = 2 / 12,870


def test_nothing_else_survives_correction_between_donors(
    cells: ad.AnnData, members: pd.DataFrame, truth: pd.DataFrame
) -> None:
    p = [
        between_donors(cells, members, kind, name)[1]
        for kind in ["fibroblast", *OTHER_TYPES]
        for name in nulls(truth, "toy_cells", kind)
    ]
    assert len(p) > 100
    assert stats.false_discovery_control(p).min() > 0.05


def test_a_test_between_cells_falls_for_it(cells: ad.AnnData, members: pd.DataFrame, truth: pd.DataFrame) -> None:
    names = nulls(truth, "toy_cells", "tumour")
    p = np.array([between_cells(cells, members, "tumour", name) for name in names])
    assert p.min() < 1e-3
    assert stats.false_discovery_control(p).min() < 0.05
