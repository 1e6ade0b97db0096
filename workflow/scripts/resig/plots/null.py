"""Effects among those of matched random sets: a histogram for each of the clearest signatures."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from resig.plots.asked import EFFECTS, KEY, Asked, Path_
from resig.plots.palette import said
from resig.plots.panels import PANELS, colour_of, frame, name_panel, nothing, panels, signed, small
from resig.plots.style import INK, save

NOTE = (
    "Grey: effects of random gene sets, matched in size, signs, expression and detection; dashed: 95 % of them lie"
    " between. Line: the signature."
)


def draw_null(asked: Asked, *paths: Path_) -> None:
    """Draw the counts of the table of nulls, and the effect that was observed."""
    assert asked.nulls is not None
    known = asked.nulls[asked.nulls["n_sets"].fillna(0) > 0]
    rows, left_out = asked.clearest(PANELS, among=known, suffix=".null.tsv")
    figure, every = panels(f"{asked.title}: matched random sets", [NOTE, left_out], len(rows), 2.35)
    if rows.empty:
        reasons = asked.nulls["reason"][asked.nulls["reason"] != ""].value_counts()
        why = ", ".join(f"{said(str(reason))} ({n} rows)" for reason, n in reasons.items())
        nothing(every[0], f"No effect could be held against matched sets{': ' + why if why else ''}.")
    nulls = known.set_index(KEY)
    for axes, row in zip(every, rows.itertuples(), strict=False):
        null: Any = nulls.loc[(row.signature, row.cell_type)]
        _panel(axes, row, null, EFFECTS[asked.effect_type])
        name_panel(axes, row, asked.names)
    save(figure, *paths)


def _panel(axes: Axes, row: Any, null: Any, effect: str) -> None:
    counts = np.array([int(each) for each in null.null_counts.split(",")])
    axes.stairs(counts, np.linspace(null.null_min, null.null_max, len(counts) + 1), fill=True, color="#BDBDBD")
    frame(axes)
    for end in (null.null_low, null.null_high):
        axes.axvline(end, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axvline(null.effect, color=colour_of(row.verdict), linewidth=2.2)
    axes.set_ylabel("sets", fontsize=8)
    every = "all " if null.all_sets == "yes" else ""
    axes.set_xlabel(
        f"{effect} {signed(null.effect)}, p {small(null.null_p)}, percentile {null.null_percentile:.3g}\n"
        f"of {every}{null.n_sets:,} sets; {said(row.verdict)}",
        fontsize=8,
    )
