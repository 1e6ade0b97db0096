"""Genes ranked by the model of the contrast (limma's figures), sets walked along them (by hand), nothing dropped."""

from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from resig.errors import ResigError
from resig.gsea import enrich, gather_sets, rank_genes
from resig.names import Names
from resig.tables import GENE_SETS, GENES_RANKED, GSEA

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
TABLES = ("hgnc", "ambiguous", "mirna", "orthologs", "mouse")
NAMES = Names.of([ROOT / f"resources/nomenclature/{table}.tsv" for table in TABLES])
COMPANIONS = [ROOT / "resources/genesets/companions.tsv", ROOT / "resources/nomenclature/families.tsv"]
PLAIN: dict[str, Any] = {
    "groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]},
    "pair_by": None,
    "block_by": None,
    "covariates": [],
    "cell_types": "all",
}


@pytest.fixture
def samples() -> pd.DataFrame:
    table = pd.read_csv(GOLDEN / "gene_samples.tsv", sep="\t", dtype=str)
    return table.assign(arm=table["resistant"].map({"1": "R", "0": "S"}))


def bulk(folder: Path, counts: bool = False, cell_type: str = "bulk", n_cells: int = 1) -> Path:
    """The golden values as pseudobulk.h5ad, in another order of samples."""
    values = pd.read_csv(GOLDEN / ("gene_counts.tsv" if counts else "gene_values.tsv"), sep="\t", index_col=0).iloc[
        ::-1
    ]
    obs = pd.DataFrame({"sample": values.index, "cell_type": cell_type, "n_cells": n_cells}, index=values.index)
    log = np.log2(values + 1) if counts else values
    var = pd.DataFrame({"mean": 0.0, "sd": 1.0, "detected": 1.0}, index=values.columns)
    data = ad.AnnData(log.to_numpy(dtype=float), obs=obs, var=var)
    data.layers["detected"] = np.ones(values.shape)
    if counts:
        data.layers["counts"] = values.to_numpy(dtype=np.int64)
    data.write_h5ad(folder / "pseudobulk.h5ad", convert_strings_to_categoricals=False)
    return folder / "pseudobulk.h5ad"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("unpaired", {}),
        ("paired", {"pair_by": "pair"}),
        ("blocked_covariate", {"block_by": "batch", "covariates": ["age"]}),
    ],
)
def test_log_data_are_ranked_by_limmas_t(
    tmp_path: Path, samples: pd.DataFrame, name: str, change: dict[str, Any]
) -> None:
    found = rank_genes("d", "c", PLAIN | change, bulk(tmp_path), samples, "auto", 10)
    found = GENES_RANKED.check(found, "ranked")
    assert found["statistic"].dropna().is_monotonic_decreasing
    answer = pd.read_csv(GOLDEN / "gene_t_answers.tsv", sep="\t").query("design == @name").set_index("gene")
    ours = found.set_index("symbol").loc[answer.index]
    for column in ("statistic", "log_fc", "p"):
        np.testing.assert_allclose(ours[column], answer[column], rtol=1e-8)
    assert found.set_index("symbol").at["G80", "note"] == "does not vary in these samples"
    assert set(found["test"]) == {"moderated_t"}


def test_counts_are_ranked_by_wald_statistics(tmp_path: Path, samples: pd.DataFrame) -> None:
    found = rank_genes("d", "c", PLAIN, bulk(tmp_path, counts=True), samples, "auto", 10)
    answer = pd.read_csv(GOLDEN / "gene_wald_answers.tsv", sep="\t").query("design == 'unpaired'").set_index("gene")
    ours = found.set_index("symbol").loc[answer.index]
    np.testing.assert_allclose(ours["statistic"], answer["statistic"], rtol=0.05, atol=0.1)
    assert set(found["test"]) == {"deseq2"}


def test_deseq2_without_counts_is_refused(tmp_path: Path, samples: pd.DataFrame) -> None:
    with pytest.raises(ResigError, match="no counts"):
        rank_genes("d", "c", PLAIN, bulk(tmp_path), samples, "deseq2", 10)


def test_too_few_cells_or_samples_leave_a_row_that_says_so(tmp_path: Path, samples: pd.DataFrame) -> None:
    path = bulk(tmp_path, cell_type="fibroblast", n_cells=4)
    ranked = GENES_RANKED.check(rank_genes("d", "c", PLAIN, path, samples, "auto", 10), "ranked")
    assert ranked["note"].tolist() == ["fewer than 2 samples in an arm"]
    sets = pd.DataFrame({"gene_set": "a", "symbol": [f"G{at:02d}" for at in range(1, 20)]})
    found = GSEA.check(enrich(ranked, sets, 5, 2000, 100, 1), "gsea").iloc[0]
    assert (found["status"], found["reason"], found["n_members"]) == ("no_ranking", ranked["note"].iloc[0], 19)


# --- walking along a ranking ---


@pytest.fixture
def ranked() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    statistic = generator.normal(size=300)
    statistic[:15] += 2
    frame = pd.DataFrame({"symbol": [f"G{at:03d}" for at in range(300)], "statistic": statistic})
    return frame.assign(dataset="d", contrast="c", cell_type="bulk", test="moderated_t", log_fc=0.0, note="")


SETS = pd.concat(
    [
        pd.DataFrame({"gene_set": "planted", "symbol": [f"G{at:03d}" for at in range(15)] + ["ELSEWHERE"]}),
        pd.DataFrame({"gene_set": "other", "symbol": [f"G{at:03d}" for at in range(100, 140)]}),
        pd.DataFrame({"gene_set": "small", "symbol": ["G001", "G002", "NOWHERE", "GONE", "LOST"]}),
        pd.DataFrame({"gene_set": "large", "symbol": [f"G{at:03d}" for at in range(60)]}),
    ],
    ignore_index=True,
)


def by_hand(ranked: pd.DataFrame, genes: set[str]) -> tuple[float, set[str]]:
    """Subramanian's running sum, gene by gene: its largest deviation, and the genes up to it."""
    order = ranked.sort_values("statistic", ascending=False)
    weight = sum(abs(s) for g, s in zip(order["symbol"], order["statistic"], strict=True) if g in genes)
    total, best, at_best, outside = 0.0, 0.0, 0, len(order) - len(genes)
    for at, (gene, statistic) in enumerate(zip(order["symbol"], order["statistic"], strict=True)):
        total += abs(statistic) / weight if gene in genes else -1 / outside
        if abs(total) > abs(best):
            best, at_best = total, at
    walked = order["symbol"][: at_best + 1] if best > 0 else order["symbol"][at_best:]
    return best, set(walked) & genes


def test_the_score_and_leading_edge_are_those_of_the_running_sum(ranked: pd.DataFrame) -> None:
    found = GSEA.check(enrich(ranked, SETS, 5, 50, 500, 1), "gsea").set_index("gene_set")
    for name in ("planted", "other"):
        genes = set(SETS.loc[SETS["gene_set"] == name, "symbol"]) & set(ranked["symbol"])
        score, edge = by_hand(ranked, genes)
        assert found.at[name, "es"] == pytest.approx(score, abs=1e-6)
        assert set(found.at[name, "leading_edge"].split(",")) == edge
    assert found.at["planted", "nes"] > 1.5
    assert found.at["planted", "p"] == pytest.approx(1 / 501)  # none of 500 is as extreme: not 0
    assert found.at["planted", "fdr"] < 0.05 < found.at["other", "fdr"]


def test_no_set_is_dropped(ranked: pd.DataFrame) -> None:
    found = enrich(ranked, SETS, 5, 50, 100, 1).set_index("gene_set")
    assert found["status"].to_dict() == {
        "planted": "tested",
        "other": "tested",
        "small": "too_small",
        "large": "too_large",
    }
    assert found["n_ranked"].tolist() == [15, 40, 2, 60] and found["n_members"].tolist() == [16, 40, 5, 60]
    assert "gsea.min_size" in found.at["small", "reason"] and "gsea.max_size" in found.at["large", "reason"]
    assert found.loc[["small", "large"], ["es", "nes", "p", "fdr"]].isna().all(axis=None)


def test_turned_statistics_turn_the_score_and_the_order_of_rows_does_not_matter(ranked: pd.DataFrame) -> None:
    straight = enrich(ranked, SETS, 5, 50, 200, 1)
    turned = enrich(ranked.assign(statistic=-ranked["statistic"]), SETS, 5, 50, 200, 1)
    known = straight["status"] == "tested"
    np.testing.assert_allclose(straight.loc[known, "es"], -turned.loc[known, "es"], atol=1e-9)
    pd.testing.assert_frame_equal(straight, enrich(ranked.sample(frac=1, random_state=2), SETS, 5, 50, 200, 1))


def test_sets_come_from_the_run_from_files_and_from_companions(tmp_path: Path) -> None:
    members = pd.DataFrame({"signature": ["s", "s", "u"], "symbol": ["A", "B", "C"], "weight": [1.0, -1.0, 1.0]})
    (tmp_path / "mine.gmt").write_text("big\tna\tTP53\tMYC\tEGFR\n")
    family = pd.read_csv(COMPANIONS[0], sep="\t").query("source == 'family'")["companion"].iloc[0]
    wanted = ["signatures", "mine.gmt", family]
    found = GENE_SETS.check(
        gather_sets(wanted, members, [tmp_path / "mine.gmt"], COMPANIONS, str(tmp_path), NAMES), "sets"
    )
    sets = found.groupby("gene_set")["symbol"].agg(set).to_dict()
    assert {name: sets[name] for name in ("s_UP", "s_DN", "u", "big")} == {
        "s_UP": {"A"},
        "s_DN": {"B"},
        "u": {"C"},
        "big": {"TP53", "MYC", "EGFR"},
    }
    assert len(sets[family]) > 2 and len(sets) == 5
