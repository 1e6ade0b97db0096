"""Samples x signatures, with what the samples are above them."""

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from resig.intake.samples import ALL_CELLS
from resig.plots.asked import Asked, Path_
from resig.plots.palette import CATEGORIES, RESISTANT, SENSITIVE, blend
from resig.plots.panels import head, nothing
from resig.plots.style import plain, save, shortened

ROWS, NAMED, LIMIT = 60, 48, 2.5
DIVERGING = LinearSegmentedColormap.from_list("resig", [SENSITIVE, "#FFFFFF", RESISTANT]).with_extremes(bad="#E6E6E6")
NOTE = f"Colour: score in standard deviations of its row, cut at ±{LIMIT} for the eye alone; grey: no score."


def draw_heatmap(asked: Asked, *paths: Path_) -> None:
    """Draw scores of the samples of a contrast, sorted by cell type, arm and the first row."""
    rows, left_out = asked.clearest(10**9)
    order = list(dict.fromkeys(rows["signature"]))
    left_out = (
        f"The {ROWS} of {len(order)} signatures with the smallest p; all: sample_scores.tsv"
        if len(order) > ROWS
        else ""
    )
    order = order[:ROWS]
    columns = arranged(asked, order)
    heading = head(f"{asked.title}: scores of the samples", [NOTE, left_out], 110)
    if not order or columns.empty:
        figure = Figure(figsize=(6, 1.6), layout="constrained")
        figure.suptitle(heading, x=0.01, ha="left", fontsize=9, linespacing=1.5)
        nothing(figure.subplots(), "No signature could be compared.")
        return save(figure, *paths)
    values = standardised(columns[order].to_numpy(dtype=float).T)
    bars, legends, unsaid = annotations(asked, columns)
    wide = 4.2 + min(7.0, max(2.5, 0.16 * len(columns)))
    names = len(columns) <= NAMED
    tall = 1.9 + 0.19 * len(order) + 0.19 * len(bars) + (0.7 if names else 0)
    figure = Figure(figsize=(wide, tall), layout="constrained")
    if unsaid:
        heading += "\n" + plain(unsaid)
    figure.suptitle(heading, x=0.01, ha="left", fontsize=9, linespacing=1.5)
    top, main = figure.subplots(2, 1, height_ratios=[max(len(bars), 1), len(order)], sharex=True)
    figure.get_layout_engine().set(h_pad=0.02, hspace=0)  # type: ignore[union-attr,call-arg]
    top.imshow(np.array([bar for bar in bars.values()]), aspect="auto", interpolation="nearest")
    top.set_yticks(range(len(bars)), [plain(shortened(name, 30)) for name in bars], fontsize=8)
    top.tick_params(length=0, labelbottom=False)
    image = main.imshow(values, cmap=DIVERGING, vmin=-LIMIT, vmax=LIMIT, aspect="auto", interpolation="nearest")
    main.set_yticks(range(len(order)), [plain(shortened(name)) for name in order], fontsize=8)
    main.tick_params(length=0)
    said = f"{len(columns):,} samples" + (" x cell types" if columns["cell_type"].nunique() > 1 else "")
    if names:
        main.set_xticks(range(len(columns)), [plain(shortened(each, 24)) for each in columns["sample"]], rotation=90)
        main.tick_params(axis="x", labelsize=7)
    else:
        main.set_xticks([])
    main.set_xlabel(said, fontsize=8)
    for axes in (top, main):
        for spine in axes.spines.values():
            spine.set_visible(False)
    size = {"shrink": min(1.0, 1.6 / (0.19 * len(order))), "aspect": 20 if len(order) > 8 else 5}
    figure.colorbar(image, ax=main, location="right", label="SD", **size)  # type: ignore[arg-type]
    handles = [Patch(facecolor=colour, label=plain(shortened(label, 40))) for label, colour in legends]
    figure.legend(handles=handles, loc="outside lower left", ncols=min(4, max(1, len(handles))), fontsize=8)
    save(figure, *paths)


def arranged(asked: Asked, order: list[str]) -> pd.DataFrame:
    """Return samples x cell types of the contrast with their scores, in the order in which they are drawn."""
    wide = asked.scores.pivot(index=["cell_type", "sample"], columns="signature", values="score").reset_index()
    compared = asked.compared
    if compared["cell_type"].nunique() > 1:  # all cells of a sample are its cell types once more
        compared = compared[compared["cell_type"] != ALL_CELLS]
    found = compared.merge(wide, on=["cell_type", "sample"]).reindex(columns=[*compared.columns, *order])
    trend = asked.spec["trend"]
    levels = [str(each) for each in trend["order"]] if trend else ["sensitive", "resistant"]
    found["place"] = pd.Categorical(found["arm"], levels).codes
    by = ["cell_type", "place", "value", *order[:1], "sample"]
    return found.sort_values(by, kind="stable", ignore_index=True)


def standardised(values: np.ndarray) -> np.ndarray:
    """Return rows in standard deviations around their mean; a row that does not vary is 0."""
    known = np.isfinite(values)
    n = np.maximum(known.sum(axis=1, keepdims=True), 1)
    centred = np.where(known, values - np.where(known, values, 0).sum(axis=1, keepdims=True) / n, np.nan)
    spread = np.sqrt(np.where(known, centred**2, 0).sum(axis=1, keepdims=True) / np.maximum(n - 1, 1))
    flat = spread <= 1e-9 * np.nanmax(np.abs(np.where(known, values, 0)), axis=1, keepdims=True, initial=1.0)
    return np.where(flat & known, 0.0, centred / np.where(flat, 1.0, spread))


Colours = list[tuple[float, float, float]]


def annotations(asked: Asked, columns: pd.DataFrame) -> tuple[dict[str, Colours], list[tuple[str, str]], str]:
    """Return bars of colours by name, the legend, and words for what has too many levels to colour."""
    bars: dict[str, Colours] = {}
    legend: list[tuple[str, str]] = []
    unsaid: list[str] = []

    def add(name: str, values: pd.Series, colours: dict[str, str]) -> None:
        bars[name] = [to_rgb(colours.get(value, "#FFFFFF")) for value in values]
        legend.extend((f"{name}: {value}", colour) for value, colour in colours.items() if value in set(values))

    if asked.spec["groups"]:
        add("arm", columns["arm"], {"sensitive": SENSITIVE, "resistant": RESISTANT})
    elif asked.spec["trend"]:
        levels = [str(each) for each in asked.spec["trend"]["order"]]
        name = asked.spec["trend"]["column"]
        add(name, columns["arm"], {level: blend(at / (len(levels) - 1)) for at, level in enumerate(levels)})
    else:
        kind = asked.spec["continuous"] or asked.spec["survival"]
        name, low, high = kind.get("column") or kind["time"], columns["value"].min(), columns["value"].max()
        share = (columns["value"] - low) / (high - low or 1)
        bars[name] = [to_rgb(str(1 - 0.85 * each)) for each in share]
        legend += [(f"{name}: {low:.3g}", "#FFFFFF"), (f"{name}: {high:.3g}", "#262626")]
        if asked.spec["survival"]:
            events = columns["event"].map({0: "no", 1: "yes"})
            add(kind["event"], events, {"no": "#DDDDDD", "yes": "#000000"})
    told = {"cell type": columns["cell_type"]} if columns["cell_type"].nunique() > 1 else {}
    if asked.batch and asked.samples is not None and asked.batch in asked.samples:
        of_sample = asked.samples.set_index("sample")[asked.batch].astype(str)
        told[asked.batch] = columns["sample"].map(of_sample)
    for name, values in told.items():
        levels = sorted(set(values))
        if len(levels) > len(CATEGORIES):
            unsaid.append(f"{name} has {len(levels)} levels, too many for colours.")
            continue
        colours = CATEGORIES if name == "cell type" else CATEGORIES[::-1]
        add(name, values, dict(zip(levels, colours, strict=False)))
    return bars, legend, " ".join(unsaid)
