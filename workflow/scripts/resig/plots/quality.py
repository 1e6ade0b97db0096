"""Signature quality: whether each signature behaves as one, in each dataset and cell type."""

from typing import Any

import pandas as pd

from resig.plots.grid import COLUMNS, ROWS, Cell, Cells, chosen, draw_grid, left_out
from resig.plots.panels import signed
from resig.plots.style import Path_

TABLE = "{dataset}/quality.tsv"
COHERENT, INCOHERENT, UNTOLD = "#009E73", "#E69F00", "#DDDDDD"
WORDS = {
    COHERENT: "more coherent than matched random sets",
    INCOHERENT: "incoherent: matched random sets are as coherent",
    UNTOLD: "cannot be told (one member, few samples, no matched sets)",
}
NOTE = "Number: coherence, the median signed Spearman correlation of pairs of members over samples."


def draw_quality(quality: pd.DataFrame, signatures: pd.DataFrame, *paths: Path_) -> None:
    """Draw one cell for each signature, dataset and cell type."""
    known = set(quality["signature"])
    every = [str(each) for each in signatures["signature"] if each in known]
    columns = list(quality[["dataset", "cell_type"]].drop_duplicates().itertuples(index=False, name=None))
    cells: Cells = {
        (str(row.signature), (row.dataset, row.cell_type)): Cell(
            status(row), "" if pd.isna(row.coherence) else signed(row.coherence)
        )
        for row in quality.itertuples()
    }
    judged = quality[quality["coherence_p"].notna()]
    ranks = {name: name not in set(judged["signature"]) for name in every}
    rows, shown = chosen(every, ranks, ROWS), columns[:COLUMNS]
    draw_grid(
        rows,
        shown,
        cells,
        "Quality: does a signature behave as one?",
        [
            NOTE,
            left_out("signatures", len(rows), len(every), "those that can be judged first", TABLE),
            left_out("columns", len(shown), len(columns), "the first ones of the config", TABLE),
        ],
        WORDS,
        paths,
    )


def status(row: Any) -> str:
    """Return the colour of a row: what its flags and its p say."""
    if "incoherent" in str(row.flags).split(";"):
        return INCOHERENT
    return UNTOLD if pd.isna(row.coherence_p) else COHERENT
