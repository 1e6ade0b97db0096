"""ROC curves of two arms, as they are: below the diagonal where the score speaks against the documents."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from resig.plots.asked import Asked, Path_
from resig.plots.palette import said
from resig.plots.panels import PANELS, colour_of, name_panel, nothing, panels
from resig.plots.style import FAINT, save

NOTE = (
    "AUROC: chance that a resistant sample scores higher than a sensitive one, with 95 % interval; below the diagonal"
    " the sensitive ones score higher. Never flipped."
)


def draw_roc(asked: Asked, *paths: Path_) -> None:
    """Draw the curve of each of the clearest signatures; the area and its interval are those of the table."""
    rows, left_out = asked.clearest(PANELS, known="auroc")
    figure, every = panels(f"{asked.title}: ROC curves", [NOTE, left_out], len(rows), 2.9)
    if rows.empty:
        nothing(every[0], "No signature could be compared between the two arms.")
    for axes, row in zip(every, rows.itertuples(), strict=False):
        members = asked.samples_of(row)
        arms = [members.loc[members["arm"] == arm, "score"].to_numpy() for arm in ("resistant", "sensitive")]
        _panel(axes, row, *arms)
        name_panel(axes, row, asked.names)
    save(figure, *paths)


def curve(resistant: np.ndarray, sensitive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return shares of sensitive and of resistant samples at or above each score, from none to all; ties together."""
    cuts = np.unique(np.concatenate([resistant, sensitive]))[::-1]
    shares = ((np.sort(-arm).searchsorted(-cuts, side="right")) / len(arm) for arm in (sensitive, resistant))
    false, true = (np.concatenate([[0.0], share]) for share in shares)
    return false, true


def _panel(axes: Axes, row: Any, resistant: np.ndarray, sensitive: np.ndarray) -> None:
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8, linestyle=":")
    axes.plot(*curve(resistant, sensitive), color=colour_of(row.verdict), linewidth=1.8, solid_joinstyle="miter")
    axes.set_aspect("equal")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=7.5)
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=7.5)
    interval = "no interval" if np.isnan(row.auroc_low) else f"{row.auroc_low:.2f} to {row.auroc_high:.2f}"
    axes.set_xlabel(
        f"share of {len(sensitive)} sensitive\nAUROC {row.auroc:.2f} ({interval})\n{said(row.verdict)}", fontsize=8
    )
    axes.set_ylabel(f"share of {len(resistant)} resistant", fontsize=8)
