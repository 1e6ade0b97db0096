"""What the co-localisation of a dataset reads: spots with their sections and coordinates, and scores by spot."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError
from resig.intake.who import know
from resig.space.tissue import read_coordinates
from resig.tables import COVERAGE, OBSERVATIONS, read_parquet


def read_spots(observations: str, spec: Mapping[str, Any], files: Sequence[str]) -> pd.DataFrame:
    """Return section, sample, x and y of each spot in use, in the order of the scores.

    `spec` is the dataset's, its files where they lie; without a column of sections each sample is one.
    """
    table = read_parquet(OBSERVATIONS, observations)
    points = read_coordinates(files, spec["space"]["coordinates"])
    rows = table["row"].to_numpy(dtype=int)
    if rows.max() >= len(points):
        raise ResigError(
            f"has {len(points)} rows of coordinates, the matrix has more", where=str(files[0]), todo="run intake again"
        )
    column = spec["space"]["section"]
    section = table["sample"] if column is None else pd.Series(know(spec).labels.load(column))[rows].to_numpy()
    spots = pd.DataFrame(
        {"section": section, "sample": table["sample"], "x": points[rows, 0], "y": points[rows, 1]}
    ).set_axis(table["observation"])
    empty = spots["section"] == ""
    if empty.any():
        print(f"NOTE: {int(empty.sum())} spots have no section in column '{column}', left out")
    return spots[~empty]


def read_scores(scores: str, method: str, wanted: Sequence[str]) -> pd.DataFrame:
    """Return the scores of the leading method by spot, one column a signature; missing where there is none."""
    import pyarrow.parquet as pq

    columns = {name: f"{name}__{method}" for name in dict.fromkeys(wanted)}
    present = set(pq.read_schema(scores).names)
    table = pd.read_parquet(scores, columns=["observation", *(each for each in columns.values() if each in present)])
    table = table.set_index("observation")
    return pd.DataFrame({name: table.get(each, np.nan) for name, each in columns.items()}, index=table.index)


def reasons(coverage: str) -> dict[str, str]:
    """Return the signatures of the run, each with the reason why it is not scored here."""
    gate = COVERAGE.read(coverage)
    return {row.signature: row.reason if row.scorable == "no" else "" for row in gate.itertuples()}
