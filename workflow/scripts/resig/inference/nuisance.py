"""The same question asked of what should not matter, and of each score given that: who follows whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resig.inference.design import Design, Estimates
from resig.pseudobulk import Pseudobulk
from resig.textbook import ranked

ALPHA = 0.05
HALF, MOST = 0.5, 0.8
FEWEST_SAMPLES = 8
SAMPLES_A_COLUMN = 4
FEWEST_GENES = 5
ARRANGEMENTS = 100  # of estimates whose p is not used
TECHNICAL = ("detected_genes", "depth", "mito_share")


@dataclass(frozen=True)
class Nuisance:
    """One property of samples, in one cell type: a column, or one for each level but one."""

    name: str
    columns: pd.DataFrame


def proliferation(pseudobulk: Pseudobulk, symbols: Sequence[str]) -> np.ndarray | None:
    """Return the mean z-score of a proliferation set for each unit; None where too few of its genes are measured."""
    genes, wanted = pseudobulk.genes, set(symbols)
    own = np.array([symbol in wanted for symbol in genes.symbols]) & (genes.sd > 0)
    if own.sum() < FEWEST_GENES:
        return None
    return ((pseudobulk.log[:, own] - genes.mean[own]) / genes.sd[own]).mean(axis=1)


def nuisances_of(
    pseudobulk: Pseudobulk,
    confounders: pd.DataFrame,
    samples: pd.DataFrame,
    proliferation_set: Sequence[str],
    batch: str | None = None,
    purity: str | None = None,
) -> dict[str, list[Nuisance]]:
    """Return what is known of the samples of each cell type; what was not measured, or never varies, is not there."""
    score = proliferation(pseudobulk, proliferation_set)
    found = {}
    for cell_type, units in pseudobulk.units.groupby("cell_type", sort=True):
        names = units["sample"].tolist()
        technical = confounders[confounders["cell_type"] == cell_type].set_index("sample").reindex(names)
        by_name = {} if score is None else {"proliferation": score[units.index]}
        by_name |= {name: technical[name].to_numpy(dtype=float) for name in TECHNICAL}
        by_name["depth"] = np.log10(np.where(by_name["depth"] > 0, by_name["depth"], np.nan))
        labels = samples.set_index("sample").reindex(names)
        if purity and purity in labels:
            by_name["purity"] = pd.to_numeric(labels[purity], errors="coerce").to_numpy(dtype=float)
        here = [Nuisance(name, pd.DataFrame({name: values}, index=names)) for name, values in by_name.items()]
        if batch and batch in labels:
            here.append(Nuisance("batch", _levels(labels[batch])))
        found[str(cell_type)] = [each for each in here if each.columns.nunique().gt(1).any()]
    return found


def _levels(values: pd.Series) -> pd.DataFrame:
    """Return a column of 0 and 1 for each level but the most frequent one; a sample without a level has no value."""
    known = values.fillna("").astype(str)
    counts = known[known != ""].value_counts()
    reference = min(counts.index, key=lambda level: (-counts[level], level), default="")
    columns = {f"batch={level}": np.where(known == "", np.nan, known == level) for level in sorted(counts.index)}
    columns.pop(f"batch={reference}", None)
    return pd.DataFrame(columns, index=values.index, dtype=float)


def screen(
    design: Design, scores: pd.DataFrame, nuisances: Sequence[Nuisance], permutations: int, seed: int
) -> list[dict[str, Any]]:
    """Return a row for each score (a column) and nuisance: effects of both, and of the score given the nuisance.

    Effects of scores are on the scale that does not shrink with what a covariate explains (`meta_effect`). A nuisance
    confounds a score where it differs along the contrast, the score does, and given the nuisance less than half of
    the effect is left, or less than four fifths of it and its interval includes 0. (Any nuisance that follows the
    contrast widens the interval, though it explain nothing.)
    """
    rows: list[dict[str, Any]] = []
    for each in nuisances:
        known = each.columns.reindex(design.samples)
        same = design.adjusted(known * 0.0)
        known = known.loc[same.samples]
        known = known.loc[:, known.nunique() > 1]
        if not known.shape[1]:
            continue
        if same.too_few:
            rows += [_row(name, each.name, len(same.samples), reason=same.too_few) for name in scores.columns]
            continue
        own = same.estimate(known.to_numpy(dtype=float), permutations, seed)
        strongest = int(np.nanargmin(own.p)) if np.isfinite(own.p).any() else 0
        about = {
            "nuisance_effect": float(own.effect[strongest]),
            "nuisance_p": min(1.0, float(own.p[strongest]) * known.shape[1]),
        }
        values = scores.loc[same.samples].to_numpy(dtype=float)
        plain = same.estimate(values, ARRANGEMENTS, seed)
        adjusted, reason = _adjusted(same, known)
        given = (
            None
            if reason
            else adjusted.estimate(scores.loc[adjusted.samples].to_numpy(dtype=float), ARRANGEMENTS, seed)
        )
        for at, name in enumerate(scores.columns):
            row = _row(name, each.name, len(same.samples), reason) | about
            row["correlation"] = _correlation(values[:, at], known.iloc[:, strongest].to_numpy(dtype=float))
            row["effect"], low, high = _shared(plain, at)
            if given is not None:
                row["adjusted_effect"], row["adjusted_low"], row["adjusted_high"] = _shared(given, at)
                row["confounds"] = "yes" if _confounds(row, low, high) else "no"
            rows.append(row)
    return rows


def _adjusted(design: Design, known: pd.DataFrame) -> tuple[Design, str]:
    n, columns = len(design.samples), known.shape[1]
    if n < FEWEST_SAMPLES or n < SAMPLES_A_COLUMN * (columns + 1):
        return design, f"{n}_samples_are_too_few_to_adjust"
    adjusted = design.adjusted(known)
    return adjusted, adjusted.too_few


def _shared(found: Estimates, at: int) -> tuple[float, float, float]:
    """Return effect and interval on the scale that covariates do not change."""
    effect, shared = float(found.effect[at]), float(found.meta_effect[at])
    factor = shared / effect if np.isfinite(shared) and effect else 1.0
    return effect * factor, float(found.low[at]) * factor, float(found.high[at]) * factor


def _confounds(row: Mapping[str, Any], low: float, high: float) -> bool:
    differs = row["nuisance_p"] <= ALPHA and low * high > 0
    if not differs or np.isnan(row["adjusted_effect"]):
        return False
    left = row["adjusted_effect"] / row["effect"]
    return bool(left < HALF or (left < MOST and row["adjusted_low"] * row["adjusted_high"] <= 0))


def _correlation(score: np.ndarray, nuisance: np.ndarray) -> float:
    if len(score) < 3 or np.ptp(score) == 0 or np.ptp(nuisance) == 0:
        return np.nan
    return float(np.corrcoef(ranked(score), ranked(nuisance))[0, 1])


def _row(signature: str, nuisance: str, n: int, reason: str = "") -> dict[str, Any]:
    unknown = dict.fromkeys(
        (
            *("nuisance_effect", "nuisance_p", "correlation", "effect"),
            *("adjusted_effect", "adjusted_low", "adjusted_high"),
        ),
        np.nan,
    )
    return {"signature": signature, "nuisance": nuisance, "n_samples": n, **unknown, "confounds": "", "reason": reason}


def summarised(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return columns of the contrast table: the least that is left of its effect, and and what confounds it."""
    known = [row for row in rows if np.isfinite(row["adjusted_effect"]) and np.isfinite(row["effect"])]
    least = min(
        known,
        key=lambda row: row["adjusted_effect"] * (1 if row["effect"] >= 0 else -1),
        default={"adjusted_effect": np.nan},
    )
    return {
        "adjusted_effect": least["adjusted_effect"],
        "confounded_by": ";".join(row["nuisance"] for row in rows if row["confounds"] == "yes"),
    }
