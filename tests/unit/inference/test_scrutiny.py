"""Contrast tables with everything that is asked of an effect: what is called, and what is not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from resig.inference.contrast import compare
from resig.inference.nuisance import Nuisance
from resig.inference.scrutiny import Scrutiny, incoherent_in
from resig.inference.set_scores import Set, panel_of, scorer_of
from resig.inference.specificity import Background
from resig.pseudobulk import Pseudobulk
from resig.scoring import METHODS
from resig.scoring.panel import Genes
from resig.tables import CONTRASTS, DRIVERS, NUISANCE, NULLS, QUALITY

N, N_GENES = 24, 500
NAMES = [f"s{at:02d}" for at in range(N)]
SPEC = {"groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}, "pair_by": None, "cell_types": "all"}
SETTINGS = {"permutations": 2000, "fdr": 0.05, "min_cells": 1, "seed": 1, "null_alpha": 0.05}
ARM = np.repeat([1.0, 0.0], N // 2)


def cohort(seed: int = 0, everything: float = 0.0) -> np.ndarray:
    """Log values without any effect, but for a shift of all genes in the resistant arm."""
    draw = np.random.default_rng(seed)
    values = draw.normal(draw.uniform(3, 9, N_GENES), 1, (N, N_GENES))
    return values + everything * ARM[:, None]


def answered(
    log: np.ndarray, sets: list[Set], method: str = "zmean", arms: str = "RS", **nuisances: np.ndarray
) -> tuple[pd.DataFrame, Scrutiny]:
    genes = Genes([f"G{at}" for at in range(N_GENES)], log.mean(0), log.std(0, ddof=1), np.ones(N_GENES))
    units = pd.DataFrame({"sample": NAMES, "cell_type": "bulk", "n_cells": 1})
    background = Background(
        Pseudobulk(units, genes, log, np.ones_like(log), {}), panel_of(sets, genes, 1), METHODS, True, 300, 0.05
    )
    known = [Nuisance(name, pd.DataFrame({name: values}, index=NAMES)) for name, values in nuisances.items()]
    scrutiny = Scrutiny(background, {"bulk": known}, frozenset({("bulk", "loose")}), 2000, 1, 0.05)
    values = scorer_of(METHODS[method], background.pseudobulk, np.arange(N), True)(
        METHODS[method].panel(background.panel)
    )
    scores = pd.concat(
        pd.DataFrame({"sample": NAMES, "signature": each.name, "score": values[:, at]}) for at, each in enumerate(sets)
    ).assign(dataset="d", cell_type="bulk", n_cells=1, method=method)
    samples = pd.DataFrame({"sample": NAMES, "arm": [arms[0]] * (N // 2) + [arms[1]] * (N // 2)})
    gate = pd.DataFrame({"signature": [each.name for each in sets], "scorable": "yes", "reason": ""})
    found = compare("d", "c", SPEC, scores, samples, gate, {}, scrutiny=scrutiny, **SETTINGS)
    return CONTRASTS.check(found, "contrast").set_index("signature"), scrutiny


def sets_of(*families: Any) -> list[Set]:
    return [Set(name, np.arange(*span), np.ones(span[1] - span[0])) for name, span in families]


def test_what_all_genes_show_is_not_specific_and_what_few_do_is():
    log = cohort(everything=1.2)
    log[:, :6] += 1.5 * ARM[:, None]
    found, _ = answered(log, sets_of(("own", (0, 6)), ("any", (10, 16)), ("other", (20, 26))))
    assert found["fdr"].max() < 0.01  # all three differ
    assert found["verdict"].to_dict() == {"own": "supported", "any": "not_specific", "other": "not_specific"}
    assert found.at["own", "null_p"] == pytest.approx(2 / 301)
    against, _ = answered(log, sets_of(("own", (0, 6)), ("any", (10, 16)), ("other", (20, 26))), arms="SR")
    assert against["verdict"].to_dict() == {"own": "contradicted", "any": "not_specific", "other": "not_specific"}
    pd.testing.assert_series_equal(against["null_p"], found["null_p"])


def test_one_gene_is_flagged_only_where_there_is_an_effect():
    log = cohort()
    log[:, :4] -= np.where(ARM[:, None] > 0, log[:12, :4].mean(axis=0), log[12:, :4].mean(axis=0))
    log[:, 0] += 9 * ARM
    found, scrutiny = answered(log, sets_of(("one", (0, 4)), ("none", (10, 14)), ("loose", (20, 24))))
    assert "one_gene:G0" in found.at["one", "flags"].split(";") and found.at["one", "p"] <= 0.05
    assert "one_gene" not in found.at["none", "flags"] and "one_gene" not in found.at["loose", "flags"]
    assert found.at["loose", "flags"] == "incoherent"
    members = pd.DataFrame(scrutiny.genes).set_index(["signature", "symbol"])
    assert members.at[("one", "G0"), "effect_without"] == found.at["one", "loo_min_effect"]
    assert len(members) == 12


def test_a_nuisance_that_explains_it_is_named():
    log = cohort()
    depth = 2 * ARM + np.random.default_rng(4).normal(0, 0.8, N)
    log[:, :5] += 1.2 * depth[:, None]
    log[:, 10:15] += 2 * ARM[:, None]
    found, _ = answered(log, sets_of(("technical", (0, 5)), ("biology", (10, 15))), depth=depth)
    assert found["confounded_by"].to_dict() == {"technical": "depth", "biology": ""}
    assert found.at["technical", "adjusted_effect"] < 0.5 * found.at["technical", "effect"]
    assert set(found["verdict"]) == {"supported"}  # the screen tells, it does not judge


def test_a_leading_method_without_a_null_says_so_and_still_calls():
    log = cohort()
    log[:, :6] += 2 * ARM[:, None]
    kept = METHODS["ssgsea"]
    assert kept.as_gene_sum is None
    found, scrutiny = answered(log, sets_of(("own", (0, 6))), "ssgsea")
    assert found.at["own", "verdict"] == "supported" and found.at["own", "null_p"] < 0.05  # bulk: the method itself
    scrutiny.background = Background(**{**vars(scrutiny.background), "bulk": False})
    frame = pd.DataFrame({"own": np.arange(N, dtype=float)}, index=NAMES)
    from resig.inference.design import design_of

    samples = pd.DataFrame({"sample": NAMES, "arm": ["R"] * (N // 2) + ["S"] * (N // 2)})
    columns, flags = scrutiny(design_of(SPEC, samples, "d"), "ssgsea", "bulk", frame, {"own": 0.01})["own"]
    assert np.isnan(columns["null_p"]) and flags == ["no_matched_null:ssgsea_is_no_sum_over_genes"]


def test_null_cohorts_are_seldom_called():
    """No effect at all: verdicts are what the FDR lets through, less what matched sets show."""
    draw = np.random.default_rng(8)
    called = 0
    for seed in range(10):
        sets = [Set(f"S{at}", draw.choice(N_GENES, 5, replace=False), np.ones(5)) for at in range(20)]
        found, _ = answered(cohort(seed), sets)
        called += int(found["verdict"].isin(["supported", "contradicted"]).sum())
    assert called <= 4  # 2 % of 200


def test_tables_are_as_declared(tmp_path):
    log = cohort()
    _, scrutiny = answered(log, sets_of(("a", (0, 5)), ("b", (30, 31))), depth=np.arange(N, dtype=float))
    paths = [tmp_path / f"{name}.tsv" for name in ("null", "genes", "nuisance")]
    scrutiny.write("d", "c", *paths)
    nulls, genes, nuisance = (table.read(path) for table, path in zip((NULLS, DRIVERS, NUISANCE), paths, strict=True))
    assert list(nulls["signature"]) == ["a", "b"] and len(genes) == 6 and list(nuisance["nuisance"]) == ["depth"] * 2
    assert nulls.set_index("signature").at["b", "all_sets"] == "yes"  # one member: every gene of its bin, once


def test_where_no_signature_is_judged_none_is_incoherent() -> None:
    none = pd.DataFrame(columns=QUALITY.names).astype({"flags": object})
    assert incoherent_in(none) == frozenset()
    two = pd.DataFrame({"cell_type": ["bulk"] * 2, "signature": ["a", "b"], "flags": ["low_variance", "incoherent;x"]})
    assert incoherent_in(two) == {("bulk", "b")}
