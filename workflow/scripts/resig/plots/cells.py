"""Cells: a UMAP by cell type and by score, and scores of cell types as dots."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from resig.intake.samples import ALL_CELLS
from resig.plots.grid import left_out
from resig.plots.heatmap import DIVERGING, standardised
from resig.plots.palette import CATEGORIES
from resig.plots.panels import head, nothing, panels
from resig.plots.style import FAINT, Path_, plain, save, shortened, wrapped
from resig.tables import EMBEDDING, OBSERVATIONS, SAMPLE_SCORES, SIGNATURES, read_parquet

SCORED, ROWS, TYPES, LIMIT = 7, 60, 30, 2.5
OTHER = "#BBBBBB"
MOST = "they differ most between cell types"
UMAP_NOTE = (
    "A map of neighbours, made with scanpy: distances between groups mean little, and nothing is tested here. Scores:"
    f" z over the cells shown, cut at ±{LIMIT} for the eye alone."
)
DOT_NOTE = (
    "Colour: mean score of the samples of a cell type, in standard deviations over cell types; size: share of its"
    " cells that score above the median of all cells. Nothing is tested here."
)


def read_scores(path: Path_, method: str, signatures: list[str], observations: pd.Series) -> pd.DataFrame:
    """Return scores of some signatures, one row for each observation that is asked for."""
    import pyarrow.parquet as pq

    whole = pq.read_table(path, columns=["observation", *(f"{name}__{method}" for name in signatures)]).to_pandas()
    return whole.set_index("observation").set_axis(signatures, axis=1).reindex(observations)


def shares_above(path: Path_, method: str, signatures: list[str], observations: pd.DataFrame) -> pd.DataFrame:
    """Return the share of cells of each type above the median of all cells, one signature at a time."""
    types, found = observations["cell_type"].to_numpy(), {}
    for name in signatures:
        values = read_scores(path, method, [name], observations["observation"])[name].to_numpy(dtype=float)
        if np.isfinite(values).any():
            higher = np.where(np.isfinite(values), values > np.nanmedian(values), np.nan)
            found[name] = pd.Series(higher).groupby(types).mean()
    return pd.DataFrame(found).T


def most_different(sample_scores: pd.DataFrame, n: int) -> list[str]:
    """Return the signatures whose scores differ most between cell types, for the spread between samples."""
    known = sample_scores[sample_scores["score"].notna()]
    means = known.groupby(["signature", "cell_type"], sort=False)["score"].mean()
    between = means.groupby("signature", sort=False).std(ddof=0)
    spread = known.groupby("signature", sort=False)["score"].std(ddof=0)
    ratio = (between / spread.where(spread > 0)).fillna(0)
    return ratio.sort_values(ascending=False, kind="stable").head(n).index.tolist()


@dataclass(frozen=True)
class Mapped:
    """The cells of a dataset, by one method: their map with some scores, and what cell types are like."""

    dataset: str
    method: str
    n_cells: int
    embedding: pd.DataFrame
    scores: pd.DataFrame
    names: dict[str, str]
    by_type: pd.DataFrame
    above: pd.DataFrame


def read_mapped(files: Mapping[str, Path_], dataset: str, method: str) -> Mapped:
    """Read what the pictures of cells need."""
    signatures, cells = SIGNATURES.read(files["signatures"]), read_parquet(OBSERVATIONS, files["observations"])
    scores, embedding = SAMPLE_SCORES.read(files["sample_scores"]), EMBEDDING.read(files["embedding"])
    own = scores[(scores["method"] == method) & scores["score"].notna()]
    by_type = own[own["cell_type"] != ALL_CELLS] if own["cell_type"].nunique() > 1 else own
    scored = signatures[signatures["signature"].isin(by_type["signature"])]
    names = dict(zip(scored["signature"], scored["name"], strict=True))
    shown = read_scores(files["scores"], method, most_different(by_type, SCORED), embedding["observation"])
    above = shares_above(files["scores"], method, list(names), cells)
    return Mapped(dataset, method, len(cells), embedding, shown, names, by_type, above)


def draw_umap(cells: Mapped, *paths: Path_) -> None:
    """Draw the map once by cell type and once for each of some scores."""
    embedding, scores, names, of = cells.embedding, cells.scores, cells.names, cells.n_cells
    known = embedding["umap_1"].notna().to_numpy()
    shown = f"{known.sum():,} of {of:,} cells, drawn at random" if known.sum() < of else f"{of:,} cells"
    n = 1 + len(scores.columns) if known.any() else 1
    rest = left_out(
        "signatures", len(scores.columns), len(names), "they differ most between cell types", "scores.parquet"
    )
    figure, every = panels(f"{cells.dataset}, scored by {cells.method}: UMAP of {shown}", [UMAP_NOTE, rest], n, 2.9)
    if not known.any():
        nothing(every[0], "Too few cells for a map.")
        return save(figure, *paths)
    x, y = (embedding.loc[known, name].to_numpy() for name in ("umap_1", "umap_2"))
    size = float(np.clip(6000 / len(x), 0.4, 9))
    _by_type(every[0], x, y, embedding.loc[known, "cell_type"].to_numpy(), size)
    every[0].set_title("cell type", loc="left", fontweight="bold", fontsize=8.5)
    points: Any = None
    for axes, name in zip(every[1:], scores.columns, strict=False):
        values = standardised(scores.loc[known, name].to_numpy(dtype=float)[None, :])[0]
        order = np.argsort(np.abs(np.nan_to_num(values)), kind="stable")  # the clearest on top
        points = axes.scatter(
            x[order],
            y[order],
            c=values[order],
            s=size,
            cmap=DIVERGING,
            vmin=-LIMIT,
            vmax=LIMIT,
            linewidths=0,
            rasterized=True,
            plotnonfinite=True,
        )
        axes.set_facecolor("#F2F2F2")
        axes.set_title(wrapped(names.get(name, name), 34), loc="left", fontweight="bold", fontsize=8.5)
    for axes in every[:n]:
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
    if points is not None:
        figure.colorbar(points, ax=every, location="right", shrink=0.4, label="score (z)")
    save(figure, *paths)


def _by_type(axes: Axes, x: np.ndarray, y: np.ndarray, types: np.ndarray, size: float) -> None:
    counts = pd.Series(types).value_counts()
    order = sorted(counts.index, key=lambda name: (-counts[name], name))
    handles = []
    for at, name in enumerate(order):
        own, colour = types == name, CATEGORIES[at] if at < len(CATEGORIES) - 1 else OTHER
        axes.scatter(x[own], y[own], s=size, color=colour, linewidths=0, rasterized=True)
        if at < len(CATEGORIES) - 1:
            label = plain(shortened(str(name), 22))
            handles.append(Line2D([], [], marker="o", linestyle="", markersize=4, color=colour, label=label))
    if len(order) > len(handles):
        label = f"{len(order) - len(handles)} smaller types"
        handles.append(Line2D([], [], marker="o", linestyle="", markersize=4, color=OTHER, label=label))
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, fontsize=7, handletextpad=0.1)


def draw_dots(cells: Mapped, *paths: Path_) -> None:
    """Draw signatures x cell types: mean scores of samples, and shares of cells above the median."""
    known = cells.by_type
    means = known.groupby(["signature", "cell_type"])["score"].mean().unstack()
    every = [name for name in cells.names if name in means.index]
    first = set(most_different(known, ROWS))
    rows = [name for name in every if name in first]
    columns = list(means.columns)[:TYPES]
    notes = [
        DOT_NOTE,
        left_out("signatures", len(rows), len(every), MOST, "sample_scores.tsv"),
        left_out("cell types", len(columns), means.shape[1], "the first ones by name", "sample_scores.tsv"),
    ]
    wide = 4.8 + 0.42 * max(len(columns), 4)
    figure = Figure(figsize=(wide, 2.6 + 0.22 * max(len(rows), 2)), layout="constrained")
    said = head(f"{cells.dataset}, scored by {cells.method}: signatures x cell types", notes, int(13 * wide))
    figure.suptitle(said, x=0.01, ha="left", fontsize=9, linespacing=1.5)
    axes = figure.subplots()
    if not rows:
        nothing(axes, "No signature has a score.")
        return save(figure, *paths)
    colours = standardised(means.loc[rows].to_numpy(dtype=float))[:, : len(columns)]
    shares = cells.above.reindex(index=rows, columns=columns).to_numpy(dtype=float)
    down, across = np.meshgrid(range(len(rows)), range(len(columns)), indexing="ij")
    points = axes.scatter(
        across.ravel(),
        down.ravel(),
        s=dot(shares.ravel()),
        c=colours.ravel(),
        cmap=DIVERGING,
        vmin=-2,
        vmax=2,
        edgecolors=FAINT,
        linewidths=0.5,
        plotnonfinite=True,
    )
    axes.set_xticks(range(len(columns)), [plain(shortened(str(name), 30)) for name in columns], rotation=90, fontsize=8)
    axes.set_yticks(range(len(rows)), [plain(shortened(name)) for name in rows], fontsize=8)
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    figure.colorbar(points, ax=axes, location="right", shrink=min(1.0, 7 / len(rows)), label="SD over cell types")
    handles = [
        Line2D([], [], marker="o", linestyle="", color=FAINT, markersize=np.sqrt(dot(share)), label=f"{share:.0%}")
        for share in (0.1, 0.5, 0.9)
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, fontsize=8, title="cells above the median")
    save(figure, *paths)


def dot(share: Any) -> Any:
    """Return the area of a dot."""
    return 8 + 90 * np.nan_to_num(share)
