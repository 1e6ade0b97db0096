"""Who takes part in a contrast: the same samples as the contrast table counts, each in the arm its label names."""

import pandas as pd
import pytest

from resig.inference.compared import compared
from resig.tables import COMPARED

ASKED = {"pair_by": None, "block_by": None, "covariates": [], "cell_types": "all"}
KINDS = dict.fromkeys(["groups", "trend", "continuous", "survival"])
SAMPLES = pd.DataFrame(
    {
        "sample": list("abcdefg"),
        "arm": ["R", "S", "R", "S", "R", "S", "other"],
        "who": ["1", "1", "2", "2", "3", "", "4"],
        "stage": ["I", "II", "III", "I", "II", "III", ""],
        "auc": ["0.5", "1", "", "2", "3.5", "4", "5"],
        "days": ["10", "20", "30", "0", "50", "", "70"],
        "died": ["1", "0", "1", "1", "0", "1", "1"],
    }
)
GROUPS = {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}


def scores(n_cells: dict[str, int] | None = None) -> pd.DataFrame:
    own = n_cells or dict.fromkeys(SAMPLES["sample"], 1)
    cell_type = "T cell" if n_cells else "bulk"
    return pd.DataFrame({"sample": list(own), "n_cells": list(own.values()), "cell_type": cell_type})


def asked(kind: str, n_cells: dict[str, int] | None = None, **spec: object) -> pd.DataFrame:
    whole = ASKED | KINDS | spec
    found = compared("d", "c", whole, scores(n_cells), SAMPLES, min_cells=10, batch=None)
    assert whole[kind]
    return COMPARED.check(found, "here").set_index("sample")


def test_arms_follow_the_labels_and_others_take_no_part():
    found = asked("groups", groups=GROUPS)
    assert found["arm"].to_dict() == dict(zip("abcdef", ["resistant", "sensitive"] * 3, strict=True))
    assert set(found["block"]) == {""}


def test_of_pairs_only_whole_ones_take_part():
    found = asked("groups", groups=GROUPS, pair_by="who")
    assert found["block"].to_dict() == {"a": "1", "b": "1", "c": "2", "d": "2"}


def test_a_sample_with_too_few_cells_takes_its_partner_along():
    found = asked("groups", dict.fromkeys("abcdefg", 50) | {"d": 9}, groups=GROUPS, pair_by="who")
    assert sorted(found.index) == ["a", "b"]


def test_a_trend_keeps_the_levels_and_a_phenotype_its_own_values():
    found = asked("trend", trend={"column": "stage", "order": ["I", "II", "III"]})
    assert found["arm"].to_dict() == dict(zip("abcdef", ["I", "II", "III"] * 2, strict=True))
    values = asked("continuous", continuous={"column": "auc", "higher_means": "sensitive"})["value"]
    assert values.to_dict() == {"a": 0.5, "b": 1.0, "d": 2.0, "e": 3.5, "f": 4.0, "g": 5.0}


def test_survival_keeps_times_above_zero_with_their_events():
    found = asked("survival", survival={"time": "days", "event": "died"})
    assert found["value"].to_dict() == {"a": 10.0, "b": 20.0, "c": 30.0, "e": 50.0, "g": 70.0}
    assert found["event"].to_dict() == {"a": 1, "b": 0, "c": 1, "e": 0, "g": 1}


@pytest.mark.parametrize("pair_by", [None, "who"])
def test_as_many_samples_as_the_contrast_table_counts(pair_by):
    from resig.inference.contrast import compare

    spec = ASKED | KINDS | {"groups": GROUPS, "pair_by": pair_by}
    own = scores().assign(signature="s", method="m", score=range(7))
    coverage = pd.DataFrame({"signature": ["s"], "scorable": ["yes"]})
    table = compare("d", "c", spec, own, SAMPLES, coverage, {}, permutations=100, fdr=0.05, min_cells=10, seed=1)
    arms = asked("groups", groups=GROUPS, pair_by=pair_by)["arm"].value_counts()
    assert (arms["resistant"], arms["sensitive"]) == (table["n_resistant"][0], table["n_sensitive"][0])
