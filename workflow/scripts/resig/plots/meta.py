"""Forest plots across datasets: each effect, the pooled one, and where the next dataset's is expected."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from resig.plots.asked import EFFECTS
from resig.plots.palette import RESISTANT, SENSITIVE
from resig.plots.panels import frame, nothing, panels, signed, small
from resig.plots.style import INK, Path_, plain, save, shortened, wrapped

PANELS, ACROSS, STUDIES = 9, 3, 20
NORMAL = 1.959964
NOTE = (
    "Squares: datasets with 95 % intervals, on the scale that is pooled; diamond: random-effects mean with its interval"
    " (modified Hartung-Knapp); line beneath: 95 % prediction interval (from three datasets on)."
)
UNIT = ["kind", "cell_type", "signature", "method", "effect_type"]


def draw_meta(
    meta: pd.DataFrame,
    groups: pd.DataFrame,
    contrasts: pd.DataFrame,
    signatures: pd.DataFrame,
    leading: list[str],
    *paths: Path_,
) -> None:
    """Draw what was pooled over two datasets or more, the smallest p first."""
    contrasts = contrasts.assign(at=contrasts["dataset"] + "/" + contrasts["contrast"])
    by_name = meta.assign(
        title=meta["contrast"],
        effects=[
            ",".join(f"{name}/{contrast}" for name in names.split(","))
            for names, contrast in zip(meta["datasets"], meta["contrast"], strict=True)
        ],
    )
    by_label = groups.assign(title=groups["by"] + ": " + groups["group"])
    columns = ["title", "effects", "n_datasets", *UNIT, "effect", "ci_low", "ci_high", "p", "i2"]
    columns += ["prediction_low", "prediction_high"]
    pooled = pd.concat([each[columns] for each in (by_name, by_label) if len(each)] or [by_name[columns]])
    pooled = pooled[(pooled["n_datasets"] > 1) & pooled["method"].isin(leading)]
    pooled = pooled.sort_values(["p", "title", *UNIT], kind="stable")
    shown = pooled.head(PANELS)
    rest = len(pooled) - len(shown)
    said = f"The {len(shown)} of {len(pooled)} with the smallest p; the other {rest}: summary/meta*.tsv"
    most = int(min(STUDIES, shown["effects"].str.count(",").max() + 1)) if len(shown) else 2
    tall = 1.7 + 0.22 * (most + 2)
    figure, every = panels("Effects over datasets", [NOTE, said if rest else ""], len(shown), tall, ACROSS, 4.2)
    if shown.empty:
        nothing(every[0], "No effect was known in two datasets or more.")
    names = dict(zip(signatures["signature"], signatures["name"], strict=True))
    for axes, row in zip(every, shown.itertuples(), strict=False):
        _panel(axes, row, studies_of(row, contrasts))
        _title(axes, row, names)
    save(figure, *paths)


def studies_of(row: Any, contrasts: pd.DataFrame) -> pd.DataFrame:
    """Return the effects that a pooled row rests on, with intervals on its scale."""
    own = contrasts[contrasts["at"].isin(row.effects.split(","))]
    for name in ("cell_type", "signature", "method", "effect_type"):
        own = own[own[name] == getattr(row, name)]
    shared = own["effect_type"].str.endswith("_g")
    value = own["effect"].where(~shared, own["meta_effect"])
    low = own["ci_low"].where(~shared, own["meta_effect"] - NORMAL * own["meta_se"])
    high = own["ci_high"].where(~shared, own["meta_effect"] + NORMAL * own["meta_se"])
    return own.assign(y=value, low=low, high=high).sort_values("at", ignore_index=True)


def _panel(axes: Axes, row: Any, studies: pd.DataFrame) -> None:
    shown = studies.head(STUDIES)
    frame(axes)
    for at, study in enumerate(shown.itertuples()):
        colour = RESISTANT if study.y > 0 else SENSITIVE
        axes.plot([study.low, study.high], [at, at], color=colour, linewidth=1.3)
        axes.plot(study.y, at, "s", color=colour, markersize=4)
    y: float = len(shown) + 0.2
    ends = np.array([row.ci_low, row.effect, row.ci_high, row.effect])
    axes.add_patch(Polygon(np.column_stack([ends, [y, y - 0.3, y, y + 0.3]]), facecolor=INK))
    axes.plot([row.ci_low, row.ci_high], [y, y], color=INK, linewidth=0.8)
    if pd.notna(row.prediction_low):
        axes.add_line(Line2D([row.prediction_low, row.prediction_high], [y + 0.6] * 2, color=INK, linewidth=2.4))
    axes.autoscale_view()
    several = shown["contrast"].nunique() > 1
    labels = [plain(shortened(study.at if several else study.dataset, 30)) for study in shown.itertuples()]
    more = f"pooled{'' if len(studies) <= STUDIES else f' (of {len(studies)})'}"
    axes.set_yticks([*range(len(shown)), y], [*labels, more], fontsize=7.5)
    axes.set_ylim(y + 1, -0.7)
    axes.tick_params(axis="y", length=0)
    i2 = "–" if pd.isna(row.i2) else f"{100 * row.i2:.0f} %"
    expected = (
        f"\nprediction {signed(row.prediction_low)} to {signed(row.prediction_high)}"
        if pd.notna(row.prediction_low)
        else "\nno prediction interval from two datasets"
    )
    axes.set_xlabel(
        f"{EFFECTS[row.effect_type]} {signed(row.effect)} ({signed(row.ci_low)} to {signed(row.ci_high)}), "
        f"p {small(row.p)}, I² {i2}{expected}",
        fontsize=8,
    )


def _title(axes: Axes, row: Any, names: dict[str, str]) -> None:
    where = "" if row.cell_type == "bulk" else f", {row.cell_type}"
    said = f"{plain(shortened(row.title, 44))}{plain(where)}"
    axes.set_title(
        f"{wrapped(names.get(row.signature, row.signature), 44)}\n{said}", loc="left", fontsize=8.5, fontweight="bold"
    )
