"""Meta-analysis against metafor and against its formulas; verdicts follow the leading method of each dataset."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from resig import meta_analysis as meta
from resig.meta_analysis import grouped_meta, pool
from resig.synthesis import doubts, explain, signature_verdicts, verdicts
from resig.tables import META, META_GROUPS, META_LEAVE_ONE_OUT, SIGNATURE_VERDICTS, VERDICT_TABLE, VERDICTS

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
KINDS = {"one": "bulk", "two": "bulk", "three": "bulk", "cells": "single_cell"}


def meta_analysis(contrasts: pd.DataFrame) -> pd.DataFrame:
    return meta.meta_analysis(contrasts, KINDS)[0]


def read_golden(name: str) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / name, sep="\t")


def by_formula(effects: np.ndarray, errors: np.ndarray, tau2: float) -> dict[str, float]:
    """Hartung and Knapp's interval, its factor at least 1, and Higgins' prediction interval, given tau2."""
    k = len(effects)
    weights = [1 / (error**2 + tau2) for error in errors]
    mean = sum(w * effect for w, effect in zip(weights, effects, strict=True)) / sum(weights)
    q = sum(w * (effect - mean) ** 2 for w, effect in zip(weights, effects, strict=True)) / (k - 1)
    se = (max(1.0, q) / sum(weights)) ** 0.5
    low, high = stats.t.interval(0.95, k - 1, mean, se)
    found = {"effect": mean, "ci_low": low, "ci_high": high, "p": 2 * stats.t.cdf(-abs(mean) / se, k - 1)}
    if k > 2:
        ahead = stats.t.interval(0.95, k - 2, mean, (tau2 + se**2) ** 0.5)
        found |= {"prediction_low": ahead[0], "prediction_high": ahead[1]}
    return found


def paule_mandel(effects: np.ndarray, errors: np.ndarray) -> float:
    def surplus(tau2: float) -> float:
        weights = 1 / (errors**2 + tau2)
        return float(weights @ (effects - np.average(effects, weights=weights)) ** 2) - (len(effects) - 1)

    return optimize.brentq(surplus, 0, 1e6, xtol=1e-13) if surplus(0) > 0 else 0.0


def studies(seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    errors = generator.uniform(0.1, 0.9, size=generator.integers(2, 10))
    return generator.normal(0.5, np.sqrt(generator.choice([0, 0.5, 3]) ** 2 + errors**2)), errors


@pytest.mark.parametrize("case", range(1, 13))
def test_pooling_equals_metafor(case: int) -> None:
    values = read_golden("studies.tsv").query("case == @case")
    answer = read_golden("studies_answers.tsv").set_index("case").loc[case]
    found = pool(values["effect"].to_numpy(), values["se"].to_numpy())
    for ours, theirs in (("effect", "effect"), ("ci_low", "low"), ("ci_high", "high"), ("p", "p"), ("tau2", "tau2")):
        assert found[ours] == pytest.approx(answer[theirs], rel=1e-6, abs=1e-9), ours
    # metafor takes t with k - 1 degrees of freedom here, resig k - 2 (Higgins et al. 2009).
    k = len(values)
    wider = stats.t.ppf(0.975, k - 2) / stats.t.ppf(0.975, k - 1) if k > 2 else np.nan
    for name in ("prediction_low", "prediction_high"):
        expected = answer["effect"] + wider * (answer[name] - answer["effect"])
        assert found[name] == pytest.approx(expected, rel=1e-6, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("case", range(4, 13))
def test_leaving_one_out_equals_metafor(case: int) -> None:
    values = read_golden("studies.tsv").query("case == @case")
    answer = read_golden("studies_without_one.tsv").query("case == @case").set_index("left_out")
    names = [f"d{at:02d}" for at in range(1, len(values) + 1)]
    rows = contrasts(
        *((name, "c", "a", "zmean", *pair) for name, pair in zip(names, values.to_numpy()[:, 1:], strict=True))
    )
    without = META_LEAVE_ONE_OUT.check(meta.meta_analysis(rows, dict.fromkeys(names, "bulk"))[1], "without")
    assert without["left_out"].tolist() == names
    for ours, theirs in (("effect", "effect"), ("ci_low", "low"), ("ci_high", "high"), ("p", "p"), ("tau2", "tau2")):
        np.testing.assert_allclose(without[ours], answer[theirs], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_pooling_equals_statsmodels_where_that_converges(seed: int) -> None:
    effects, errors = studies(seed)
    theirs, found = combine_effects(effects, errors**2, method_re="pm", use_t=True), pool(effects, errors)
    assert found["tau2"] == pytest.approx(theirs.tau2, rel=1e-3, abs=1e-4)
    assert found["effect"] == pytest.approx(theirs.mean_effect_re, rel=1e-3, abs=1e-4)
    assert found["i2"] == pytest.approx(max(0, theirs.i2), rel=1e-9)


@pytest.mark.parametrize("k", [2, 3])
def test_an_interval_is_never_narrower_than_that_of_the_best_case(k: int) -> None:
    """Studies that agree to the digit know no more than their errors say: the t interval without heterogeneity."""
    found = pool(np.full(k, 0.7), np.full(k, 0.4))
    half = stats.t.ppf(0.975, k - 1) * 0.4 / k**0.5
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((0.7 - half, 0.7 + half))


@pytest.mark.parametrize("seed", range(30))
def test_pooling_by_the_formulas(seed: int) -> None:
    effects, errors = studies(seed)
    found = pool(effects, errors)
    assert found["tau2"] == pytest.approx(paule_mandel(effects, errors), rel=1e-6, abs=1e-9)
    for name, value in by_formula(effects, errors, found["tau2"]).items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    q = float(np.sum((effects - np.average(effects, weights=errors**-2.0)) ** 2 / errors**2))
    assert found["i2"] == pytest.approx(max(0.0, (q - len(effects) + 1) / q), abs=1e-9)


def test_studies_alike_have_no_variance_between_them() -> None:
    effects, errors = np.array([0.5, 0.52, 0.45, 0.51]), np.array([0.3, 0.4, 0.2, 0.5])
    found = pool(effects, errors)
    assert (found["tau2"], found["i2"]) == (0, 0)
    assert found["effect"] == pytest.approx(np.average(effects, weights=errors**-2.0))


def test_two_studies_have_an_interval_but_no_prediction() -> None:
    found = pool(np.array([0.2, 1.1]), np.array([0.3, 0.4]))
    assert found["ci_high"] - found["effect"] == pytest.approx(stats.t.ppf(0.975, 1) * found_se(found), rel=1e-9)
    assert np.isnan([found["prediction_low"], found["prediction_high"]]).all()


def found_se(found: dict[str, float]) -> float:
    return abs(found["effect"]) / stats.t.isf(found["p"] / 2, 1)


@pytest.mark.parametrize("seed", range(5))
def test_pooling_mirrors_scales_and_forgets_the_order(seed: int) -> None:
    effects, errors = studies(seed)
    found = pool(effects, errors)
    back, again, large = pool(-effects, errors), pool(effects[::-1], errors[::-1]), pool(10 * effects, 10 * errors)
    assert [back["effect"], back["ci_low"], back["p"]] == pytest.approx(
        [-found["effect"], -found["ci_high"], found["p"]], rel=1e-9
    )
    assert list(again.values()) == pytest.approx(list(found.values()), rel=1e-9, abs=1e-12, nan_ok=True)
    assert large["ci_high"] == pytest.approx(10 * found["ci_high"], rel=1e-6)
    assert large["tau2"] == pytest.approx(100 * found["tau2"], rel=1e-6, abs=1e-8)


# --- tables ---


NAN = float("nan")


def contrasts(*rows: tuple[str, str, str, str, float, float]) -> pd.DataFrame:
    """Make rows of (dataset, contrast, signature, method, effect, standard error)."""
    table = pd.DataFrame(rows, columns=["dataset", "contrast", "signature", "method", "effect", "effect_se"])
    low, high = (table["effect"] + sign * 2.1 * table["effect_se"] for sign in (-1, 1))
    verdict = np.where(
        table["effect"].isna(), "underpowered", np.where(table["effect"] > 0, "supported", "contradicted")
    )
    more = {
        "cell_type": "bulk",
        "effect_type": "hedges_g",
        "auroc": 0.8,
        "fdr": 0.01,
        "n_resistant": 5,
        "n_sensitive": 6,
        "n_samples": 11,
        "n_events": pd.NA,
        "concordance": NAN,
        "flags": "",
        "verdict": verdict,
    }
    return table.assign(ci_low=low, ci_high=high, meta_effect=table["effect"], meta_se=table["effect_se"], **more)


SOME = contrasts(
    ("one", "c", "a", "zmean", 1.0, 0.4),
    ("two", "c", "a", "zmean", 0.3, 0.2),
    ("one", "c", "a", "ucell", 0.7, 0.4),
    ("two", "c", "a", "ucell", NAN, NAN),
    ("one", "c", "b", "zmean", -0.5, 0.3),
    ("one", "other", "a", "zmean", 0.2, 0.3),
)


def test_each_row_pools_its_own_datasets() -> None:
    found = META.check(meta_analysis(SOME), "meta").set_index(["contrast", "signature", "method"])
    assert found.at[("c", "a", "ucell"), "datasets_without_effect"] == "two"
    assert found["datasets"].to_dict() == {
        ("c", "a", "zmean"): "one,two",
        ("c", "a", "ucell"): "one",
        ("c", "b", "zmean"): "one",
        ("other", "a", "zmean"): "one",
    }
    expected = by_formula(np.array([1.0, 0.3]), np.array([0.4, 0.2]), found.at[("c", "a", "zmean"), "tau2"])
    assert found.loc[("c", "a", "zmean"), list(expected)].tolist() == pytest.approx(list(expected.values()), rel=1e-9)


def test_one_dataset_keeps_its_own_effect_and_interval() -> None:
    row = meta_analysis(SOME).set_index(["contrast", "signature", "method"]).loc[("c", "b", "zmean")]
    assert row[["effect", "ci_low", "ci_high"]].tolist() == pytest.approx([-0.5, -0.5 - 0.63, -0.5 + 0.63])
    assert row[["p", "tau2", "i2", "prediction_low", "prediction_high"]].isna().all()


def test_a_new_dataset_changes_only_the_rows_it_takes_part_in() -> None:
    key = ["contrast", "signature", "method"]
    before = meta_analysis(SOME).set_index(key)
    more = pd.concat([contrasts(("three", "c", "b", "zmean", 0.4, 0.2), ("three", "new", "a", "zmean", 1, 1)), SOME])
    after = meta_analysis(more).set_index(key)
    untouched = [each for each in before.index if each != ("c", "b", "zmean")]
    pd.testing.assert_frame_equal(after.loc[untouched], before.loc[untouched])
    assert after.at[("c", "b", "zmean"), "datasets"] == "one,three"
    assert after.index.difference(before.index).tolist() == [("new", "a", "zmean")]


def test_no_effects_at_all_give_an_empty_table_with_its_columns() -> None:
    found = meta_analysis(SOME.assign(effect=NAN))
    assert (len(found), list(found.columns)) == (0, META.names)


def judge(table: pd.DataFrame, leading: dict[str, str]) -> pd.DataFrame:
    units = table[["dataset", "signature"]].drop_duplicates()
    coverage = units.assign(reason=[f"reason of {each}" for each in units["dataset"] + "/" + units["signature"]])
    about = pd.DataFrame({"signature": ["a", "b"], "name": ["A", "B"], "tier": "A", "caveat": ["", "mind"]})
    found = VERDICT_TABLE.check(verdicts(table, coverage, about, leading), "verdicts")
    return found.set_index(["dataset", "contrast", "signature"])


def test_verdicts_follow_the_leading_method_of_each_dataset() -> None:
    table = pd.concat([SOME, contrasts(("two", "c", "b", "ucell", -0.4, 0.1), ("two", "c", "b", "zmean", 0.4, 0.1))])
    found = judge(table[~table["effect"].isna()], {"one": "zmean", "two": "zmean"})
    assert found["effect"].to_dict() == {
        ("one", "c", "a"): 1.0,
        ("two", "c", "a"): 0.3,
        ("one", "c", "b"): -0.5,
        ("one", "other", "a"): 0.2,
        ("two", "c", "b"): 0.4,
    }
    assert found.loc[[("one", "c", "a"), ("two", "c", "b")], "methods_agreeing"].tolist() == ["2 of 2", "1 of 2"]
    led = table[(table["dataset"] == "one") | (table["signature"] == "b")]
    other = judge(led, {"one": "zmean", "two": "ucell"})
    assert other.loc[("two", "c", "b"), ["verdict", "method", "effect"]].tolist() == ["contradicted", "ucell", -0.4]


def test_a_new_dataset_changes_no_verdict_of_another() -> None:
    leading = {"one": "zmean", "two": "zmean", "three": "zmean"}
    before = judge(SOME, leading)
    after = judge(pd.concat([contrasts(("three", "c", "a", "zmean", -1.0, 0.1)), SOME]), leading)
    pd.testing.assert_frame_equal(after.loc[before.index], before)


def test_the_words_carry_the_figures_and_the_reason() -> None:
    table = pd.concat([SOME, contrasts(("two", "c", "b", "zmean", NAN, NAN)).assign(verdict="not_measurable")])
    found = judge(table, {"one": "zmean", "two": "zmean"})
    assert found.at[("one", "c", "b"), "why"] == (
        "LOWER in the resistant arm, against the documents (g -0.50, AUROC 0.80, FDR 0.01; 5 resistant, 6 sensitive)"
    )
    assert found.at[("two", "c", "b"), "why"] == "cannot be measured in this dataset: reason of two/b"
    few = contrasts(("two", "c", "a", "zmean", NAN, NAN))
    assert judge(few, {"two": "zmean"})["why"].tolist() == [
        "too few samples to say anything (5 resistant, 6 sensitive)"
    ]


def test_words_without_arms_name_samples_events_and_cells() -> None:
    survival = {"effect_type": "log_hr", "concordance": 0.61, "n_events": 48, "n_samples": 400, "auroc": NAN}
    arms = {"n_resistant": pd.NA, "n_sensitive": pd.NA}
    row = contrasts(("one", "c", "a", "zmean", 0.3, 0.1)).assign(
        **survival, **arms, verdict="supported", fdr=0.02, flags="low_power;in_context"
    )
    assert explain(row.iloc[0], "") == (
        "higher with earlier events (log HR per SD 0.30, C 0.61, FDR 0.02; 400 samples, 48 events); "
        "these are cells the signature is about"
    )
    drug = row.assign(
        effect_type="spearman", n_events=pd.NA, concordance=NAN, verdict="contradicted", flags="composition"
    )
    assert explain(drug.iloc[0], "") == (
        "LOWER with more resistance, against the documents (rho 0.30, FDR 0.02; 400 samples); "
        "mostly a shift between cell types, not a change within them"
    )


def test_unlike_scales_and_kinds_are_not_pooled() -> None:
    rows = contrasts(*((name, "c", "a", "zmean", 0.5, 0.2) for name in ("one", "two", "three", "cells")))
    rows["effect_type"] = ["hedges_g", "hedges_g", "log_hr", "hedges_g"]
    found = meta_analysis(rows).set_index(["kind", "effect_type"])["datasets"]
    assert found.to_dict() == {
        ("bulk", "hedges_g"): "one,two",
        ("bulk", "log_hr"): "three",
        ("single_cell", "hedges_g"): "cells",
    }


def test_rho_is_pooled_on_fishers_z() -> None:
    rho, n = np.array([0.2, 0.6, 0.5]), np.array([20, 33, 15])
    z, se = np.arctanh(rho), 1 / np.sqrt(n - 3)
    rows = contrasts(
        *((name, "c", "a", "zmean", each, 0.1) for name, each in zip(("one", "two", "three"), rho, strict=True))
    )
    rows["effect_type"] = "spearman"
    half = stats.norm.ppf(0.975) * se
    rows = rows.assign(ci_low=np.tanh(z - half), ci_high=np.tanh(z + half))
    found = meta_analysis(rows).iloc[0]
    expected = by_formula(z, se, found["tau2"])
    for name in ("effect", "ci_low", "ci_high", "prediction_low", "prediction_high"):
        assert found[name] == pytest.approx(np.tanh(expected[name]), rel=1e-6), name
    perfect = meta_analysis(rows.assign(effect=[0.2, 0.6, 1.0], ci_high=[0.5, 0.8, 1.0])).iloc[0]
    assert (perfect["datasets"], perfect["datasets_without_effect"]) == ("one,two", "three")


def test_a_group_counts_each_dataset_once() -> None:
    rows = contrasts(
        ("one", "c", "a", "zmean", 1.0, 0.4),
        ("one", "d", "a", "zmean", 0.4, 0.2),
        ("two", "d", "a", "zmean", 0.2, 0.3),
        ("two", "e", "a", "zmean", 9.0, 0.3),
    )
    labels = {"c": {"drug": "x", "cancer": None}, "d": {"drug": "x", "cancer": "y"}, "e": {"drug": None, "cancer": "y"}}
    found = META_GROUPS.check(grouped_meta(rows, KINDS, labels), "groups").set_index(["by", "group"])
    drug = found.loc[("drug", "x")]
    assert (drug["n_datasets"], drug["n_effects"], drug["effects"]) == (2, 3, "one/c,one/d,two/d")
    expected = pool(np.array([0.7, 0.2]), np.array([0.3, 0.3]))
    assert drug[list(expected)].tolist() == pytest.approx(list(expected.values()), nan_ok=True)
    assert found.loc[("cancer", "y"), "effects"] == "one/d,two/d,two/e"
    # Asking the same question twice of the same samples must not make them count twice.
    again = pd.concat([rows.iloc[[0, 2]], rows.iloc[[0]].assign(contrast="d")])
    once = grouped_meta(rows.iloc[[0, 2]], KINDS, labels).iloc[0]
    twice = grouped_meta(again, KINDS, labels).query("by == 'drug'").iloc[0]
    assert twice[list(expected)].tolist() == pytest.approx(once[list(expected)].tolist(), nan_ok=True)
    assert grouped_meta(rows, KINDS, {name: {"drug": None, "cancer": None} for name in "cde"}).empty


@pytest.mark.parametrize(
    ("given", "verdict", "agreement"),
    [
        ({"one": ["supported"], "two": ["supported"], "three": ["not_separable"]}, "supported", "consistent"),
        ({"one": ["supported", "supported"], "two": ["not_separable"]}, "supported", "one_dataset"),
        ({"one": ["contradicted"], "two": ["contradicted"], "three": ["not_specific"]}, "contradicted", "consistent"),
        ({"one": ["supported"], "two": ["contradicted"], "three": ["supported"]}, "mixed", "mixed"),
        ({"one": ["not_separable", "not_specific"], "two": ["underpowered"]}, "not_specific", ""),
        ({"one": ["underpowered"], "two": ["not_separable"]}, "not_separable", ""),
        ({"one": ["not_measurable"], "two": ["underpowered"]}, "underpowered", ""),
        ({"one": ["not_measurable"]}, "not_measurable", ""),
    ],
)
def test_the_verdict_over_datasets_follows_its_rules(given: dict[str, list[str]], verdict: str, agreement: str) -> None:
    rows = [
        {"signature": "a", "name": "A", "tier": "A", "dataset": dataset, "verdict": each}
        for dataset, own in given.items()
        for each in own
    ]
    found = summed_up(rows)
    assert (found["verdict"], found["agreement"]) == (verdict, agreement)
    assert found["n_answers"] == len(rows) == sum(found[f"n_{each}"] for each in VERDICTS)
    assert found["n_datasets"] == len(given)
    assert found["n_able"] == sum(each["verdict"] not in ("underpowered", "not_measurable") for each in rows)


def test_reasons_to_doubt_a_call_stand_beside_it():
    row = pd.Series(
        {
            "verdict": "supported",
            "flags": "paired;one_gene:MKI67;no_matched_null:ssgsea_is_no_sum_over_genes",
            "confounded_by": "depth;batch",
        }
    )
    assert doubts(row) == [
        "hangs on MKI67 alone",
        "not held against random genes (ssgsea_is_no_sum_over_genes)",
        "may be an effect of depth, batch",
    ]
    assert doubts(row.replace("supported", "not_separable")) == []
    assert doubts(pd.Series({"verdict": "supported", "flags": "paired", "confounded_by": np.nan})) == []


def test_g_is_pooled_on_the_scale_that_datasets_share() -> None:
    """Pairs take patients out of the spread and so make g larger: paired and unpaired datasets need one scale."""
    rows = contrasts(("one", "c", "a", "zmean", 2.4, 0.6), ("two", "c", "a", "zmean", 0.9, 0.3))
    rows.loc[0, ["meta_effect", "meta_se"]] = [0.8, 0.25]
    found = meta_analysis(rows).iloc[0]
    assert found["effect"] == pytest.approx(pool(np.array([0.8, 0.9]), np.array([0.25, 0.3]))["effect"])
    alone = meta_analysis(rows.iloc[[0]]).iloc[0]
    assert alone["effect"] == 2.4  # one dataset keeps the effect of its contrast table


def summed_up(rows: list[dict[str, str]], *flags: str) -> pd.Series:
    answers = pd.DataFrame(rows).assign(contrast="c", method="zmean")
    answers["cell_type"] = [f"type {at}" for at in range(len(rows))]
    table = answers.assign(flags=list(flags) or "")
    return SIGNATURE_VERDICTS.check(signature_verdicts(answers, table), "verdicts").iloc[0]


def test_a_call_in_other_cells_does_not_answer_for_a_signature() -> None:
    row = {"signature": "a", "name": "A", "tier": "A", "dataset": "one"}
    rows = [row | {"verdict": "not_separable"}, row | {"verdict": "supported"}]
    found = summed_up(rows, "in_context", "paired;outside_context")
    assert (found["verdict"], found["agreement"]) == ("not_separable", "")
    assert (found["n_answers"], found["n_outside_context"], found["n_supported"]) == (1, 1, 0)
    assert found["why"].endswith("1 in cells it is not about, not counted")
    nowhere = summed_up(rows, "outside_context", "outside_context")
    assert (nowhere["verdict"], nowhere["n_outside_context"], nowhere["n_able"]) == ("not_measurable", 2, 0)
