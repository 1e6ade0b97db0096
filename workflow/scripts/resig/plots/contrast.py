"""One contrast in one dataset: a forest of effects, and the samples behind the clearest of them."""

import os
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from resig.inference.design import design_of
from resig.plots.palette import VERDICT_COLOURS, said
from resig.plots.sides import sides_of, values_of
from resig.plots.style import INK, plain, save, wrapped

ROWS, PANELS, ACROSS = 40, 8, 4
MEANINGS = {
    "hedges_g": "Hedges g with 95 % interval    (lower in resistant  ← 0 →  higher in resistant)",
    "spearman": "Spearman's rho with 95 % interval    (lower with resistance  ← 0 →  higher with resistance)",
    "log_hr": "log hazard ratio per SD with 95 % interval    (later events  ← 0 →  earlier events at high scores)",
    "trend_g": "change from first to last level in SD, with 95 % interval    (falls  ← 0 →  rises)",
}


def draw_contrast(
    table: pd.DataFrame,
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    signatures: pd.DataFrame,
    spec: Mapping[str, Any],
    method: str,
    inference: Mapping[str, Any],
    path: str | os.PathLike[str],
) -> None:
    """Draw the effects of the leading method, the clearest first, and strips of samples for the first few."""
    known = table[(table["method"] == method) & table["effect"].notna()]
    known = known.assign(size=known["effect"].abs()).sort_values(["p", "size"], ascending=[True, False], kind="stable")
    top, strips = known.head(ROWS), known.head(0 if spec["survival"] else PANELS)
    down = -(-len(strips) // ACROSS)
    forest, tall = 0.9 + 0.24 * len(top), 3.3
    figure = plt.figure(figsize=(11, forest + tall * down), layout="constrained")
    ratios = [forest, *[tall] * down]
    parts = figure.subfigures(1 + down, 1, height_ratios=ratios, hspace=0.03, squeeze=False)[:, 0]
    panel = _scatter if spec["continuous"] else _strip
    names = signatures.set_index("signature")["name"]
    title = f"{table['contrast'].iloc[0]} in {table['dataset'].iloc[0]}, scored by {method}"
    _forest(parts[0].subplots(), top, len(known), plain(title), table["effect_type"].iloc[0])
    for part, first in zip(parts[1:], range(0, len(strips), ACROSS), strict=True):
        every = part.subplots(1, ACROSS)
        for axes, row in zip_longest(every, strips.iloc[first : first + ACROSS].itertuples()):
            if row is None:
                axes.set_axis_off()
            else:
                panel(axes, row, names.get(row.signature, row.signature), scores, samples, spec, inference)
    save(figure, path)


def _forest(axes: Axes, rows: pd.DataFrame, of: int, title: str, kind: str) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    for y, row in enumerate(rows.itertuples()):
        colour = "#777777" if row.verdict in ("not_separable", "underpowered") else VERDICT_COLOURS[row.verdict]
        axes.plot([row.ci_low, row.ci_high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot(row.effect, y, "o", color=colour, markersize=5)
    bulk = set(rows["cell_type"]) <= {"bulk"}
    labels = [plain(row.signature if bulk else f"{row.signature} · {row.cell_type}") for row in rows.itertuples()]
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(MEANINGS.get(kind, "effect with 95 % interval"))
    axes.set_title(
        title + (f" (the {len(rows)} smallest p of {of})" if len(rows) < of else ""),
        loc="left",
        fontweight="bold",
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if not len(rows):
        axes.text(0.5, 0.5, "no signature could be compared", transform=axes.transAxes, ha="center")


def _strip(
    axes: Axes,
    row: Any,
    name: str,
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    spec: Mapping[str, Any],
    inference: Mapping[str, Any],
) -> None:
    value = values_of(row, scores, inference)
    sides, partners = sides_of(spec, samples[samples["sample"].isin(value.index)], row.dataset)
    for of_one in partners:
        axes.plot(
            [at for at, _ in of_one], value[[name for _, name in of_one]], color="#BBBBBB", linewidth=0.7, zorder=1
        )
    for x, (_, members, colour) in enumerate(sides):
        values = value[members].to_numpy()
        spread = np.zeros(len(values)) if partners else 0.16 * _zigzag(values)
        axes.scatter(x + spread, values, s=14, color=colour, alpha=0.75, linewidths=0, zorder=2)
        if len(values):
            axes.plot([x - 0.28, x + 0.28], [np.median(values)] * 2, color=INK, linewidth=1.8, zorder=3)
    axes.set_xlim(-0.5, len(sides) - 0.5)
    axes.set_xticks(range(len(sides)), [f"{plain(side)}\nn = {len(members)}" for side, members, _ in sides])
    _named(axes, row, name, f"g {row.effect:+.2f}, AUROC {row.auroc:.2f}")


def _scatter(
    axes: Axes,
    row: Any,
    name: str,
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    spec: Mapping[str, Any],
    inference: Mapping[str, Any],
) -> None:
    """Draw scores against the phenotype as it was given; covariates are not taken out."""
    value = values_of(row, scores, inference)
    design = design_of(spec, samples[samples["sample"].isin(value.index)], row.dataset)
    column = spec["continuous"]["column"]
    given = samples.set_index("sample").loc[design.samples, column].astype(float)
    axes.scatter(given, value[design.samples], s=14, color="#555555", alpha=0.75, linewidths=0)
    meaning = f"{plain(column)} (high: {spec['continuous']['higher_means']}), n = {len(given)}"
    _named(axes, row, name, f"{meaning}\nrho {row.effect:+.2f}")


def _named(axes: Axes, row: Any, name: str, figures: str) -> None:
    where = "" if row.cell_type == "bulk" else f"\n{row.cell_type}"
    axes.set_title(wrapped(name, 30) + plain(where), loc="left", fontweight="bold", fontsize=8.5, pad=8)
    fdr = "" if np.isnan(row.fdr) else f", FDR {row.fdr:.2g}"
    axes.set_xlabel(f"{figures}{fdr}\n{said(row.verdict)}", fontsize=8)
    axes.set_ylabel("score" if row.method != "zmean" else "score (mean z)", fontsize=8)


def _zigzag(values: np.ndarray) -> np.ndarray:
    """Spread dots sideways by their rank, so that neighbours do not cover each other."""
    place = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return ((place * 0.618034) % 1.0) * 2 - 1
