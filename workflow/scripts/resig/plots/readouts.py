"""Read-outs of one contrast: effects with intervals, assay by assay, beside the side that the documents expect."""

import os

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from resig.plots.contrast import MEANINGS
from resig.plots.palette import RESISTANT, SENSITIVE, said
from resig.plots.style import INK, plain, save

COLOURS = {
    "as_expected": RESISTANT,
    "opposite": SENSITIVE,
    "differs": "#009E73",
    "not_separable": "#999999",
    "underpowered": "#C9B400",
}
WORDS = {"small_rna": "small RNA", "circ_rna": "circRNA"}


def draw_readouts(table: pd.DataFrame, *paths: str | os.PathLike[str]) -> None:
    """Draw one panel an assay, one row a read-out; without a single effect the picture says so."""
    known = table[table["effect"].notna()]
    assays = [(str(assay), rows) for assay, rows in known.groupby("assay", sort=True)]
    heights = [0.7 + 0.26 * len(rows) for _, rows in assays] or [1.0]
    figure = Figure(figsize=(9, 1.3 + sum(heights)), layout="constrained")
    every = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)
    about = f"read-outs in {table['dataset'].iloc[0]}: {table['contrast'].iloc[0]}" if len(table) else "read-outs"
    figure.suptitle(plain(about), x=0.01, ha="left", fontsize=9, fontweight="bold")
    for axes, (assay, rows) in zip(every[:, 0], assays, strict=False):
        _panel(axes, rows.sort_values("effect", ascending=False, kind="stable"), WORDS.get(assay, assay))
    if assays:
        kind = assays[0][1]["effect_type"].iloc[0]
        every[-1, 0].set_xlabel(MEANINGS.get(kind, "effect with 95 % interval") + "\nshaded: the side that is expected")
    else:
        every[0, 0].set_axis_off()
        every[0, 0].text(0, 0.5, "no read-out could be compared", transform=every[0, 0].transAxes)
    present = [answer for answer in COLOURS if answer in set(known["answer"])]
    handles = [Line2D([], [], color=COLOURS[answer], marker="o", label=said(answer)) for answer in present]
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8)
    save(figure, *paths)


def _panel(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    ends = rows[["ci_low", "ci_high", "effect"]].abs().max().max() * 1.05
    axes.set_xlim(-ends, ends)
    for y, row in enumerate(rows.itertuples()):
        if row.expected in ("up", "down"):
            side = 0.5 * (row.expected == "up")
            axes.axhspan(y - 0.5, y + 0.5, xmin=side, xmax=side + 0.5, color="#F1F1F1")
        axes.plot([row.ci_low, row.ci_high], [y, y], color=COLOURS[row.answer], linewidth=1.6, solid_capstyle="butt")
        axes.plot(row.effect, y, "o", color=COLOURS[row.answer], markersize=5)
    axes.set_yticks(range(len(rows)), [plain(name.removeprefix("serum_")) for name in rows["readout"]])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_title(title, loc="left")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
