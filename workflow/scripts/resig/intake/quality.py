"""Depth, detected genes and mitochondrial share: computed, and taken from obs only where the values cannot say them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from resig.intake.labels import Labels

if TYPE_CHECKING:
    from resig.intake.run import Pass

DEPTH = ("total_counts", "n_counts", "nCount_RNA", "nUMI", "n_umi", "total_UMIs")
MITO = (
    "pct_counts_mt",
    "percent.mt",
    "percent_mt",
    "percent_mito",
    "percent.mito",
    "pct_counts_Mito",
    "mito_frac",
    "frac_mito",
)


def complete_quality(passed: "Pass", labels: Labels, rows: list[int], has_mito: bool) -> tuple["Pass", dict[str, str]]:
    """Take from obs what log values, or a matrix without mitochondrial genes, cannot say; tell what is from where."""
    origin = {"detected_genes": "computed", "depth": "computed", "mito_share": "computed"}
    if np.isnan(passed.depth).all():
        depth, origin["depth"] = _column(labels, DEPTH, rows, len(passed.depth))
        passed = replace(passed, depth=depth)
    if not has_mito or np.isnan(passed.mito_share).all():
        share, origin["mito_share"] = _column(labels, MITO, rows, len(passed.depth))
        share = share / (1 if "frac" in origin["mito_share"] else 100)
        passed = replace(passed, mito_share=share)
    return passed, origin


def _column(labels: Labels, known: tuple[str, ...], rows: list[int], n: int) -> tuple[np.ndarray, str]:
    for title in known:
        if title in labels.columns:
            values = labels.load(title)
            try:
                return np.array(
                    [float(values[row]) if values[row] else np.nan for row in rows]
                ), f"obs column '{title}'"
            except (ValueError, IndexError):
                continue
    return np.full(n, np.nan), "not known"
