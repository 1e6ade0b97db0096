"""The worlds of the calibration hold what they say, and its page hides nothing."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "calibration"))
    for name in ("worlds", "measure", "page"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_survival_is_laid_by_proportional_hazards() -> None:
    from lifelines import CoxPHFitter
    from worlds import survival

    world = survival(300)
    scores = world.draw(np.random.default_rng(1), 8, 0.7)
    found = []
    for column in scores.T:
        frame = world.samples[["days", "died"]].astype(float).assign(score=column)
        found.append(CoxPHFitter().fit(frame, "days", "died").params_["score"])
    assert np.mean(found) == pytest.approx(0.7, abs=0.1)
    np.testing.assert_allclose(scores.std(axis=0, ddof=1), 1)


def test_donors_share_what_is_their_own() -> None:
    from worlds import Cells

    drawn = Cells(10, between=0.5)
    values, donor = drawn.cells(np.random.default_rng(2), 200, 0.0)
    means = drawn.donor_means(values, donor)
    expected = 0.25 + np.mean(1 / drawn.numbers())
    assert means.var(axis=0, ddof=1).mean() == pytest.approx(expected, rel=0.1)
    assert drawn.numbers().min() >= 10 and drawn.numbers().max() > 10 * drawn.numbers().min()


def test_wilcoxon_is_scipys() -> None:
    from measure import wilcoxon

    generator = np.random.default_rng(3)
    one, other = generator.normal(0.2, 1, (40, 5)), generator.normal(size=(70, 5))
    theirs = stats.mannwhitneyu(one, other, method="asymptotic", use_continuity=False).pvalue
    np.testing.assert_allclose(wilcoxon(one, other), theirs, rtol=1e-9)


def test_what_is_measured_has_its_error_and_its_level() -> None:
    from measure import covered, false_positives
    from worlds import blocked, unpaired

    few = false_positives(unpaired(3, 3), 200, 199, 1)
    assert (few["share"], few["attainable"], few["smallest"]) == (0, 0, 0.1)
    exact = false_positives(unpaired(5, 5), 500, 999, 1)
    assert exact["attainable"] == pytest.approx(12 / 252)
    assert abs(exact["share"] - 12 / 252) < 4 * exact["mc_error"]
    batches = false_positives(blocked(8), 200, 199, 1)
    assert batches["share"] < 0.15 < 0.9 < batches["unadjusted"]["share"]
    inside = covered(unpaired(10, 10), 1.0, 1.0, 500, 1)
    assert inside["auroc"]["truth"] == pytest.approx(0.7602, abs=1e-4)
    assert abs(inside["share"] - 0.95) < 4 * inside["mc_error"]


def test_the_page_lists_what_fails_first() -> None:
    import page

    row: dict[str, Any] = {"part": "null", "design": "good", "size": "5 v 5", "share": 0.047, "mc_error": 0.003}
    row |= {"attainable": 0.048, "smallest": 0.008}
    bad = row | {"design": "bad", "share": 0.3}
    few = row | {"design": "few", "share": 0.0, "smallest": 0.1, "attainable": 0.0}
    interval = {"part": "coverage", "design": "short", "size": "3 v 3", "effect": 1.0, "effect_type": "hedges_g"}
    interval |= {"share": 0.9, "mc_error": 0.003, "bias": 0.0}
    text = page.render([row, bad, few, interval], "Measured then.")
    first = text.split("## Where it fails")[1].split("\n## ")[0]
    assert "*bad*" in first and "*short*" in first and "*good*" not in first
    assert "| bad | 5 v 5 | 30.0 ± 0.3 | 4.8 | 0.008 |  | **too many** |" in text
    assert "| few | 5 v 5 | none: underpowered | – | 0.1 |" in text
    assert "Nowhere in what follows" in page.render([row], "Measured then.")


def test_the_page_of_the_repository_is_the_rendered_one() -> None:
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    half = text.split("<!-- calibration -->\n")[1]
    assert half.startswith("# In worlds of known truth\n\nWritten by `python benchmarks/calibration/run.py`")
    for name in ("null", "cells", "power"):
        assert f"images/validation_{name}.svg" in half
        assert (ROOT / "docs" / "images" / f"validation_{name}.svg").stat().st_size > 5000
