"""Which biological samples a contrast rests on, cell type by cell type, and how each enters it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from resig.inference.confounding import ConfoundedError
from resig.inference.contrast import cell_types_of
from resig.inference.design import design_of, kind_of
from resig.tables import COMPARED


def compared(
    dataset: str,
    contrast: str,
    spec: Mapping[str, Any],
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    *,
    min_cells: int,
    batch: str | None,
) -> pd.DataFrame:
    """Return one row for each sample in the design of each cell type; a type that is confounded has none."""
    parts = []
    types = cell_types_of(spec, scores)
    for cell_type in types:
        here = scores[scores["cell_type"] == cell_type]
        enough = here if types == ["bulk"] else here[here["n_cells"] >= min_cells]
        try:
            design: Any = design_of(spec, samples[samples["sample"].isin(enough["sample"])], dataset, batch)
        except ConfoundedError:
            continue
        rows = samples.set_index("sample").loc[design.samples]
        parts.append(_entries(design, rows, spec).assign(cell_type=cell_type))
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"sample": []})
    return found.assign(dataset=dataset, contrast=contrast).reindex(columns=COMPARED.names)


def _entries(design: Any, rows: pd.DataFrame, spec: Mapping[str, Any]) -> pd.DataFrame:
    kind, block = kind_of(spec), spec["pair_by"] or spec.get("block_by")
    found = pd.DataFrame({"sample": design.samples, "block": rows[block].astype(str).tolist() if block else ""})
    if kind == "groups":
        return found.assign(arm=np.where(design.axis > 0, "resistant", "sensitive"))
    if kind == "trend":
        return found.assign(arm=rows[spec["trend"]["column"]].astype(str).tolist())
    if kind == "survival":
        return found.assign(value=design.time, event=design.event.astype(int))
    return found.assign(value=rows[spec["continuous"]["column"]].astype(float).tolist())
