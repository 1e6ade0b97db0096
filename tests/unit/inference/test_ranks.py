"""Spearman's rho, plain and adjusted, and its permutation p: against scipy, statsmodels, enumeration and simulation."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from resig.inference.cox import follow, martingale_residuals
from resig.inference.ranks import correlations, intervals, normal_residuals, span, unit_ranks
from resig.inference.shuffles import association, unit


def drawn(n: int, width: int = 4, k: int = 0, seed: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, a phenotype that the first one follows, and covariates that act on all of them."""
    generator = np.random.default_rng(seed)
    covariates = generator.normal(size=(n, k))
    scores = generator.normal(size=(n, width)) + covariates.sum(axis=1)[:, None]
    return scores, scores[:, 0] + generator.normal(size=n) + covariates.sum(axis=1), covariates


def p_of(scores: np.ndarray, phenotype: np.ndarray, basis: np.ndarray, blocks: np.ndarray | None = None, **more: int):
    told = normal_residuals(phenotype[:, None], basis)[:, 0]
    within = np.zeros(len(phenotype)) if blocks is None else blocks
    arrangements, seed = more.get("arrangements", 10_000), more.get("seed", 1)
    return association(told, unit_ranks(normal_residuals(scores, basis)), basis, within, arrangements, seed, unit_ranks)


def test_without_covariates_it_is_spearmans_rho() -> None:
    scores, phenotype, none = drawn(30)
    phenotype = np.round(phenotype, 0)  # ties
    expected = [stats.spearmanr(scores[:, at], phenotype).statistic for at in range(4)]
    assert correlations(scores, phenotype, span(none)).tolist() == pytest.approx(expected, abs=1e-12)


def test_adjusted_is_spearmans_rho_of_the_residuals_of_statsmodels() -> None:
    import statsmodels.api as sm

    scores, phenotype, covariates = drawn(25, k=2)
    design = sm.add_constant(covariates)

    def residuals(values: np.ndarray) -> np.ndarray:
        normal = stats.norm.ppf((stats.rankdata(values) - 3 / 8) / (len(values) + 1 / 4))
        return np.asarray(sm.OLS(normal, design).fit().resid)

    expected = [stats.spearmanr(residuals(scores[:, at]), residuals(phenotype)).statistic for at in range(4)]
    assert correlations(scores, phenotype, span(covariates)).tolist() == pytest.approx(expected, abs=1e-12)


def test_only_the_order_of_scores_and_phenotype_counts() -> None:
    scores, phenotype, covariates = drawn(20, k=1)
    basis = span(covariates)
    first = correlations(scores, phenotype, basis)
    np.testing.assert_allclose(correlations(np.exp(scores), phenotype**3, basis), first, atol=1e-12)
    np.testing.assert_allclose(correlations(scores, -phenotype, basis), -first, atol=1e-12)


def test_what_has_no_spread_has_no_correlation() -> None:
    scores, phenotype, covariates = drawn(10, k=1)
    group = (covariates > 0).astype(float)
    still = np.column_stack([np.full(10, 3.0), 2 - group[:, 0], scores[:, 0]])
    found = correlations(still, phenotype, span(group))
    assert np.isnan(found).tolist() == [True, True, False]
    p = p_of(still, phenotype, span(group), arrangements=200).p
    assert np.isnan(p).tolist() == [True, True, False]


def test_interval_is_that_of_bonett_and_wright() -> None:
    # For rho 0.8 and n 40: atanh +- 1.96 sqrt((1 + 0.32) / 37).
    found = intervals(np.array([0.8, 1.0, 0.0]), 40, 0)
    half = 1.959963984540054 * np.sqrt(1.32 / 37)
    assert [found.low[0], found.high[0]] == pytest.approx(np.tanh([np.arctanh(0.8) - half, np.arctanh(0.8) + half]))
    assert np.isnan(found.low[1]) and np.isnan(found.high[1])
    assert np.isnan(intervals(np.array([0.5]), 5, 2).low[0])


def test_few_samples_are_tried_in_every_order() -> None:
    scores, phenotype, none = drawn(6)
    found = p_of(scores, phenotype, span(none))
    for at in range(4):
        rho = abs(stats.spearmanr(scores[:, at], phenotype).statistic)
        every = [abs(stats.spearmanr(scores[:, at], order).statistic) for order in permutations(phenotype)]
        assert found.p[at] == pytest.approx(np.mean(np.array(every) >= rho - 1e-9), abs=1e-12)
    assert (found.kind, found.smallest) == ("exact", pytest.approx(2 / 720))


def test_within_blocks_only_orders_of_the_blocks_count() -> None:
    scores, phenotype, _ = drawn(7)
    blocks = np.array([0, 0, 0, 1, 1, 1, 1])
    basis = span((blocks[:, None] == 1).astype(float))
    found = p_of(scores, phenotype, basis, blocks)
    told, ranks = normal_residuals(phenotype[:, None], basis)[:, 0], unit_ranks(normal_residuals(scores, basis))
    observed, extreme = np.abs(unit_ranks(told[:, None])[:, 0] @ ranks), np.zeros(4)
    for one in permutations([0, 1, 2]):
        for other in permutations([3, 4, 5, 6]):
            extreme += np.abs(unit_ranks(told[[*one, *other]][:, None])[:, 0] @ ranks) >= observed - 1e-9
    np.testing.assert_allclose(found.p, extreme / 144, atol=1e-12)


def test_monte_carlo_keeps_the_plus_one_and_agrees_with_the_exact_answer() -> None:
    scores, phenotype, none = drawn(7)
    exact, few = p_of(scores, phenotype, span(none)), p_of(scores, phenotype, span(none), arrangements=4000)
    assert (exact.kind, few.kind) == ("exact", "monte_carlo")
    np.testing.assert_allclose(few.p, exact.p, atol=0.03)
    assert ((few.p * 4001) % 1 < 1e-6).all() or np.allclose(few.p * 4001, np.round(few.p * 4001))
    assert p_of(scores, phenotype, span(none), arrangements=4000).p.tolist() == few.p.tolist()


def test_tied_phenotypes_leave_fewer_arrangements() -> None:
    scores, _, none = drawn(6)
    assert p_of(scores, np.array([0.0, 0, 0, 0, 0, 1]), span(none)).smallest == pytest.approx(1 / 6)
    assert p_of(scores, np.array([0.0, 0, 0, 1, 1, 1]), span(none)).smallest == pytest.approx(2 / 20)


def test_no_effect_gives_five_in_a_hundred_with_and_without_covariates() -> None:
    generator = np.random.default_rng(11)
    shares = []
    for k in (0, 2):
        hits = 0
        for _ in range(60):
            covariates = generator.normal(size=(16, k))
            both = generator.normal(size=(16, 26)) + covariates.sum(axis=1)[:, None]
            hits += int((p_of(both[:, 1:], both[:, 0], span(covariates), arrangements=200).p <= 0.05).sum())
        shares.append(hits / 1500)
    assert all(0.03 < share < 0.075 for share in shares), shares


def test_p_of_survival_is_an_exact_score_test_where_samples_are_few() -> None:
    time, event = np.array([3.0, 5, 5, 8, 9, 12]), np.array([True, False, True, True, False, True])
    scores = np.random.default_rng(5).normal(size=(6, 3))
    told = martingale_residuals(scores[:, :0], follow(time, event))
    found = association(told, unit(scores - scores.mean(axis=0)), scores[:, :0], np.zeros(6), 10_000, 1, unit)
    for at in range(3):
        every = np.array([abs(told[list(order)] @ scores[:, at]) for order in permutations(range(6))])
        assert found.p[at] == pytest.approx(np.mean(every >= abs(told @ scores[:, at]) - 1e-9), abs=1e-12)
