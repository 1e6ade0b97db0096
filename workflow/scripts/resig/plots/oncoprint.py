"""Alterations x samples: what is present, by kind of data, and what was not measured."""

import os
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from resig.alterations.match import read_rule
from resig.plots.palette import ALTERATION_COLOURS, RESISTANT, SENSITIVE
from resig.plots.style import FAINT, plain, save

WORDS = {"variant": "mutation", "copy_number": "copy number", "fusion": "fusion", "methylation": "methylation"}
MOST = 300
ARMS = {"resistant": RESISTANT, "sensitive": SENSITIVE}


def draw_oncoprint(
    calls: pd.DataFrame, book: pd.DataFrame, arms: dict[str, str], title: str, *paths: str | os.PathLike[str]
) -> None:
    """Draw the alterations that occur; samples by arm where there are arms, then so that alike ones stand together."""
    kinds = book[book["alteration"].isin(calls["alteration"])].drop_duplicates("match").set_index("alteration")
    wide = calls[calls["alteration"].isin(kinds.index)].pivot(index="alteration", columns="sample", values="call")
    present = wide == "present"
    order = present.sum(axis=1)[lambda counts: counts > 0].sort_values(ascending=False, kind="stable").index.tolist()
    rank = {name: at for at, name in enumerate(["resistant", "sensitive", ""])}

    def place(sample: str) -> tuple[int, list[bool]]:
        return rank[arms.get(sample, "")], (~present.loc[order, sample]).tolist()

    samples = sorted(wide.columns, key=place)
    cut = samples[:MOST]
    figure = Figure(figsize=(3.6 + min(0.26 * len(cut), 14), 1.8 + 0.26 * len(order)))
    axes = figure.subplots()
    for x, sample in enumerate(cut):
        if arms:
            colour = ARMS.get(arms.get(sample, ""), "#FFFFFF")
            axes.add_patch(Rectangle((x, -1.1), 1, 0.7, facecolor=colour, edgecolor="white", linewidth=0.5))
        for y, name in enumerate(order):
            call = wide.loc[name, sample]
            axes.add_patch(Rectangle((x + 0.06, y + 0.06), 0.88, 0.88, **_look(call, str(kinds.loc[name, "match"]))))
    axes.set_xlim(0, max(len(cut), 1))
    axes.set_ylim(max(len(order), 1), -1.2 if arms else 0)
    counts = [f"{plain(kinds.loc[name, 'name'])}  {int(present.loc[name].sum())}" for name in order]
    axes.set_yticks([at + 0.5 for at in range(len(order))], counts)
    few = len(cut) <= 60
    names = [plain(each) for each in cut] if few else []
    axes.set_xticks([at + 0.5 for at in range(len(names))], names, rotation=90)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    handles = [Patch(facecolor=ALTERATION_COLOURS[key], label=words) for key, words in WORDS.items()]
    handles += [
        Patch(facecolor="#EEEEEE", label="absent"),
        Patch(facecolor="white", edgecolor=FAINT, hatch="////", label="not measured"),
    ]
    handles += [Patch(facecolor=colour, label=f"{arm} arm") for arm, colour in ARMS.items() if arm in arms.values()]
    more = f"; the first {MOST} of {len(samples)} samples" if len(samples) > MOST else ""
    absent = len(kinds[kinds["match"] != "text"]) - len(order)
    axes.set_title(plain(f"{title}: {absent} further alterations are in no sample{more}"), loc="left")
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.12 if few else -0.02), ncols=4)
    if not order:
        axes.text(0, 0.5, "none of the alterations occurs", va="center")
    save(figure, *paths)


def _look(call: str, rule: str) -> dict[str, Any]:
    if call == "present":
        return {"facecolor": ALTERATION_COLOURS[read_rule(rule).conditions[0].assay], "edgecolor": "none"}
    if call == "absent":
        return {"facecolor": "#EEEEEE", "edgecolor": "none"}
    return {"facecolor": "white", "edgecolor": "#CCCCCC", "hatch": "////", "linewidth": 0}
