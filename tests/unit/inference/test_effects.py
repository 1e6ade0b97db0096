"""Hedges g and AUROC against R (effectsize, pROC), scipy's distributions, counting, and simulation."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, special, stats

from resig.inference.effects import Auroc, Effect, auroc, delong_variance, placements, rounding, standardised
from resig.inference.linear import LinearDesign

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
GENERATOR = np.random.default_rng


def column(values: list[float] | np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, None]


def numbers(effect: Effect | Auroc) -> list[float]:
    return [float(values[0]) for values in vars(effect).values()]


def linear(resistant: np.ndarray, sensitive: np.ndarray, blocks: list[int], within: str) -> Effect:
    """Effects of a linear design over both arms."""
    values = np.concatenate([resistant, sensitive])
    axis = np.repeat([0.5, -0.5], [len(resistant), len(sensitive)])
    names = [f"s{at:04d}" for at in range(len(values))]
    design = LinearDesign(names, axis, np.array(blocks), pd.DataFrame(index=names), "hedges_g", (), within)
    slope, sd = design._fit(values)
    found = standardised(slope, sd, rounding(values), design._free, design._weight)
    np.testing.assert_array_equal(design.effects(values), found.effect)
    return found


def hedges_g(resistant: np.ndarray, sensitive: np.ndarray) -> Effect:
    return linear(resistant, sensitive, [0] * (len(resistant) + len(sensitive)), "")


def hedges_g_paired(resistant: np.ndarray, sensitive: np.ndarray) -> Effect:
    return linear(resistant, sensitive, [*range(len(resistant))] * 2, "pairs")


def two_arms(case: int) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    values = pd.read_csv(GOLDEN / "two_arms.tsv", sep="\t").query("case == @case")
    answers = pd.read_csv(GOLDEN / "two_arms_answers.tsv", sep="\t").set_index("case").loc[case]
    resistant, sensitive = (column(values.loc[values["arm"] == arm, "value"]) for arm in ("resistant", "sensitive"))
    return resistant, sensitive, answers


def small_sample_factor(free: int) -> float:
    """1 / E(1 / S), S the standard deviation of a normal sample: the mean of t is that times its noncentrality."""
    return 1 / (stats.nct.mean(free, 1.0) if free > 2 else np.sqrt(np.pi))


def noncentral_t_below(t: float, free: int, shift: float) -> float:
    """P(T <= t), integrated over the chi distribution of the standard deviation: no noncentral t routine involved."""

    def integrand(s: float) -> float:
        log_density = (
            np.log(2)
            + free / 2 * np.log(free / 2)
            - special.gammaln(free / 2)
            + (free - 1) * np.log(s)
            - free * s * s / 2
        )
        return special.ndtr(t * s - shift) * np.exp(log_density)

    spread = 12 / np.sqrt(2 * free)
    return integrate.quad(integrand, max(1e-12, 1 - spread), 1 + spread, limit=400, points=[1.0])[0]


def noncentrality(t: float, free: int, tail: float) -> float:
    span = 8 * (1 + abs(t) / np.sqrt(2 * free))
    return optimize.brentq(lambda shift: noncentral_t_below(t, free, shift) - tail, t - span, t + span, xtol=1e-10)


# --- Hedges g ---


@pytest.mark.parametrize("case", range(1, 29))
def test_g_and_its_interval_equal_effectsize(case: int) -> None:
    resistant, sensitive, answer = two_arms(case)
    found = hedges_g(resistant, sensitive)
    assert found.effect[0] == pytest.approx(answer["g"], rel=1e-10)
    # effectsize finds its limits with optim(), to about four digits, and shrinks them as it shrinks g, which leaves
    # them too narrow in small arms (test_95_of_100_intervals_hold_the_truth).
    small = small_sample_factor(len(resistant) + len(sensitive) - 2)
    expected = [answer["g_low"] / small, answer["g_high"] / small]
    assert [found.low[0], found.high[0]] == pytest.approx(expected, rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("case", range(1, 13))
def test_paired_g_equals_effectsize(case: int) -> None:
    differences = pd.read_csv(GOLDEN / "pairs.tsv", sep="\t").query("case == @case")["difference"]
    answer = pd.read_csv(GOLDEN / "pairs_answers.tsv", sep="\t").set_index("case").loc[case]
    base = column(GENERATOR(case).normal(size=len(differences)))
    found = hedges_g_paired(base + column(differences), base)
    # effectsize divides by the SD of the differences, which is sqrt(2) times the SD within pairs.
    assert found.effect[0] == pytest.approx(np.sqrt(2) * answer["g_z"], rel=1e-9)
    expected = np.sqrt(2) * answer[["low", "high"]].to_numpy() / small_sample_factor(len(differences) - 1)
    assert [found.low[0], found.high[0]] == pytest.approx(list(expected), rel=2e-3, abs=2e-3)


@pytest.mark.parametrize(("n1", "n2"), [(2, 2), (2, 9), (5, 5), (40, 33), (300, 200)])
@pytest.mark.parametrize("shift", [0.0, 0.7, -3.0, 12.0])
def test_g_by_its_definition(n1: int, n2: int, shift: float) -> None:
    generator = GENERATOR(n1 * n2)
    resistant, sensitive = generator.normal(shift, 1, n1), generator.normal(0, 1, n2)
    free, weight = n1 + n2 - 2, n1 * n2 / (n1 + n2)
    t = stats.ttest_ind(resistant, sensitive).statistic
    small = small_sample_factor(free)
    effect, se, low, high = numbers(hedges_g(column(resistant), column(sensitive)))
    assert effect == pytest.approx(small * t / np.sqrt(weight), rel=1e-10)
    assert se == pytest.approx(np.sqrt(1 / n1 + 1 / n2 + effect**2 / (2 * free)), rel=1e-10)
    limits = [noncentrality(t, free, tail) / np.sqrt(weight) for tail in (0.975, 0.025)]
    assert [low, high] == pytest.approx(limits, rel=1e-6, abs=1e-7)


def test_small_sample_factor_makes_g_unbiased() -> None:
    generator = GENERATOR(1)
    drawn = hedges_g(generator.normal(1.0, 1, (5, 5000)), generator.normal(0, 1, (5, 5000))).effect
    error = drawn.std() / 5000**0.5
    assert abs(drawn.mean() - 1) < 4.5 * error < 0.07  # without the factor the mean is 1.11


@pytest.mark.parametrize("delta", [0.0, 1.0, 2.5])
@pytest.mark.parametrize(("n1", "n2"), [(3, 3), (5, 5), (15, 15), (3, 12)])
def test_95_of_100_intervals_hold_the_truth(n1: int, n2: int, delta: float) -> None:
    generator = GENERATOR(int(10 * delta) + n1)
    found = hedges_g(generator.normal(delta, 1, (n1, 2000)), generator.normal(0, 1, (n2, 2000)))
    covered = (found.low <= delta) & (delta <= found.high)
    assert 0.935 < covered.mean() < 0.965


@pytest.mark.parametrize("within", [0.0, 0.8])
@pytest.mark.parametrize("delta", [0.0, 1.2])
def test_95_of_100_paired_intervals_hold_the_truth(within: float, delta: float) -> None:
    generator = GENERATOR(int(10 * delta + 100 * within))
    person = np.sqrt(within) * generator.normal(size=(8, 2000))
    own = np.sqrt(1 - within)
    resistant = person + own * generator.normal(size=(8, 2000)) + delta * own
    sensitive = person + own * generator.normal(size=(8, 2000))
    found = hedges_g_paired(resistant, sensitive)
    covered = (found.low <= delta) & (delta <= found.high)
    assert 0.93 < covered.mean() < 0.97


def test_swapping_the_arms_mirrors_g() -> None:
    generator = GENERATOR(2)
    one, other = generator.normal(size=(6, 50)), generator.normal(1, 1, size=(9, 50))
    there, back = hedges_g(one, other), hedges_g(other, one)
    np.testing.assert_allclose(there.effect, -back.effect, rtol=1e-12)
    np.testing.assert_allclose(there.low, -back.high, atol=1e-9)
    np.testing.assert_allclose(there.high, -back.low, atol=1e-9)
    np.testing.assert_allclose(there.se, back.se, rtol=1e-12)


def test_g_does_not_depend_on_unit_and_origin() -> None:
    generator = GENERATOR(3)
    one, other = generator.normal(size=(6, 20)), generator.normal(1, 1, size=(9, 20))
    as_is, moved = hedges_g(one, other), hedges_g(1000 * one - 7e4, 1000 * other - 7e4)
    for each, again in zip(vars(as_is).values(), vars(moved).values(), strict=True):
        np.testing.assert_allclose(each, again, rtol=1e-7, atol=1e-9)


def test_interval_holds_the_estimate_and_excludes_0_where_t_says_so() -> None:
    generator = GENERATOR(4)
    one, other = generator.normal(0.9, 1, size=(7, 500)), generator.normal(size=(6, 500))
    found = hedges_g(one, other)
    assert ((found.low < found.effect) & (found.effect < found.high)).all()
    excluded = (found.low > 0) | (found.high < 0)
    np.testing.assert_array_equal(excluded, stats.ttest_ind(one, other, axis=0).pvalue < 0.05)


@pytest.mark.parametrize("level", [0.0, 1 / 3, 12345.678])
def test_no_spread_within_arms_gives_no_effect(level: float) -> None:
    still = np.full((4, 1), level)
    rounded = still * (1 + 1e-11 * np.array([[1], [-1], [1], [0]]))
    for arm in (still, rounded):
        for found in (hedges_g(arm, arm[::-1]), hedges_g_paired(arm, arm[::-1])):
            assert np.isnan([found.effect[0], found.low[0], found.high[0], found.se[0]]).all()


def test_two_pairs_give_no_effect() -> None:
    # E|d| does not exist with one degree of freedom.
    found = hedges_g_paired(column([3.0, 5.0]), column([1.0, 2.0]))
    assert np.isnan(numbers(found)).all()


# --- AUROC ---


def count_pairs(resistant: np.ndarray, sensitive: np.ndarray) -> float:
    wins = [(high > low) + 0.5 * (high == low) for high, low in product(resistant.ravel(), sensitive.ravel())]
    return sum(wins) / len(wins)


def delong(resistant: np.ndarray, sensitive: np.ndarray) -> float:
    """Variance from the definition: placements of each sample among the other arm."""
    wins = (resistant > sensitive.T) + 0.5 * (resistant == sensitive.T)
    return wins.mean(axis=1).var(ddof=1) / len(resistant) + wins.mean(axis=0).var(ddof=1) / len(sensitive)


def delong_interval(resistant: np.ndarray, sensitive: np.ndarray) -> tuple[float, float]:
    value = auroc(resistant, sensitive).value[0]
    half = 1.959963984540054 * np.sqrt(delong_variance(*placements(resistant, sensitive))[0])
    return max(0.0, value - half), min(1.0, value + half)


@pytest.mark.parametrize("case", range(1, 29))
def test_auroc_and_delong_variance_equal_proc(case: int) -> None:
    resistant, sensitive, answer = two_arms(case)
    assert auroc(resistant, sensitive).value[0] == pytest.approx(answer["auroc"], abs=1e-12)
    found = delong_interval(resistant, sensitive)
    assert found == pytest.approx((answer["auroc_low"], answer["auroc_high"]), abs=1e-12)


def newcombe(value: float, n1: int, n2: int, widened: float = 1.0) -> tuple[float, float]:
    """Method 5 of Newcombe (2006) by root finding: Hanley and McNeil's variance at theta, n* = (m + n) / 2 - 1."""
    middle = (n1 + n2) / 2 - 1

    def distance(theta: float) -> float:
        bracket = 1 + middle * (1 - theta) / (2 - theta) + middle * theta / (1 + theta)
        return (value - theta) ** 2 - 1.959963984540054**2 * widened * theta * (1 - theta) * bracket / (n1 * n2)

    low = optimize.brentq(distance, 1e-12, value - 1e-9) if value > 0 else 0.0
    return low, optimize.brentq(distance, value + 1e-9, 1 - 1e-12) if value < 1 else 1.0


@pytest.mark.parametrize("seed", range(20))
def test_auroc_and_its_interval_by_definition_with_ties(seed: int) -> None:
    generator = GENERATOR(seed)
    n1, n2 = generator.integers(2, 12, size=2)
    resistant, sensitive = (generator.integers(0, 6, size=(n, 1)).astype(float) for n in (n1, n2))
    value, low, high = numbers(auroc(resistant, sensitive))
    assert value == pytest.approx(count_pairs(resistant, sensitive), abs=1e-14)
    u = stats.mannwhitneyu(resistant.ravel(), sensitive.ravel()).statistic
    assert value == pytest.approx(u / (n1 * n2), abs=1e-14)
    if 0 < value < 1:
        seen = delong(resistant, sensitive)
        middle = (n1 + n2) / 2 - 1
        expected = value * (1 - value) * (1 + middle * ((1 - value) / (2 - value) + value / (1 + value))) / (n1 * n2)
        assert [low, high] == pytest.approx(newcombe(value, n1, n2, max(1.0, seen / expected)), abs=1e-10)


@pytest.mark.parametrize("rounded", [False, True])
@pytest.mark.parametrize(("n2", "pairs"), [(4, False), (7, True)])
def test_swapping_the_arms_mirrors_auroc_and_interval_to_the_last_bit(rounded: bool, n2: int, pairs: bool) -> None:
    generator = GENERATOR(11)
    one, other = generator.normal(2, 1, size=(7, 400)), generator.normal(size=(n2, 400))
    if rounded:
        one, other = one.round(), other.round()
    there, back = auroc(one, other, pairs), auroc(other, one, pairs)
    assert (there.value == 1).any()  # the edge is among them
    np.testing.assert_array_equal(there.value, 1 - back.value)
    np.testing.assert_array_equal(there.low, 1 - back.high)
    np.testing.assert_array_equal(there.high, 1 - back.low)


def test_auroc_sees_order_alone() -> None:
    generator = GENERATOR(13)
    one, other = generator.normal(1, 1, size=(7, 30)), generator.normal(size=(9, 30))
    for each, again in zip(
        vars(auroc(one, other)).values(), vars(auroc(np.exp(3 * one), np.exp(3 * other))).values(), strict=True
    ):
        np.testing.assert_array_equal(each, again)


@pytest.mark.parametrize(("n1", "n2"), [(2, 2), (5, 5), (3, 20), (40, 60)])
def test_interval_of_separate_arms_is_newcombes(n1: int, n2: int) -> None:
    expected, _ = newcombe(1.0, n1, n2)
    above, below = column(np.arange(n1) + 100.0), column(np.arange(n2))
    assert numbers(auroc(above, below)) == pytest.approx([1, expected, 1], abs=1e-9)
    assert numbers(auroc(below, above)) == pytest.approx([0, 0, 1 - expected], abs=1e-9)


def test_interval_of_separate_arms_holds_likely_truths() -> None:
    # An AUROC whose chance of complete separation is 20 % or more must not be ruled out by seeing it.
    generator = GENERATOR(17)
    for n in (5, 10):
        for shift in np.arange(0.5, 4, 0.25):
            one, other = generator.normal(shift, 1, (n, 3000)), generator.normal(size=(n, 3000))
            separate = one.min(axis=0) > other.max(axis=0)
            if separate.mean() >= 0.2:
                truth = stats.norm.cdf(shift / np.sqrt(2))
                assert auroc(column(np.arange(n) + n), column(np.arange(n))).low[0] < truth


def test_all_tied_scores_give_a_half_and_no_interval() -> None:
    found = auroc(np.ones((4, 1)), np.ones((5, 1)))
    assert found.value[0] == 0.5
    assert np.isnan([found.low[0], found.high[0]]).all()


def test_one_sample_in_an_arm_has_an_auroc_but_no_interval() -> None:
    found = auroc(column([2.0]), column([1.0, 2.0, 3.0, 4.0]))
    assert found.value[0] == (1 + 0.5) / 4
    assert np.isnan([found.low[0], found.high[0]]).all()


@pytest.mark.parametrize(("n1", "n2"), [(4, 4), (5, 5), (3, 9), (15, 15), (50, 50)])
@pytest.mark.parametrize("shift", [0.0, 0.75, 1.5])
def test_auroc_intervals_hold_the_truth_in_small_arms_too(n1: int, n2: int, shift: float) -> None:
    generator = GENERATOR(19)
    one, other = generator.normal(shift, 1, (n1, 2000)), generator.normal(size=(n2, 2000))
    found = auroc(one, other)
    truth = stats.norm.cdf(shift / np.sqrt(2))
    # With 4 against 4 and no difference, 2 of 70 orders separate the arms: their interval leaves 1/2 out.
    assert 0.93 < ((found.low <= truth) & (truth <= found.high)).mean() < 0.99


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("pairs", [5, 12, 30])
def test_auroc_intervals_of_pairs_hold_the_truth(shared: float, pairs: int) -> None:
    generator = GENERATOR(20)
    person = np.sqrt(shared) * generator.normal(size=(pairs, 2000))
    one, other = (person + np.sqrt(1 - shared) * generator.normal(size=(pairs, 2000)) for _ in range(2))
    truth = stats.norm.cdf(0.8 / np.sqrt(2))
    found = auroc(one + 0.8, other, pairs=True)
    assert 0.93 < ((found.low <= truth) & (truth <= found.high)).mean() < 0.985
    if shared and pairs > 5:
        alone = auroc(one + 0.8, other)
        assert (found.high - found.low).mean() < 0.9 * (alone.high - alone.low).mean()
