"""Continuous and survival contrasts as designs: who takes part, what is refused, and rules that must hold."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from resig.errors import ResigError
from resig.inference.continuous import Continuous, continuous
from resig.inference.phenotypes import events, numbers, times
from resig.inference.survival import Survival, survival

DRUG: dict[str, Any] = {"continuous": {"column": "auc", "higher_means": "resistant"}, "covariates": []}
DEATH: dict[str, Any] = {"survival": {"time": "days", "event": "dead"}, "covariates": []}


def people(n: int = 40, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A sample table as text, and three scores: the first goes with resistance and early death."""
    generator = np.random.default_rng(seed)
    names = [f"s{at:02d}" for at in range(n)]
    scores = pd.DataFrame(generator.normal(size=(n, 3)), index=names, columns=["a", "b", "c"])
    died, lost = generator.exponential(300 * np.exp(-scores["a"].to_numpy())), generator.exponential(600, n)
    columns = {
        "auc": np.round(scores["a"].to_numpy() + generator.normal(size=n), 2).astype(str),
        "days": np.ceil(np.minimum(died, lost)).astype(int).astype(str),
        "dead": np.where(died <= lost, "1", "0"),
        "age": np.round(60 + 9 * generator.normal(size=n), 1).astype(str),
        "site": generator.choice(["x", "y"], n),
    }
    return pd.DataFrame({"sample": names} | columns), scores


def both(samples: pd.DataFrame, **more: Any) -> list[Continuous | Survival]:
    return [continuous(DRUG | more, samples, "d"), survival(DEATH | more, samples, "d")]


def figures(design: Continuous | Survival, scores: pd.DataFrame, permutations: int = 500) -> dict[str, np.ndarray]:
    found = design.estimate(scores.loc[design.samples].to_numpy(), permutations, 1)
    return {name: np.asarray(getattr(found, name)) for name in ("effect", "se", "low", "high", "p")} | dict(found.more)


MORE = [{}, {"covariates": ["age"]}, {"covariates": ["age"], "block_by": "site"}]


@pytest.mark.parametrize("more", MORE)
def test_estimate_and_effects_give_the_same_effect(more: dict[str, Any]) -> None:
    samples, scores = people()
    for design in both(samples, **more):
        values = scores.loc[design.samples].to_numpy()
        np.testing.assert_allclose(design.effects(values), design.estimate(values, 100, 1).effect, rtol=1e-9)
        with_gap = np.column_stack([values, np.where(np.arange(len(values)) == 3, np.nan, values[:, 0])])
        assert np.isnan(design.effects(with_gap)).tolist() == [False, False, False, True]


@pytest.mark.parametrize("more", MORE)
def test_the_other_meaning_flips_the_sign_and_nothing_else(more: dict[str, Any]) -> None:
    samples, scores = people()
    spec = DRUG | more
    other = spec | {"continuous": {"column": "auc", "higher_means": "sensitive"}}
    one, flipped = (figures(continuous(each, samples, "d"), scores) for each in (spec, other))
    for name, sign in (("effect", -1), ("se", 1), ("p", 1)):
        np.testing.assert_array_equal(flipped[name], sign * one[name])
    np.testing.assert_allclose(flipped["low"], -one["high"], rtol=1e-12)


@pytest.mark.parametrize("more", MORE)
def test_the_order_of_samples_changes_nothing(more: dict[str, Any]) -> None:
    samples, scores = people()
    shuffled = samples.sample(frac=1, random_state=2)
    for one, other in zip(both(samples, **more), both(shuffled, **more), strict=True):
        first, again = figures(one, scores), figures(other, scores.sample(frac=1, random_state=5))
        for name, values in first.items():
            np.testing.assert_array_equal(values, again[name], err_msg=name)


@pytest.mark.parametrize("more", MORE)
def test_months_or_days_give_the_same_answer(more: dict[str, Any]) -> None:
    samples, scores = people()
    months = samples.assign(days=(samples["days"].astype(float) / 30.4375).astype(str))
    first, again = (figures(survival(DEATH | more, each, "d"), scores) for each in (samples, months))
    for name, values in first.items():
        np.testing.assert_allclose(again[name], values, rtol=1e-9, err_msg=name)


def test_a_higher_hazard_is_a_positive_effect_and_the_score_reversed_a_negative_one() -> None:
    samples, scores = people(120)
    for design in both(samples):
        there, back = figures(design, scores), figures(design, -scores)
        assert there["effect"][0] > 0.3
        np.testing.assert_allclose(back["effect"], -there["effect"], rtol=1e-9)
        np.testing.assert_allclose(back["p"], there["p"])
    np.testing.assert_allclose(back["concordance"], 1 - there["concordance"])


def test_adjusting_later_is_adjusting_from_the_start() -> None:
    samples, scores = people()
    age = samples.set_index("sample")[["age"]].astype(float)
    for plain, adjusted in zip(both(samples), both(samples, covariates=["age"]), strict=True):
        later = plain.adjusted(age)
        for name, values in figures(adjusted, scores).items():
            np.testing.assert_allclose(figures(later, scores)[name], values, rtol=1e-6, err_msg=name)
        lacking = age.assign(age=age["age"].where(age.index != "s05"))
        assert "s05" not in plain.adjusted(lacking).samples
        assert len(plain.adjusted(lacking).samples) == len(plain.samples) - 1


def test_who_is_left_out_is_said() -> None:
    samples, _ = people()
    samples.loc[0, ["auc", "dead"]] = ""
    samples.loc[1, "days"] = ""
    samples.loc[2, "days"] = "0"
    samples.loc[3, "age"] = ""
    drug, death = both(samples, covariates=["age"])
    assert drug.flags == ("1_samples_without_auc", "1_samples_without_age")
    assert death.flags[:4] == (
        "1_samples_with_no_follow_up_time",
        "1_samples_without_days",
        "1_samples_without_dead",
        "1_samples_without_age",
    )
    assert (len(drug.samples), len(death.samples)) == (38, 36)


def test_few_events_are_flagged_and_fewer_than_two_give_no_effect() -> None:
    samples, scores = people()
    assert "fewer_than_10_events_a_variable" not in survival(DEATH, samples, "d").flags
    for count, why in ((0, "no_events"), (1, "fewer_than_2_events"), (2, "")):
        few = samples.assign(dead=np.where(np.arange(40) < count, "1", "0"))
        design = survival(DEATH, few, "d")
        assert design.too_few == why
        assert "fewer_than_10_events_a_variable" in design.flags
        assert np.isnan(design.effects(scores.to_numpy())).all() == bool(why)


def test_two_events_have_a_p_from_all_places_they_could_have_had() -> None:
    # Twelve samples, the events are the first two to go: of 132 places only that, and its mirror image, is as extreme.
    samples = pd.DataFrame({"sample": [f"s{at:02d}" for at in range(12)], "days": [str(at + 1) for at in range(12)]})
    samples["dead"] = ["1", "1"] + ["0"] * 10
    scores = pd.DataFrame({"a": -np.arange(12.0), "flat": 1.0}, index=samples["sample"])
    found = survival(DEATH, samples, "d").estimate(scores.to_numpy(), 20_000, 1)
    assert found.notes == ["separable_no_finite_hazard_ratio", "constant_score"]
    assert np.isnan(found.effect).all() and np.isnan(found.low).all()
    assert found.more["concordance"].tolist() == [1.0, 0.5]
    assert found.p[1] == 1
    assert found.smallest == pytest.approx(1 / 132)
    assert found.p[0] == pytest.approx(2 / 132, abs=0.003)


def test_too_few_samples_for_a_correlation() -> None:
    samples, _ = people(3)
    assert continuous(DRUG, samples.head(2), "d").too_few == "fewer_than_3_samples"
    assert continuous(DRUG, samples, "d").too_few == ""
    assert continuous(DRUG | {"covariates": ["age"]}, samples, "d").too_few == "more_covariates_than_the_samples_carry"
    assert continuous(DRUG, samples.assign(auc="7"), "d").too_few == "phenotype_does_not_vary"


@pytest.mark.parametrize("n", [12, 60])
def test_detectable_effects_are_detected_four_times_in_five(n: int) -> None:
    generator = np.random.default_rng(6)
    scores = generator.normal(size=(n, 1))
    design = Continuous([str(at) for at in range(n)], scores[:, 0], pd.DataFrame(index=range(n)), np.zeros(n))
    rho = design.estimate(scores, 100, 1).mde
    pearson = 2 * np.sin(rho * np.pi / 6)
    other = pearson * scores + np.sqrt(1 - pearson**2) * generator.normal(size=(n, 4000))
    found = design.effects(other)
    p = 2 * stats.t.sf(np.abs(found) * np.sqrt((n - 2) / (1 - found**2)), n - 2)
    assert np.mean(p < 0.05) == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(
    ("read", "values", "what", "todo"),
    [
        (numbers, ["1.5", "high", ""], "holds 'high', which is no number", "decimal point"),
        (numbers, ["1,5"], "'1,5'", "decimal point"),
        (times, ["12", "-3"], "negative time -3", "start of follow-up"),
        (events, ["dead", "alive"], "holds 'alive', 'dead'; events are 0 or 1", "write 1 where the event"),
        (events, ["1", "2", ""], "'2'", "subtract 1"),
        (events, ["yes", "no"], "'no', 'yes'", "write 1"),
    ],
)
def test_what_is_no_phenotype_is_refused_in_one_line(read: Any, values: list[str], what: str, todo: str) -> None:
    with pytest.raises(ResigError) as problem:
        read("col", pd.Series(values), "dataset d")
    assert what in str(problem.value) and todo in str(problem.value) and "\n" not in str(problem.value)


def test_events_may_be_written_as_numbers_or_truth_values() -> None:
    read = events("dead", pd.Series(["1", "0", "TRUE", "False", "1.0", ""]), "d")
    assert read.tolist()[:5] == [1, 0, 1, 0, 1] and np.isnan(read[5])


def test_pairs_have_no_meaning_here() -> None:
    samples, _ = people()
    with pytest.raises(ResigError, match="pair_by: site has no meaning"):
        continuous(DRUG | {"pair_by": "site"}, samples, "d")
