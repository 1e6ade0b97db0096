"""Contrasts whose answer is known, on the leukaemias of the demo: what is there is found, what is not is not claimed.

What each should give was written before it was run. docs/validation.md has the larger ones, on whole runs.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from resig.inference.contrast import compare

ROOT = Path(__file__).resolve().parents[2]
METHODS = ("zmean", "singscore")
T_ANTIGENS = dict.fromkeys(("CD3D", "CD3E", "CD3G", "CD2", "CD7"), 1.0)
CALLED = ["supported", "contradicted"]


@pytest.fixture
def cohort(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "real"))
    for name in ("controls", "data", "scores"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    from data import leukaemias

    return leukaemias()


def answer(cohort: Any, sets: dict[str, dict[str, float]], column: str, arms: dict[str, list[str]]) -> pd.DataFrame:
    """Score and compare as a run does, but for random sets of like genes (they are for `not_specific`)."""
    from scores import score

    names = cohort.labels.index.astype(str)
    scored = score(cohort.log, cohort.symbols, sets, METHODS)
    block = {"dataset": "d", "cell_type": "bulk", "n_cells": 1}
    tables = [
        pd.DataFrame({"sample": names, "signature": each, "method": method, "score": values[:, at]} | block)
        for method, values in scored.items()
        for at, each in enumerate(sets)
    ]
    samples = cohort.labels.assign(sample=names).reset_index(drop=True)
    gate = pd.DataFrame({"signature": list(sets), "scorable": "yes", "reason": ""})
    spec = {"groups": {"column": column} | arms, "pair_by": None, "cell_types": "all"}
    settings = {"permutations": 1000, "fdr": 0.05, "min_cells": 10, "seed": 1}
    return compare("d", "c", spec, pd.concat(tables, ignore_index=True), samples, gate, {}, **settings)


MDR = {"resistant": ["POS"], "sensitive": ["NEG"]}


def lineage(cohort: Any) -> dict[str, list[str]]:
    levels = sorted(set(cohort.labels["BT"]))
    return {
        "resistant": [each for each in levels if each.startswith("T")],
        "sensitive": [each for each in levels if each.startswith("B")],
    }


def random_sets(cohort: Any, count: int = 40, size: int = 10) -> dict[str, dict[str, float]]:
    draw = np.random.default_rng(3)
    return {
        f"random_{at:02d}": dict.fromkeys(draw.choice(cohort.symbols, size, replace=False), 1.0) for at in range(count)
    }


def test_t_antigens_tell_t_from_b_cell_leukaemias(cohort: Any) -> None:
    """Expected: supported, AUROC above 0.95; the lineage was told by these antigens."""
    found = answer(cohort, {"t": T_ANTIGENS}, "BT", lineage(cohort))
    assert set(found["verdict"]) == {"supported"} and (found["auroc"] > 0.95).all()


def test_arms_turned_turn_the_answer(cohort: Any) -> None:
    """Expected: contradicted, and one minus the AUROC: direction is never taken from the data."""
    arms = lineage(cohort)
    turned = {"resistant": arms["sensitive"], "sensitive": arms["resistant"]}
    found, other = (answer(cohort, {"t": T_ANTIGENS}, "BT", each) for each in (arms, turned))
    assert set(other["verdict"]) == {"contradicted"}
    np.testing.assert_allclose(other["auroc"], 1 - found["auroc"], atol=1e-12)


def test_abcb1_does_not_separate_multidrug_resistance(cohort: Any) -> None:
    """Expected: 0.599 (plain ranks on the same file), and no claim."""
    found = answer(cohort, {"abcb1": {"ABCB1": 1.0}}, "mdr", MDR).set_index("method").loc["zmean"]
    assert found["verdict"] == "not_separable"
    assert found["auroc"] == pytest.approx(0.599, abs=0.002)
    assert found["auroc_low"] < 0.5 < found["auroc_high"]


def test_random_sets_are_not_called_on_multidrug_resistance(cohort: Any) -> None:
    """Expected: at most 5 % of 40."""
    found = answer(cohort, random_sets(cohort), "mdr", MDR)
    assert found.groupby("method")["verdict"].apply(lambda of: of.isin(CALLED).mean()).le(0.05).all()


def test_shuffled_lineages_are_not_called(cohort: Any) -> None:
    """Expected: a shuffle that gives any call, T antigens included, is rarer than 4 in 20 (each has 5 % at most)."""
    sets = {"t": T_ANTIGENS} | random_sets(cohort, 10)
    arms, claims = lineage(cohort), 0
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(cohort.labels))
        shuffled = type(cohort)(
            cohort.name, cohort.log, cohort.symbols, cohort.labels.assign(BT=cohort.labels["BT"].to_numpy()[order])
        )
        found = answer(shuffled, sets, "BT", arms)
        claims += found.loc[found["method"] == "zmean", "verdict"].isin(CALLED).any()
    assert claims < 4


def test_one_sample_an_arm_can_claim_nothing(cohort: Any) -> None:
    """Expected: underpowered, though the antigens could not differ more."""
    levels = cohort.labels["BT"].str[0]
    pair = [int(np.flatnonzero(levels == each)[0]) for each in "TB"]
    found = answer(cohort.of(np.array(pair)), {"t": T_ANTIGENS}, "BT", lineage(cohort))
    assert set(found["verdict"]) == {"underpowered"} and found["p"].isna().all()
