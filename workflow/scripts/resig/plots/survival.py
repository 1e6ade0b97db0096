"""One survival contrast: Kaplan-Meier curves by thirds of the score. A picture only: effect and p are Cox's model's."""

import os
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from resig.inference.design import design_of
from resig.inference.survival import Survival
from resig.plots.palette import RESISTANT, SENSITIVE, said
from resig.plots.sides import values_of
from resig.plots.style import INK, plain, save, wrapped

PANELS, ACROSS = 9, 3
NOTE = "Thirds are for the eye: hazard ratio, C and p are of the score itself (Cox's model, per SD)."
PALE = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1}
THIRDS = {"lowest third": SENSITIVE, "middle": "#888888", "highest third": RESISTANT}


def draw_survival(
    table: pd.DataFrame,
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    signatures: pd.DataFrame,
    spec: Mapping[str, Any],
    method: str,
    inference: Mapping[str, Any],
    path: str | os.PathLike[str],
) -> None:
    """Draw the signatures of the leading method with the smallest p."""
    known = table[(table["method"] == method) & table["p"].notna()]
    first = known.sort_values(["p", "cell_type", "signature"], kind="stable").head(PANELS)
    down = max(1, -(-len(first) // ACROSS))
    figure = plt.figure(figsize=(11, 1.0 + 3.6 * down), layout="constrained")
    of = f" (the {len(first)} smallest p of {len(known)})" if len(first) < len(known) else ""
    title = f"{table['contrast'].iloc[0]} in {table['dataset'].iloc[0]}, scored by {method}{of}"
    figure.suptitle(f"{plain(title)}\n{NOTE}", x=0.01, ha="left", fontsize=9, linespacing=1.5)
    panels = figure.subplots(down, ACROSS, squeeze=False).ravel()
    names = signatures.set_index("signature")["name"]
    for axes in panels[len(first) :]:
        axes.set_axis_off()
    if first.empty:
        panels[0].text(0, 0.5, "no signature could be compared", transform=panels[0].transAxes)
    for axes, row in zip(panels, first.itertuples(), strict=False):
        values = values_of(row, scores, inference)
        design = design_of(spec, samples[samples["sample"].isin(values.index)], str(row.dataset))
        assert isinstance(design, Survival)
        _panel(axes, row, names.get(row.signature, row.signature), values, design, spec)
    _legend(figure)
    save(figure, path)


def thirds(values: np.ndarray) -> list[np.ndarray]:
    """Return which samples have the lowest, the middle and the highest scores; equal scores stay together."""
    low, high = np.quantile(values, [1 / 3, 2 / 3])
    return [values <= low, (values > low) & (values <= high), values > high]


def at_risk(time: np.ndarray, ticks: np.ndarray) -> list[int]:
    """Count the samples still followed at each tick."""
    return [int((time >= tick).sum()) for tick in ticks]


def _panel(axes: Axes, row: Any, name: str, scores: pd.Series, design: Survival, spec: Mapping[str, Any]) -> None:
    from lifelines import KaplanMeierFitter

    values, time, event = scores[design.samples].to_numpy(), design.time, design.event
    ticks = np.array([tick for tick in MaxNLocator(5).tick_values(0, time.max()) if 0 <= tick <= time.max()])
    for line, ((label, colour), own) in enumerate(zip(THIRDS.items(), thirds(values), strict=True)):
        if own.any():
            fitted = KaplanMeierFitter().fit(time[own], event[own], label=label)
            curve = fitted.survival_function_[label]
            axes.step(curve.index, curve, where="post", color=colour, linewidth=1.6)
            last = time[own & ~event]
            axes.plot(last, fitted.predict(last) if len(last) else last, "|", color=colour, markersize=4, alpha=0.6)
        for tick, count in zip(ticks, at_risk(time[own], ticks), strict=True):
            beneath = axes.text(
                tick, -0.25 - 0.075 * line, str(count), color=colour, ha="center", va="top", fontsize=7.5
            )
            beneath.set_transform(axes.get_xaxis_transform())
    axes.set_xticks(ticks)
    axes.set_xlim(0, time.max() * 1.02)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel(plain(spec["survival"]["time"]), labelpad=1)
    axes.text(0, -0.185, "at risk", transform=axes.transAxes, ha="left", va="top", fontsize=7, color=INK)
    axes.set_ylabel("event-free share", fontsize=8)
    where = "" if row.cell_type == "bulk" else f"\n{row.cell_type}"
    axes.set_title(wrapped(name, 44) + plain(where), loc="left", fontweight="bold", fontsize=8.5)
    axes.text(
        0.03, 0.04, _figures(row), transform=axes.transAxes, fontsize=7.5, va="bottom", linespacing=1.35, bbox=PALE
    )


def _figures(row: Any) -> str:
    if pd.isna(row.effect):
        hazard = "no finite hazard ratio"
    else:
        hazard = f"HR a SD {np.exp(row.effect):.2f} ({np.exp(row.ci_low):.2f} to {np.exp(row.ci_high):.2f})"
    return f"{hazard}\nC {row.concordance:.2f}, p {row.p:.2g}, FDR {row.fdr:.2g}\n{said(row.verdict)}"


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=colour, label=label) for label, colour in THIRDS.items()]
    figure.legend(handles=handles, loc="outside upper right", ncols=3, fontsize=8)
