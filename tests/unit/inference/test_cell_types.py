"""Single cells in a contrast: planted shifts within types and between them, contexts, numbers of cells, families."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from resig.inference.cell_types import composition_table, say_of_cells
from resig.inference.composition import of_all_cells
from resig.inference.contexts import Context
from resig.inference.contrast import compare
from resig.tables import COMPOSITION, CONFOUNDERS, CONTRASTS, SAMPLE_SCORES

INFERENCE: dict[str, Any] = {"permutations": 2000, "fdr": 0.05, "min_cells": 10, "seed": 1}
SPEC: dict[str, Any] = {
    "groups": {"column": "response", "resistant": ["PD"], "sensitive": ["CR"]},
    "trend": None,
    "continuous": None,
    "survival": None,
    "pair_by": None,
    "block_by": None,
    "covariates": [],
    "cell_types": "all",
}
CONTEXTS = {"within": Context(("fibroblast",), "by name"), "mixed": Context((), "not found")}
COVERAGE = pd.DataFrame({"signature": ["within", "mixed"], "scorable": "yes", "reason": ""})


def planted(n: int = 8, shift: float = 0.35) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Resistant samples have more fibroblasts; `within` rises in all their cells, `mixed` is high in fibroblasts."""
    draw = np.random.default_rng(5)
    rows = []
    for at in range(2 * n):
        resistant = at < n
        share = 0.3 + shift * resistant + draw.uniform(-0.05, 0.05)
        cells = {"fibroblast": round(200 * share), "T cell": 200 - round(200 * share)}
        for cell_type, count in cells.items():
            level = {"within": 2.0 * resistant, "mixed": 3.0 * (cell_type == "fibroblast")}
            rows += [
                {"dataset": "d", "sample": f"s{at:02d}", "cell_type": cell_type, "n_cells": count, "signature": each}
                | {"method": "zmean", "score": level[each] + draw.normal(0, 0.3), "up": 0.0, "down": 0.0}
                for each in level
            ]
    scores = SAMPLE_SCORES.check(of_all_cells(pd.DataFrame(rows)), "scores")
    samples = pd.DataFrame({"sample": [f"s{at:02d}" for at in range(2 * n)], "response": ["PD"] * n + ["CR"] * n})
    units = scores[scores["signature"] == "within"].assign(depth=1.0, detected_genes=1.0, mito_share=0.0, share=0.5)
    return scores, samples, CONFOUNDERS.check(units, "confounders")


def asked(scores: pd.DataFrame, samples: pd.DataFrame, spec: dict[str, Any] = SPEC) -> pd.DataFrame:
    table = compare("d", "c", spec, scores, samples, COVERAGE, {}, **INFERENCE)
    told = say_of_cells(table, spec, scores, samples, CONTEXTS, None, INFERENCE)
    return CONTRASTS.check(told, "contrast").set_index(["cell_type", "signature"])


def flags(row: pd.Series) -> set[str]:
    return set(row["flags"].split(";"))


def test_a_shift_between_types_is_told_from_a_change_within_them() -> None:
    scores, samples, _ = planted()
    found = asked(scores, samples)
    whole = found.loc["all cells"]
    assert whole.at["mixed", "p"] < 0.01 and whole.at["mixed", "mix_share"] > 0.9
    assert "composition" in flags(whole.loc["mixed"])
    assert whole.at["within", "p"] < 0.01 and abs(whole.at["within", "mix_share"]) < 0.2
    assert "composition" not in flags(whole.loc["within"])
    assert found.loc[["T cell", "fibroblast"], "mix_share"].isna().all()


def test_the_share_of_the_mix_is_that_of_the_difference_of_arms() -> None:
    scores, samples, _ = planted()
    own = scores[scores["signature"] == "mixed"]
    resistant = own["sample"].isin(samples.loc[samples["response"] == "PD", "sample"])
    # Kitagawa's decomposition of every pair of a resistant and a sensitive sample, averaged, is close to it.
    mixes, whole = [], []
    wide = own[own["cell_type"] != "all cells"].pivot(index="sample", columns="cell_type", values=["n_cells", "score"])
    shares = wide["n_cells"].to_numpy(dtype=float)
    shares = shares / shares.sum(axis=1, keepdims=True)
    means = wide["score"].to_numpy(dtype=float)
    for one in range(8):
        for other in range(8, 16):
            mixes.append(((means[one] + means[other]) / 2 * (shares[one] - shares[other])).sum())
            whole.append((means[one] * shares[one] - means[other] * shares[other]).sum())
    found = asked(scores, samples).at[("all cells", "mixed"), "mix_share"]
    assert resistant.any() and found == pytest.approx(np.mean(mixes) / np.mean(whole), abs=0.01)


def test_all_cells_are_a_family_of_their_own() -> None:
    scores, samples, _ = planted()
    found = asked(scores, samples)
    without = asked(scores[scores["cell_type"] != "all cells"], samples)
    pd.testing.assert_frame_equal(found.drop("all cells"), without)
    whole = found.loc["all cells"]
    np.testing.assert_allclose(whole["fdr"], multipletests(whole["p"], method="fdr_bh")[1])


def test_rows_say_whether_the_signature_is_about_these_cells() -> None:
    scores, samples, _ = planted()
    found = asked(scores, samples)
    assert "in_context" in flags(found.loc[("fibroblast", "within")])
    assert "outside_context" in flags(found.loc[("T cell", "within")])
    assert "context_not_found" in flags(found.loc[("T cell", "mixed")])
    assert not flags(found.loc[("all cells", "within")]) & {"in_context", "outside_context", "context_not_found"}


def test_a_score_that_follows_the_number_of_cells_is_flagged() -> None:
    scores, samples, _ = planted()
    fibroblasts = scores["cell_type"] == "fibroblast"
    follows = np.log10(scores["n_cells"].astype(float)) * 10
    scores.loc[fibroblasts & (scores["signature"] == "mixed"), "score"] = follows
    found = asked(scores, samples)
    assert "follows_cell_number" in flags(found.loc[("fibroblast", "mixed")])
    assert "follows_cell_number" not in flags(found.loc[("all cells", "mixed")])


def test_shares_of_types_against_the_same_question() -> None:
    scores, samples, confounders = planted()
    found = composition_table("d", "c", SPEC, confounders, samples, None, INFERENCE)
    found = COMPOSITION.check(found, "composition").set_index("cell_type")
    cells = scores.query("signature == 'within' and cell_type == 'fibroblast'")["n_cells"].to_numpy(dtype=float)
    odds = np.log((cells + 0.5) / (200 - cells + 0.5))
    row = found.loc["fibroblast"]
    t = stats.ttest_ind(odds[:8], odds[8:]).statistic
    assert row["effect"] == pytest.approx((1 - 3 / (4 * 14 - 1)) * t * np.sqrt(2 / 8), rel=2e-3)
    assert found.at["T cell", "effect"] == pytest.approx(-row["effect"])
    assert [row["min_cells_resistant"], row["median_cells_sensitive"]] == [cells[:8].min(), np.median(cells[8:])]
    assert row["share"] == pytest.approx(cells.mean() / 200)
    assert row["share_resistant"] > row["share_sensitive"]


def test_without_arms_shares_are_held_against_the_phenotype() -> None:
    scores, samples, confounders = planted()
    spec = SPEC | {"groups": None, "continuous": {"column": "auc", "higher_means": "sensitive"}}
    samples = samples.assign(auc=[str(at) for at in range(16)])
    found = composition_table("d", "c", spec, confounders, samples, None, INFERENCE).set_index("cell_type")
    assert found.at["fibroblast", "effect_type"] == "spearman" and found.at["fibroblast", "effect"] > 0.5
    assert found["share_resistant"].isna().all()
    whole = asked(scores, samples, spec).loc["all cells"]
    assert whole.at["mixed", "mix_share"] > 0.9 and whole.at["within", "mix_share"] < 0.2
