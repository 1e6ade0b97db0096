"""Quality of signatures: against pandas and scikit-learn, and on sets that do and do not move together."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from resig.inference.set_scores import Set, panel_of
from resig.inference.specificity import Background
from resig.pseudobulk import Pseudobulk
from resig.quality import signature_quality
from resig.scoring.panel import Genes

N_GENES, N_SAMPLES = 600, 30
SAMPLES = [f"s{at:02d}" for at in range(N_SAMPLES)]
SETS = [
    Set("together", np.arange(8), np.array([1, 1, 1, 1, 1, -1, -1, -1.0])),
    Set("apart", np.arange(8, 16), np.ones(8)),
    Set("against_signs", np.arange(6), np.array([1, -1, 1, -1, 1, -1.0])),
    Set("marker", np.array([20]), np.ones(1)),
]


@pytest.fixture(scope="module")
def log() -> np.ndarray:
    draw = np.random.default_rng(0)
    values = draw.normal(draw.uniform(3, 9, N_GENES), 1, (N_SAMPLES, N_GENES))
    shared = draw.normal(0, 1.5, (N_SAMPLES, 1))
    values[:, :5] += shared
    values[:, 5:8] -= shared
    return values


def background(log: np.ndarray, sets=SETS, bulk: bool = True) -> Background:
    genes = Genes([f"G{at}" for at in range(log.shape[1])], log.mean(0), log.std(0, ddof=1), np.ones(log.shape[1]))
    units = pd.DataFrame({"sample": SAMPLES[: len(log)], "cell_type": "bulk" if bulk else "T", "n_cells": 1})
    if not bulk:
        units["n_cells"] = [5] * 4 + [50] * (len(log) - 4)
    return Background(
        Pseudobulk(units, genes, log, np.ones_like(log), {}), panel_of(sets, genes, 1), {}, bulk, 300, 0.05
    )


def scores(log: np.ndarray) -> pd.DataFrame:
    draw = np.random.default_rng(4)
    return pd.DataFrame(
        [
            {"sample": name, "cell_type": "bulk", "signature": each.name, "method": method, "score": value}
            for each in SETS
            for method, noise in (("zmean", 0), ("ssgsea", 0.3), ("singscore", 0.5))
            for name, value in zip(
                SAMPLES[: len(log)],
                (log[:, each.gene] * each.weight).mean(axis=1) + draw.normal(0, 1, len(log)) * noise,
                strict=True,
            )
        ]
    )


def test_figures_are_those_of_pandas_and_scikit_learn(log):
    table = scores(log)
    found = signature_quality("d", background(log), table, 10).set_index("signature")
    for each in SETS[:3]:
        own = log[:, each.gene]
        signed = pd.DataFrame(own * each.weight).corr(method="spearman").to_numpy()
        row = found.loc[each.name]
        assert row["coherence"] == pytest.approx(np.median(signed[np.triu_indices(len(each.gene), 1)]))
        z = (own - own.mean(axis=0)) / own.std(axis=0)
        component = PCA(1).fit(z)
        assert row["pc1_share"] == pytest.approx(component.explained_variance_ratio_[0])
        along = np.corrcoef(component.transform(z)[:, 0], (z * each.weight).mean(axis=1))[0, 1]
        assert row["pc1_agreement"] == pytest.approx(abs(along))
        assert row["sd"] == pytest.approx(np.median(own.std(axis=0, ddof=1)))
        assert row["expression"] == pytest.approx(own.mean())
        wide = table[table["signature"] == each.name].pivot(index="sample", columns="method", values="score")
        between = wide.corr(method="spearman").to_numpy()[np.triu_indices(3, 1)]
        assert row["methods_agreement"] == pytest.approx(np.median(between))


def test_members_that_do_not_move_together_are_flagged(log):
    found = signature_quality("d", background(log), scores(log), 10).set_index("signature")
    assert found["flags"].to_dict() == {
        "together": "",
        "apart": "incoherent",
        "against_signs": "incoherent",
        "marker": "",
    }
    assert found.at["together", "coherence_p"] == pytest.approx(1 / 201)
    assert abs(found.at["apart", "coherence_matched"]) < 0.1
    assert np.isnan(found.at["marker", "coherence"])


def test_random_sets_are_flagged_as_often_as_chance_says(log):
    """95 in 100 random sets are no more coherent than the upper twentieth."""
    draw = np.random.default_rng(9)
    sets = [Set(f"R{at}", draw.choice(np.arange(30, N_GENES), 6, replace=False), np.ones(6)) for at in range(200)]
    found = signature_quality("d", background(log, sets), scores(log), 10)
    p = found["coherence_p"].to_numpy()
    assert abs((p <= 0.05).mean() - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 200)
    assert abs((p <= 0.5).mean() - 0.5) < 3 * np.sqrt(0.25 / 200)


def test_too_few_samples_and_too_few_cells_say_so(log):
    few = signature_quality("d", background(log[:5]), scores(log[:5]), 10)
    assert set(few["flags"]) == {"fewer_than_6_samples"} and few["coherence"].isna().all()
    cells = signature_quality("d", background(log, bulk=False), scores(log).assign(cell_type="T"), 10)
    assert set(cells["n_samples"]) == {N_SAMPLES - 4}


def test_a_signature_without_members_that_vary_has_no_row(log):
    flat = log.copy()
    flat[:, 20] = 3.0
    assert "marker" not in set(signature_quality("d", background(flat), scores(log), 10)["signature"])
