"""Effects with and without a nuisance held constant: one column for each nuisance."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from resig.plots.asked import KEY, Asked, Path_
from resig.plots.palette import VERDICT_COLOURS
from resig.plots.panels import frame, head, nothing
from resig.plots.style import FAINT, INK, plain, save, shortened

ROWS = 30
NUISANCES = ("proliferation", "detected_genes", "depth", "mito_share", "batch", "purity")
WORDS = {"detected_genes": "detected genes", "mito_share": "mitochondrial share"}
TAKEN = VERDICT_COLOURS["not_specific"]
NOTE = "Effects on the scale that datasets share (meta_effect), in the samples in which the nuisance is known."


def draw_adjusted(asked: Asked, *paths: Path_) -> None:
    """Draw each effect beside the effect given each nuisance."""
    assert asked.nuisance is not None
    rows, left_out = asked.clearest(ROWS, among=asked.nuisance, suffix=".nuisance.tsv")
    columns = [each for each in NUISANCES if each in set(asked.nuisance["nuisance"])]
    tall = 1.3 + 0.24 * max(len(rows), 3)
    figure = Figure(figsize=(3.8 + 1.6 * max(len(columns), 3), tall), layout="constrained")
    lines = head(f"{asked.title}: adjusted and unadjusted effects", [NOTE, left_out], 50 + 20 * max(len(columns), 3))
    figure.suptitle(lines, x=0.01, ha="left", fontsize=9, linespacing=1.5)
    every = figure.subplots(1, max(len(columns), 1), sharey=True, squeeze=False)[0]
    if rows.empty:
        nothing(every[0], "No nuisance was measured that varies between the samples.")
    else:
        labels = [_label(row) for row in rows.itertuples()]
        every[0].set_yticks(range(len(rows)), labels)
        every[0].set_ylim(len(rows) - 0.4, -0.6)
        _legend(figure)
    for axes, nuisance in zip(every, columns, strict=False):
        own = asked.nuisance[asked.nuisance["nuisance"] == nuisance].set_index(KEY)
        _column(axes, rows, own)
        axes.set_title(WORDS.get(nuisance, nuisance), fontsize=9)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("effect", fontsize=8)
        axes.xaxis.set_major_locator(MaxNLocator(4))
    save(figure, *paths)


def _column(axes: Axes, rows: pd.DataFrame, own: pd.DataFrame) -> None:
    frame(axes)
    for y, row in enumerate(rows.itertuples()):
        key = (row.signature, row.cell_type)
        if key not in own.index:
            continue
        found: Any = own.loc[key]
        colour = TAKEN if found.confounds == "yes" else INK
        axes.plot(found.effect, y - 0.15, "o", markersize=4.5, markerfacecolor="white", markeredgecolor=FAINT, zorder=2)
        if pd.isna(found.adjusted_effect):
            axes.text(0.99, y, "cannot be adjusted", transform=axes.get_yaxis_transform(), fontsize=6.5, ha="right")
            continue
        axes.plot([found.adjusted_low, found.adjusted_high], [y + 0.15] * 2, color=colour, linewidth=1.2, zorder=1)
        axes.plot(found.adjusted_effect, y + 0.15, "o", markersize=4, color=colour, zorder=3)


def _label(row: Any) -> str:
    return plain(shortened(row.signature if row.cell_type == "bulk" else f"{row.signature} · {row.cell_type}"))


def _legend(figure: Figure) -> None:
    look = {"marker": "o", "linestyle": "", "markersize": 4.5}
    handles = [
        Line2D([], [], markerfacecolor="white", markeredgecolor=FAINT, label="unadjusted", **look),  # type: ignore[arg-type]
        Line2D([], [], color=INK, label="given the nuisance, with 95 % interval", **look),  # type: ignore[arg-type]
        Line2D([], [], color=TAKEN, label="the effect may be the nuisance's", **look),  # type: ignore[arg-type]
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8)
