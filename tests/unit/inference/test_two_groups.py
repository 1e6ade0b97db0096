"""Contrast tables: arms, pairs, gates and verdicts, against scipy and statsmodels on the same samples."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from resig.errors import ResigError
from resig.inference.contrast import compare, verdict
from resig.inference.two_groups import split_arms
from resig.tables import CONTRASTS

SETTINGS: dict[str, Any] = {"permutations": 10_000, "fdr": 0.05, "min_cells": 10, "seed": 1}


def spec(pair_by: str | None = None, cell_types: Any = "all", **groups: Any) -> dict[str, Any]:
    arms = {"column": "response", "resistant": ["PD"], "sensitive": ["CR"]} | groups
    return {"groups": arms, "pair_by": pair_by, "cell_types": cell_types}


def coverage(**scorable: str) -> pd.DataFrame:
    return pd.DataFrame({"signature": list(scorable), "scorable": list(scorable.values()), "reason": ""})


def scores(values: dict[str, list[float]], names: list[str], **more: Any) -> pd.DataFrame:
    """One block of sample scores: a column of values for each signature."""
    block = {"dataset": "d", "cell_type": "bulk", "n_cells": 1, "method": "zmean"} | more
    tables = [pd.DataFrame({"sample": names, "signature": each, "score": values[each]} | block) for each in values]
    return pd.concat(tables, ignore_index=True)


def people(*levels: str, **columns: list[str]) -> pd.DataFrame:
    names = [f"s{at:02d}" for at in range(len(levels))]
    return pd.DataFrame({"sample": names, "response": list(levels)} | columns)


def run(
    table: pd.DataFrame, samples: pd.DataFrame, gate: pd.DataFrame, asked: dict[str, Any] | None = None, **changed: Any
) -> pd.DataFrame:
    not_constant = changed.pop("not_constant", {})
    found = compare("d", "c", asked or spec(), table, samples, gate, not_constant, **(SETTINGS | changed))
    return CONTRASTS.check(found, "contrast")


def ten(shift: float = 3.0, seed: int = 1, **signatures: float) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Five against five; each signature is shifted in the resistant arm."""
    samples = people(*["PD"] * 5, *["CR"] * 5)
    generator = np.random.default_rng(seed)
    shifts = signatures or {"a": shift}
    values = {each: list(generator.normal(size=10) + move * (np.arange(10) < 5)) for each, move in shifts.items()}
    return scores(values, samples["sample"].tolist()), samples, coverage(**dict.fromkeys(shifts, "yes"))


# --- verdicts ---


@pytest.mark.parametrize(
    ("scorable", "p", "fdr", "effect", "smallest", "expected"),
    [
        ("no", np.nan, np.nan, np.nan, np.nan, "not_measurable"),
        ("no", 0.001, 0.001, 2.0, 0.001, "not_measurable"),
        ("yes", np.nan, np.nan, np.nan, np.nan, "underpowered"),
        ("yes", 0.1, 0.1, 2.0, 0.1, "underpowered"),
        ("yes", 0.05, 0.05, 2.0, 0.05, "supported"),
        ("low_power", 0.01, 0.01, 2.0, 0.001, "supported"),
        ("yes", 0.01, 0.05, -2.0, 0.001, "contradicted"),
        ("yes", 0.01, 0.0501, -2.0, 0.001, "not_separable"),
        ("yes", 0.01, 0.2, 2.0, 0.001, "not_separable"),
    ],
)
def test_verdict_rules(scorable: str, p: float, fdr: float, effect: float, smallest: float, expected: str) -> None:
    assert verdict(scorable, p, fdr, effect, smallest, 0.05) == expected


def test_figures_are_those_of_scipy() -> None:
    table, samples, gate = ten(1.0)
    row = run(table, samples, gate).iloc[0]
    one, other = table["score"][:5], table["score"][5:]
    exact = stats.permutation_test(
        (one, other),
        lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
        vectorized=True,
        n_resamples=np.inf,
        alternative="two-sided",
    )
    assert row["p"] == pytest.approx(exact.pvalue, abs=1e-12)
    assert row["auroc"] == pytest.approx(stats.mannwhitneyu(one, other).statistic / 25)
    unbiased = 1 - 3 / (4 * 8 - 1)  # Hedges' approximation of the factor
    assert row["effect"] == pytest.approx(unbiased * stats.ttest_ind(one, other).statistic * np.sqrt(2 / 5), rel=2e-3)
    assert (row["n_resistant"], row["n_sensitive"], row["p_type"]) == (5, 5, "exact")


def test_fdr_is_benjamini_hochberg_within_each_method() -> None:
    shifts = {f"s{at}": move for at, move in enumerate([3, 2.5, 1.5, 1, 0.5, 0, 0, 0])}
    table, samples, gate = ten(**shifts)
    other, _, _ = ten(seed=2, **shifts)
    found = run(pd.concat([table, other.assign(method="ucell")]), samples, gate)
    for _, group in found.groupby("method"):
        np.testing.assert_allclose(group["fdr"], multipletests(group["p"], method="fdr_bh")[1], rtol=1e-12)
    alone = run(table, samples, gate)
    pd.testing.assert_frame_equal(found[found["method"] == "zmean"].reset_index(drop=True), alone)


def test_rows_without_p_do_not_count_among_the_tests() -> None:
    table, samples, gate = ten(a=2.0, b=0.3)
    absent = table[table["signature"] == "a"].assign(signature="c", score=np.nan)
    found = run(pd.concat([table, absent]), samples, coverage(a="yes", b="yes", c="no")).set_index("signature")
    np.testing.assert_allclose(found.loc[["a", "b"], "fdr"], multipletests(found["p"].dropna(), method="fdr_bh")[1])
    assert found.loc["c", ["p", "fdr", "effect", "auroc"]].isna().all()
    assert found.at["c", "verdict"] == "not_measurable"
    assert run(table, samples, gate).set_index("signature")["fdr"].equals(found.loc[["a", "b"], "fdr"])


def test_bh_counts_all_cell_types_of_a_method() -> None:
    samples = people(*["PD"] * 4, *["CR"] * 4)
    tables = []
    for seed, kind in enumerate(["B", "T", "NK"]):
        values = list(np.random.default_rng(seed).normal(size=8) + (np.arange(8) < 4) * seed)
        tables.append(scores({"a": values}, samples["sample"].tolist(), cell_type=kind, n_cells=50))
    found = run(pd.concat(tables), samples, coverage(a="yes"))
    np.testing.assert_allclose(found["fdr"], multipletests(found["p"], method="fdr_bh")[1])


# --- metamorphic rules ---


def test_swapping_the_arms_mirrors_the_table() -> None:
    table, samples, gate = ten(a=2.0, b=-2.5, c=0.1)
    there = run(table, samples, gate)
    back = run(table, samples, gate, spec(resistant=["CR"], sensitive=["PD"]))
    np.testing.assert_allclose(there["effect"], -back["effect"])
    np.testing.assert_allclose(there["auroc"], 1 - back["auroc"])
    np.testing.assert_allclose(there["auroc_low"], 1 - back["auroc_high"])
    pd.testing.assert_series_equal(there["p"], back["p"])
    swap = {"supported": "contradicted", "contradicted": "supported"}
    assert there["verdict"].tolist() == ["supported", "contradicted", "not_separable"]
    assert back["verdict"].tolist() == [swap.get(each, each) for each in there["verdict"]]


@pytest.mark.parametrize("sizes", [(12, 12), (7, 16)])
def test_monte_carlo_p_is_the_same_for_swapped_arms_and_shuffled_rows(sizes: tuple[int, int]) -> None:
    samples = people(*np.random.default_rng(0).permutation(["PD"] * sizes[0] + ["CR"] * sizes[1]))
    values = np.random.default_rng(1).normal(size=len(samples)) + 0.7 * (samples["response"] == "PD")
    table, gate = scores({"a": list(values)}, samples["sample"].tolist()), coverage(a="yes")
    first = run(table, samples, gate, permutations=500)
    assert first["p_type"].iloc[0] == "monte_carlo"
    swapped = run(table, samples, gate, spec(resistant=["CR"], sensitive=["PD"]), permutations=500)
    assert swapped["p"].iloc[0] == first["p"].iloc[0]
    shuffled = run(table.sample(frac=1, random_state=1), samples.sample(frac=1, random_state=2), gate, permutations=500)
    pd.testing.assert_frame_equal(shuffled, first)


def test_another_signature_changes_nothing_but_fdr() -> None:
    table, samples, gate = ten(a=1.0)
    extra, _, _ = ten(seed=5, b=0.0)
    alone, beside = run(table, samples, gate), run(pd.concat([table, extra]), samples, coverage(a="yes", b="yes"))
    columns = [name for name in alone.columns if name not in ("fdr", "verdict")]
    pd.testing.assert_frame_equal(
        beside.loc[beside["signature"] == "a", columns].reset_index(drop=True), alone[columns]
    )


# --- arms ---


def test_several_levels_in_an_arm_and_samples_in_neither() -> None:
    samples = people("PD", "SD", "CR", "", "PR", "NE", "PD")
    arms = split_arms(samples, spec(resistant=["PD", "SD"], sensitive=["CR", "PR"]), "d")
    assert (arms.resistant, arms.sensitive) == (["s00", "s01", "s06"], ["s02", "s04"])


def test_numeric_levels_of_yaml_match_text() -> None:
    arms = split_arms(people("1", "0", "1", "0"), spec(resistant=[1], sensitive=[0]), "d")
    assert (arms.resistant, arms.sensitive) == (["s00", "s02"], ["s01", "s03"])


@pytest.mark.parametrize("levels", [["PD"] + ["CR"] * 9, ["PD"] * 9 + ["CR"], ["CR"] * 10])
def test_fewer_than_two_in_an_arm_is_underpowered(levels: list[str]) -> None:
    table, _, gate = ten(9.0)
    row = run(table, people(*levels), gate).iloc[0]
    assert row[["p", "fdr", "effect", "ci_low", "auroc"]].isna().all()
    assert row["verdict"] == "underpowered"
    assert row["flags"] == "fewer_than_2_samples_in_an_arm"
    assert (row["n_resistant"], row["n_sensitive"]) == (levels.count("PD"), levels.count("CR"))


def test_three_against_three_cannot_reach_the_fdr() -> None:
    table, _, gate = ten(9.0)
    row = run(table, people(*["PD"] * 3, "", "", *["CR"] * 3, "", ""), gate).iloc[0]
    assert row["p"] == pytest.approx(0.1)  # 2 of 20 arrangements, however far apart the arms are
    flags = "4_samples_in_neither_arm;no_arrangement_reaches_the_fdr"
    assert (row["verdict"], row["flags"]) == ("underpowered", flags)
    assert run(table, people(*["PD"] * 3, "", "", *["CR"] * 3, "", ""), gate, fdr=0.1)["verdict"].iloc[0] == "supported"


@pytest.mark.parametrize(("high", "expected"), [("PD", "supported"), ("CR", "contradicted")])
def test_arms_without_spread_are_told_apart_by_direction(high: str, expected: str) -> None:
    samples = people(*["PD"] * 5, *["CR"] * 5)
    table = scores({"a": [float(level == high) for level in samples["response"]]}, samples["sample"].tolist())
    row = run(table, samples, coverage(a="yes")).iloc[0]
    assert np.isnan(row["effect"]) and row["p"] == pytest.approx(2 / 252)
    assert (row["verdict"], row["flags"]) == (expected, "no_spread_within_arms")


def test_constant_score_is_not_separable() -> None:
    table, samples, gate = ten()
    row = run(table.assign(score=1 / 3), samples, gate).iloc[0]
    assert (row["p"], row["auroc"], row["verdict"], row["flags"]) == (1, 0.5, "not_separable", "constant_score")


# --- pairs ---


def test_pairs_are_compared_within_each_patient() -> None:
    generator = np.random.default_rng(4)
    before = generator.normal(0, 5, 8)
    after = before + 1 + generator.normal(0, 0.3, 8)
    order = generator.permutation(16)
    samples = people(*["PD"] * 8, *["CR"] * 8, patient=[f"p{at}" for at in [*range(8), *range(8)]]).iloc[order]
    table = scores({"a": list(np.concatenate([after, before])[order])}, samples["sample"].tolist())
    row = run(table, samples, coverage(a="yes"), spec("patient")).iloc[0]
    t = stats.ttest_rel(after, before).statistic
    unbiased = 1 - 3 / (4 * 7 - 1)
    assert row["effect"] == pytest.approx(unbiased * t * np.sqrt(2 / 8), rel=2e-3)
    assert row["p"] == 2 / 2**8
    assert (row["verdict"], row["flags"], row["n_resistant"], row["n_sensitive"]) == ("supported", "paired", 8, 8)
    assert run(table, samples, coverage(a="yes"))["verdict"].iloc[0] == "not_separable"


def test_incomplete_pairs_are_left_out_and_counted() -> None:
    samples = people("PD", "CR", "PD", "CR", "PD", "CR", "PD", patient=["a", "a", "b", "b", "c", "d", ""])
    arms = split_arms(samples, spec("patient"), "d")
    assert (arms.resistant, arms.sensitive) == (["s00", "s02"], ["s01", "s03"])
    assert arms.flags == ("paired", "3_samples_without_partner")


def test_two_samples_of_a_pair_in_one_arm_are_refused() -> None:
    samples = people("PD", "PD", "CR", patient=["x", "x", "x"])
    with pytest.raises(ResigError) as refused:
        split_arms(samples, spec("patient"), "trial")
    assert str(refused.value) == (
        "dataset trial, column 'patient': pair 'x' has more than one resistant sample ('s01' is one); "
        "keep one sample for each pair and arm"
    )


def test_two_pairs_are_underpowered_and_say_why_there_is_no_effect() -> None:
    samples = people("PD", "CR", "PD", "CR", patient=["a", "a", "b", "b"])
    table = scores({"a": [3.0, 1.0, 2.5, 0.2]}, samples["sample"].tolist())
    row = run(table, samples, coverage(a="yes"), spec("patient")).iloc[0]
    assert (row["p"], row["verdict"]) == (0.5, "underpowered")
    assert row["flags"] == "paired;no_effect_size_from_2_pairs;no_arrangement_reaches_the_fdr"


def test_equal_differences_in_all_pairs_are_told_by_direction() -> None:
    samples = people(*["PD"] * 6, *["CR"] * 6, patient=list("abcdef") * 2)
    base = [0.3, 1.1, -2.0, 0.7, 4.4, 5.0]
    table = scores({"a": [each + 0.1 for each in base] + base}, samples["sample"].tolist())
    row = run(table, samples, coverage(a="yes"), spec("patient")).iloc[0]
    assert np.isnan(row["effect"])
    assert row["p"] == 2 / 64
    assert (row["verdict"], row["flags"]) == ("supported", "paired;no_spread_of_differences")


# --- cells ---


def cells(counts: dict[str, list[int]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Eight donors; samples that have no cell of a type have no row there, as in sample_scores.tsv."""
    samples = people(*["PD"] * 4, *["CR"] * 4)
    tables = []
    for kind, numbers in counts.items():
        values = list(np.where(np.arange(8) < 4, 5.0, 0.0) + np.arange(8) / 10)
        block = scores({"a": values}, samples["sample"].tolist(), cell_type=kind).assign(n_cells=numbers)
        tables.append(block[block["n_cells"] > 0])
    return pd.concat(tables, ignore_index=True), samples


def test_samples_with_too_few_cells_are_left_out_and_counted() -> None:
    table, samples = cells({"T": [10, 9, 10, 50, 10, 10, 10, 0], "B": [10] * 8})
    found = run(table, samples, coverage(a="yes")).set_index("cell_type")
    assert found.loc["T", ["n_resistant", "n_sensitive"]].tolist() == [3, 3]
    assert found.at["T", "flags"].split(";")[0] == "2_samples_below_10_cells"
    assert found.loc["B", ["n_resistant", "n_sensitive"]].tolist() == [4, 4]
    # 2 / 70 alone would do, but not as one of two tests.
    assert found.at["B", "flags"] == "no_arrangement_reaches_the_fdr_of_2_tests"


def test_a_cell_type_without_enough_cells_anywhere_keeps_its_rows() -> None:
    table, samples = cells({"rare": [3] * 8, "T": [30] * 8})
    found = run(table, samples, coverage(a="yes", b="no")).set_index(["cell_type", "signature"])
    assert found.index.tolist() == [("T", "a"), ("T", "b"), ("rare", "a"), ("rare", "b")]
    assert found.loc["rare", "verdict"].tolist() == ["underpowered", "not_measurable"]
    assert found.at[("rare", "a"), "flags"] == "8_samples_below_10_cells;fewer_than_2_samples_in_an_arm"
    only = run(table[table["cell_type"] == "rare"], samples, coverage(a="yes"))
    assert only["verdict"].tolist() == ["underpowered"]


def test_only_the_cell_types_asked_for() -> None:
    table, samples = cells({"B": [20] * 8, "NK": [20] * 8, "T": [20] * 8})
    every = run(table, samples, coverage(a="yes"))
    some = run(table, samples, coverage(a="yes"), spec(cell_types=["T", "B"]))
    assert some["cell_type"].tolist() == ["B", "T"]
    same = every[every["cell_type"] != "NK"].reset_index(drop=True)
    pd.testing.assert_frame_equal(some.drop(columns="fdr"), same.drop(columns="fdr"))


def test_bulk_needs_no_cells() -> None:
    table, samples, gate = ten(3.0)
    assert run(table, samples, gate, min_cells=1000)["n_resistant"].tolist() == [5]


# --- gates and messages ---


def test_flags_of_the_gate_and_of_the_method() -> None:
    table, samples, _ = ten(a=3.0, small=3.0)
    rank = table.assign(method="ssgsea")
    rank.loc[rank["signature"] == "small", "score"] = np.nan
    found = run(pd.concat([table, rank]), samples, coverage(a="yes", small="low_power")).set_index(
        ["signature", "method"]
    )
    assert found["flags"].to_dict() == {
        ("a", "zmean"): "",
        ("a", "ssgsea"): "",
        ("small", "zmean"): "low_power",
        ("small", "ssgsea"): "low_power;too_few_members_for_ssgsea",
    }
    assert found["verdict"].tolist() == ["supported", "supported", "not_measurable", "supported"]


def message(asked: dict[str, Any], **changed: Any) -> str:
    table, samples, gate = ten()
    with pytest.raises(ResigError) as refused:
        run(table, samples.rename(columns={"response": "Response"}), gate, asked, **changed)
    return str(refused.value)


def test_a_column_that_changes_within_a_sample_is_refused() -> None:
    assert message(spec(), not_constant={"response": "donor7"}) == (
        "contrast c, dataset d: column 'response' changes within biological sample 'donor7'; "
        "samples are compared, not cells: choose a sample column that tells these apart"
    )


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    assert message(spec()) == "contrast c, dataset d: no sample column 'response'; did you mean 'Response'?"


def test_an_unknown_pair_column_is_refused() -> None:
    said = message(spec("patient", column="Response"))
    assert said == "contrast c, dataset d: no sample column 'patient'; sample columns: 'Response', 'sample'"
