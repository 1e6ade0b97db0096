"""All cells of a sample, and the split into scores within cell types and the mix of types: exact, against counting."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resig.inference.composition import ALL_CELLS, decompose, of_all_cells, share_of_mix


def drawn(seed: int, samples: int, types: int, absent: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Cells and mean scores of samples x types; some types are absent from some samples."""
    generator = np.random.default_rng(seed)
    cells = generator.poisson(30, size=(samples, types)) * (generator.random((samples, types)) > absent)
    cells[:, 0] += 1
    means = generator.normal(size=(samples, types))
    means[cells == 0] = np.nan
    return cells, means


def table(cells: np.ndarray, means: np.ndarray) -> pd.DataFrame:
    rows = [
        {"dataset": "d", "sample": f"s{i}", "cell_type": f"t{k}", "n_cells": int(cells[i, k]), "signature": "a"}
        | {"method": "zmean", "score": means[i, k], "up": means[i, k] + 1, "down": -1.0}
        for i, k in zip(*np.nonzero(cells), strict=True)
    ]
    return pd.DataFrame(rows)


def whole_of(scores: pd.DataFrame) -> pd.DataFrame:
    found = of_all_cells(scores)
    return found[found["cell_type"] == ALL_CELLS].set_index("sample")


def test_the_mean_over_all_cells_is_that_of_the_cells_themselves() -> None:
    cells, means = drawn(1, 5, 3)
    whole = whole_of(table(cells, means))
    for at in range(5):
        every_cell = np.repeat(means[at], cells[at])
        assert whole.at[f"s{at}", "score"] == pytest.approx(every_cell.mean())
        assert whole.at[f"s{at}", "up"] == pytest.approx(every_cell.mean() + 1)
        assert whole.at[f"s{at}", "n_cells"] == cells[at].sum()


def test_a_type_without_a_score_leaves_the_whole_without_one() -> None:
    cells, means = drawn(1, 2, 2, absent=0)
    scores = table(cells, means)
    scores.loc[scores["sample"].eq("s0") & scores["cell_type"].eq("t1"), ["score", "up", "down"]] = np.nan
    whole = whole_of(scores)["score"]
    assert np.isnan(whole["s0"]) and np.isfinite(whole["s1"])


def test_one_cell_type_is_all_cells_already() -> None:
    cells, means = drawn(1, 4, 1)
    scores = table(cells, means)
    assert of_all_cells(scores) is scores


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(2, 6))
def test_the_parts_add_up_exactly(seed: int, samples: int, types: int) -> None:
    cells, means = drawn(seed, samples, types)
    shares = cells / cells.sum(axis=1, keepdims=True)
    whole = (shares * np.nan_to_num(means)).sum(axis=1)
    parts = decompose(shares, means)
    np.testing.assert_allclose(parts.base + parts.within + parts.mix, whole, atol=1e-12)


def test_two_samples_are_split_as_kitagawa_splits_two_groups() -> None:
    cells, means = drawn(3, 2, 4, absent=0)
    (one, other), (a, b) = cells / cells.sum(axis=1, keepdims=True), means
    parts = decompose(np.array([one, other]), means)
    assert parts.within[0] - parts.within[1] == pytest.approx(((one + other) / 2 * (a - b)).sum())
    assert parts.mix[0] - parts.mix[1] == pytest.approx(((a + b) / 2 * (one - other)).sum())


def test_equal_scores_leave_only_the_mix_and_equal_mixes_only_the_scores() -> None:
    cells, means = drawn(4, 6, 3, absent=0)
    shares = cells / cells.sum(axis=1, keepdims=True)
    direction = np.array([1, 1, 1, -1, -1, -1]) / 3
    same_scores = decompose(shares, np.tile(means[0], (6, 1)))
    np.testing.assert_allclose(same_scores.within, 0, atol=1e-12)
    assert share_of_mix(same_scores, direction) == pytest.approx(1)
    same_mix = decompose(np.tile(shares[0], (6, 1)), means)
    np.testing.assert_allclose(same_mix.mix, 0, atol=1e-12)
    assert share_of_mix(same_mix, direction) == pytest.approx(0)


def test_a_type_that_only_one_arm_has_counts_as_mix() -> None:
    shares, means = np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[1.0, 5.0], [1.0, np.nan]])
    parts = decompose(shares, means)
    np.testing.assert_allclose(parts.within, 0, atol=1e-12)
    assert parts.mix[0] - parts.mix[1] == pytest.approx(2)


def test_no_change_has_no_share() -> None:
    parts = decompose(np.full((4, 2), 0.5), np.ones((4, 2)))
    assert np.isnan(share_of_mix(parts, np.array([1.0, 1, -1, -1])))
