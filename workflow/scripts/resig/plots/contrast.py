"""One contrast in one dataset: a forest of effects, and the samples behind the clearest of them."""

from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from resig.plots.asked import MEANINGS, Asked, Path_
from resig.plots.palette import said
from resig.plots.panels import colour_of, head, name_panel, nothing, signed, small
from resig.plots.sides import colours_of
from resig.plots.style import INK, plain, save, shortened

ROWS, PANELS, ACROSS = 40, 8, 4
BOXED = 12  # samples in an arm from which on quartiles are drawn
MANY = 250  # dots from which on they are drawn as an image


def draw_contrast(asked: Asked, *paths: Path_) -> None:
    """Draw the effects of the leading method, the clearest first, and strips of samples for the first few."""
    top, left_out = asked.clearest(ROWS)
    strips = top.head(0 if asked.spec["survival"] else PANELS)
    down = -(-len(strips) // ACROSS)
    forest, tall = 1.5 + 0.24 * max(len(top), 2) + (0.2 if left_out else 0), 3.4
    figure = Figure(figsize=(11, forest + tall * down), layout="constrained")
    parts = figure.subfigures(1 + down, 1, height_ratios=[forest, *[tall] * down], hspace=0.03, squeeze=False)[:, 0]
    parts[0].suptitle(head(asked.title, [left_out], 130), x=0.01, ha="left", fontsize=9, linespacing=1.5)
    _forest(parts[0].subplots(), top, MEANINGS[asked.effect_type])
    _legend(parts[0], top)
    panel = _scatter if asked.spec["continuous"] else _strip
    for part, first in zip(parts[1:], range(0, len(strips), ACROSS), strict=True):
        every = part.subplots(1, ACROSS)
        for axes, row in zip_longest(every, strips.iloc[first : first + ACROSS].itertuples()):
            if row is None:
                axes.set_axis_off()
            else:
                name_panel(axes, row, asked.names, 30)
                panel(axes, row, asked)
    save(figure, *paths)


def _forest(axes: Axes, rows: pd.DataFrame, meaning: str) -> None:
    if rows.empty:
        return nothing(axes, "No signature could be compared.")
    axes.axvline(0, color=INK, linewidth=0.8)
    for y, row in enumerate(rows.itertuples()):
        colour: Any = colour_of(str(row.verdict))
        axes.plot([row.ci_low, row.ci_high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot(row.effect, y, "o", color=colour, markersize=5)
    bulk = set(rows["cell_type"]) <= {"bulk"}
    labels = [row.signature if bulk else f"{row.signature} · {row.cell_type}" for row in rows.itertuples()]
    axes.set_yticks(range(len(rows)), [plain(shortened(label)) for label in labels])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(f"{meaning}, 95 % interval")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _legend(part: Any, rows: pd.DataFrame) -> None:
    kinds: dict[str, list[str]] = {colour_of(str(verdict)): [] for verdict in rows["verdict"]}
    for verdict in dict.fromkeys(rows["verdict"]):
        kinds[colour_of(str(verdict))].append(said(str(verdict)))
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=5, linewidth=1.6, label=", ".join(words))
        for colour, words in kinds.items()
    ]
    if handles:
        part.legend(handles=handles, loc="outside lower right", ncols=4, fontsize=8)


def _strip(axes: Axes, row: Any, asked: Asked) -> None:
    members = asked.samples_of(row)
    sides = sides_of(asked, members)
    paired = bool(asked.spec["pair_by"])
    place = {name: x for x, (name, _, _) in enumerate(sides)}
    if paired:
        ordered = members.assign(x=members["arm"].map(place)).sort_values("x", kind="stable")
        lines = [own[["x", "score"]].to_numpy(dtype=float) for _, own in ordered.groupby("block")]
        axes.add_collection(LineCollection(lines, colors="#BBBBBB", linewidths=0.7, zorder=1), autolim=False)
    for x, (_, values, colour) in enumerate(sides):
        spread = np.zeros(len(values)) if paired else 0.16 * _zigzag(values)
        axes.scatter(
            x + spread,
            values,
            s=14 if len(values) < MANY else 5,
            color=colour,
            alpha=0.75,
            linewidths=0,
            zorder=4 if len(values) < BOXED else 2,
            rasterized=len(values) >= MANY,
        )
        if len(values):
            axes.plot([x - 0.28, x + 0.28], [np.median(values)] * 2, color=INK, linewidth=1.8, zorder=3)
        if len(values) >= BOXED:
            low, high = np.quantile(values, [0.25, 0.75])
            box = [x - 0.22, x + 0.22, x + 0.22, x - 0.22, x - 0.22], [low, low, high, high, low]
            axes.plot(*box, color=INK, linewidth=0.8, zorder=3)
    axes.set_xlim(-0.5, len(sides) - 0.5)
    wide = max(5, 26 // len(sides))
    labels = [f"{plain(shortened(side, wide))}\nn = {len(values)}" for side, values, _ in sides]
    axes.set_xticks(range(len(sides)), labels, fontsize=8 if len(sides) < 5 else 6.5)
    area = "" if np.isnan(row.auroc) else f", AUROC {row.auroc:.2f}"
    _figures(axes, row, f"g {signed(row.effect)}{area}")


def sides_of(asked: Asked, members: pd.DataFrame) -> list[tuple[str, np.ndarray, str]]:
    """Return arms or levels with the scores of their samples and their colours."""
    return [
        (arm, members.loc[members["arm"] == arm, "score"].to_numpy(), each)
        for arm, each in colours_of(asked.spec).items()
    ]


def _scatter(axes: Axes, row: Any, asked: Asked) -> None:
    """Draw scores against the phenotype as it was given; covariates are not taken out."""
    members, kind = asked.samples_of(row), asked.spec["continuous"]
    many = len(members) >= MANY
    axes.scatter(
        members["value"],
        members["score"],
        s=5 if many else 14,
        color="#555555",
        alpha=0.75,
        linewidths=0,
        rasterized=many,
    )
    meaning = f"{plain(shortened(kind['column'], 32))}\n(high: {kind['higher_means']}), n = {len(members)}"
    _figures(axes, row, f"{meaning}\nrho {signed(row.effect)}")
    axes.xaxis.set_major_locator(MaxNLocator(4))


def _figures(axes: Axes, row: Any, figures: str) -> None:
    fdr = "" if np.isnan(row.fdr) else f", FDR {small(row.fdr)}"
    axes.set_xlabel(f"{figures}{fdr}\n{said(row.verdict)}", fontsize=8)
    axes.set_ylabel("score" if row.method != "zmean" else "score (mean z)", fontsize=8)
    axes.tick_params(axis="y", labelsize=7.5)


def _zigzag(values: np.ndarray) -> np.ndarray:
    """Spread dots sideways by their rank, so that neighbours do not cover each other."""
    place = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return ((place * 0.618034) % 1.0) * 2 - 1
