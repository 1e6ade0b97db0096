"""Non-coding RNAs against their footprints, circRNAs by name, read-outs between arms: against scipy and by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from resig.assays.contrast import expectation, readout_contrast
from resig.assays.evidence import NCRNA_RULES, RULES
from resig.assays.ncrna import Known, Pair, ncrna_table, pairs_of
from resig.assays.readouts import Level, readouts_table
from resig.coverage import measure_coverage, of_assay
from resig.intake.genes import choose_genes, identify
from resig.names import Names
from resig.tables import MEMBERS, SIGNATURES

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
GENESETS = RESOURCES / "genesets"
NCRNA = NCRNA_RULES.read(GENESETS / "ncrna.tsv")
RULE_TABLE = RULES.read(GENESETS / "readouts.tsv")
MEMBER_TABLE = MEMBERS.read(GENESETS / "members.tsv")
SIGNATURE_TABLE = SIGNATURES.read(GENESETS / "signatures.tsv")
NAMES = Names.of(
    [RESOURCES / f"nomenclature/{each}.tsv" for each in ("hgnc", "ambiguous", "mirna", "orthologs", "mouse", "circrna")]
)
INFERENCE = {"permutations": 2000, "matched_sets": 100, "null_alpha": 0.05, "fdr": 0.05, "min_cells": 10, "seed": 1}


def known(values: dict[str, pd.Series], **why_not: str) -> Known:
    return Known(values, why_not, dict.fromkeys(values, "as in the file"), {})


def test_pairs_and_signs_follow_the_ledger() -> None:
    pairs = {(each.ncrna, each.footprint): each for each in pairs_of(NCRNA, MEMBER_TABLE, SIGNATURE_TABLE)}
    signs = {key: each.expected for key, each in pairs.items()}
    assert signs[("hsa-miR-155-5p", "CEBPB")] == -1  # up in resistance, its target down
    assert signs[("hsa-miR-582-3p", "RNF11")] == -1  # down in resistance, its target up
    assert signs[("OIP5-AS1", "HMGB3")] == 1
    assert signs[("OIP5-AS1", "hsa-miR-381-3p")] == -1
    assert signs[("hsa-miR-155-5p", "fp_mir155_emt")] == 1  # a signature points towards resistance as a whole
    assert signs[("hsa-miR-582-3p", "fp_derepressed_all")] == -1
    assert pairs[("circHIPK3", "RNF11")].evidence == "EXO-115"
    assert pairs[("hsa-miR-567", "ATG5")].flags == "retracted;contradicted"
    assert not any(footprint == "HIPK3" for _, footprint in pairs)  # the host gene is no footprint


def test_correlations_equal_scipy_and_permutations_are_counted() -> None:
    rng = np.random.default_rng(3)
    samples = [f"s{at}" for at in range(7)]
    level = pd.Series(rng.normal(size=7), samples)
    target = pd.Series(-level.to_numpy() + rng.normal(0, 0.8, 7), samples).sample(frac=1, random_state=1)
    pair = Pair("hsa-miR-155-5p", "miRNA", "small_rna", "up", "CEBPB", "gene", -1, "EXO-025", "")
    table = ncrna_table(
        "d",
        "mrna",
        [pair],
        {"small_rna": known({"hsa-miR-155-5p": level})},
        known({"CEBPB": target}),
        known({}),
        INFERENCE | {"permutations": 6000},
    )
    row = table.iloc[0]
    aligned = target[samples].to_numpy()
    assert row["rho"] == pytest.approx(stats.spearmanr(level, aligned).statistic)
    from itertools import permutations

    ranks = stats.rankdata(level)
    every = [np.corrcoef(ranks, order)[0, 1] for order in permutations(stats.rankdata(aligned))]
    assert row["p"] == pytest.approx(np.mean(np.abs(every) >= abs(row["rho"]) - 1e-9))  # all 5,040
    assert (row["p_type"], row["answer"]) == ("exact", "as_expected" if row["p"] <= 0.05 else "not_separable")


def test_the_answer_has_a_sign_and_what_is_missing_is_said() -> None:
    samples = [f"s{at}" for at in range(30)]
    rising = pd.Series(np.arange(30.0), samples)
    few = rising.iloc[:2]
    pairs = [
        Pair("a", "miRNA", "small_rna", "up", "along", "gene", -1, "E", ""),
        Pair("a", "miRNA", "small_rna", "up", "against", "gene", -1, "E", ""),
        Pair("a", "miRNA", "small_rna", "up", "flat", "gene", -1, "E", ""),
        Pair("a", "miRNA", "small_rna", "up", "few", "gene", -1, "E", ""),
        Pair("a", "miRNA", "small_rna", "up", "absent", "gene", -1, "E", ""),
        Pair("a", "miRNA", "small_rna", "up", "fp", "signature", 1, "E", ""),
        Pair("b", "miRNA", "small_rna", "up", "along", "gene", -1, "E", ""),
        Pair("circ", "circRNA", "circ_rna", "up", "along", "gene", -1, "E", ""),
        Pair("lnc", "lncRNA", "total_rna", "up", "along", "gene", 1, "E", ""),
    ]
    genes = known({"along": rising, "against": -rising, "flat": 0 * rising, "few": few})
    own = known({"lnc": rising})
    levels = {"mrna": own, "small_rna": known({"a": rising})}
    scores = known({}, fp="40% of its members are measured, 60% are needed")
    table = ncrna_table("d", "mrna", pairs, levels, genes, scores, INFERENCE)
    rows = table.set_index(["ncrna", "footprint"])
    assert rows["answer"].tolist() == [
        "opposite",
        "as_expected",
        "not_measurable",
        "underpowered",
        *["not_measurable"] * 4,
        "as_expected",
    ]
    assert rows.loc[("a", "few"), "reason"] == "fewer_than_3_samples"
    assert rows.loc[("a", "flat"), "reason"] == "footprint_does_not_vary"
    assert rows.loc[("a", "fp"), "reason"] == "40% of its members are measured, 60% are needed"
    assert rows.loc[("b", "along"), "reason"] == "b is not measured here"
    assert rows.loc[("circ", "along"), "reason"] == "needs circ_rna data"
    assert "unpolyadenylated" in rows.loc[("lnc", "along"), "note"]  # a lncRNA on mRNA data


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("circHIPK3", "circHIPK3"),
        ("circ_HIPK3", "circHIPK3"),
        ("hsa_circHIPK3", "circHIPK3"),
        ("hsa_circ_0000284", "circHIPK3"),
        ("hsa_circ_0000284|HIPK3", "circHIPK3"),
        ("hsa_circ_0005728", "circUBE2D2"),
        ("hsa_circ_00002841", "hsa_circ_00002841"),
        ("hsa_circ_0000285", "hsa_circ_0000285"),  # another one
        ("hsa_circHIPK3_002", "hsa_circHIPK3_002"),  # another circle of the host
        ("chr11:100-200", "chr11:100-200"),
        ("HIPK3", "HIPK3"),
    ],
)
def test_circles_are_known_by_name_and_number_and_the_host_gene_is_not_one(name: str, symbol: str) -> None:
    assert NAMES.find(name).symbol == symbol


def test_a_host_gene_never_stands_for_its_circle() -> None:
    features = ["HIPK3", "UBE2D2", "chr11:100|200", "hsa_circ_0000999"]
    found = identify(features, NAMES, "human", "circ_rna", "circ.tsv")
    alike = np.ones(len(features))
    genes = choose_genes(found, alike, alike, alike)
    table = measure_coverage("d", "circ_rna", SIGNATURE_TABLE, MEMBER_TABLE, genes, 0.1).set_index("signature")
    own = [name for name in table.index if name.startswith("exo_circ")]
    assert len(own) == 3
    assert table.loc[own, "n_found"].sum() == 0
    assert set(table.loc[own, "scorable"]) == {"no"}


def test_positions_are_circles_where_a_map_of_the_user_says_so() -> None:
    from resig.intake.labels import Labels

    columns = {"position": ["chr11:100|200"], "circle": ["circHIPK3"]}
    probes = Labels("map.tsv", list(columns), columns.__getitem__)
    found = identify(["chr11:100|200", "chr2:5|9"], NAMES, "human", "circ_rna", "circ.tsv", probes=probes)
    assert [each.symbol for each in found.found] == ["circHIPK3", "chr2:5|9"]


def test_an_assay_beside_others_has_rows_for_its_own_signatures_alone() -> None:
    assert set(of_assay(SIGNATURE_TABLE, "small_rna")["assay"]) == {"small_rna"}
    mrna = SIGNATURE_TABLE[SIGNATURE_TABLE["assay"] == "mrna"]
    assert len(of_assay(mrna, "small_rna")) == len(mrna)  # all say why


def cohort(shift: float, n: int = 8) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(5)
    names = [f"s{at:02d}" for at in range(2 * n)]
    samples = pd.DataFrame({"sample": names, "arm": ["R"] * n + ["S"] * n})
    values = pd.Series(rng.normal(size=2 * n), names)
    values.iloc[:n] += shift
    levels = [
        Level("serum", "serum_HGF", "HGF", values),
        Level("protein", "BCL2", "Bcl-2", values),  # expected down
        Level("protein", "HER2", "HER2", values.drop("s03").mask(values.index.drop("s03") == "s09")),
    ]
    return readouts_table("d", levels, NCRNA, RULE_TABLE), samples


SPEC = {
    "groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]},
    "trend": None,
    "continuous": None,
    "survival": None,
    "pair_by": None,
    "block_by": None,
    "covariates": [],
    "cell_types": "all",
}


def test_read_outs_between_arms_equal_scipy_and_go_the_way_they_should() -> None:
    readouts, samples = cohort(2.5)
    table = readout_contrast("d", "c", SPEC, readouts, samples, None, INFERENCE).set_index("readout")
    values = readouts[readouts["readout"] == "serum_HGF"].set_index("sample")["value"]
    up, down = values[:8], values[8:]
    pooled = np.sqrt((up.var() + down.var()) / 2)
    assert table.at["serum_HGF", "effect"] == pytest.approx((up.mean() - down.mean()) / pooled * (1 - 3 / 55), rel=2e-3)
    area = stats.mannwhitneyu(up, down).statistic / 64
    assert table.at["serum_HGF", "auroc"] == pytest.approx(area)
    assert table["answer"].to_dict() == {"BCL2": "opposite", "HER2": "differs", "serum_HGF": "as_expected"}
    assert table["expected"].to_dict() == {"BCL2": "down", "HER2": "none", "serum_HGF": "up"}
    assert table.at["HER2", "flags"] == "2_samples_without_value"
    assert table.at["HER2", "n_samples"] == 14


def test_swapped_arms_turn_effect_and_answer() -> None:
    readouts, samples = cohort(2.5)
    one = readout_contrast("d", "c", SPEC, readouts, samples, None, INFERENCE).set_index("readout")
    turned = SPEC | {"groups": {"column": "arm", "resistant": ["S"], "sensitive": ["R"]}}
    two = readout_contrast("d", "c", turned, readouts, samples, None, INFERENCE).set_index("readout")
    np.testing.assert_allclose(two["effect"], -one["effect"])
    np.testing.assert_allclose(two["p"], one["p"])
    assert two.at["serum_HGF", "answer"] == "opposite"
    assert two.at["BCL2", "answer"] == "as_expected"


def test_samples_beyond_the_matrix_are_told_not_lost_without_a_word() -> None:
    readouts, samples = cohort(2.5)
    table = readout_contrast("d", "c", SPEC, readouts, samples.iloc[1:], None, INFERENCE).set_index("readout")
    assert table.at["serum_HGF", "n_resistant"] == 7
    assert "1_samples_not_in_the_matrix_of_the_dataset" in table.at["serum_HGF", "flags"]


def test_expectations() -> None:
    assert expectation(["up", "none", "up"]) == "up"
    assert expectation(["up", "down"]) == "mixed"
    assert expectation(["none"]) == "none"
