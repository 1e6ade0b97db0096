"""Scores on the tissue: one row a section, one column a signature; each signature has one scale over all sections."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from resig.plots.style import plain, save, wrapped

SECTIONS, ACROSS = 12, 4


def draw_tissue(
    spots: pd.DataFrame,
    scores: pd.DataFrame,
    signatures: Sequence[str],
    names: pd.Series,
    sections: pd.DataFrame,
    *paths: str | os.PathLike[str],
) -> None:
    """Draw maps of these signatures (columns of `scores`, rows as of `spots`), and what is said of each section."""
    placed = spots[np.isfinite(spots[["x", "y"]]).all(axis=1)]
    every = sorted(placed["section"].unique())
    shown, rows = every[:SECTIONS], max(1, len(signatures))
    across, blocks = min(ACROSS, max(1, len(shown))), max(1, -(-len(shown) // ACROSS))
    figure = Figure(figsize=(1.2 + 2.6 * across, 0.6 + 2.7 * blocks * rows), layout="constrained")
    panels = figure.subplots(blocks * rows, across, squeeze=False)
    for axes in panels.ravel():
        axes.set_axis_off()
    size = float(np.clip(3500 / max(1, placed.groupby("section").size().max() if len(placed) else 1), 1, 30))
    for at, signature in enumerate(signatures):
        values = scores[signature].loc[placed.index]
        low, high = np.nanpercentile(values, [2, 98]) if values.notna().any() else (0.0, 1.0)
        drawn = None
        for place, section in enumerate(shown):
            axes, own = panels[rows * (place // across) + at, place % across], placed[placed["section"] == section]
            drawn = axes.scatter(
                own["x"], own["y"], c=values.loc[own.index], s=size, vmin=low, vmax=high, cmap="viridis", linewidths=0
            )
            drawn.set_rasterized(True)
            axes.set_aspect("equal")
            axes.invert_yaxis()
            if at == 0:
                axes.set_title(plain(_said(str(section), sections)), loc="left", fontsize=8)
            if place % across == 0:
                name = wrapped(str(names.get(signature, signature)), 26)
                axes.text(-0.04, 0.5, name, transform=axes.transAxes, rotation=90, va="center", ha="right", fontsize=8)
        if drawn is not None and values.notna().any():
            own_panels = [panel for block in range(blocks) for panel in panels[rows * block + at]]
            figure.colorbar(
                drawn, ax=own_panels, shrink=0.6 / blocks, label=wrapped(str(names.get(signature, signature)), 26)
            )
    more = f" (the first {len(shown)} of {len(every)})" if len(every) > len(shown) else ""
    figure.suptitle(f"scores on the tissue{more}", x=0.01, ha="left", fontsize=9, fontweight="bold")
    save(figure, *paths)


def _said(section: str, sections: pd.DataFrame) -> str:
    own = sections[(sections["section"].astype(str) == section) & sections["rho"].notna()]
    lines = [f"rho {row.rho:+.2f}, p {row.p:.2g}" for row in own.itertuples()]
    return f"{section}\n" + "; ".join(lines[:2])
