"""Coverage: signatures x datasets, coloured by what the gate allows, with the members measured."""

import os

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.patches import Patch, Rectangle

from resig.plots.palette import GATE_COLOURS
from resig.plots.style import FAINT, plain, save

WORDS = {"yes": "scored", "low_power": "scored, low power (few genes or a limited assay)", "no": "not scored"}


def draw_coverage(coverage: pd.DataFrame, signatures: pd.DataFrame, *paths: str | os.PathLike[str]) -> None:
    """Draw one cell for each signature and dataset: members measured of all members."""
    order = [each for each in signatures["signature"] if each in set(coverage["signature"])]
    datasets = list(dict.fromkeys(coverage["dataset"]))
    figure, axes = plt.subplots(figsize=(3.2 + 1.25 * len(datasets), 1.2 + 0.24 * len(order)))
    for row in coverage.itertuples():
        x, y = datasets.index(row.dataset), order.index(row.signature)
        axes.add_patch(
            Rectangle((x + 0.03, y + 0.06), 0.94, 0.88, facecolor=GATE_COLOURS[row.scorable], edgecolor="#DDDDDD")
        )
        colour = FAINT if row.scorable == "no" else "black"
        axes.text(
            x + 0.5,
            y + 0.5,
            f"{row.n_measured} of {row.n_members}",
            ha="center",
            va="center_baseline",
            fontsize=8,
            color=colour,
        )
    axes.set_xlim(0, len(datasets))
    axes.set_ylim(len(order), 0)
    axes.set_xticks([at + 0.5 for at in range(len(datasets))], [plain(name) for name in datasets])
    axes.set_yticks([at + 0.5 for at in range(len(order))], [plain(name) for name in order])
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    handles = [Patch(facecolor=GATE_COLOURS[key], edgecolor="#BBBBBB", label=words) for key, words in WORDS.items()]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, -0.01),
        ncols=1,
        title="members measured",
        alignment="left",
    )
    save(figure, *paths)
