"""Pictures of the page: known truth by method, planted effects by size, and what scores withstand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from scores import BULK, DEFAULTS

from resig.plots.palette import CATEGORIES, RESISTANT
from resig.plots.style import FAINT, INK, save

Result = dict[str, Any]
SHADE = dict(zip(BULK, CATEGORIES, strict=False))


def draw(results: Sequence[Result], folder: Path) -> None:
    """Draw what there is."""
    of: dict[str, list[Result]] = {}
    for each in results:
        of.setdefault(each["part"], []).append(each)
    if "truth" in of:
        draw_truth(of["truth"], folder / "validation_truth.svg")
    if "planted" in of:
        draw_planted(of["planted"], folder / "validation_planted.svg")
    if "fewer_genes" in of and "fewer_reads" in of:
        draw_withstand(of["fewer_genes"], of.get("shallow", []), of["fewer_reads"], folder / "validation_withstand.svg")


def draw_truth(rows: Sequence[Result], path: Path) -> None:
    """One line a known truth, one dot a method; those of the defaults are filled."""
    figure, axes = plt.subplots(figsize=(7.5, 0.9 + 0.28 * len(rows)), layout="constrained")
    axes.axvline(0.5, color=INK, linewidth=0.8)
    for y, row in enumerate(rows):
        axes.axhline(y, color=FAINT, linewidth=0.3)
        for name, value in row["auroc"].items():
            if value is not None:
                filled = SHADE[name] if name in DEFAULTS["bulk"] else "none"
                axes.plot(value, y, "o", markersize=6, markeredgecolor=SHADE[name], markerfacecolor=filled)
    axes.set_yticks(range(len(rows)), [f"{row['set']} ({row['cohort']})" for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("AUROC in the known direction (filled: the defaults)")
    axes.tick_params(axis="y", length=0)
    named(axes, BULK)
    save(figure, path)


def draw_planted(rows: Sequence[Result], path: Path) -> None:
    """AUROC by planted effect, one panel a size."""
    sizes = sorted({row["size"] for row in rows})
    figure, panels = plt.subplots(1, len(sizes), figsize=(10, 2.8), sharey=True, layout="constrained")
    for axes, size in zip(panels, sizes, strict=True):
        own = [row for row in rows if (row["kind"], row["share"], row["size"]) == ("random", 1.0, size)]
        for name in BULK:
            points = [(row["effect"], row["auroc"][name]) for row in own if row["auroc"][name] is not None]
            width = 2.2 if name in DEFAULTS["bulk"] else 1.0
            axes.plot(*zip(*points, strict=True) if points else ([], []), color=SHADE[name], linewidth=width)
        axes.axhline(0.5, color=INK, linewidth=0.6)
        axes.set_title(f"{size} genes")
        axes.set_xlabel("effect (SD)")
    panels[0].set_ylabel("AUROC, 20 v 20")
    named(panels[-1], BULK)
    save(figure, path)


def draw_withstand(genes: Sequence[Result], shallow: Sequence[Result], reads: Sequence[Result], path: Path) -> None:
    """AUROC by share of members and by reads of a bulk sample; agreement with all reads by share of reads."""
    figure, panels = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
    first = genes[0]["set"]
    lines = [
        [(100 * row["share"], row["auroc"]) for row in genes if row["set"] == first],
        [(row["reads"], row["auroc"][first]) for row in shallow if row["reads"]],
        [(100 * row["share"], row["rho"]) for row in reads],
    ]
    for axes, line in zip(panels, lines, strict=True):
        for name in line[0][1] if line else ():
            points = [(at, values[name]) for at, values in line if values[name] is not None]
            axes.plot(*zip(*points, strict=True), marker="o", markersize=3, color=SHADE[name], label=name)
    panels[0].set_xlabel(f"% of members measured ({first})")
    panels[0].set_ylabel("mean AUROC")
    panels[0].axvline(60, color=RESISTANT, linewidth=0.8, linestyle="--")
    panels[1].set_xlabel("reads of a bulk sample" if shallow else "reads of a bulk sample: not measured")
    panels[1].set_ylabel("AUROC")
    if shallow:
        panels[1].set_xscale("log")
    panels[2].set_xlabel("% of reads of a cell kept")
    panels[2].set_ylabel("median rank correlation\nwith all reads")
    named(panels[2], [name for name in BULK if name in lines[0][0][1]])
    save(figure, path)


def named(axes: Any, methods: Sequence[str]) -> None:
    """Name the colours beside the picture."""
    handles = [plt.Line2D([], [], marker="o", linestyle="", color=SHADE[name], label=name) for name in methods]
    axes.legend(handles=handles, fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
