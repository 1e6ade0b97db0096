"""Samples joined to their metadata."""

from resig.intake.labels import Labels
from resig.intake.samples import join_bulk, join_cells


def test_the_sample_column_can_be_compared_by_under_its_own_name() -> None:
    values = {"cell": ["c1", "c2", "c3"], "condition": ["drug", "drug", "control"]}
    joined = join_cells(["c1", "c2", "c3"], Labels("obs", list(values), values.__getitem__), "condition", None, None)
    assert joined.samples["condition"].tolist() == joined.samples["sample"].tolist() == ["control", "drug"]
    bulk = {"title": ["S1", "S2"], "arm": ["a", "b"]}
    joined = join_bulk(["S2", "S1"], Labels("samples.csv", list(bulk), bulk.__getitem__), "title", None)
    assert joined.samples["title"].tolist() == ["S2", "S1"]
