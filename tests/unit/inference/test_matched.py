"""Matched sets: what is drawn, that it matches, and that the p of a random set is uniform."""

from itertools import permutations
from math import comb

import numpy as np
import pytest
from scipy import stats

from resig.inference.matched import (
    COUNTED_IN,
    SMALLEST_BIN,
    bins_of,
    draw_sets,
    merge_bins,
    n_matched_sets,
    standing,
)


def some_genes(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Means and detection as in cells: detection rises with the mean, loosely."""
    draw = np.random.default_rng(seed)
    mean = draw.gamma(0.5, 1.0, n)
    return mean, np.round(np.clip(1 - np.exp(-3 * mean * draw.lognormal(0, 0.5, n)), 0, 1), 2)


def test_bins_are_alike_within_and_follow_the_mean():
    mean, detected = some_genes(20_000)
    bins = bins_of(mean, detected)
    assert 150 <= bins.max() <= 200
    for values in (mean, detected):
        of_bin = np.bincount(bins, weights=values) / np.bincount(bins)
        assert ((values - of_bin[bins]) ** 2).sum() < 0.05 * ((values - values.mean()) ** 2).sum()


def test_where_all_is_detected_the_mean_alone_is_cut():
    mean = np.random.default_rng(0).normal(7, 2, 1000)
    assert np.bincount(bins_of(mean, np.ones(1000))).tolist() == [SMALLEST_BIN] * 20


def test_bins_do_not_know_the_order_of_genes():
    mean, detected = some_genes(3000)
    order = np.random.default_rng(1).permutation(3000)
    np.testing.assert_array_equal(bins_of(mean[order], detected[order]), bins_of(mean, detected)[order])


@pytest.mark.parametrize(
    ("sizes", "members_in", "expected"),
    [
        ([60, 60, 60], {0: 5}, [60, 60, 60]),
        ([60, 10, 70], {1: 2}, [70, 70]),  # too small: joined to the smaller neighbour
        ([60, 60, 80], {1: 40}, [120, 80]),  # more than half are members
        ([20, 10], {0: 3}, [30]),  # all there is
        ([40, 30], {0: 30, 1: 10}, None),  # more than half of all genes are members
    ],
)
def test_bins_are_joined_until_there_is_a_choice(sizes, members_in, expected):
    bins = np.repeat(np.arange(len(sizes)), sizes)
    members = np.concatenate([np.flatnonzero(bins == each)[:n] for each, n in members_in.items()])
    merged = merge_bins(bins, members)
    if expected is None:
        assert merged is None
    else:
        assert merged is not None and np.bincount(merged).tolist() == expected


def test_sets_keep_sizes_and_bins_and_repeat_no_gene():
    mean, detected = some_genes(2000)
    bins = bins_of(mean, detected)
    members = np.random.default_rng(5).choice(2000, 40, replace=False)
    draws = draw_sets(bins, members, np.ones(40), np.arange(2000), 500, seed=3)
    assert not draws.exhaustive and draws.genes.shape == (500, 40)
    np.testing.assert_array_equal(bins[draws.genes], np.tile(bins[members], (500, 1)))
    assert all(len(set(row)) == 40 for row in draws.genes.tolist())
    # each gene of a bin is drawn about as often as any other
    drawn = np.bincount(draws.genes.ravel(), minlength=2000)
    for each in np.unique(bins[members]):
        own = drawn[bins == each]
        assert stats.chisquare(own).pvalue > 1e-4


def test_matching_is_sound():
    """Random sets are as highly expressed, and as often detected, as the signature; unmatched ones are not."""
    mean, detected = some_genes(20_000)
    members = np.argsort(mean)[-400::20]
    draws = draw_sets(bins_of(mean, detected), members, np.ones(20), np.arange(20_000), 1000, seed=1)
    for values in (mean, detected):
        apart = abs(values[draws.genes].mean() - values[members].mean()) / values.std()
        assert apart < 0.25
    assert abs(mean.mean() - mean[members].mean()) / mean.std() > 1


def test_few_sets_are_all_tried_once():
    bins = np.array([0] * 6 + [1] * 5)
    members, weight = np.array([0, 1, 2, 7]), np.array([1.0, 1.0, -1.0, 1.0])
    n = comb(6, 2) * 4 * 5
    assert n_matched_sets(bins, members, weight, 1000) == n
    draws = draw_sets(bins, members, weight, np.arange(11), 1000, seed=1)
    assert draws.exhaustive
    found = {(frozenset(row[:2]), row[2], row[3]) for row in draws.genes.tolist()}
    slow = {(frozenset((a, b)), c, d) for a, b, c in permutations(range(6), 3) for d in range(6, 11)}
    assert found == slow and len(draws.genes) == n


def test_draws_follow_the_names_of_genes():
    bins = bins_of(*some_genes(600))
    members = np.array([3, 77, 200, 410])
    names = np.array([f"G{at:03d}" for at in range(600)])
    here = draw_sets(bins, members, np.ones(4), np.argsort(names), 50, seed=9)
    shuffle = np.random.default_rng(0).permutation(600)
    place = np.argsort(shuffle)  # gene g of before stands at place[g] now
    there = draw_sets(bins[shuffle], place[members], np.ones(4), np.argsort(names[shuffle]), 50, seed=9)
    np.testing.assert_array_equal(names[shuffle][there.genes], names[here.genes])


def test_standing_is_counted_by_hand():
    random = np.array([-1.0, 0.0, 0.5, 2.0, np.nan])
    stands = standing(0.5, random, exhaustive=True)
    assert (stands.p, stands.percentile, stands.n_sets) == (1.0, 62.5, 4)
    stands = standing(2.0, random, exhaustive=True)
    assert (stands.p, stands.percentile) == (0.5, 87.5)
    assert np.isnan(standing(2.0, random, False, fewest=5).p)  # four drawn sets say nothing
    many = np.linspace(-1, 1, 999)
    assert standing(5.0, many, exhaustive=False).p == pytest.approx(2 / 1000)
    assert np.isnan(standing(np.nan, many, exhaustive=False).p)


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_swapped_arms_keep_the_p_and_mirror_the_percentile(shift):
    random = np.random.default_rng(0).normal(shift, 1, 1000)
    for observed in (-0.4, 0.7, 2.5):
        here, there = standing(observed, random, False), standing(-observed, -random, False)
        assert here.p == there.p and here.percentile == pytest.approx(100 - there.percentile)


def test_an_effect_below_that_of_random_sets_is_not_specific():
    """All genes rise; a signature that rises less than they do is low among them, and no evidence."""
    random = np.random.default_rng(0).normal(2, 0.5, 1000)
    stands = standing(0.5, random, False)
    assert stands.percentile < 1 and stands.p == 1.0


@pytest.mark.parametrize(("n_genes", "size"), [(60, 12), (400, 12), (400, 1)])
def test_p_of_a_random_set_is_uniform(n_genes, size):
    """Members of any strength: a set that was itself drawn at random has p below a in a share a of cases."""
    draw = np.random.default_rng(42)
    mean, detected = some_genes(n_genes)
    bins = bins_of(mean, detected)
    p = []
    for trial in range(600):
        strength = draw.standard_t(3, n_genes)
        members = draw.choice(n_genes, size, replace=False)
        merged = merge_bins(bins, members)
        weight = draw.choice([-1.0, 1.0], size)
        draws = draw_sets(merged, members, weight, np.arange(n_genes), 199, seed=trial)
        effect = (strength[draws.genes] * weight).mean(axis=1)
        p.append(standing(float((strength[members] * weight).mean()), effect, draws.exhaustive).p)
    found = np.array(p)
    for alpha in (0.05, 0.2, 0.5):
        error = np.sqrt(alpha * (1 - alpha) / len(p))
        assert abs((found <= alpha + 1e-9).mean() - alpha) < 3.5 * error


def test_the_histogram_counts_each_set_once_in_its_bin():
    random = np.random.default_rng(3).normal(size=997)
    stands = standing(0.1, np.append(random, np.nan), exhaustive=False)
    width = (stands.most - stands.least) / COUNTED_IN
    by_hand = [0] * COUNTED_IN
    for value in random:
        by_hand[min(int((value - stands.least) / width), COUNTED_IN - 1)] += 1
    assert (stands.least, stands.most) == (random.min(), random.max())
    assert list(stands.counts) == by_hand
    assert standing(0.1, np.full(50, 2.0), exhaustive=True).counts == (50, *[0] * (COUNTED_IN - 1))
