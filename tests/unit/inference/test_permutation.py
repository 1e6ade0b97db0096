"""Permutation p-values against all arrangements written out in plain Python, with fractions."""

from fractions import Fraction
from itertools import combinations, product
from math import comb, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resig.inference import permutation

MANY = 10**6


def brute_unpaired(values: list[int], resistant: list[bool]) -> Fraction:
    """Share of all choices of arms whose Welch t is at least as far from 0 as the one seen."""
    n, k = len(values), sum(resistant)

    def variance(arm: list[int]) -> Fraction:
        mean = Fraction(sum(arm), len(arm))
        return sum((each - mean) ** 2 for each in arm) / (len(arm) - 1) / len(arm)

    def t_squared(chosen: tuple[int, ...]) -> Fraction | float:
        inside, outside = [values[at] for at in chosen], [values[at] for at in range(n) if at not in chosen]
        gap = Fraction(sum(inside), k) - Fraction(sum(outside), n - k)
        spread = variance(inside) + variance(outside)
        return gap**2 / spread if spread else (inf if gap else 0)

    seen = t_squared(tuple(at for at in range(n) if resistant[at]))
    every = [t_squared(chosen) for chosen in combinations(range(n), k)]
    return Fraction(sum(each >= seen for each in every), len(every))


def brute_paired(differences: list[int]) -> Fraction:
    seen = abs(sum(differences))
    every = [
        abs(sum(sign * each for sign, each in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return Fraction(sum(each >= seen for each in every), len(every))


def paired(differences: np.ndarray, arrangements: int, seed: int) -> permutation.PValues:
    """Split differences into two arms."""
    base = np.random.default_rng(0).integers(-3, 4, size=differences.shape) / 4
    return permutation.paired(base + differences, base, arrangements, seed)


def arms(n: int, k: int) -> np.ndarray:
    return np.arange(n) < k


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-6, 6), min_size=4, max_size=9), st.data())
def test_exact_p_equals_all_arrangements_with_ties(values: list[int], data: st.DataObject) -> None:
    k = data.draw(st.integers(2, len(values) - 2))
    resistant = data.draw(st.permutations([True] * k + [False] * (len(values) - k)))
    found = permutation.unpaired(np.array(values, dtype=float)[:, None] / 10, np.array(resistant), MANY, 1)
    assert found.kind == "exact"
    assert found.p[0] == pytest.approx(float(brute_unpaired(values, list(resistant))), abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-6, 6), min_size=2, max_size=9))
def test_exact_paired_p_equals_all_sign_flips(differences: list[int]) -> None:
    found = paired(np.array(differences, dtype=float)[:, None] / 10, MANY, 1)
    assert found.kind == "exact"
    assert found.p[0] == pytest.approx(float(brute_paired(differences)), abs=1e-15)


@pytest.mark.parametrize(("n", "k"), [(4, 2), (6, 3), (5, 2), (7, 5), (8, 4), (9, 2)])
def test_smallest_is_the_least_p_that_any_data_can_give(n: int, k: int) -> None:
    # Powers of two make all t differ; the best split takes the highest or the lowest values.
    values = [2**at for at in range(n)]
    least = min(
        brute_unpaired(values, [at in chosen for at in range(n)])
        for chosen in (range(k), range(n - k, n), range(n - k), range(k, n))
        if len(chosen) == k
    )
    found = permutation.unpaired(np.zeros((n, 1)), arms(n, k), MANY, 1)
    # With unequal arms only one of the two extreme splits is at least as far out as itself.
    assert found.smallest == float(least)


@pytest.mark.parametrize("n", range(2, 9))
def test_smallest_of_pairs_is_reached_when_all_point_one_way(n: int) -> None:
    found = paired(np.arange(1.0, n + 1)[:, None], MANY, 1)
    assert found.p[0] == found.smallest == float(brute_paired(list(range(1, n + 1)))) == 2 / 2**n


def test_two_against_two_can_never_be_below_a_third() -> None:
    found = permutation.unpaired(np.array([[10.0], [11], [1], [2]]), arms(4, 2), MANY, 1)
    assert found.p[0] == found.smallest == pytest.approx(1 / 3)


@pytest.mark.parametrize("arrangements", [252, 251])
def test_exact_when_there_are_no_more_arrangements_than_allowed(arrangements: int) -> None:
    found = permutation.unpaired(np.arange(10.0)[:, None], arms(10, 5), arrangements, 1)
    assert found.kind == ("exact" if arrangements >= comb(10, 5) else "monte_carlo")


def test_monte_carlo_counts_the_data_themselves() -> None:
    # Wholly separate arms of 20: no random draw gets there, so p is 1 / (draws + 1) and never 0.
    values = np.concatenate([np.full(20, 5.0) + np.arange(20) / 100, np.arange(20) / 100])[:, None]
    found = permutation.unpaired(values, arms(40, 20), 999, 7)
    assert found.p[0] == found.smallest == 1 / 1000
    pairs = paired(np.arange(1.0, 31)[:, None], 999, 7)
    assert pairs.p[0] == pairs.smallest == 1 / 1000


@pytest.mark.parametrize("k", [4, 6, 9])
def test_monte_carlo_p_is_close_to_the_exact_p(k: int) -> None:
    values = np.random.default_rng(5).normal(size=(13, 30)) + 0.8 * arms(13, k)[:, None]
    exact = permutation.unpaired(values, arms(13, k), MANY, 1).p
    drawn = permutation.unpaired(values, arms(13, k), 700, 1)
    assert drawn.kind == "monte_carlo"
    error = np.sqrt(exact * (1 - exact) / 700)
    assert (np.abs(drawn.p - exact) < 4.5 * error + 2 / 700).all()


def test_monte_carlo_sign_flips_are_close_to_the_exact_p() -> None:
    differences = np.random.default_rng(6).normal(0.4, size=(12, 30))
    exact = paired(differences, MANY, 1).p
    drawn = paired(differences, 900, 1)
    assert drawn.kind == "monte_carlo"
    assert (np.abs(drawn.p - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 900) + 2 / 900).all()


def test_p_under_no_difference_is_valid() -> None:
    # P(p <= a) <= a for every a that the design can give: 4,000 null scores, 4 against 5, exact.
    found = permutation.unpaired(np.random.default_rng(8).normal(size=(9, 4000)), arms(9, 4), MANY, 1)
    for level in (2 / 126, 6 / 126, 12 / 126, 63 / 126):
        share = (found.p <= level + 1e-12).mean()
        assert abs(share - level) < 4.5 * np.sqrt(level * (1 - level) / 4000)


@pytest.mark.parametrize("k", [3, 5, 8])
@pytest.mark.parametrize("arrangements", [MANY, 150])
def test_swapping_the_arms_keeps_p(k: int, arrangements: int) -> None:
    values = np.random.default_rng(k).normal(size=(11, 8))
    one = permutation.unpaired(values, arms(11, k), arrangements, 3)
    other = permutation.unpaired(values, ~arms(11, k), arrangements, 3)
    np.testing.assert_array_equal(one.p, other.p)
    assert one.smallest == other.smallest


@pytest.mark.parametrize("arrangements", [MANY, 100])
def test_swapping_the_arms_of_all_pairs_keeps_p(arrangements: int) -> None:
    differences = np.random.default_rng(4).normal(0.5, size=(9, 8))
    one, other = (paired(sign * differences, arrangements, 3) for sign in (1, -1))
    np.testing.assert_array_equal(one.p, other.p)


def test_exact_p_does_not_depend_on_the_order_of_samples() -> None:
    generator = np.random.default_rng(12)
    values, resistant = generator.normal(size=(10, 6)), arms(10, 4)
    order = generator.permutation(10)
    np.testing.assert_array_equal(
        permutation.unpaired(values, resistant, MANY, 1).p,
        permutation.unpaired(values[order], resistant[order], MANY, 1).p,
    )


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5])
@pytest.mark.parametrize("shift", [0.0, 0.1, 1e4])
def test_p_does_not_depend_on_origin_and_scale(scale: float, shift: float) -> None:
    values = [3, 3, 4, 7, 1, 3, 2, 4]
    moved = (np.array(values, dtype=float)[:, None] / 10 + shift) * scale
    found = permutation.unpaired(moved, arms(8, 4), MANY, 1)
    assert found.p[0] == pytest.approx(float(brute_unpaired(values, list(arms(8, 4)))), abs=1e-15)


@pytest.mark.parametrize("level", [0.0, 1 / 3, 1e4 / 3])
def test_a_score_that_is_constant_but_for_rounding_has_p_1(level: float) -> None:
    noise = np.array([1, 1, 1, 1, -1, -1, -1, -1]) * np.spacing(level)
    values = (level + noise)[:, None]
    assert permutation.unpaired(values, arms(8, 4), MANY, 1).p[0] == 1
    assert permutation.paired(values[:4], values[4:], MANY, 1).p[0] == 1


def test_each_column_has_the_p_it_has_alone() -> None:
    values = np.random.default_rng(3).normal(size=(30, 5)) * [1, 1e-6, 1e6, 0, 3]
    together = permutation.unpaired(values, arms(30, 14), 500, 9).p
    alone = [permutation.unpaired(values[:, [at]], arms(30, 14), 500, 9).p[0] for at in range(5)]
    np.testing.assert_array_equal(together, alone)


def test_many_draws_of_many_samples_need_little_memory() -> None:
    import tracemalloc

    values = np.random.default_rng(1).normal(size=(300, 2))
    tracemalloc.start()
    found = permutation.unpaired(values, arms(300, 150), 60_000, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.kind == "monte_carlo"
    assert peak < 150e6
