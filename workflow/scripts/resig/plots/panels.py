"""Small panels, a signature each, under one heading."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from resig.plots.palette import VERDICT_COLOURS
from resig.plots.style import FAINT, plain, wrapped

PANELS, ACROSS = 8, 4


def panels(
    heading: str, notes: list[str], n: int, tall: float, across: int = ACROSS, wide: float = 2.8
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a heading and n panels, one at least."""
    across = min(across, max(n, 2))
    down = max(1, -(-n // across))
    lines = head(heading, notes, int(13 * wide * across))
    figure = Figure(figsize=(wide * across, 0.3 + 0.18 * lines.count("\n") + tall * down), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.12, w_pad=0.08)  # type: ignore[union-attr,call-arg]
    figure.suptitle(lines, x=0.01, ha="left", fontsize=9, linespacing=1.5)
    every = list(figure.subplots(down, across, squeeze=False).ravel())
    for axes in every[max(n, 1) :]:
        axes.set_axis_off()
    return figure, every


def head(heading: str, notes: list[str], width: int) -> str:
    """Return the lines over a picture: what it shows, then what to know."""
    return "\n".join(wrapped(line, width) for line in [heading, *notes] if line)


def nothing(axes: Axes, words: str) -> None:
    """Say why a picture is empty."""
    axes.set_axis_off()
    axes.text(0, 0.5, wrapped(words, 70), transform=axes.transAxes, ha="left", va="center")


def name_panel(axes: Axes, row: Any, names: dict[str, str], width: int = 32) -> None:
    """Write the signature over a panel, and its cell type."""
    where = "" if row.cell_type == "bulk" else f"\n{plain(row.cell_type)}"
    name = wrapped(names.get(row.signature, row.signature), width)
    axes.set_title(name + where, loc="left", fontweight="bold", fontsize=8.5, pad=6)


def colour_of(verdict: str) -> str:
    """Return the colour of an answer; grey where none was called."""
    return "#777777" if verdict in ("not_separable", "underpowered", "not_measurable") else VERDICT_COLOURS[verdict]


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign, a true minus, and no negative zero."""
    if pd.isna(value):
        return "–"
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text[1:] if not np.any([each in text for each in "123456789"]) else text


def small(value: float) -> str:
    """Write a p or a rate."""
    return "–" if pd.isna(value) else f"{value:.2g}"


def frame(axes: Axes) -> None:
    """Draw a faint zero line and light ticks."""
    axes.axvline(0, color=FAINT, linewidth=0.7, zorder=0)
    axes.tick_params(labelsize=7.5)
