"""Tables of coloured cells: signatures down, datasets (contrasts, cell types) across."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from resig.plots.panels import head, nothing
from resig.plots.style import Path_, plain, save, shortened

ROWS, COLUMNS, LETTERS = 80, 16, 10


@dataclass(frozen=True)
class Cell:
    """One cell: its colour and what stands in it."""

    colour: str
    words: str
    ink: str = "black"


Cells = dict[tuple[str, tuple[str, ...]], Cell]


def chosen(order: Sequence[str], ranks: Mapping[str, Any], most: int) -> list[str]:
    """Return the entries of the lowest rank, in their own order."""
    first = set(sorted(order, key=lambda name: (ranks.get(name), order.index(name)))[:most]) if ranks else order[:most]
    return [name for name in order if name in first]


def draw_grid(
    rows: Sequence[str],
    columns: Sequence[tuple[str, ...]],
    cells: Cells,
    heading: str,
    notes: Sequence[str],
    legend: Mapping[str, str],
    paths: Sequence[Path_],
) -> None:
    """Draw cells by row and column; `legend` is words by colour."""
    labels = ["\n".join(_broken(part) for part in column if part != "bulk") for column in columns]
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    wide = max(7.0, 3.2 + 0.84 * len(columns))
    figure = Figure(figsize=(wide, 1.6 + 0.14 * lines + 0.24 * max(len(rows), 2)), layout="constrained")
    said = head(heading, list(notes), int(13.2 * wide))
    figure.suptitle(said, x=0.01, ha="left", fontsize=9, linespacing=1.5)
    axes = figure.subplots()
    if not rows or not columns:
        nothing(axes, "There is nothing to show.")
        return save(figure, *paths)
    boxes, colours = [], []
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            cell = cells.get((row, column))
            if cell is None:
                continue
            boxes.append(Rectangle((x + 0.03, y + 0.06), 0.94, 0.88))
            colours.append(cell.colour)
            if cell.words:
                place = {"ha": "center", "va": "center_baseline"}
                axes.text(x + 0.5, y + 0.5, cell.words, fontsize=8, color=cell.ink, **place)  # type: ignore[arg-type]
    axes.add_collection(PatchCollection(boxes, facecolors=colours, edgecolors="#DDDDDD", linewidths=0.8))
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    axes.set_xticks([at + 0.5 for at in range(len(columns))], labels, fontsize=7.5)
    axes.set_yticks([at + 0.5 for at in range(len(rows))], [plain(shortened(name)) for name in rows])
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    handles = [Patch(facecolor=colour, edgecolor="#BBBBBB", label=words) for colour, words in legend.items()]
    if handles:
        across = int(14 * wide) // (6 + max(map(len, legend.values())))
        figure.legend(handles=handles, loc="outside lower left", ncols=min(3, max(1, across)), fontsize=8)
    save(figure, *paths)


def left_out(what: str, shown: int, of: int, how: str, table: str) -> str:
    """Say what is not drawn, and where it is; nothing where all is."""
    return f"{shown} of {of} {what} are shown ({how}); all: {table}" if shown < of else ""


def _broken(name: str) -> str:
    """Break a name into lines that fit a column, at its underscores where it has some."""
    words = textwrap.wrap(shortened(name, 40).replace("_", "_ "), LETTERS, break_long_words=True)
    return plain("\n".join(line.replace("_ ", "_") for line in words))
