"""What each member adds to the effect of its signature."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from resig.plots.asked import EFFECTS, KEY, Asked, Path_
from resig.plots.palette import RESISTANT, SENSITIVE
from resig.plots.panels import PANELS, frame, name_panel, nothing, panels, signed
from resig.plots.style import INK, plain, save, shortened

GENES = 12
NOTE = (
    "Bar: what the effect loses without the gene. Dot: the gene's own effect, turned by its sign (+ up, − down in"
    " resistance): above 0 along the signature."
)


def draw_genes(asked: Asked, *paths: Path_) -> None:
    """Draw the members of each of the clearest signatures, those that weigh most first."""
    assert asked.genes is not None
    several = asked.genes[asked.genes.groupby(KEY)["symbol"].transform("size") > 1]
    rows, left_out = asked.clearest(PANELS, among=several, suffix=".genes.tsv")
    figure, every = panels(f"{asked.title}: members of the clearest signatures", [NOTE, left_out], len(rows), 2.7)
    if rows.empty:
        nothing(every[0], "No signature of two members or more has an effect.")
    for axes, row in zip(every, rows.itertuples(), strict=False):
        own = several[(several["signature"] == row.signature) & (several["cell_type"] == row.cell_type)]
        _panel(axes, own, EFFECTS[asked.effect_type], float(row.effect))
        name_panel(axes, row, asked.names)
    if len(rows):
        handles = [
            Patch(facecolor=RESISTANT, alpha=0.55, label="towards resistant"),
            Patch(facecolor=SENSITIVE, alpha=0.55, label="towards sensitive"),
            Line2D([], [], marker="o", linestyle="", color=INK, markersize=4, label="the gene's own effect"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8)
    save(figure, *paths)


def weighed(own: pd.DataFrame) -> pd.DataFrame:
    """Return members with what the effect loses without them, the largest losses first."""
    lost = own["effect"] - own["effect_without"].fillna(0)
    found = own.assign(lost=lost, size=lost.abs())
    return found.sort_values(["size", "symbol"], ascending=[False, True], kind="stable").drop(columns="size")


def _panel(axes: Axes, own: pd.DataFrame, effect: str, whole: float) -> None:
    every = weighed(own)
    shown = every.head(GENES)
    frame(axes)
    places = np.arange(len(shown))
    colours = [RESISTANT if lost > 0 else SENSITIVE for lost in shown["lost"]]
    axes.barh(places, shown["lost"], height=0.62, color=colours, alpha=0.55)
    axes.plot(shown["gene_effect"], places, "o", color=INK, markersize=3.5, linestyle="")
    signs = ["+" if weight > 0 else "−" for weight in shown["weight"]]
    labels = [f"{plain(shortened(name, 18))} {sign}" for name, sign in zip(shown["symbol"], signs, strict=True)]
    axes.set_yticks(places, labels, fontsize=7.5)
    axes.set_ylim(max(len(shown), 4) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    rest = f"\n{len(shown)} of {len(every)} members" if len(shown) < len(every) else f"\n{len(every)} members"
    axes.set_xlabel(f"{effect} of the signature {signed(whole)}{rest}", fontsize=8)
