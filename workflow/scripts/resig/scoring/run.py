"""One pass over the matrix: every signature by every method, chunk by chunk, into one Parquet file."""

import os
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from resig.files import whole_file
from resig.matrix import open_matrix
from resig.scoring import METHODS
from resig.scoring.method import Block, Panel, build_panel
from resig.units import to_log

Path_ = str | os.PathLike[str]
ROWS = 512


def score_dataset(
    matrix: Path_,
    units: str,
    kind: str,
    genes: pd.DataFrame,
    observations: pd.DataFrame,
    members: pd.DataFrame,
    coverage: pd.DataFrame,
    methods: Iterable[str],
    target: Path_,
) -> None:
    """Write scores.parquet: a row for each observation in use, a column for each `{signature}__{method}`."""
    panel = build_panel(members, coverage, genes)
    used = np.flatnonzero(((genes["used"] == "yes") & (genes["symbol"] != "")).to_numpy())
    place = np.full(open_matrix(matrix).shape[0], -1)
    place[observations["row"].to_numpy(dtype=int)] = np.arange(len(observations))
    columns = [
        f"{signature}__{method}{part}"
        for method in methods
        for signature in coverage["signature"]
        for part in ("", "__up", "__down")
    ]
    schema = pa.schema([("observation", pa.string()), *((name, pa.float64()) for name in columns)])
    names = observations["observation"].to_numpy()
    with whole_file(target) as partial, pq.ParquetWriter(partial, schema, compression="zstd") as writer:
        for first, chunk in open_matrix(matrix).chunks():
            for start in range(0, chunk.shape[0], ROWS):
                here = place[first + start : first + min(start + ROWS, chunk.shape[0])]
                rows = chunk[start : start + ROWS][here >= 0]
                if rows.shape[0] == 0:
                    continue
                block = Block(rows[:, used], to_log(rows, units, kind)[:, used])
                scores = _columns(score_block(block, panel, methods), panel, columns, rows.shape[0])
                values = [pa.array(names[here[here >= 0]]), *(pa.array(scores[name]) for name in columns)]
                writer.write_table(pa.Table.from_arrays(values, schema=schema))


def score_block(block: Block, panel: Panel, methods: Iterable[str]) -> dict[str, np.ndarray]:
    """Score some rows; return one array for each `{signature}__{method}` and part that can be scored."""
    scores: dict[str, np.ndarray] = {}
    for name in methods:
        method = METHODS[name]
        eligible = panel.only(method.at_least)
        if not eligible.signatures:
            continue
        found = method.score(block, eligible)
        for at, signature in enumerate(eligible.signatures):
            scores[f"{signature}__{name}"] = found.whole[:, at]
            scores[f"{signature}__{name}__up"] = found.up[:, at]
            scores[f"{signature}__{name}__down"] = found.down[:, at]
    return scores


def _columns(scores: dict[str, np.ndarray], panel: Panel, columns: list[str], n: int) -> dict[str, np.ndarray]:
    absent = np.full(n, np.nan)
    return {name: scores.get(name, absent) for name in columns}
