"""Who is who: joins checked against plain dictionaries and against pandas."""

import numpy as np
import pandas as pd
import pytest

from resig.errors import ResigError
from resig.intake.labels import Labels
from resig.intake.samples import join_bulk, join_cells


def labels(**columns: list[str]) -> Labels:
    return Labels("samples.tsv", list(columns), columns.__getitem__)


def refused(join: object, *given: object) -> str:
    with pytest.raises(ResigError) as error:
        join(*given)  # type: ignore[operator]
    return str(error.value)


def test_bulk_samples_meet_their_metadata_by_name() -> None:
    generator = np.random.default_rng(1)
    response = {f"s{at:02d}": f"level{at}" for at in range(20)}
    in_table = list(generator.permutation(list(response)[:15]))
    in_matrix = list(generator.permutation(list(response)[5:]))
    table = labels(sample_id=in_table, response=[response[each] for each in in_table])
    found = join_bulk(in_matrix, table, "sample_id", None)
    assert [in_matrix[row] for row in found.rows] == found.observations["observation"].tolist()
    assert found.samples["sample"].tolist() == [each for each in in_matrix if each in in_table]
    assert found.samples["response"].tolist() == [response[each] for each in found.samples["sample"]]
    assert set(found.only_in_matrix) == set(in_matrix) - set(in_table)
    assert set(found.only_in_metadata) == set(in_table) - set(in_matrix)


def test_bulk_batches_come_along() -> None:
    found = join_bulk(["b", "a"], labels(id=["a", "b"], run=["1", "2"]), "id", "run")
    assert found.observations["batch"].tolist() == ["2", "1"]
    assert set(found.observations["cell_type"]) == {"bulk"}


def test_a_column_called_sample_does_not_take_the_place_of_the_ids() -> None:
    found = join_bulk(["s1", "s2"], labels(id=["s2", "s1"], sample=["tumour", "normal"]), "id", "sample")
    assert found.samples[["sample", "sample_in_metadata"]].to_dict("list") == {
        "sample": ["s1", "s2"],
        "sample_in_metadata": ["normal", "tumour"],
    }
    assert found.observations["batch"].tolist() == ["normal", "tumour"]


def test_rows_without_an_id_are_nobodys() -> None:
    found = join_bulk(["s1", ""], labels(id=["", "s1", ""], r=["x", "y", "z"]), "id", None)
    assert (found.rows, found.samples["r"].tolist(), found.only_in_matrix) == ([0], ["y"], [""])


def test_one_sample_in_two_rows_of_the_metadata_is_refused() -> None:
    assert refused(join_bulk, ["a"], labels(id=["a", "b", "a"]), "id", None) == (
        "samples.tsv: sample 'a' stands in 2 rows of column 'id'; one row for each sample is needed"
    )


def test_no_sample_in_common_is_refused() -> None:
    assert refused(join_bulk, ["x"], labels(id=["a"]), "id", None) == (
        "samples.tsv: shares no sample with the matrix (column 'id'); ids there begin with 'a', in the matrix with 'x'"
    )


def some_cells(n: int = 400) -> tuple[list[str], pd.DataFrame]:
    generator = np.random.default_rng(2)
    obs = pd.DataFrame(
        {"donor": generator.choice(["d3", "d1", "d2", ""], n), "type": generator.choice(["T", "B", ""], n)}
    )
    obs["condition"] = obs["donor"].map({"d1": "chemo", "d2": "control", "d3": "chemo", "": "lost"})
    obs["sex"] = obs["donor"].map({"d1": "f", "d2": "", "d3": "m", "": ""})
    obs["phase"] = generator.choice(["G1", "S"], n)
    obs.loc[obs["donor"] == "d1", "phase"] = "S"
    return [f"c{at}" for at in range(n)], obs


def joined(cell_type: str | None = "type") -> tuple[object, pd.DataFrame, list[str]]:
    names, obs = some_cells()
    return join_cells(names, labels(**obs.to_dict("list")), "donor", cell_type, None), obs, names


def test_cells_without_sample_or_type_are_left_out_and_named() -> None:
    found, obs, names = joined()
    used = (obs["donor"] != "") & (obs["type"] != "")
    assert found.rows == np.flatnonzero(used).tolist()
    assert found.only_in_matrix == [name for name, each in zip(names, used, strict=True) if not each]
    assert found.observations["sample"].tolist() == obs.loc[used, "donor"].tolist()
    assert found.observations["cell_type"].tolist() == obs.loc[used, "type"].tolist()
    whole, _, _ = joined(None)
    assert len(whole.rows) == (obs["donor"] != "").sum()
    assert set(whole.observations["cell_type"]) == {"all cells"}


def test_only_columns_that_are_constant_within_samples_describe_samples() -> None:
    found, obs, _ = joined()
    samples = found.samples.set_index("sample")
    assert samples.index.tolist() == ["d1", "d2", "d3"]
    assert samples["condition"].tolist() == ["chemo", "control", "chemo"]
    assert samples["sex"].tolist() == ["f", "", "m"]
    kept = obs[(obs["donor"] != "") & (obs["type"] != "")]
    assert samples["n_cells"].to_dict() == kept["donor"].value_counts().to_dict()
    assert "phase" not in samples and "type" not in samples
    # The sample that is named is one in which the column changes.
    assert found.not_constant["phase"] in ("d2", "d3")
    assert kept.groupby("donor")[list(found.not_constant)].nunique().loc[:, "type"][found.not_constant["type"]] > 1


def test_columns_called_sample_or_n_cells_do_not_take_the_place_of_ours() -> None:
    table = labels(donor=["a", "a", "b"], sample=["x", "x", "y"], n_cells=["7", "7", "8"])
    found = join_cells(["1", "2", "3"], table, "donor", None, None)
    assert found.samples.to_dict("list") == {
        "sample": ["a", "b"],
        "donor": ["a", "b"],
        "sample_in_metadata": ["x", "y"],
        "n_cells_in_metadata": ["7", "8"],
        "n_cells": [2, 1],
    }


def test_no_cell_with_a_sample_is_refused() -> None:
    said = refused(join_cells, ["1", "2"], labels(donor=["", ""]), "donor", None, None)
    assert said == "samples.tsv: no cell has a value in column 'donor'; name the sample column"
    said = refused(join_cells, ["1", "2"], labels(donor=["a", "b"], type=["", ""]), "donor", "type", None)
    assert said == "samples.tsv: no cell has a value in columns 'donor' and 'type'; name the sample column"


def test_the_sample_column_can_be_compared_by_under_its_own_name() -> None:
    values = {"cell": ["c1", "c2", "c3"], "condition": ["drug", "drug", "control"]}
    joined = join_cells(["c1", "c2", "c3"], Labels("obs", list(values), values.__getitem__), "condition", None, None)
    assert joined.samples["condition"].tolist() == joined.samples["sample"].tolist() == ["control", "drug"]
    bulk = {"title": ["S1", "S2"], "arm": ["a", "b"]}
    joined = join_bulk(["S2", "S1"], Labels("samples.csv", list(bulk), bulk.__getitem__), "title", None)
    assert joined.samples["title"].tolist() == ["S2", "S1"]
