"""Matched null and leave-one-gene-out: equal to scoring every set by itself, cell by cell, and calibrated."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scoring"))
from toolbox import counts, genes_of, panel_of, random_sets, rows_of, score_rows, write_h5ad

from resig.inference import specificity
from resig.inference.linear import LinearDesign
from resig.inference.set_scores import scorer_of, why_not
from resig.inference.specificity import Background, Family, Pool, drivers, examine
from resig.pseudobulk import Pseudobulk, read_pseudobulk, write_pseudobulk
from resig.scoring import METHODS
from resig.scoring.block import Columns, Scale, build_block
from resig.scoring.inputs import Universe
from resig.scoring.panel import Genes

N_CELLS, N_GENES, N_SAMPLES = 240, 400, 10
SAMPLES = [f"s{at}" for at in range(N_SAMPLES)]
SETS = random_sets(N_GENES, (1, 3, 6, 12), seed=2)
IN_CELLS = [name for name, method in METHODS.items() if method.as_gene_sum]
IN_BULK = [name for name, method in METHODS.items() if not why_not(method, bulk=True)]


def effects(values: np.ndarray) -> np.ndarray:
    """Hedges g of the first half of the samples against the second."""
    names = [f"s{at}" for at in range(len(values))]
    axis = np.where(np.arange(len(names)) < len(names) // 2, 0.5, -0.5)
    nothing = pd.DataFrame(index=names)
    return LinearDesign(names, axis, np.zeros(len(names), int), nothing, "hedges_g", ()).effects(values)


@pytest.fixture(scope="module")
def cells(tmp_path_factory) -> tuple[np.ndarray, pd.DataFrame, Pseudobulk]:
    folder = tmp_path_factory.mktemp("cells")
    raw = counts(N_CELLS, N_GENES, seed=4, mean=2.0)
    raw = raw[np.asarray(raw.sum(axis=1)).ravel() > 0]
    n_cells = raw.shape[0]
    draw = np.random.default_rng(3)
    observations = pd.DataFrame(
        {
            "observation": [f"c{at}" for at in range(n_cells)],
            "row": range(n_cells),
            "sample": draw.choice(SAMPLES, n_cells),
            "cell_type": draw.choice(["T", "B"], n_cells),
        }
    )
    scale = Scale.of("counts", "single_cell")
    columns = Columns(np.arange(N_GENES, dtype=np.int32), np.ones(N_GENES, np.uint8))
    block = build_block(rows_of(raw), columns, scale)
    log = np.zeros(raw.shape)
    log[block.row, block.gene] = block.log
    genes = genes_of(log)
    source = write_h5ad(folder / "m.h5ad", raw)
    universe = Universe(genes, np.arange(N_GENES, dtype=np.int32))
    methods = [METHODS[name] for name in IN_CELLS]
    write_pseudobulk(source, "counts", "single_cell", universe, observations, methods, folder / "p.h5ad")
    return log, observations, read_pseudobulk(folder / "p.h5ad")


def bulk_of(values: np.ndarray, genes: Genes | None = None) -> Pseudobulk:
    units = pd.DataFrame({"sample": [f"s{at}" for at in range(len(values))], "cell_type": "bulk", "n_cells": 1})
    gains = {}
    for name in ("ucell", "aucell"):
        panel = panel_of({"S": {0: 1.0}}, genes or genes_of(values))
        rule = METHODS[name].as_gene_sum(panel)
        columns = Columns(np.arange(values.shape[1], dtype=np.int32), np.ones(values.shape[1], np.uint8))
        block = build_block(rows_of(values), columns, Scale.of("log", "bulk"))
        entries, at_zero = rule.values(block)
        gains[name] = at_zero[:, None] + rule.at_zero
        gains[name][block.row, block.gene] = entries
    return Pseudobulk(units, genes or genes_of(values), values, (values != 0).astype(float), gains)


def background(pseudobulk: Pseudobulk, sets=SETS, bulk: bool = True, matched_sets: int = 100) -> Background:
    return Background(pseudobulk, panel_of(sets, pseudobulk.genes), METHODS, bulk, matched_sets, 0.05)


def mean_scores(
    log: np.ndarray, observations: pd.DataFrame, cell_type: str, sets, method: str, genes: Genes
) -> np.ndarray:
    """Score cells by the method itself, then average over the cells of each sample."""
    whole = score_rows(log, sets, method, genes).whole
    own = [(observations["sample"] == name) & (observations["cell_type"] == cell_type) for name in SAMPLES]
    return np.array([whole[rows.to_numpy()].mean(axis=0) for rows in own])


@pytest.mark.parametrize("name", IN_CELLS)
def test_effects_of_sets_are_those_of_scores_of_cells(name, cells):
    log, observations, pseudobulk = cells
    here = background(pseudobulk, bulk=False)
    found = examine(here, name, "T", SAMPLES, effects)
    pool = Pool(here, METHODS[name], "T")
    for own in (each for each in SETS if each in found):
        family = Family.of(specificity.sets_of(METHODS[name].panel(here.panel))[own], pool)
        sets = {f"{at}": dict(zip(each.gene, each.weight, strict=True)) for at, each in enumerate(family.sets)}
        slow = effects(mean_scores(log, observations, "T", sets, name, pseudobulk.genes))
        observed, without, random = slow[0], slow[1 : 1 + len(family.without)], slow[1 + len(family.without) :]
        null, n = found[own].null, int(np.isfinite(random).sum())
        if n < 40:
            assert np.isnan(null["null_p"])  # most random sets are zero in all samples
            continue
        np.testing.assert_allclose(null["effect"], observed, rtol=1e-6)
        np.testing.assert_allclose(null["null_mean"], np.nanmean(random), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(null["null_sd"], np.nanstd(random, ddof=1), rtol=1e-6)
        np.testing.assert_allclose(
            [each["effect_without"] for each in found[own].genes], without if len(without) else [np.nan], rtol=1e-6
        )
        beyond = (np.sign(observed) * random >= np.sign(observed) * observed - 1e-7).sum()
        share = beyond / n if family.draws.exhaustive else (beyond + 1) / (n + 1)
        assert null["null_p"] == pytest.approx(min(1, 2 * share))


@pytest.mark.parametrize("name", IN_BULK)
def test_bulk_scores_of_sets_are_those_of_the_method(name):
    values = np.random.default_rng(8).normal(6, 2, (12, 150)).round(1)
    values[values < 3] = 0
    sets = random_sets(150, (5, 8, 20))
    scorer = scorer_of(METHODS[name], bulk_of(values), np.arange(2, 10), bulk=True)
    genes = genes_of(values)
    panel = METHODS[name].panel(panel_of(sets, genes))
    np.testing.assert_allclose(scorer(panel), score_rows(values, sets, name, genes).whole[2:10], rtol=1e-9)


def test_a_method_that_cannot_says_why(cells):
    found = examine(background(cells[2], bulk=False), "ssgsea", "T", SAMPLES, effects)
    assert {each.null["reason"] for each in found.values()} == {"ssgsea_is_no_sum_over_genes"}
    assert all(np.isnan(each.contrast["null_p"]) and each.flags for each in found.values())
    assert [why_not(METHODS[name], True) for name in ("gsva", "mlm")] == [
        "gsva_needs_the_whole_matrix_for_each_set",
        "mlm_scores_depend_on_the_other_sets",
    ]


def cohort(n: int = 16, seed: int = 1) -> np.ndarray:
    """Log values in which every gene differs somewhat between the halves."""
    draw = np.random.default_rng(seed)
    values = draw.normal(draw.uniform(2, 9, N_GENES), 1, (n, N_GENES))
    values[: n // 2] += draw.normal(0, 0.5, N_GENES)
    return values


def answers(values: np.ndarray, sets=SETS, genes: Genes | None = None, method: str = "zmean", order=None, **how):
    samples = [f"s{at}" for at in range(len(values))]
    chosen = samples if order is None else [samples[at] for at in order]
    return examine(background(bulk_of(values, genes), sets, **how), method, "bulk", chosen, effects)


def test_neither_gene_order_nor_other_sets_nor_sample_order_matter():
    values = cohort()
    usual = answers(values)
    shuffle = np.random.default_rng(3).permutation(N_GENES)
    place = np.argsort(shuffle)
    genes = genes_of(values[:, shuffle])
    names = [f"G{at}" for at in shuffle]
    sets = {name: {int(place[gene]): sign for gene, sign in members.items()} for name, members in SETS.items()}
    moved = answers(values[:, shuffle], sets, Genes(names, genes.mean, genes.sd, genes.detected))
    mixed = answers(values, order=[*range(7, -1, -1), *range(15, 7, -1)])
    for name, each in usual.items():
        alone = answers(values, {name: SETS[name]})[name]
        for other in (moved[name], mixed[name], alone):
            assert other.contrast["null_p"] == each.contrast["null_p"]
            assert other.contrast["top_genes"] == each.contrast["top_genes"]
            np.testing.assert_allclose(other.contrast["loo_min_effect"], each.contrast["loo_min_effect"], rtol=1e-9)


@pytest.mark.parametrize("method", ["zmean", "ucell", "ssgsea"])
def test_swapped_arms_mirror_everything(method):
    values = cohort()
    here, there = answers(values, method=method), answers(values, method=method, order=[*range(8, 16), *range(8)])
    assert here
    for name, each in here.items():
        one, other = each.contrast, there[name].contrast
        assert one["null_p"] == other["null_p"] and one["top_genes"] == other["top_genes"]
        assert one["null_percentile"] == pytest.approx(100 - other["null_percentile"])
        np.testing.assert_allclose(one["loo_min_effect"], -other["loo_min_effect"], rtol=1e-9)


def test_planted_genes_stand_out_and_one_gene_is_named():
    values = cohort()
    sets = {"all": dict.fromkeys(range(8), 1.0), "one": dict.fromkeys(range(8, 16), 1.0), "marker": {20: 1.0}}
    values[:, :16] = np.random.default_rng(5).normal(6, 1, (16, 16))
    values[:8, :8] += 2
    values[:8, 8] += 12
    found = answers(values, sets)
    assert found["all"].contrast["null_p"] == pytest.approx(2 / 101) and not found["all"].flags
    assert "one_gene:G8" in found["one"].flags and found["one"].contrast["top_genes"].startswith("G8 (")
    assert found["one"].contrast["loo_min_effect"] < 0.5 * found["one"].null["effect"]
    assert found["marker"].contrast["top_genes"] == "G20 (alone)" and np.isnan(
        found["marker"].contrast["loo_min_effect"]
    )
    marker = next(iter(found["marker"].genes))
    np.testing.assert_allclose(marker["gene_effect"], effects(values[:, [20]])[0])


def test_drivers_by_hand():
    genes = [
        {"symbol": name, "effect_without": rest} for name, rest in (("A", 0.8), ("B", -0.1), ("C", 1.2), ("D", np.nan))
    ]
    columns, flags = drivers(1.0, genes)
    assert columns["top_genes"] == "B (110 %), D (100 %), A (20 %)"
    assert columns["loo_min_effect"] == -0.1 and flags == ["one_gene:B"]
    assert drivers(-1.0, [{"symbol": n, "effect_without": -e} for n, e in (("A", 0.8), ("B", 0.9))])[1] == []
    assert drivers(np.nan, genes)[0]["top_genes"] == ""


def test_a_set_as_large_as_the_panel_has_no_null_and_says_so():
    values = cohort()[:, :30]
    found = answers(values, {"large": dict.fromkeys(range(16), 1.0), "one": {3: 1.0}, "two": {3: 1.0, 5: 1.0}})
    assert found["large"].flags[0] == "no_matched_null:too_few_genes_to_draw_from"
    assert found["one"].flags[0] == "no_matched_null:too_few_matched_sets"  # 30 genes cannot give p of 0.05
    assert np.isnan(found["large"].contrast["null_p"]) and np.isfinite(found["large"].contrast["loo_min_effect"])
    assert np.isfinite(found["two"].contrast["null_p"])


def test_p_of_matched_random_sets_is_uniform():
    """Genes that all move, together and apart, and sets without any meaning: p is as small as it should be."""
    draw = np.random.default_rng(11)
    p = []
    for cohort_seed in range(4):
        values = cohort(seed=cohort_seed)
        values += draw.normal(0, 1, (16, 1)) * draw.normal(0, 0.7, N_GENES)
        sets = {f"S{at}": dict.fromkeys(draw.choice(N_GENES, 6, replace=False).tolist(), 1.0) for at in range(100)}
        p += [each.contrast["null_p"] for each in answers(values, sets, matched_sets=199).values()]
    found = np.array(p)
    for alpha in (0.05, 0.1, 0.2):  # above, sets that lag behind the others have p of 1
        assert abs((found <= alpha).mean() - alpha) < 3.5 * np.sqrt(alpha * (1 - alpha) / len(p))


def test_groups_of_families_change_nothing(monkeypatch):
    values = cohort()
    usual = answers(values)
    monkeypatch.setattr("resig.inference.set_scores.MOST_SCORES", 1)
    monkeypatch.setattr("resig.inference.set_scores.ROWS", 3)
    for name, each in answers(values).items():
        assert each.contrast["null_p"] == usual[name].contrast["null_p"]
        np.testing.assert_allclose(each.null["null_mean"], usual[name].null["null_mean"], rtol=1e-12)
