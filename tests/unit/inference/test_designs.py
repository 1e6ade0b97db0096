"""Linear designs (blocks, covariates, trends) against R's lm and permutations written out; refusals and flags."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from resig.errors import ResigError
from resig.inference.design import Design, design_of
from resig.inference.effects import detectable, small_sample_factor

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
DATA = pd.read_csv(GOLDEN / "designs.tsv", sep="\t", dtype={"site": str, "block": str})
ANSWERS = pd.read_csv(GOLDEN / "designs_answers.tsv", sep="\t").set_index("case")
EMPTY: dict[str, Any] = dict.fromkeys(["groups", "trend", "continuous", "survival", "pair_by", "block_by"])


def spec(**given: Any) -> dict[str, Any]:
    arms = {"groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}} if "trend" not in given else {}
    return EMPTY | {"covariates": [], "cell_types": "all"} | arms | given


def people(arms: str, **columns: Any) -> pd.DataFrame:
    names = [f"s{at:02d}" for at in range(len(arms))]
    return pd.DataFrame(
        {"sample": names, "arm": list(arms)} | {key: list(map(str, value)) for key, value in columns.items()}
    )


def column(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, None]


def estimate(design: Design, values: np.ndarray, permutations: int = 10_000, seed: int = 1) -> Any:
    return design.estimate(values, permutations, seed)


def refused(samples: pd.DataFrame, asked: dict[str, Any], batch: str | None = None) -> str:
    with pytest.raises(ResigError) as problem:
        design_of(asked, samples, "d", batch)
    return str(problem.value)


# --- against R ---


def golden(case: str) -> tuple[Design, pd.DataFrame]:
    rows = DATA[DATA["case"] == case].copy()
    rows["level"] = rows["arm"].map({0: "S", 0.5: "M", 1: "R"})
    text = {name: rows[name].map(lambda each: "" if pd.isna(each) else f"{each:g}") for name in ("age",)}
    samples = (
        rows.assign(**text)[["sample", "level", "age", "site", "block"]].rename(columns={"level": "arm"}).fillna("")
    )
    covariates = [name for name in ("age", "site") if (samples[name] != "").all()]
    if case.startswith("trend"):
        asked = spec(trend={"column": "arm", "order": ["S", "M", "R"]}, covariates=covariates)
    else:
        asked = spec(covariates=covariates)
    if (samples["block"] != "").all():
        key = "pair_by" if case.startswith("pairs") or case == "trend_patients" else "block_by"
        asked |= {key: "block"}
    design = design_of(asked, samples, "d")
    return design, rows.set_index("sample").loc[design.samples]


@pytest.mark.parametrize("case", ANSWERS.index)
def test_effects_intervals_and_exact_p_equal_r(case: str) -> None:
    design, rows = golden(case)
    answer = ANSWERS.loc[case]
    found = estimate(design, column(rows["score"]))
    small = small_sample_factor(int(answer["df"]))
    assert found.effect[0] == pytest.approx(small * answer["slope"] / answer["sigma"], rel=1e-10)
    t = answer["slope"] / answer["se"]
    assert (found.low[0] > 0 or found.high[0] < 0) == (answer["p_t"] < 0.05)
    below = [
        stats.nct.cdf(t, answer["df"], limit * abs(answer["sigma"] / answer["se"]))
        for limit in (found.low[0], found.high[0])
    ]
    assert below == pytest.approx([0.975, 0.025], abs=1e-6)
    assert (found.p_type, found.p[0]) == ("exact", pytest.approx(answer["p"], abs=1e-12))
    assert found.auroc[0] == pytest.approx(answer["auroc"], abs=1e-12)
    assert design.effects(column(rows["score"]))[0] == found.effect[0]


@pytest.mark.parametrize("case", ["number", "block_number", "blocks", "pairs_number", "trend", "trend_patients"])
def test_monte_carlo_p_is_close_to_the_exact_one(case: str) -> None:
    design, rows = golden(case)
    drawn = [estimate(design, column(rows["score"]), 25, seed) for seed in range(60)]
    assert {each.p_type for each in drawn} == {"monte_carlo"}
    exact = ANSWERS.at[case, "p"]
    mean = np.mean([(26 * each.p[0] - 1) / 25 for each in drawn])
    assert abs(mean - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 1500)


def test_detectable_effect_equals_r() -> None:
    for row in pd.read_csv(GOLDEN / "mde.tsv", sep="\t").itertuples():
        assert detectable(row.n1 * row.n2 / (row.n1 + row.n2), row.n1 + row.n2 - 2) == pytest.approx(
            row.delta, rel=1e-8
        )


def test_no_effect_is_detectable_where_no_p_can_be_small() -> None:
    three = estimate(design_of(spec(), people("RRRSSS"), "d"), column(np.arange(6)))
    four = estimate(design_of(spec(), people("RRRRSSSS"), "d"), column(np.arange(8)))
    assert np.isnan(three.mde) and three.smallest == pytest.approx(0.1)
    assert four.mde == pytest.approx(detectable(2, 6))


# --- metamorphic rules ---


def cohort(seed: int = 3, n: int = 24, **more: Any) -> tuple[pd.DataFrame, np.ndarray]:
    draw = np.random.default_rng(seed)
    samples = people("RS" * (n // 2), age=draw.integers(30, 80, n), site=draw.choice(["a", "b", "c"], n))
    return samples.assign(**more), draw.normal(size=(n, 6)) + 0.5 * (samples["arm"] == "R").to_numpy()[:, None]


ASKED = {
    "plain": {},
    "number": {"covariates": ["age"]},
    "levels": {"covariates": ["site", "age"]},
    "block": {"block_by": "site"},
    "block_number": {"block_by": "site", "covariates": ["age"]},
}


@pytest.mark.parametrize("name", ASKED)
def test_swapped_arms_mirror_every_figure_to_the_last_bit(name: str) -> None:
    samples, values = cohort()
    arms = {"column": "arm", "resistant": ["S"], "sensitive": ["R"]}
    there, back = (design_of(spec(**ASKED[name], **more), samples, "d") for more in ({}, {"groups": arms}))
    one, other = estimate(there, values, 300), estimate(back, values, 300)
    for mirrored in ("effect", "meta_effect"):
        np.testing.assert_array_equal(getattr(one, mirrored), -getattr(other, mirrored))
    for same in ("se", "meta_se", "p"):
        np.testing.assert_array_equal(getattr(one, same), getattr(other, same))
    np.testing.assert_array_equal(one.auroc, 1 - other.auroc)
    np.testing.assert_array_equal(one.auroc_low, 1 - other.auroc_high)
    np.testing.assert_allclose(one.low, -other.high, atol=1e-12)


@pytest.mark.parametrize("name", ASKED)
def test_order_of_samples_and_names_of_levels_change_nothing(name: str) -> None:
    samples, values = cohort()
    first = design_of(spec(**ASKED[name]), samples, "d")
    order = np.random.default_rng(0).permutation(len(samples))
    renamed = samples.assign(site=samples["site"].map({"a": "site 7", "b": "x", "c": "B;C"}))
    shuffled = design_of(spec(**ASKED[name]), samples.iloc[order], "d")
    again = design_of(spec(**ASKED[name]), renamed, "d")
    assert shuffled.samples == first.samples
    for seen in ("effect", "p", "low", "auroc_low", "meta_se"):
        expected = getattr(estimate(first, values, 300), seen)
        np.testing.assert_array_equal(getattr(estimate(shuffled, values, 300), seen), expected)
        if seen != "p" or "block" not in name:  # draws follow the blocks in the order of their names
            np.testing.assert_allclose(getattr(estimate(again, values, 300), seen), expected, rtol=1e-9)


def test_unit_and_origin_of_scores_and_covariates_change_nothing() -> None:
    samples, values = cohort()
    moved = samples.assign(age=(samples["age"].astype(float) * 1e4 + 3e6).astype(str))
    one = estimate(design_of(spec(covariates=["age"]), samples, "d"), values, 500)
    other = estimate(design_of(spec(covariates=["age"]), moved, "d"), 100 * values - 40, 500)
    np.testing.assert_allclose(one.effect, other.effect, rtol=1e-8)
    np.testing.assert_array_equal(one.p, other.p)


def test_a_reversed_trend_is_mirrored() -> None:
    samples, values = cohort(arm=list("ABCABCABCABC") * 2)
    up, down = (
        design_of(spec(trend={"column": "arm", "order": list(order)}), samples, "d") for order in ("ABC", "CBA")
    )
    one, other = estimate(up, values, 400), estimate(down, values, 400)
    np.testing.assert_array_equal(one.effect, -other.effect)
    np.testing.assert_array_equal(one.p, other.p)
    np.testing.assert_array_equal(one.auroc, 1 - other.auroc)


def test_a_trend_over_two_levels_worth_of_samples_is_the_two_group_contrast() -> None:
    samples, values = cohort()
    trend = design_of(spec(trend={"column": "arm", "order": ["S", "none", "R"]}), samples, "d")
    arms = design_of(spec(), samples, "d")
    np.testing.assert_allclose(trend.effects(values), arms.effects(values), rtol=1e-12)


# --- calibration, and the scale that datasets share ---


@pytest.mark.parametrize("design", ["number", "block", "patients"])
def test_share_of_small_p_is_what_it_says(design: str) -> None:
    draw = np.random.default_rng(11)
    n, age = 12, np.array([34, 41, 67, 55, 72, 38, 49, 60, 58, 44, 63, 51])
    samples = people("RRRRRSSSSSSS", age=age, site=list("aabbcaabbccc"), who=list("ppqqrrsstttt"))
    values = draw.normal(size=(n, 3000)) + (age / 10)[:, None] + 2 * (samples["site"] == "b").to_numpy()[:, None]
    asked = {"number": spec(covariates=["age", "site"]), "block": spec(block_by="site", covariates=["age"])}
    if design == "patients":
        samples["arm"] = list("ABABABABABCA")
        asked["patients"] = spec(trend={"column": "arm", "order": list("ABC")}, pair_by="who")
        values = draw.normal(size=(n, 3000)) + 3 * draw.normal(size=(5, 3000))[[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4]]
    found = estimate(design_of(asked[design], samples, "d"), values, 400)
    share = (found.p <= 0.05).mean()
    assert share < 0.05 + 4.5 * np.sqrt(0.05 * 0.95 / 3000)
    if design != "patients":  # so few arrangements that p comes in large steps
        assert share > 0.05 - 4.5 * np.sqrt(0.05 * 0.95 / 3000)
    covered = ((found.low <= 0) & (found.high >= 0)).mean()
    assert abs(covered - 0.95) < 4.5 * np.sqrt(0.05 * 0.95 / 3000)


@pytest.mark.parametrize("shared", [0.0, 0.6])
def test_pairs_and_covariates_keep_the_scale_between_samples(shared: float) -> None:
    draw, n, repeats = np.random.default_rng(5), 20, 3000
    person = np.sqrt(shared) * draw.normal(size=(n, repeats))
    one, other = (person + np.sqrt(1 - shared) * draw.normal(size=(n, repeats)) for _ in range(2))
    values = np.stack([one + 0.8, other], axis=1).reshape(2 * n, repeats)
    samples = people("RS" * n, who=np.repeat(np.arange(n), 2))
    paired = design_of(spec(pair_by="who"), samples, "d")
    found = estimate(paired, values[[int(name[1:]) for name in paired.samples]], 100)
    # The truth is 0.8 standard deviations between samples, however alike the samples of a pair are.
    assert found.meta_effect.mean() == pytest.approx(0.8, abs=0.03)
    assert found.effect.mean() == pytest.approx(0.8 / np.sqrt(1 - shared), abs=0.04)
    assert np.sqrt((found.meta_se**2).mean()) == pytest.approx(found.meta_effect.std(), rel=0.08)
    covered = np.abs(found.meta_effect - 0.8) < 1.96 * found.meta_se
    assert 0.92 < covered.mean() < 0.98


def test_unpaired_effects_are_on_the_shared_scale_as_they_are() -> None:
    samples, values = cohort()
    found = estimate(design_of(spec(), samples, "d"), values, 100)
    np.testing.assert_array_equal(found.meta_effect, found.effect)
    np.testing.assert_array_equal(found.meta_se, found.se)


# --- adjusted designs, missing values ---


def test_adjusting_equals_naming_the_covariate() -> None:
    samples, values = cohort()
    named = design_of(spec(block_by="site", covariates=["age"]), samples, "d")
    age = pd.DataFrame({"age": samples["age"].astype(float).to_numpy()}, index=samples["sample"])
    later = design_of(spec(block_by="site"), samples, "d").adjusted(age.sample(frac=1, random_state=1))
    np.testing.assert_array_equal(later.effects(values), named.effects(values))
    model = np.column_stack([samples["arm"] == "R", age, pd.get_dummies(samples["site"]).iloc[:, 1:]]).astype(float)
    ols = sm.OLS(values[:, 0], sm.add_constant(model)).fit()
    free = int(ols.df_resid)
    assert later.effects(values)[0] == pytest.approx(small_sample_factor(free) * ols.params[1] / np.sqrt(ols.scale))


def test_adjusting_drops_samples_without_a_value_and_partners_with_them() -> None:
    samples = people("RSRSRSRS", who=list("aabbccdd"))
    extra = pd.DataFrame({"depth": [1.0, 2, 3, np.nan, 5, 6, 7, 9]}, index=samples["sample"])
    design = design_of(spec(pair_by="who"), samples, "d").adjusted(extra)
    assert design.samples == ["s00", "s01", "s04", "s05", "s06", "s07"]
    assert "2_samples_without_covariates" in design.flags
    same = design_of(spec(pair_by="who"), samples, "d").adjusted(extra.assign(depth=3e5 + 0.1))
    assert same.samples == samples["sample"].tolist() and not same.too_few
    arm = design_of(spec(), samples, "d").adjusted(pd.DataFrame({"x": [1.0, 0] * 4}, index=samples["sample"]))
    assert arm.too_few == "contrast_follows_from_the_covariates"
    assert np.isnan(arm.effects(np.random.default_rng(0).normal(size=(8, 3)))).all()


def test_columns_with_missing_scores_have_no_effect() -> None:
    samples, values = cohort()
    values[3, 2] = np.nan
    for name in ASKED:
        found = design_of(spec(**ASKED[name]), samples, "d").effects(values)
        assert np.isnan(found).tolist() == [False, False, True, False, False, False]


def test_fifty_thousand_columns_take_seconds() -> None:
    import time

    samples, _ = cohort(n=60)
    values = np.random.default_rng(1).normal(size=(60, 50_000))
    design = design_of(spec(block_by="site", covariates=["age"]), samples, "d")
    start = time.perf_counter()
    found = design.effects(values)
    assert time.perf_counter() - start < 5
    np.testing.assert_allclose(found[40_000:40_010], design.effects(values[:, 40_000:40_010]), rtol=1e-12)


def test_samples_without_a_covariate_are_left_out_and_counted() -> None:
    samples = people("RRRRSSSSS-", age=["30", "", "41", "50", "60", "35", "", "47", "52", ""])
    design = design_of(spec(covariates=["age"]), samples, "d")
    assert design.samples == ["s00", "s02", "s03", "s04", "s05", "s07", "s08"]
    assert design.flags == ("1_samples_in_neither_arm", "2_samples_without_age")


def test_a_pair_that_lacks_the_covariate_of_one_half_is_left_out_whole() -> None:
    samples = people("RSRSRSRS", who=list("aabbccdd"), age=["1", "2", "", "4", "7", "5", "9", "3"])
    design = design_of(spec(pair_by="who", covariates=["age"]), samples, "d")
    assert design.samples == ["s00", "s01", "s04", "s05", "s06", "s07"]
    assert design.flags == ("paired", "1_samples_without_partner", "1_samples_without_age")


# --- what covariates cannot do ---


def test_full_confounding_is_refused_with_the_cross_table() -> None:
    samples = people("RRRSSS", site=list("aaabbb"))
    said = (
        "dataset d: fully confounded with 'site' (a: 3 resistant, 0 sensitive | b: 0 resistant, 3 sensitive); "
        "no analysis can tell the two apart: compare samples that share a level, or leave the column out"
    )
    assert refused(samples, spec(block_by="site")) == said
    assert refused(samples, spec(covariates=["site"])) == said
    assert refused(samples, spec(), batch="site") == said
    numbers = samples.assign(site=[1, 1, 1, 2, 2, 2]).astype(str)
    assert refused(numbers, spec(covariates=["site"])).startswith("dataset d: fully confounded with 'site' (1: 3 res")


def test_a_pair_of_covariates_that_determines_the_arms_is_refused() -> None:
    samples = people("RRSSRRSS", x=[1, 1, 0, 0, 2, 2, 1, 1], y=[0, 0, 0, 0, 1, 1, 1, 1])
    assert "fully confounded with 'x' and 'y'" in refused(samples, spec(covariates=["x", "y"]))


def test_trends_confounded_with_batch_are_refused() -> None:
    samples, asked = people("AABBCC", site=list("xxyyzz")), spec(trend={"column": "arm", "order": list("ABC")})
    assert "fully confounded with 'site' (x: 0 C, 0 B, 2 A | y: 0 C, 2 B, 0 A" in refused(samples, asked, "site")
    mixed = design_of(asked, samples.assign(site=list("xxyxyy")), "d", "site")
    assert mixed.flags == ()


def test_confounding_in_part_is_flagged() -> None:
    samples = people("RRRRSSSS", site=list("aaabbccc"))
    assert design_of(spec(), samples, "d", "site").flags == ("6_of_8_samples_in_site_of_one_arm",)
    own = samples.assign(site=list("abcdefgh"))
    assert design_of(spec(), own, "d", "site").flags == ("each_sample_has_its_own_site",)
    assert design_of(spec(), samples.assign(site="a"), "d", "site").flags == ()
    old = samples.assign(age=["70", "66", "72", "68", "40", "45", "41", "44"])
    assert "contrast_follows_age_in_part" in design_of(spec(covariates=["age"]), old, "d").flags


def test_covariates_that_say_nothing_are_named() -> None:
    samples = people("RSRSRSRSRS", age=[40] * 10, site=list("aabbaabbac"), country=list("iijjiijjik"))
    flags = design_of(spec(covariates=["age", "site", "country"]), samples, "d").flags
    assert "covariate_age_does_not_vary" in flags
    assert "covariate_country_follows_from_the_others" in flags
    assert {"one_sample_with_site_c", "one_sample_with_country_k"} <= set(flags)
    within = people("RSRSRSRS", who=list("aabbccdd"), sex=list("ffmmffmm"))
    assert (
        "covariate_sex_does_not_vary_within_pairs"
        in design_of(spec(pair_by="who", covariates=["sex"]), within, "d").flags
    )


def test_numbers_can_be_levels() -> None:
    samples, values = cohort(site=["1", "2", "3"] * 8)
    letters = samples.assign(site=samples["site"].map({"1": "a", "2": "b", "3": "c"}))
    as_levels = design_of(spec(covariates=[{"column": "site", "kind": "levels"}]), samples, "d")
    np.testing.assert_allclose(
        as_levels.effects(values), design_of(spec(covariates=["site"]), letters, "d").effects(values), rtol=1e-12
    )
    as_number = design_of(spec(covariates=["site"]), samples, "d")
    assert np.abs(as_number.effects(values) - as_levels.effects(values)).max() > 1e-3


@pytest.mark.parametrize(
    ("arms", "asked", "why"),
    [
        ("RSSSSS", spec(), "fewer_than_2_samples_in_an_arm"),
        ("SSSSSS", spec(), "fewer_than_2_samples_in_an_arm"),
        ("RSR-S-", spec(pair_by="who"), "fewer_than_2_pairs"),
        ("RRSS--", spec(covariates=["x", "y"]), "no_degrees_of_freedom_left"),
        ("ABBBBC", spec(trend={"column": "arm", "order": list("ABC")}), "fewer_than_2_samples_at_an_end"),
    ],
)
def test_too_few_samples_say_why(arms: str, asked: dict[str, Any], why: str) -> None:
    samples = people(arms, who=list("aabbcc"), x=[1, 5, 2, 7, 3, 4], y=[2, 2, 9, 1, 4, 4])
    if why == "fewer_than_2_pairs":
        samples["who"] = list("aabccb")
        samples.loc[4, "who"] = "d"
    design = design_of(asked, samples, "d")
    assert design.too_few == why
    assert np.isnan(design.effects(np.ones((len(design.samples), 2)))).all()


def test_one_person_in_both_arms_of_an_unpaired_contrast_is_flagged() -> None:
    samples = people("RRRSSS", Patient_ID=list("pqrpst"))
    assert design_of(spec(), samples, "d").flags == ("1_of_Patient_ID_in_several_arms_but_not_paired",)
    assert design_of(spec(), samples.assign(Patient_ID=list("ppqrst")), "d").flags == (
        "1_of_Patient_ID_with_several_samples",
    )
    assert design_of(spec(), samples.assign(Patient_ID=list("pqrstu")), "d").flags == ()


def test_trends_within_patients_take_any_number_of_samples() -> None:
    samples = people("AABCABBCCA-", who=list("ppppqqqqrss"))
    design = design_of(spec(trend={"column": "arm", "order": list("ABC")}, pair_by="who"), samples, "d")
    assert design.samples == [f"s{at:02d}" for at in range(8)]  # r and s have one level each
    assert design.flags == ("paired", "1_samples_at_no_level", "2_samples_without_partner")
    assert (design.effect_type, design.n_resistant, design.n_sensitive) == ("trend_g", 2, 3)
