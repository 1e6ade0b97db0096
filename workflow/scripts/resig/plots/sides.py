"""The samples behind one row of a contrast table, as pictures and pages show them; light to import."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from resig.inference.design import design_of
from resig.plots.palette import RESISTANT, SENSITIVE, blend

Side = tuple[str, list[str], str]


def values_of(row: Any, scores: pd.DataFrame, inference: Mapping[str, Any]) -> pd.Series:
    """Return the scores by sample that a row of the contrast table rests on."""
    own = scores[
        (scores["signature"] == row.signature)
        & (scores["method"] == row.method)
        & (scores["cell_type"] == row.cell_type)
    ]
    if row.cell_type != "bulk":
        own = own[own["n_cells"] >= inference["min_cells"]]
    return own.set_index("sample")["score"].dropna()


def sides_of(
    spec: Mapping[str, Any], samples: pd.DataFrame, dataset: str
) -> tuple[list[Side], list[list[tuple[int, str]]]]:
    """Return the arms or levels with their samples and colours, and the samples of each patient in that order."""
    used = set(design_of(spec, samples, dataset).samples)
    here = samples[samples["sample"].isin(used)].sort_values("sample")
    if spec["groups"]:
        groups = spec["groups"]
        parts = [(arm, [str(level) for level in groups[arm]]) for arm in ("sensitive", "resistant")]
        colours, column = [SENSITIVE, RESISTANT], groups["column"]
    else:
        parts = [(str(level), [str(level)]) for level in spec["trend"]["order"]]
        colours, column = [blend(at / (len(parts) - 1)) for at in range(len(parts))], spec["trend"]["column"]
    sides = [
        (name, here.loc[here[column].isin(levels), "sample"].tolist(), colour)
        for (name, levels), colour in zip(parts, colours, strict=True)
    ]
    if not spec["pair_by"]:
        return sides, []
    place = {name: at for at, (_, members, _) in enumerate(sides) for name in members}
    by_patient = here.groupby(spec["pair_by"])["sample"]
    return sides, [sorted((place[name], name) for name in own) for _, own in by_patient]
