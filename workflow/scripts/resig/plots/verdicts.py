"""Verdicts: signatures x (dataset, contrast, cell type), with the effect in each cell."""

import os

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.patches import Patch, Rectangle

from resig.plots.palette import VERDICT_COLOURS, said
from resig.plots.style import plain, save

DARK = {"supported", "contradicted"}


def draw_verdicts(verdicts: pd.DataFrame, *paths: str | os.PathLike[str]) -> None:
    """Draw the verdict matrix; signatures that no dataset can measure are counted, not drawn."""
    unit = ["dataset", "contrast", "cell_type"]
    columns = list(verdicts[unit].drop_duplicates().itertuples(index=False, name=None))
    measured = verdicts[verdicts["verdict"] != "not_measurable"]
    order = [each for each in dict.fromkeys(verdicts["signature"]) if each in set(measured["signature"])]
    left_out = verdicts["signature"].nunique() - len(order)
    figure, axes = plt.subplots(figsize=(3.4 + 0.95 * len(columns), 1.9 + 0.24 * len(order)))
    shown = verdicts[verdicts["signature"].isin(order)]
    for row in shown.itertuples():
        x, y = columns.index((row.dataset, row.contrast, row.cell_type)), order.index(row.signature)
        axes.add_patch(
            Rectangle((x + 0.03, y + 0.06), 0.94, 0.88, facecolor=VERDICT_COLOURS[row.verdict], edgecolor="#DDDDDD")
        )
        if pd.notna(row.effect):
            colour = "white" if row.verdict in DARK else "black"
            axes.text(
                x + 0.5, y + 0.5, _signed(row.effect), ha="center", va="center_baseline", fontsize=8, color=colour
            )
    axes.set_xlim(0, len(columns))
    axes.set_ylim(max(len(order), 1), 0)
    labels = [plain("\n".join(part for part in column if part != "bulk")) for column in columns]
    axes.set_xticks([at + 0.5 for at in range(len(columns))], labels, rotation=60, ha="left", rotation_mode="anchor")
    axes.set_yticks([at + 0.5 for at in range(len(order))], [plain(name) for name in order])
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    present = [key for key in VERDICT_COLOURS if key in set(shown["verdict"])]
    handles = [Patch(facecolor=VERDICT_COLOURS[key], edgecolor="#BBBBBB", label=said(key)) for key in present]
    note = (
        "number: Hedges g (rho, log HR per SD), above 0 = higher in the resistant arm (with resistance, earlier events)"
    )
    if left_out:
        note += f"\n{left_out} signatures cannot be measured in any of these datasets (see Coverage)"
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.01), ncols=2, title=note, alignment="left")
    save(figure, *paths)


def _signed(effect: float) -> str:
    text = f"{effect:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text
