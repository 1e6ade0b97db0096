"""One survival contrast: Kaplan-Meier curves by thirds of the score. A picture only: effect and p are Cox's model's."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from resig.plots.asked import Asked, Path_
from resig.plots.palette import RESISTANT, SENSITIVE, said
from resig.plots.panels import name_panel, nothing, panels, small
from resig.plots.style import INK, plain, save, shortened

PANELS, ACROSS = 9, 3
NOTE = "Thirds are for the eye: hazard ratio, C and p are of the score itself (Cox's model, per SD)."
THIRDS = {"lowest third": SENSITIVE, "middle": "#888888", "highest third": RESISTANT}


def draw_survival(asked: Asked, *paths: Path_) -> None:
    """Draw the signatures of the leading method with the smallest p."""
    rows, left_out = asked.clearest(PANELS, known="p")
    figure, every = panels(f"{asked.title}: Kaplan-Meier curves", [NOTE, left_out], len(rows), 4.4, ACROSS, 3.7)
    if rows.empty:
        nothing(every[0], "No signature could be held against survival.")
    for axes, row in zip(every, rows.itertuples(), strict=False):
        _panel(axes, row, asked.samples_of(row), asked.spec["survival"]["time"])
        name_panel(axes, row, asked.names, 40)
    if len(rows):
        handles = [Line2D([], [], color=colour, label=label) for label, colour in THIRDS.items()]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8)
    save(figure, *paths)


def thirds(values: np.ndarray) -> list[np.ndarray]:
    """Return which samples have the lowest, the middle and the highest scores; equal scores stay together."""
    low, high = np.quantile(values, [1 / 3, 2 / 3])
    return [values <= low, (values > low) & (values <= high), values > high]


def at_risk(time: np.ndarray, ticks: np.ndarray) -> list[int]:
    """Count the samples still followed at each tick."""
    return [int((time >= tick).sum()) for tick in ticks]


def _panel(axes: Axes, row: Any, members: pd.DataFrame, unit: str) -> None:
    from lifelines import KaplanMeierFitter

    values, time = (members[name].to_numpy(dtype=float) for name in ("score", "value"))
    event = members["event"].to_numpy() == 1
    ticks = np.array([tick for tick in MaxNLocator(5).tick_values(0, time.max()) if 0 <= tick <= time.max()])
    for line, ((label, colour), own) in enumerate(zip(THIRDS.items(), thirds(values), strict=True)):
        if own.any():
            fitted = KaplanMeierFitter().fit(time[own], event[own], label=label)
            curve = fitted.survival_function_[label]
            axes.step(curve.index, curve, where="post", color=colour, linewidth=1.6)
            last = time[own & ~event]
            axes.plot(last, fitted.predict(last) if len(last) else last, "|", color=colour, markersize=4, alpha=0.6)
        for tick, count in zip(ticks, at_risk(time[own], ticks), strict=True):
            _beneath(axes, tick, 40 + 10.5 * line, str(count), color=colour, ha="center", fontsize=7.5)
    axes.set_xticks(ticks)
    axes.set_xlim(0, time.max() * 1.02)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel(plain(shortened(unit, 40)), labelpad=1)
    _beneath(axes, 0, 29, "at risk", ha="left", fontsize=7.5, color=INK)
    axes.set_ylabel("event-free share", fontsize=8)
    _beneath(axes, 0, 76, _figures(row), ha="left", fontsize=8, linespacing=1.35)


def _beneath(axes: Axes, x: float, points: float, words: str, **look: Any) -> None:
    """Write beneath the axis, so many points down."""
    axes.annotate(
        words, (x, 0), (0, -points), xycoords=axes.get_xaxis_transform(), textcoords="offset points", va="top", **look
    )


def _figures(row: Any) -> str:
    if pd.isna(row.effect):
        hazard = "no finite hazard ratio"
    else:
        hazard = f"HR a SD {np.exp(row.effect):.2f} ({np.exp(row.ci_low):.2f} to {np.exp(row.ci_high):.2f})"
    return f"{hazard}\nC {row.concordance:.2f}, p {small(row.p)}, FDR {small(row.fdr)}\n{said(row.verdict)}"
