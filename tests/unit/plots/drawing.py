"""Made tables of any size for pictures, and figures read back before they are saved."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from resig.plots.asked import Asked
from resig.tables import COMPARED, CONTRASTS, DRIVERS, NUISANCE, NULLS, SAMPLE_SCORES, SIGNATURES, VERDICTS

ODD = [
    "<script>alert('x')</script>",
    "β-catenin & Wnt/Ω signalling, κλμ",
    "a_name_of_exactly_sixty_characters_that_must_stay_readable_60",
    "costs $5 -- or $6? 100 % \\alpha",
    "long words " * 8,
]
KINDS = dict.fromkeys(["groups", "trend", "continuous", "survival"])
GROUPS = {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}


def name(at: int) -> str:
    return ODD[at][:60] if at < len(ODD) else f"signature_{at}"


def asked(n_signatures: int, n_samples: int, seed: int = 1, types: int = 0, **spec: Any) -> Asked:
    """Return tables as the workflow would write them, with made figures that agree with each other."""
    from sklearn.metrics import roc_auc_score

    draw = np.random.default_rng(seed)
    whole = KINDS | {"pair_by": None, "block_by": None} | (spec or {"groups": GROUPS})
    cell_types = [f"type {at}" for at in range(types)] or ["bulk"]
    names, samples = [name(at) for at in range(n_signatures)], [f"sample_{at:04}" for at in range(n_samples)]
    arms = np.where(np.arange(n_samples) % 2 == 0, "resistant", "sensitive")
    if whole["trend"]:
        arms = np.array(whole["trend"]["order"])[np.arange(n_samples) % len(whole["trend"]["order"])]
    phenotype = whole["continuous"] or whole["survival"]
    compared = pd.DataFrame(
        {
            "cell_type": np.repeat(cell_types, n_samples),
            "sample": samples * len(cell_types),
            "arm": "" if phenotype else list(arms) * len(cell_types),
            "value": np.tile(draw.exponential(500, n_samples).round(1), len(cell_types)) if phenotype else np.nan,
            "event": np.tile(draw.integers(0, 2, n_samples), len(cell_types)) if whole["survival"] else np.nan,
            "block": [f"p{at // 2}" for at in range(n_samples)] * len(cell_types) if whole["pair_by"] else "",
        }
    ).assign(dataset="data", contrast="asked")
    scores, rows, nulls, genes, nuisance = [], [], [], [], []
    for cell_type in cell_types:
        for each in names:
            value = draw.normal(size=n_samples).round(1)
            scores.append(pd.DataFrame({"sample": samples, "score": value}).assign(cell_type=cell_type, signature=each))
            effect = float(draw.normal())
            key = {"signature": each, "cell_type": cell_type, "effect": effect}
            area = roc_auc_score(arms == "resistant", value) if whole["groups"] else np.nan
            rows.append(
                key
                | {"n_samples": n_samples, "ci_low": effect - 0.7, "ci_high": effect + 0.8, "auroc": area}
                | {"auroc_low": area - 0.1, "auroc_high": area + 0.1, "concordance": 0.6}
                | {"p": draw.uniform(), "fdr": draw.uniform(), "verdict": VERDICTS[int(draw.integers(5))]}
            )
            counts = np.histogram(draw.normal(size=500), 40)[0]
            nulls.append(
                key
                | {"n_sets": 500, "all_sets": "no", "null_p": 0.2, "null_percentile": 90.0}
                | {"null_low": -1.0, "null_high": 1.2, "null_min": -2.0, "null_max": 3.0}
                | {"null_counts": ",".join(map(str, counts))}
            )
            for at in range(int(draw.integers(2, 30))):
                own = {"symbol": f"GENE{at}" if at else "hsa-miR-301a/b-3p", "weight": (-1) ** at}
                genes.append(key | own | {"gene_effect": draw.normal(), "effect_without": effect + draw.normal() / 5})
            for which in ("proliferation", "detected_genes", "depth", "mito_share", "batch", "purity"):
                given = effect + draw.normal() / 5
                span = {"adjusted_effect": given, "adjusted_low": given - 0.5, "adjusted_high": given + 0.5}
                nuisance.append(key | span | {"nuisance": which, "n_samples": n_samples, "confounds": "no"})
    kind = {"trend": "trend_g", "continuous": "spearman", "survival": "log_hr"}
    effect_type = next((kind[each] for each in kind if whole[each]), "hedges_g")
    same = {"dataset": "data", "contrast": "asked", "method": "zmean"}

    def table(which: Any, values: list[dict[str, Any]], **more: Any) -> pd.DataFrame:
        return which.check(pd.DataFrame(values).assign(**same, **more).reindex(columns=which.names), "made")

    signatures = pd.DataFrame({"signature": names, "name": [f"{each} (named)" for each in names]})
    given = {"collection": "c", "assay": "mrna", "tier": "U", "min_members": 1, "n_up": 1, "n_down": 1}
    return Asked(
        table(CONTRASTS, rows, effect_type=effect_type),
        SIGNATURES.check(signatures.assign(**given).reindex(columns=SIGNATURES.names), "made"),
        SAMPLE_SCORES.check(pd.concat(scores).assign(**same, n_cells=20).reindex(columns=SAMPLE_SCORES.names), "made"),
        COMPARED.check(compared, "made"),
        whole,
        "zmean",
        samples=pd.DataFrame({"sample": samples, "batch": [f"b{at % 3}" for at in range(n_samples)]}),
        batch="batch",
        nulls=table(NULLS, nulls),
        genes=table(DRIVERS, genes),
        nuisance=table(NUISANCE, nuisance),
    )


def figure_of(module: str, draw: Callable[..., None] | None = None, *arguments: Any) -> Figure:
    """Draw, and return the figure in place of saving it."""
    kept: list[Figure] = []
    plots = importlib.import_module(f"resig.plots.{module}")
    saving = plots if hasattr(plots, "save") else importlib.import_module("resig.plots.grid")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saving, "save", lambda figure, *paths: kept.append(figure))
        (draw or getattr(plots, f"draw_{module}"))(*arguments)
    return kept[0]


def texts_of(figure: Figure) -> list[tuple[str, Any]]:
    """Return all words that are drawn, with their boxes."""
    figure.draw_without_rendering()
    renderer = figure._get_renderer()  # type: ignore[attr-defined]
    unseen = {id(text) for axes in figure.get_axes() for text in unseen_labels(axes)}
    return [
        (text.get_text(), text.get_window_extent(renderer))
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in unseen
    ]


def unseen_labels(axes: Any) -> list[Text]:
    """Return tick labels that are kept but not drawn: beyond the limits, or of axes that are switched off."""
    labels = []
    for axis in (axes.xaxis, axes.yaxis):
        shown = axis._update_ticks() if axes.axison else []
        ticks = [tick for tick in [*axis.majorTicks, *axis.minorTicks] if tick not in shown]
        labels += [label for tick in ticks for label in (tick.label1, tick.label2)]
    return labels


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Return pairs of words whose boxes share more than a point."""
    texts = texts_of(figure)
    slack = figure.dpi / 72
    x0, y0, x1, y1 = np.array([box.extents for _, box in texts]).T
    wide = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    tall = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    pairs = np.argwhere(np.triu((wide > slack) & (tall > slack), 1))
    return [(texts[one][0], texts[other][0]) for one, other in pairs]


def outside(figure: Figure) -> list[str]:
    """Return words that leave the canvas."""
    boxes, canvas = texts_of(figure), figure.bbox
    return [
        words
        for words, box in boxes
        if box.x0 < canvas.x0 - 1 or box.x1 > canvas.x1 + 1 or box.y0 < canvas.y0 - 1 or box.y1 > canvas.y1 + 1
    ]
