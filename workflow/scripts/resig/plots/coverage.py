"""Coverage: signatures x datasets, coloured by what the gate allows, with the members measured."""

import pandas as pd

from resig.plots.grid import COLUMNS, ROWS, Cell, Cells, chosen, draw_grid, left_out
from resig.plots.palette import GATE_COLOURS
from resig.plots.style import Path_

TABLE = "summary/coverage.tsv"
GREY = "#767676"
WORDS = {"yes": "scored", "low_power": "scored, low power (few genes or a limited assay)", "no": "not scored"}


def draw_coverage(coverage: pd.DataFrame, signatures: pd.DataFrame, *paths: Path_) -> None:
    """Draw one cell for each signature and dataset: members measured of all members."""
    known = set(coverage["signature"])
    every = [str(each) for each in signatures["signature"] if each in known]
    columns = [(str(name),) for name in dict.fromkeys(coverage["dataset"])]
    ranks = (coverage["scorable"] == "no").groupby(coverage["signature"]).min().to_dict()
    rows, shown = chosen(every, ranks, ROWS), columns[:COLUMNS]
    cells: Cells = {
        (str(row.signature), (str(row.dataset),)): Cell(
            GATE_COLOURS[str(row.scorable)],
            f"{row.n_measured} of {row.n_members}",
            GREY if row.scorable == "no" else "black",
        )
        for row in coverage.itertuples()
    }
    draw_grid(
        rows,
        shown,
        cells,
        "Coverage: members measured of each signature",
        [
            left_out("signatures", len(rows), len(every), "those that some dataset can score first", TABLE),
            left_out("datasets", len(shown), len(columns), "the first ones of the config", TABLE),
        ],
        {GATE_COLOURS[key]: words for key, words in WORDS.items()},
        paths,
    )
