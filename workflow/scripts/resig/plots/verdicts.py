"""Verdicts: signatures x (dataset, contrast, cell type), with the effect in each cell."""

import pandas as pd

from resig.plots.grid import COLUMNS, ROWS, Cell, Cells, chosen, draw_grid, left_out
from resig.plots.palette import VERDICT_COLOURS, said
from resig.plots.panels import signed
from resig.plots.style import Path_

TABLE = "summary/verdicts.tsv"
DARK = {"supported", "contradicted"}
CALLED = {"supported", "contradicted", "not_specific"}
NOTE = "Number: Hedges g (rho, log HR per SD), above 0 = higher in the resistant arm (with resistance, earlier events)."


def draw_verdicts(verdicts: pd.DataFrame, *paths: Path_) -> None:
    """Draw the verdict matrix; signatures that no dataset can measure are counted, not drawn."""
    unit = ["dataset", "contrast", "cell_type"]
    columns = list(verdicts[unit].drop_duplicates().itertuples(index=False, name=None))
    able = set(verdicts.loc[verdicts["verdict"] != "not_measurable", "signature"])
    every = [each for each in dict.fromkeys(verdicts["signature"]) if each in able]
    clearest = verdicts.assign(called=~verdicts["verdict"].isin(CALLED), fdr=verdicts["fdr"].fillna(2))
    ranks = clearest.groupby("signature")[["called", "fdr"]].min().apply(tuple, axis=1).to_dict()
    rows, shown = chosen(every, ranks, ROWS), columns[:COLUMNS]
    cells: Cells = {}
    for row in verdicts.itertuples():
        ink = "white" if row.verdict in DARK else "black"
        words = "" if pd.isna(row.effect) else signed(row.effect, 1)
        key = (str(row.signature), (row.dataset, row.contrast, row.cell_type))
        cells[key] = Cell(VERDICT_COLOURS[str(row.verdict)], words, ink)
    unmeasured = verdicts["signature"].nunique() - len(every)
    present = {cells[row, column].colour for row in rows for column in shown if (row, column) in cells}
    draw_grid(
        rows,
        shown,
        cells,
        "Verdicts: signatures by dataset, contrast and cell type",
        [
            NOTE,
            f"{unmeasured} signatures cannot be measured in any of these datasets (see Coverage)" if unmeasured else "",
            left_out("signatures", len(rows), len(every), "those with a call, then the smallest FDR", TABLE),
            left_out("columns", len(shown), len(columns), "the first ones of the config", TABLE),
        ],
        {colour: said(verdict) for verdict, colour in VERDICT_COLOURS.items() if colour in present},
        paths,
    )
