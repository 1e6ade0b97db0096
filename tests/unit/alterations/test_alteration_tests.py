"""Exact tests of alterations against R, and what must hold whatever the data."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from shared_alterations import BOOK

from resig.alterations.association import co_occurrence, fisher, mcnemar, with_arms

GOLDEN = pd.read_csv(ROOT / "tests/golden/alterations.tsv", sep="\t", comment="#")
SPEC = {
    "groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]},
    "pair_by": None,
    "block_by": None,
    "covariates": [],
}


@pytest.mark.parametrize(
    "row", list(GOLDEN.itertuples()), ids=lambda row: f"{row.test}-{row.a}-{row.b}-{row.c}-{row.d}"
)
def test_exact_tests_equal_those_of_r(row) -> None:
    counts = [int(each) for each in (row.a, row.b, row.c, row.d) if not pd.isna(each)]
    found = fisher(*counts) if row.test == "fisher" else mcnemar(*counts)
    got, expected = [found.odds_ratio, found.low, found.high], [row.odds_ratio, row.ci_low, row.ci_high]
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert found.p == pytest.approx(row.p, rel=1e-9)


def calls(**present: str) -> pd.DataFrame:
    """Calls of ten samples: those named have the alteration, `-` before a name says that it was not measured."""
    samples = [f"s{at}" for at in range(10)]
    rows = []
    for alteration, names in present.items():
        told = names.split()
        for sample in samples:
            call = "present" if sample in told else "not_measured" if f"-{sample}" in told else "absent"
            rows.append((sample, alteration, call))
    return pd.DataFrame(rows, columns=["sample", "alteration", "call"])


def test_pairs_are_counted_where_both_are_measured() -> None:
    table = calls(egfr_t790m="s0 s1 s2 s3 -s9", met_amplification="s3 s4 s5 -s0", kras_mutation="")
    row = co_occurrence("d", table, BOOK).iloc[0]
    assert row[["alteration_a", "alteration_b", "n", "both", "only_a", "only_b", "neither"]].tolist() == [
        "egfr_t790m", "met_amplification", 8, 1, 2, 2, 3,
    ]  # fmt: skip
    assert row["tendency"] == "apart"
    assert row["p"] == pytest.approx(fisher(1, 2, 2, 3).p)
    assert row["fdr"] == pytest.approx(row["p"])


def test_what_shares_a_gene_or_never_varies_is_not_tested() -> None:
    everyone = " ".join(f"s{at}" for at in range(10))
    table = calls(mcl1_gain="s0 s1", gain_1q="s1", egfr_t790m=everyone)
    found = co_occurrence("d", table, BOOK).set_index(["alteration_a", "alteration_b"])
    assert "both look at copy_number of MCL1" in set(found["reason"])
    assert found["p"].notna().sum() == 0
    assert (found["reason"] != "").all()


def test_equal_rules_are_one_alteration_with_all_its_mechanisms() -> None:
    table = calls(
        met_amplification="s0", met_amplification_primary="s0", met_amplification_erbb3="s0", kras_mutation="s1 s2"
    )
    found = co_occurrence("d", table, BOOK)
    assert len(found) == 1
    assert set(";".join(found.loc[0, ["mechanism_a", "mechanism_b"]]).split(";")) == {
        "hgfmet_met_amplification",
        "hgfmet_egfr_tki_resistance_overview",
        "hgfmet_met_erbb3_pi3k",
    }


def samples(arms: str, **more: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"sample": [f"s{at}" for at in range(10)], "arm": list(arms), **more})


def test_arms_are_compared_where_it_is_measured_and_swapping_them_inverts_the_odds() -> None:
    table = calls(egfr_t790m="s0 s1 s2 s5 -s3 -s9")
    row = with_arms("d", "c", SPEC, table, BOOK, samples("RRRRRSSSSS")).iloc[0]
    assert row[["n_resistant", "n_sensitive", "present_resistant", "present_sensitive"]].tolist() == [4, 4, 3, 1]
    assert row[["test", "as_stated", "reason"]].tolist() == ["fisher", "yes", ""]
    turned = with_arms("d", "c", SPEC, table, BOOK, samples("SSSSSRRRRR")).iloc[0]
    assert turned["odds_ratio"] == pytest.approx(1 / row["odds_ratio"], rel=1e-6)
    assert (turned["p"], turned["as_stated"]) == (pytest.approx(row["p"]), "no")


def test_pairs_are_kept_together() -> None:
    table = calls(egfr_t790m="s0 s1 s2 s3 s8 -s4")
    who = samples("RRRRRSSSSS", patient=[f"p{at % 5}" for at in range(10)])
    row = with_arms("d", "c", SPEC | {"pair_by": "patient"}, table, BOOK, who).iloc[0]
    assert row[["n_resistant", "n_sensitive", "present_resistant", "present_sensitive"]].tolist() == [4, 4, 4, 1]
    assert row["test"] == "mcnemar"
    assert row["p"] == pytest.approx(mcnemar(3, 0).p)


def test_what_the_test_leaves_out_is_flagged() -> None:
    spec = SPEC | {"block_by": "site", "covariates": ["age"]}
    row = with_arms("d", "c", spec, calls(egfr_t790m="s0"), BOOK, samples("RRRRRSSSSS")).iloc[0]
    assert row["flags"] == "blocks_not_used;covariates_not_used"
