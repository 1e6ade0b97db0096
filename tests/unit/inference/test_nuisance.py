"""Nuisance screen: against least squares, on planted confounders, and where it must keep silent."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from resig.inference.design import design_of
from resig.inference.nuisance import Nuisance, nuisances_of, screen, summarised
from resig.pseudobulk import Pseudobulk
from resig.scoring.panel import Genes
from resig.tables import read_text_table

SPEC = {
    "groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]},
    "pair_by": None,
    "block_by": None,
    "covariates": [],
}


def samples_of(n: int) -> pd.DataFrame:
    return pd.DataFrame({"sample": [f"s{at:02d}" for at in range(n)], "arm": ["R"] * (n // 2) + ["S"] * (n - n // 2)})


def screened(n: int, scores: dict, columns: dict, seed: int = 1) -> pd.DataFrame:
    samples = samples_of(n)
    names = samples["sample"].tolist()
    nuisances = [Nuisance(name, pd.DataFrame(values, index=names, dtype=float)) for name, values in columns.items()]
    rows = screen(design_of(SPEC, samples, "d"), pd.DataFrame(scores, index=names), nuisances, 500, seed)
    return pd.DataFrame(rows).set_index(["signature", "nuisance"])


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, dict]:
    """Depth differs between the arms; one score is depth, one is the arm, one is neither."""
    draw = np.random.default_rng(7)
    n = 40
    arm = np.repeat([1.0, 0.0], n // 2)
    depth = 2 * arm + draw.normal(0, 1, n)
    idle = draw.normal(0, 1, n)
    scores = {
        "of_depth": depth + draw.normal(0, 0.3, n),
        "of_arm": 3 * arm + draw.normal(0, 1, n),
        "of_nothing": draw.normal(0, 1, n),
    }
    return screened(n, scores, {"depth": {"depth": depth}, "mito_share": {"mito_share": idle}}), {
        "arm": arm,
        "depth": depth,
        **scores,
    }


def test_effects_are_those_of_least_squares(planted):
    found, data = planted
    for name in ("of_depth", "of_arm", "of_nothing"):
        row, y = found.loc[(name, "depth")], data[name]
        within = np.sqrt((y[:20].var(ddof=1) + y[20:].var(ddof=1)) / 2)
        small = 1 - 3 / (4 * 38 - 1)  # Hedges' factor, approximately
        plain = sm.OLS(y, sm.add_constant(data["arm"])).fit().params[1]
        given = sm.OLS(y, sm.add_constant(np.column_stack([data["arm"], data["depth"]]))).fit()
        assert row["effect"] == pytest.approx(small * plain / within, rel=1e-3)
        assert row["adjusted_effect"] == pytest.approx(small * given.params[1] / within, rel=1e-3)
        # the interval says of 0 what the t-test of the coefficient says
        excludes = row["adjusted_low"] * row["adjusted_high"] > 0
        assert excludes == (given.pvalues[1] < 0.05)


def test_a_score_that_is_depth_is_confounded_by_depth_alone(planted):
    found, _ = planted
    assert found["confounds"].to_dict() == {
        ("of_depth", "depth"): "yes",
        ("of_arm", "depth"): "no",
        ("of_nothing", "depth"): "no",
        ("of_depth", "mito_share"): "no",
        ("of_arm", "mito_share"): "no",
        ("of_nothing", "mito_share"): "no",
    }
    assert found.loc[("of_depth", "depth"), "correlation"] > 0.9
    assert found.loc[("of_depth", "depth"), "nuisance_p"] < 0.01 < found.loc[("of_depth", "mito_share"), "nuisance_p"]
    whole = summarised(found.reset_index().query("signature == 'of_depth'").to_dict("records"))
    assert whole["confounded_by"] == "depth"
    assert whole["adjusted_effect"] == found.loc[("of_depth", "depth"), "adjusted_effect"]


def test_swapped_arms_flip_effects_and_keep_the_answer(planted):
    found, data = planted
    turned = {name: data[name][::-1] for name in ("of_depth", "of_arm", "of_nothing")}
    other = screened(40, turned, {"depth": {"depth": data["depth"][::-1]}})
    for name in turned:
        here, there = found.loc[(name, "depth")], other.loc[(name, "depth")]
        assert here["effect"] == pytest.approx(-there["effect"])
        assert here["adjusted_effect"] == pytest.approx(-there["adjusted_effect"])
        assert here["confounds"] == there["confounds"]


def test_null_scores_are_seldom_said_to_be_confounded():
    """Depth differs, scores follow neither: at most as many as have an interval without 0."""
    draw = np.random.default_rng(3)
    depth = np.repeat([1.5, 0.0], 10) + draw.normal(0, 1, 20)
    found = screened(20, {f"S{at}": draw.normal(0, 1, 20) for at in range(400)}, {"depth": {"depth": depth}})
    assert (found["confounds"] == "yes").mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_too_few_samples_are_not_adjusted_and_say_so():
    draw = np.random.default_rng(1)
    found = screened(6, {"S": draw.normal(size=6)}, {"depth": {"depth": draw.normal(size=6)}})
    assert found["reason"].tolist() == ["6_samples_are_too_few_to_adjust"]
    assert found["adjusted_effect"].isna().all() and found["confounds"].tolist() == [""]
    batches = {f"batch={at}": draw.integers(0, 2, 12) for at in range(3)}
    found = screened(12, {"S": draw.normal(size=12)}, {"batch": batches})
    assert found["reason"].tolist() == ["12_samples_are_too_few_to_adjust"]


def test_samples_without_the_nuisance_are_left_out_of_both_effects():
    draw = np.random.default_rng(2)
    purity, score = draw.uniform(0.2, 0.9, 30), draw.normal(size=30)
    purity[[0, 29]] = np.nan
    found = screened(30, {"S": score}, {"purity": {"purity": purity}}).iloc[0]
    kept = slice(1, 29)
    names = samples_of(30).iloc[kept]
    alone = design_of(SPEC, names, "d").effects(score[kept][:, None])[0]
    assert found["n_samples"] == 28 and found["effect"] == pytest.approx(alone)


def test_what_is_known_of_samples():
    draw = np.random.default_rng(5)
    log = draw.normal(5, 1, (8, 12))
    genes = Genes([f"G{at}" for at in range(12)], log.mean(axis=0), log.std(axis=0, ddof=1), np.ones(12))
    names = [f"s{at}" for at in range(8)]
    units = pd.DataFrame({"sample": names, "cell_type": "bulk", "n_cells": 1})
    pseudobulk = Pseudobulk(units, genes, log, np.ones_like(log), {})
    confounders = pd.DataFrame(
        {"sample": names, "cell_type": "bulk", "depth": [10.0**at for at in range(8)], "detected_genes": 12.0}
    ).assign(mito_share=np.nan)
    samples = pd.DataFrame({"sample": names, "run": ["a", "a", "a", "b", "b", "c", "", "a"], "pure": ["0.5", ""] * 4})
    found = nuisances_of(pseudobulk, confounders, samples, [f"G{at}" for at in range(6)], "run", "pure")["bulk"]
    assert [each.name for each in found] == ["proliferation", "depth", "batch"]  # the rest is not known or constant
    z = (log[:, :6] - log[:, :6].mean(axis=0)) / log[:, :6].std(axis=0, ddof=1)
    np.testing.assert_allclose(found[0].columns["proliferation"], z.mean(axis=1))
    np.testing.assert_allclose(found[1].columns["depth"], np.arange(8))
    assert list(found[2].columns) == ["batch=b", "batch=c"]
    assert found[2].columns.loc["s6"].isna().all() and found[2].columns.loc["s5"].tolist() == [0, 1]
    assert "proliferation" not in {
        each.name for each in nuisances_of(pseudobulk, confounders, samples, ["G1", "G2"], None, None)["bulk"]
    }


def test_the_proliferation_set_is_the_published_one_with_approved_symbols():
    resources = Path(__file__).resolve().parents[3] / "resources"
    table = read_text_table(resources / "genesets" / "proliferation.tsv")
    listed = "".join(f"{symbol}\n" for symbol in table["published_as"]).encode()
    assert hashlib.sha256(listed).hexdigest() == "eb666ba4f7b7a8b2845e1586d42687feaf813e9fa1fdadba89dacd4093411ac0"
    assert table["phase"].tolist() == ["S"] * 43 + ["G2/M"] * 54
    approved = set(read_text_table(resources / "nomenclature" / "hgnc.tsv")["symbol"])
    assert set(table["symbol"]) <= approved and table["symbol"].is_unique
