"""Cox's model against R's survival and lifelines, concordance by counting, and what has no finite hazard ratio."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resig.inference.cox import concordance, follow, hazard_ratios, martingale_residuals

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
CASES = range(1, 17)


def case_of(table: str, case: int) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / table, sep="\t").query("case == @case").reset_index(drop=True)


def without(values: np.ndarray) -> np.ndarray:
    return np.empty((len(values), 0))


def simulated(n: int = 60, width: int = 5, seed: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, times with many ties, and events."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(n, width))
    died, lost = generator.exponential(9 * np.exp(-0.5 * scores[:, 0])), generator.exponential(12, size=n)
    return scores, np.ceil(np.minimum(died, lost)), died <= lost


@pytest.mark.parametrize("case", CASES)
def test_hazard_ratios_and_concordance_are_those_of_r(case: int) -> None:
    people, answer = case_of("survival.tsv", case), case_of("survival_answers.tsv", case).iloc[0]
    told = follow(people["time"].to_numpy(), people["event"].to_numpy() == 1)
    score, covariates = people[["score"]].to_numpy(), people[["age", "stage"]].to_numpy(dtype=float)
    alone, beside = hazard_ratios(score, without(score), told), hazard_ratios(score, covariates, told)
    assert [alone.effect[0], alone.se[0]] == pytest.approx(list(answer[["log_hr", "se"]]), rel=1e-6)
    assert [beside.effect[0], beside.se[0]] == pytest.approx(list(answer[["adjusted", "adjusted_se"]]), rel=1e-6)
    assert concordance(score, told)[0] == pytest.approx(answer["concordance"], abs=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_martingale_residuals_are_those_of_r(case: int) -> None:
    people, answer = case_of("survival.tsv", case), case_of("survival_residuals.tsv", case)
    told = follow(people["time"].to_numpy(), people["event"].to_numpy() == 1)
    covariates = people[["age", "stage"]].to_numpy(dtype=float)
    np.testing.assert_allclose(martingale_residuals(without(covariates), told), answer["alone"], atol=1e-8)
    np.testing.assert_allclose(martingale_residuals(covariates, told), answer["beside"], atol=1e-6)


def test_lifelines_agrees_with_three_covariates_and_ties() -> None:
    from lifelines import CoxPHFitter

    scores, time, event = simulated(150)
    covariates = np.random.default_rng(1).normal(size=(150, 3))
    found = hazard_ratios(scores, covariates, follow(time, event))
    for at in range(scores.shape[1]):
        score = scores[:, at] / scores[:, at].std(ddof=1)
        table = pd.DataFrame(
            {"score": score, "time": time, "event": event} | {f"z{k}": covariates[:, k] for k in range(3)}
        )
        fitted = CoxPHFitter().fit(table, "time", "event", fit_options={"precision": 1e-10})
        assert found.effect[at] == pytest.approx(fitted.params_["score"], abs=1e-6)
        assert found.se[at] == pytest.approx(fitted.standard_errors_["score"], rel=1e-6)


def test_concordance_is_what_counting_gives() -> None:
    scores, time, event = simulated(40)
    scores = np.round(scores, 0)
    agreeing = pairs = 0.0
    for one in np.flatnonzero(event):
        for other in range(40):
            if time[other] > time[one] or (time[other] == time[one] and not event[other]):
                pairs += 1
                difference = scores[one, 0] - scores[other, 0]
                agreeing += 1 if difference > 0 else 0.5 if difference == 0 else 0
    assert concordance(scores, follow(time, event))[0] == pytest.approx(agreeing / pairs, abs=1e-12)


def test_the_columns_of_one_call_are_those_of_many_calls() -> None:
    scores, time, event = simulated(width=600)
    told, age = follow(time, event), scores[:, 1:3]
    together = hazard_ratios(scores[:, 3:], age, told)
    for at in (0, 250, 260, 596):
        alone = hazard_ratios(scores[:, [3 + at]], age, told)
        assert [together.effect[at], together.se[at]] == pytest.approx([alone.effect[0], alone.se[0]], rel=1e-8)


def test_order_of_samples_and_unit_of_time_do_not_matter() -> None:
    scores, time, event = simulated()
    first = hazard_ratios(scores, scores[:, :0], follow(time, event))
    shuffled = np.random.default_rng(3).permutation(len(time))
    again = hazard_ratios(scores[shuffled], scores[:, :0], follow(time[shuffled] / 30.4375, event[shuffled]))
    np.testing.assert_allclose(again.effect, first.effect, rtol=1e-9)
    np.testing.assert_allclose(concordance(-scores, follow(time, event)), 1 - concordance(scores, follow(time, event)))
    mirrored = hazard_ratios(-3 * scores + 7, scores[:, :0], follow(time, event))
    np.testing.assert_allclose(mirrored.effect, -first.effect, rtol=1e-9)


def test_a_score_that_orders_every_event_has_no_finite_hazard_ratio() -> None:
    time, event = np.arange(1.0, 13), np.arange(12) % 3 != 2
    in_order, noise = -time, np.random.default_rng(0).normal(size=12)
    both = np.column_stack([in_order, noise, -in_order, np.full(12, 5.0)])
    for covariates in (both[:, :0], np.random.default_rng(1).normal(size=(12, 1))):
        found = hazard_ratios(both, covariates, follow(time, event))
        assert found.separable.tolist() == [True, False, True, False]
        assert np.isnan(found.effect).tolist() == [True, False, True, True]
        assert np.isfinite(found.se).tolist() == [False, True, False, False]


def test_separable_scores_are_those_at_the_edge_of_every_risk_set() -> None:
    generator = np.random.default_rng(8)
    time, event = generator.permutation(np.arange(1.0, 9)), np.arange(8) < 3
    scores = generator.normal(size=(8, 3000))
    risk_sets = [time >= time[at] for at in np.flatnonzero(event)]
    dying = np.flatnonzero(event)
    top = np.all(
        [scores[at] == scores[inside].max(axis=0) for at, inside in zip(dying, risk_sets, strict=True)], axis=0
    )
    low = np.all(
        [scores[at] == scores[inside].min(axis=0) for at, inside in zip(dying, risk_sets, strict=True)], axis=0
    )
    found = hazard_ratios(scores, scores[:, :0], follow(time, event))
    assert 3 < (top | low).sum() < 1000
    np.testing.assert_array_equal(found.separable, top | low)


def test_without_an_event_nothing_can_be_said() -> None:
    scores, time, _ = simulated()
    told = follow(time, np.zeros(len(time), dtype=bool))
    found = hazard_ratios(scores, scores[:, :0], told)
    assert np.isnan(found.effect).all() and not found.separable.any()
    assert np.isnan(concordance(scores, told)).all()
    assert (martingale_residuals(scores[:, :0], told) == 0).all()
