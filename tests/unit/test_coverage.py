"""The gate, rule by rule, and the counts behind it against sets."""

import numpy as np
import pandas as pd
import pytest

from resig.coverage import gate, measure_coverage
from resig.tables import COVERAGE

UNSPLICED = "long non-coding RNA read from mRNA data: unspliced or unpolyadenylated RNA is missed"
MARKER = "one member: a marker read-out, not a signature"


@pytest.mark.parametrize(
    ("needs", "assay", "tier", "measured", "share", "least", "expected"),
    [
        ("mrna", "mrna", "A", 5, 1.0, 3, ("yes", "")),
        ("mrna", "total_rna", "B", 9, 0.6, 3, ("yes", "")),
        ("mrna", "mrna", "C", 4, 1.0, 3, ("low_power", "4 members: few genes carry the score")),
        ("mrna", "mrna", "A", 2, 1.0, 1, ("low_power", "2 members: few genes carry the score")),
        ("mrna", "mrna", "U", 1, 1.0, 1, ("low_power", MARKER)),
        ("total_rna", "total_rna", "A", 7, 1.0, 3, ("yes", "")),
        ("total_rna", "mrna", "A", 7, 1.0, 3, ("low_power", UNSPLICED)),
        ("total_rna", "mrna", "A", 1, 1.0, 1, ("low_power", f"{UNSPLICED}; {MARKER}")),
        ("mrna", "mrna", "X", 9, 1.0, 1, ("no", "the document gives no expression-level direction (tier X)")),
        ("small_rna", "mrna", "A", 9, 1.0, 1, ("no", "needs small RNA data; this dataset is mRNA")),
        ("mrna", "small_rna", "A", 9, 1.0, 1, ("no", "needs mRNA data; this dataset is small RNA")),
        (
            "circ_rna",
            "total_rna",
            "A",
            9,
            1.0,
            1,
            ("no", "needs circRNA (back-splice junctions) data; this dataset is total RNA"),
        ),
        ("small_rna", "small_rna", "A", 5, 1.0, 1, ("yes", "")),
        ("circ_rna", "circ_rna", "A", 5, 1.0, 1, ("yes", "")),
        ("mrna", "mrna", "A", 0, 0.0, 1, ("no", "none of its members is measured here")),
        ("mrna", "mrna", "A", 3, 0.5, 3, ("no", "50% of its members are measured, 60% are needed")),
        ("mrna", "mrna", "A", 5, 0.6, 6, ("no", "5 members measured, 6 are needed")),
    ],
)
def test_gate(needs: str, assay: str, tier: str, measured: int, share: float, least: int, expected: tuple) -> None:
    assert gate(needs, assay, tier, measured, share, least, 0.6) == expected


def features(rows: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["feature", "symbol", "how", "used", "sd"])


def measure(members: dict[str, list[str]], genes: pd.DataFrame, least: float = 0.6) -> pd.DataFrame:
    about = pd.DataFrame({"signature": list(members), "assay": "mrna", "tier": "A", "min_members": 1})
    rows = pd.DataFrame([(name, gene, 1) for name in members for gene in members[name]])
    rows.columns = ["signature", "symbol", "weight"]
    found = measure_coverage("d", "mrna", about, rows, genes, least)
    return COVERAGE.check(found, "coverage").set_index("signature")


GENES = features(
    [
        ("A", "A", "as given", "yes", 1.0),
        ("oldB", "B", "previous", "yes", 0.5),
        ("aliasC", "C", "alias", "yes", 0.5),
        ("Dm", "D", "ortholog", "yes", 0.5),
        ("flat", "F", "as given", "yes", 0.0),
        ("nan", "N", "as given", "yes", np.nan),
        ("A.1", "A", "as given", "no", 9.0),
        ("G.1", "G", "as given", "no", 9.0),
        ("?", "", "unknown", "yes", 1.0),
    ]
)


def test_every_member_is_counted_once_and_named_where_it_lacks() -> None:
    row = measure({"s": ["A", "B", "C", "D", "F", "N", "G", "Z"]}, GENES, 0.1).loc["s"]
    counts = row[["n_members", "n_found", "n_alias", "n_ortholog", "n_missing", "n_not_expressed", "n_measured"]]
    # G stands there, but its feature is not in use; F and N never vary.
    assert counts.tolist() == [8, 6, 2, 1, 2, 2, 4]
    assert row["coverage"] == 4 / 8
    assert sorted(row["missing"].split(",")) == ["F", "G", "N", "Z"]
    assert (row["scorable"], row["reason"]) == ("low_power", "4 members: few genes carry the score")


def test_counts_equal_set_arithmetic() -> None:
    generator = np.random.default_rng(1)
    names = [f"g{at}" for at in range(60)]
    inside, flat = set(generator.choice(names, 40, False)), set(generator.choice(names, 10, False))
    genes = features([(each, each, "as given", "yes", float(each not in flat)) for each in sorted(inside)])
    sets = {f"s{at}": list(generator.choice(names, generator.integers(1, 12), False)) for at in range(25)}
    found = measure(sets, genes)
    for name, own in sets.items():
        measured = set(own) & inside - flat
        assert found.at[name, "n_measured"] == len(measured)
        assert found.at[name, "n_found"] == len(set(own) & inside)
        assert set(filter(None, found.at[name, "missing"].split(","))) == set(own) - measured
        assert (found.at[name, "scorable"] != "no") == (len(measured) > 0 and len(measured) / len(own) >= 0.6)


@pytest.mark.parametrize(("least", "scorable"), [(0.6, "low_power"), (0.61, "no"), (0.0, "low_power")])
def test_the_share_asked_for_is_enough(least: float, scorable: str) -> None:
    assert measure({"s": ["A", "B", "C", "Y", "Z"]}, GENES, least).at["s", "scorable"] == scorable


def test_a_share_just_short_is_not_rounded_up_in_words() -> None:
    reason = measure({"s": [f"z{at}" for at in range(403)] + ["A"]}, GENES, 0.005).at["s", "reason"]
    assert reason == "0.248% of its members are measured, 0.5% are needed"
    genes = features([(f"g{at}", f"g{at}", "as given", "yes", 1.0) for at in range(597)])
    reason = measure({"s": [f"g{at}" for at in range(1000)]}, genes).at["s", "reason"]
    assert reason == "59.7% of its members are measured, 60% are needed"


def test_signatures_do_not_touch_each_other() -> None:
    alone = measure({"s": ["A", "B", "Z"]}, GENES).loc["s"]
    beside = measure({"t": ["A", "Q"], "s": ["A", "B", "Z"], "u": ["F"]}, GENES).loc["s"]
    pd.testing.assert_series_equal(alone, beside)


def test_a_signature_all_of_whose_members_are_retracted_is_not_measurable() -> None:
    about = pd.DataFrame({"signature": ["s"], "assay": "mrna", "tier": "A", "min_members": 1})
    none = pd.DataFrame({"signature": [], "symbol": [], "weight": []})
    row = measure_coverage("d", "mrna", about, none, GENES, 0.6).iloc[0]
    assert (row["n_members"], row["coverage"], row["scorable"]) == (0, 0, "no")
    assert row["reason"] == "it has no members in this run"
