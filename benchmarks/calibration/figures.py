"""The three pictures of the page: calls without an effect, cells beside donors, power."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from resig.plots.palette import RESISTANT, SENSITIVE
from resig.plots.style import FAINT, INK, save

Result = dict[str, Any]
SHADES = ("#9ECAE1", "#4292C6", "#2171B5", "#08306B")


def draw(results: Sequence[Result], folder: Path) -> None:
    """Draw what there is."""
    of = {part: [each for each in results if each["part"] == part] for part in ("null", "cells", "power")}
    if of["null"]:
        draw_null(of["null"], folder / "validation_null.svg")
    if of["cells"]:
        draw_cells(of["cells"], folder / "validation_cells.svg")
    if of["power"]:
        draw_power(of["power"], folder / "validation_power.svg")


def draw_null(results: Sequence[Result], path: Path) -> None:
    """Draw the share of p at or below 5 % in each design, with its Monte-Carlo error."""
    figure, axes = plt.subplots(figsize=(8, 0.9 + 0.19 * len(results)), layout="constrained")
    axes.axvline(5, color=INK, linewidth=0.8)
    labels = []
    for y, each in enumerate(results):
        error = 200 * each["mc_error"]
        outside = abs(each["share"] - each["attainable"]) > 3 * each["mc_error"] and each["share"] > each["attainable"]
        colour = RESISTANT if outside else SENSITIVE
        axes.plot([each["attainable"] * 100] * 2, [y - 0.35, y + 0.35], color=FAINT, linewidth=1.5)
        axes.errorbar(100 * each["share"], y, xerr=error, fmt="o", color=colour, markersize=4, linewidth=1.2)
        if "unadjusted" in each:
            axes.plot(min(100 * each["unadjusted"]["share"], 30), y, "x", color=RESISTANT, markersize=5)
        labels.append(f"{each['design']}, {each['size']}")
    axes.set_yticks(range(len(results)), labels, fontsize=7.5)
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.set_xlim(-0.5, 31)
    axes.set_xlabel("% of scores without effect that get p at or below 0.05 (bar: two Monte-Carlo errors)")
    axes.tick_params(axis="y", length=0)
    handles = [
        plt.Line2D([], [], marker="o", color=SENSITIVE, linestyle="", label="resig"),
        plt.Line2D([], [], marker="o", color=RESISTANT, linestyle="", label="resig, above what is promised"),
        plt.Line2D([], [], marker="x", color=RESISTANT, linestyle="", label="without batch or covariate (30: or more)"),
        plt.Line2D([], [], marker="|", color=FAINT, linestyle="", label="most this design can reach"),
    ]
    axes.legend(handles=handles, loc="lower right", fontsize=7.5)
    save(figure, path)


def draw_cells(results: Sequence[Result], path: Path) -> None:
    """Draw what cells and donors call without an effect, by donors and by how much donors differ."""
    empty = [each for each in results if each["effect"] == 0 and each["design"] == "single cell"]
    figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    axes.axhline(5, color=INK, linewidth=0.8)
    for shade, (between, group) in zip(
        SHADES[1:], groupby(sorted(empty, key=lambda each: each["between"]), lambda each: each["between"]), strict=False
    ):
        rows = list(group)
        donors = [int(each["size"].split()[0]) for each in rows]
        axes.plot(donors, [100 * each["cell_level"]["share"] for each in rows], "x--", color=shade, linewidth=1)
        axes.plot(donors, [100 * each["share"] for each in rows], "o-", color=shade, linewidth=1.4, markersize=4)
        last = 100 * rows[-1]["cell_level"]["share"]
        icc = between**2 / (1 + between**2)
        axes.annotate(
            f"donors carry {100 * icc:.0f} % of variance", (donors[-1] + 0.3, last), fontsize=7.5, va="center"
        )
    axes.set_xlim(2.5, 29)
    axes.set_ylim(-2, 100)
    axes.set_xticks([3, 5, 10, 20])
    axes.set_xlabel("donors in each arm")
    axes.set_ylabel("% called (p at or below 0.05), no effect")
    handles = [
        plt.Line2D([], [], marker="x", linestyle="--", color=INK, label="Wilcoxon over cells"),
        plt.Line2D([], [], marker="o", linestyle="-", color=INK, label="resig: donors"),
    ]
    axes.legend(handles=handles, loc="upper left", fontsize=8)
    save(figure, path)


def draw_power(results: Sequence[Result], path: Path) -> None:
    """Draw the share of planted effects that are found, a panel a design."""
    titles = {
        "unpaired": "two arms: true difference, in SD",
        "paired": "pairs: true difference, in SD within pairs",
        "continuous": "continuous: true correlation",
        "survival": "survival: true log hazard ratio per SD",
    }
    figure, every = plt.subplots(1, 4, figsize=(11, 3.1), layout="constrained", sharey=True)
    for axes, (design, title) in zip(every, titles.items(), strict=True):
        _curves(axes, [each for each in results if each["design"] == design], title)
    every[0].set_ylabel("% found (p at or below 0.05, right direction)")
    save(figure, path)


def _curves(axes: Axes, rows: Sequence[Result], title: str) -> None:
    axes.axhline(80, color=FAINT, linewidth=0.8)
    sizes = list(dict.fromkeys(each["size"] for each in rows))
    for shade, size in zip(SHADES[-len(sizes) :] if sizes else (), sizes, strict=True):
        own = [each for each in rows if each["size"] == size]
        x, y = np.array([each["effect"] for each in own]), np.array([100 * each["share"] for each in own])
        axes.plot(x, y, "o-", color=shade, markersize=3, linewidth=1.3, label=size)
        mde = own[0]["mde"]
        if np.isfinite(mde) and mde <= x.max():
            axes.plot(mde, 80, "D", color=shade, markersize=5, markeredgecolor="white")
    axes.set_ylim(-2, 102)
    axes.set_xlabel(title, fontsize=8)
    axes.legend(fontsize=7.5, loc="lower right")
