"""Non-coding RNAs and what they act on: correlations with intervals, beside the sign that the documents expect."""

import os

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from resig.plots.palette import RESISTANT, SENSITIVE, said
from resig.plots.style import INK, plain, save

COLOURS = {"as_expected": RESISTANT, "opposite": SENSITIVE, "not_separable": "#999999", "underpowered": "#C9B400"}
ROWS = 60


def draw_ncrna(table: pd.DataFrame, *paths: str | os.PathLike[str]) -> None:
    """Draw one row a pair that was measured; what was not is counted beneath."""
    known = table[table["rho"].notna()]
    known = known.assign(size=known["rho"].abs()).sort_values(["p", "size"], ascending=[True, False], kind="stable")
    top = known.head(ROWS).sort_values(["kind", "ncrna", "footprint_kind", "footprint"], kind="stable")
    figure = Figure(figsize=(9, 1.6 + 0.26 * max(1, len(top))), layout="constrained")
    axes = figure.subplots()
    axes.axvline(0, color=INK, linewidth=0.8)
    for y, row in enumerate(top.itertuples()):
        axes.axhspan(
            y - 0.5, y + 0.5, xmin=0.5 * (row.expected > 0), xmax=0.5 + 0.5 * (row.expected > 0), color="#F1F1F1"
        )
        axes.plot([row.ci_low, row.ci_high], [y, y], color=COLOURS[row.answer], linewidth=1.6, solid_capstyle="butt")
        axes.plot(row.rho, y, "o", color=COLOURS[row.answer], markersize=5)
    labels = [
        f"{row.ncrna} · {row.footprint}{'' if row.footprint_kind != 'gene' else ' (mRNA)'}" for row in top.itertuples()
    ]
    axes.set_yticks(range(len(top)), [plain(label) for label in labels])
    axes.set_ylim(max(1, len(top)) - 0.4, -0.6)
    axes.set_xlim(-1, 1)
    lacking = f"{len(table) - len(known)} of {len(table)} pairs were not measured in both"
    axes.set_xlabel(
        f"Spearman's rho over the samples, with 95 % interval; shaded: the side that the documents expect\n{lacking}"
    )
    of = f" (the {len(top)} smallest p of {len(known)})" if len(top) < len(known) else ""
    axes.set_title(
        plain(f"non-coding RNA and its footprint in {table['dataset'].iloc[0]}{of}"), loc="left", fontweight="bold"
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if not len(top):
        axes.text(0.5, 0.5, "no pair was measured", transform=axes.transAxes, ha="center")
    handles = [
        Line2D([], [], color=COLOURS[answer], marker="o", label=said(answer))
        for answer in COLOURS
        if answer in set(top["answer"])
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=8)
    save(figure, *paths)
