"""Against values that R wrote once (tests/golden/gsva.R, singscore.R), and scores worked out by hand or published."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toolbox import genes_of, panel_of, score_rows

from resig.scoring import gsva
from resig.scoring.ssgsea import with_ties_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
SETS = {"A": range(12), "B": range(4, 40), "C": [2, 49, 98, 119, 199, 249, 298]}
MEMBERS = {name: dict.fromkeys(genes, 1.0) for name, genes in SETS.items()}


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    return pd.read_csv(GOLDEN / "gsva_input.csv", index_col=0).to_numpy().T.copy()


def golden(name: str) -> np.ndarray:
    return pd.read_csv(GOLDEN / name, index_col=0).loc[list(SETS)].to_numpy().T


def test_ssgsea_is_r_gsvas(values: np.ndarray) -> None:
    expected = golden("ssgsea.csv")
    np.testing.assert_allclose(score_rows(values, MEMBERS, "ssgsea").whole, expected, rtol=0, atol=1e-9)


def test_ssgsea_with_rs_order_of_ties_is_r_gsvas(values: np.ndarray) -> None:
    members = [np.array(list(genes)) for genes in SETS.values()]
    found = with_ties_of("gsva", values.round(1), members)
    np.testing.assert_allclose(found, golden("ssgsea_tied.csv"), rtol=0, atol=1e-9)


def test_gsva_is_r_gsvas(values: np.ndarray) -> None:
    found = gsva.score_cohort(values, panel_of(MEMBERS, genes_of(values)))
    np.testing.assert_allclose(found.whole, golden("gsva.csv"), rtol=0, atol=1e-6)


def test_singscore_by_hand() -> None:
    """The formula of Foroutan et al. 2018, eq. 1-3, for one sample of ten genes with ranks 1 to 10.

    Up members rank 9 and 10: mean 9.5, possible means 1.5 to 9.5, so 1 - 0.5 = 0.5. Down members rank 1, 2 and 6:
    mean 3, possible means 2 to 9, so 1/7 - 0.5. In the paper the down part is scored on reversed ranks and added; that
    is the same as to subtract it here.
    """
    values = np.arange(1.0, 11.0)[None, :]
    scores = score_rows(values, {"S": {8: 1.0, 9: 1.0, 0: -1.0, 1: -1.0, 5: -1.0}}, "singscore")
    assert scores.up[0, 0] == pytest.approx(0.5, abs=1e-12)
    assert scores.down[0, 0] == pytest.approx(1 / 7 - 0.5, abs=1e-12)
    assert scores.whole[0, 0] == pytest.approx(1 - 1 / 7, abs=1e-12)


def test_singscore_gives_ties_their_lowest_rank() -> None:
    """Genes 0 to 3 are zero and share rank 1, gene 4 and 5 share rank 5; possible means of two members: 1.5 to 5.5."""
    values = np.array([[0.0, 0.0, 0.0, 0.0, 2.0, 2.0]])
    scores = score_rows(values, {"S": {0: 1.0, 4: 1.0}, "T": {4: 1.0, 5: 1.0}}, "singscore")
    np.testing.assert_allclose(scores.whole[0], [(3 - 1.5) / 4 - 0.5, (5 - 1.5) / 4 - 0.5], rtol=0, atol=1e-12)


def test_singscore_is_rs(values: np.ndarray) -> None:
    """Of the values as they are, and rounded so that many are tied (tests/golden/singscore.R)."""
    answers = pd.read_csv(GOLDEN / "singscore.tsv", sep="\t")
    pairs = {"A": ("A", ""), "B": ("B", ""), "A_less_C": ("A", "C"), "C_less_B": ("C", "B")}
    sets = {
        name: (dict.fromkeys(SETS[down], -1.0) if down else {}) | dict.fromkeys(SETS[up], 1.0)
        for name, (up, down) in pairs.items()
    }
    for tied, expected in answers.groupby("tied"):
        found = score_rows(values.round(1) if tied else values, sets, "singscore")
        for part, ours in (("total", found.whole), ("up", found.up), ("down", -found.down)):
            wide = expected.pivot(index="sample", columns="set", values=part)
            theirs = wide.loc[[f"S{at}" for at in range(20)], list(pairs)].to_numpy()
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_singscore_of_its_own_published_test() -> None:
    """Github DavisLaboratory/singscore, commit 16f1213, tests/testthat/test-scoring.R: four genes, two of them tied."""
    values = np.array([[1.0, 2.0, 5.0, 5.0]])
    scores = score_rows(values, {"up": {2: 1.0, 3: 1.0}, "both": {2: 1.0, 3: 1.0, 0: -1.0}}, "singscore")
    np.testing.assert_allclose(scores.whole[0], [0.25, 0.75], rtol=0, atol=1e-15)
    np.testing.assert_allclose([scores.up[0, 1], -scores.down[0, 1]], [0.25, 0.5], rtol=0, atol=1e-15)
