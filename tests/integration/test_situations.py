"""One small config for each scientific situation, and an independent recomputation of its answer."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from conftest import Ran, snakemake
from scipy import sparse, stats

pytestmark = pytest.mark.integration

CASES = Path(__file__).parent / "cases"
UP, DOWN = ["SNAI1", "SNAI2"], ["CEBPB", "CDH1", "DKK3", "NUMB", "PIK3R1"]


def log_matrix(n: int, shift: float, seed: int) -> pd.DataFrame:
    """Genes x 2n samples on a log scale; members of fp_dox are shifted in the first n samples, along their signs."""
    rng = np.random.default_rng(seed)
    genes = [*UP, *DOWN, *(f"BACK{at}" for at in range(200))]
    values = rng.normal(8, 1, (len(genes), 2 * n))
    values[: len(UP), :n] += shift
    values[len(UP) : len(UP) + len(DOWN), :n] -= shift
    samples = [f"S{at:02d}" for at in range(2 * n)]
    return pd.DataFrame(values.round(3), index=pd.Index(genes, name="gene"), columns=samples)


def metadata(samples: list[str]) -> pd.DataFrame:
    half = len(samples) // 2
    return pd.DataFrame({"sample_id": samples, "response": ["PD"] * half + ["CR"] * half})


def write_unpaired(folder: Path) -> None:
    matrix = log_matrix(6, 1.0, seed=3)
    matrix.to_csv(folder / "matrix.tsv", sep="\t")
    metadata(list(matrix.columns)).to_csv(folder / "samples.tsv", sep="\t", index=False)


def write_turned(folder: Path) -> None:
    matrix = log_matrix(6, 1.0, seed=3)
    matrix.T.sample(frac=1, axis=1, random_state=1).to_csv(folder / "matrix.csv")
    metadata(list(matrix.columns)).sample(frac=1, random_state=1).to_csv(folder / "samples.csv", index=False)


def write_one_against_one(folder: Path) -> None:
    matrix = log_matrix(1, 3.0, seed=3)
    matrix.to_csv(folder / "matrix.tsv", sep="\t")
    metadata(list(matrix.columns)).to_csv(folder / "samples.tsv", sep="\t", index=False)


def write_small_rna(folder: Path) -> None:
    rng = np.random.default_rng(5)
    names = ["hsa-miR-155-5p", "hsa-miR-221-3p", "hsa-miR-222-3p", "hsa-miR-378a-3p", "hsa-miR-378d"]
    counts = rng.poisson(300, (len(names) + 50, 16))
    counts[: len(names), :8] *= 3
    index = pd.Index([*names, *(f"hsa-miR-{9000 + at}" for at in range(50))], name="mirna")
    matrix = pd.DataFrame(counts, index=index, columns=[f"S{at:02d}" for at in range(16)])
    matrix.to_csv(folder / "matrix.tsv.gz", sep="\t")
    metadata(list(matrix.columns)).to_csv(folder / "samples.tsv", sep="\t", index=False)


def write_cells(folder: Path) -> None:
    """Six donors an arm: many cells, but the effect sits in two donors, so cells would shout and donors must not."""
    rng = np.random.default_rng(7)
    genes = ["CDKN1A", "GLB1", "C3", "CXCL1", "MIF", *(f"BACK{at}" for at in range(150))]
    donors = np.repeat([f"D{at}" for at in range(12)], 60)
    rate = np.exp(rng.normal(0, 0.5, len(genes)))
    counts = rng.poisson(rate, (len(donors), len(genes)))
    counts[np.isin(donors, ["D0", "D1"]), :5] += rng.poisson(3, (120, 5))
    obs = pd.DataFrame(
        {"donor": donors, "condition": np.where(np.isin(donors, [f"D{at}" for at in range(6)]), "chemo", "control")},
        index=[f"c{at}" for at in range(len(donors))],
    )
    obs["cell_type"] = "fibroblast"
    data = ad.AnnData(
        sparse.csr_matrix(counts.astype(np.float32)), obs=obs.astype("category"), var=pd.DataFrame(index=genes)
    )
    data.write_h5ad(folder / "cells.h5ad")


def write_own_sets(folder: Path) -> None:
    """The members of fp_dox as a set of the user's own, with a date from a spreadsheet among them."""
    write_unpaired(folder)
    lines = [["my_dox_UP", "na", *UP, "1-Mar"], ["my_dox_DN", "na", *DOWN], ["my_empty", "na"]]
    (folder / "mine.gmt").write_text("".join("\t".join(line) + "\r\n" for line in lines))


WRITERS: dict[str, Callable[[Path], None]] = {
    "unpaired": write_unpaired,
    "genes_in_columns": write_turned,
    "one_against_one": write_one_against_one,
    "small_rna": write_small_rna,
    "cells_between_donors": write_cells,
    "no_question": write_unpaired,
    "own_sets": write_own_sets,
}


@pytest.fixture(scope="module")
def run_case(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ran]:
    done: dict[str, Ran] = {}

    def run(name: str) -> Ran:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            WRITERS[name](folder)
            config = CASES / f"{name}.yaml"
            done[name] = snakemake(folder, "--cores", "2", "--configfile", config, snakefile=checkout / "Snakefile")
        return done[name]

    return run


def contrast(ran: Ran) -> pd.DataFrame:
    assert ran.code == 0, ran.err[-4000:]
    return pd.read_csv(ran.folder / "results/summary/contrasts.tsv", sep="\t")


def test_every_case_has_its_config() -> None:
    assert sorted(path.stem for path in CASES.glob("*.yaml")) == sorted(WRITERS)


def test_unpaired_arms_get_the_exact_p_and_the_direction(run_case: Callable[[str], Ran]) -> None:
    table = contrast(run_case("unpaired")).set_index(["signature", "method"])
    row = table.loc[("fp_dox", "zmean")]
    values = pd.read_csv(run_case("unpaired").folder / "matrix.tsv", sep="\t", index_col=0)
    z = values.sub(values.mean(axis=1), axis=0).div(values.std(axis=1), axis=0)
    score = pd.concat([z.loc[UP], -z.loc[DOWN]]).mean().to_numpy()
    observed = abs(score[:6].mean() - score[6:].mean())
    every = [abs(score[list(chosen)].mean() - np.delete(score, chosen).mean()) for chosen in combinations(range(12), 6)]
    assert row["p_type"] == "exact"
    assert row["p"] == pytest.approx(np.mean(np.array(every) >= observed - 1e-9), abs=1e-9)
    pooled = np.sqrt((score[:6].var(ddof=1) + score[6:].var(ddof=1)) / 2)
    correction = 1 - 3 / (4 * 10 - 1)
    assert row["effect"] == pytest.approx((score[:6].mean() - score[6:].mean()) / pooled * correction, rel=2e-3)
    area = stats.mannwhitneyu(score[:6], score[6:]).statistic / 36
    assert row["auroc"] == pytest.approx(area, abs=1e-9)
    assert row["verdict"] == "supported"


def test_orientation_and_order_do_not_matter(run_case: Callable[[str], Ran]) -> None:
    straight, turned = run_case("unpaired"), run_case("genes_in_columns")
    for name in ("summary/contrasts.tsv", "trial/coverage.tsv"):
        one, other = (pd.read_csv(ran.folder / "results" / name, sep="\t") for ran in (straight, turned))
        numbers = one.select_dtypes("number").columns
        np.testing.assert_allclose(one[numbers], other[numbers], rtol=1e-7, atol=1e-10)
        pd.testing.assert_frame_equal(one.drop(columns=numbers), other.drop(columns=numbers))


def test_one_sample_an_arm_is_underpowered_without_a_p(run_case: Callable[[str], Ran]) -> None:
    table = contrast(run_case("one_against_one")).query("signature == 'fp_dox'")
    assert set(table["verdict"]) == {"underpowered"}
    assert table[["p", "fdr", "effect"]].isna().all(axis=None)
    assert table["flags"].str.contains("fewer_than_2_samples_in_an_arm").all()


def test_small_rna_data_answer_mirna_questions_only(run_case: Callable[[str], Ran]) -> None:
    table = contrast(run_case("small_rna")).query("method == 'zmean'").set_index("signature")
    assert table.loc["exo_mir_dox", "verdict"] == "supported"
    assert table.loc["fp_dox", "verdict"] == "not_measurable"
    gate = pd.read_csv(run_case("small_rna").folder / "results/trial/coverage.tsv", sep="\t").set_index("signature")
    assert gate.loc["fp_dox", "reason"] == "needs mRNA data; this dataset is small RNA"


def test_two_loud_donors_do_not_make_a_finding(run_case: Callable[[str], Ran]) -> None:
    ran = run_case("cells_between_donors")
    row = contrast(ran).query("signature == 'dtc_fibro_senescence_sasp' and method == 'zmean'").iloc[0]
    assert (row["n_resistant"], row["n_sensitive"]) == (6, 6)
    assert row["verdict"] == "not_separable"
    cells = pd.read_parquet(ran.folder / "results/atlas/scores.parquet").set_index("observation")
    condition = ad.read_h5ad(ran.folder / "cells.h5ad").obs["condition"]
    score = cells["dtc_fibro_senescence_sasp__zmean"]
    naive = stats.mannwhitneyu(score[condition == "chemo"], score[condition == "control"]).pvalue
    assert naive < 1e-6 < 0.05 < row["p"]


def test_without_a_question_samples_are_scored_and_nothing_is_compared(run_case: Callable[[str], Ran]) -> None:
    ran = run_case("no_question")
    assert ran.code == 0, ran.err[-4000:]
    written = {path.name for path in (ran.folder / "results").rglob("*")}
    assert {"coverage.svg", "coverage.tsv", "start.html", "evidence.html", "provenance.html"} <= written
    assert not written & {"contrasts", "contrasts.tsv", "verdicts.tsv", "verdicts.html", "meta.tsv"}
    scores = pd.read_csv(ran.folder / "results/trial/sample_scores.tsv", sep="\t")
    asked = contrast(run_case("unpaired"))
    assert set(scores["signature"]) == set(asked["signature"])


def test_own_sets_score_as_the_same_members_do_and_every_repair_is_named(run_case: Callable[[str], Ran]) -> None:
    ran = run_case("own_sets")
    scores = contrast(ran).set_index(["signature", "method"])[["effect", "auroc", "p"]]
    for method in ("zmean", "singscore", "ssgsea"):
        assert scores.loc[("my_dox", method)].tolist() == scores.loc[("fp_dox", method)].tolist()
    notices = pd.read_csv(ran.folder / "results/signatures/notices.tsv", sep="\t")
    assert notices["line"].tolist() == [1, 1, 3]
    assert notices["problem"].str.contains("line ends|1-Mar|my_empty").all()
    gate = pd.read_csv(ran.folder / "results/trial/coverage.tsv", sep="\t").set_index("signature")
    assert gate.loc["FAMILY_TGFB", "scorable"] == "no"
    assert gate.loc["FAMILY_TGFB", "n_members"] > 0
