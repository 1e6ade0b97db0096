"""Exact tests of alterations: with each other in the same samples, and with the arms of a contrast."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resig.alterations.match import read_rule
from resig.inference.two_groups import split_arms
from resig.textbook import benjamini_hochberg

LEVEL = 0.95
PRESENT, ABSENT = "present", "absent"


@dataclass(frozen=True)
class Exact:
    """An odds ratio with its exact interval, and an exact two-sided p."""

    odds_ratio: float
    low: float
    high: float
    p: float


def fisher(both: int, first: int, second: int, neither: int) -> Exact:
    """Fisher's exact test of a table of two by two; the odds ratio is the conditional estimate, as in R."""
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio

    table = np.array([[both, first], [second, neither]])
    found = odds_ratio(table, kind="conditional")
    interval = found.confidence_interval(LEVEL)
    return Exact(float(found.statistic), float(interval.low), float(interval.high), float(fisher_exact(table).pvalue))


def mcnemar(first: int, second: int) -> Exact:
    """Exact test of pairs that differ: so many are altered in the first of the two only, so many in the second."""
    from scipy.stats import binomtest

    found = binomtest(first, first + second)
    interval = found.proportion_ci(LEVEL, method="exact")
    ratio, low, high = (share / (1 - share) if share < 1 else np.inf for share in (found.statistic, *interval))
    return Exact(float(ratio), float(low), float(high), float(found.pvalue))


def distinct(calls: pd.DataFrame, book: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each rule that can be matched: its first alteration, with all mechanisms it stands for."""
    rows = book[book["alteration"].isin(calls["alteration"]) & (book["match"] != "text")]
    together = rows.groupby("match", sort=False).agg(
        alteration=("alteration", "first"),
        name=("name", "first"),
        direction=("direction", "first"),
        mechanisms=("mechanism", lambda names: ";".join(dict.fromkeys(names))),
    )
    return together.reset_index()


def co_occurrence(dataset: str, calls: pd.DataFrame, book: pd.DataFrame) -> pd.DataFrame:
    """Hold each two alterations that occur against each other, in the samples where both are measured."""
    kinds = distinct(calls, book)
    wide = calls.pivot(index="sample", columns="alteration", values="call")
    seen = kinds[[(wide[name] == PRESENT).any() for name in kinds["alteration"]]]
    rows = []
    for one, other in itertools.combinations(seen.itertuples(), 2):
        pair = wide.loc[wide[[one.alteration, other.alteration]].ne("not_measured").all(axis=1)]
        first, second = pair[one.alteration] == PRESENT, pair[other.alteration] == PRESENT
        both, only_first, only_second, neither = (
            int(each.sum()) for each in (first & second, first & ~second, ~first & second, ~first & ~second)
        )
        row: dict[str, Any] = {
            "dataset": dataset,
            "alteration_a": one.alteration,
            "alteration_b": other.alteration,
            "mechanism_a": one.mechanisms,
            "mechanism_b": other.mechanisms,
            "n": len(pair),
            "both": both,
            "only_a": only_first,
            "only_b": only_second,
            "neither": neither,
            "reason": _why_untested(one.match, other.match, both, only_first, only_second, neither),
        }
        if not row["reason"]:
            row |= _said(fisher(both, only_first, only_second, neither))
            row["tendency"] = "together" if row["odds_ratio"] > 1 else "apart"
        rows.append(row)
    return _adjusted(rows)


def _why_untested(one: str, other: str, both: int, first: int, second: int, neither: int) -> str:
    looked = [{(each.assay, each.gene) for each in read_rule(rule).conditions} for rule in (one, other)]
    if common := looked[0] & looked[1]:
        return f"both look at {', '.join(f'{assay} of {gene}' for assay, gene in sorted(common))}"
    if 0 in (both + first, both + second, first + neither, second + neither):
        return "one of them is in none or in all of the samples in which both are measured"
    return ""


def with_arms(
    dataset: str, contrast: str, spec: Mapping[str, Any], calls: pd.DataFrame, book: pd.DataFrame, samples: pd.DataFrame
) -> pd.DataFrame:
    """Hold each alteration against the arms of a contrast; within pairs where it is paired."""
    arms = split_arms(samples, spec, dataset)
    flags = [*arms.flags]
    flags += ["blocks_not_used"] if spec["block_by"] else []
    flags += ["covariates_not_used"] if spec["covariates"] else []
    wide = calls.pivot(index="sample", columns="alteration", values="call")
    rows = []
    for kind in distinct(calls, book).itertuples():
        of = wide[kind.alteration]
        high, low = of.reindex(arms.resistant).to_numpy(), of.reindex(arms.sensitive).to_numpy()
        known = [np.isin(part, (PRESENT, ABSENT)) for part in (high, low)]
        if arms.paired:
            known = [known[0] & known[1]] * 2
        high, low = high[known[0]] == PRESENT, low[known[1]] == PRESENT
        row: dict[str, Any] = {
            "dataset": dataset,
            "contrast": contrast,
            "alteration": kind.alteration,
            "mechanisms": kind.mechanisms,
            "name": kind.name,
            "direction": kind.direction,
            "n_resistant": len(high),
            "n_sensitive": len(low),
            "present_resistant": int(high.sum()),
            "present_sensitive": int(low.sum()),
            "test": "mcnemar" if arms.paired else "fisher",
            "flags": ";".join(flags),
            "reason": "",
        }
        more, less = int(high.sum()), int(low.sum())
        if not len(high) or not len(low):
            row["reason"] = "not measured in an arm"
        elif arms.paired and (high == low).all():
            row["reason"] = "no pair differs"
        elif more + less in (0, len(high) + len(low)):
            row["reason"] = "in none of the samples" if not more else "in all of the samples"
        elif arms.paired:
            row |= _said(mcnemar(int((high & ~low).sum()), int((~high & low).sum())))
        else:
            row |= _said(fisher(more, len(high) - more, less, len(low) - less))
        if not row["reason"] and kind.direction != "context" and row["odds_ratio"] != 1:
            row["as_stated"] = "yes" if (row["odds_ratio"] > 1) == (kind.direction == "resistant") else "no"
        rows.append(row)
    return _adjusted(rows)


def _said(found: Exact) -> dict[str, float]:
    return {"odds_ratio": found.odds_ratio, "ci_low": found.low, "ci_high": found.high, "p": found.p}


def _adjusted(rows: list[dict[str, Any]]) -> pd.DataFrame:
    blank = {"odds_ratio": np.nan, "ci_low": np.nan, "ci_high": np.nan, "p": np.nan, "tendency": "", "as_stated": ""}
    frame = pd.DataFrame([blank | row for row in rows])
    if len(frame):
        frame["fdr"] = benjamini_hochberg(frame["p"])
    return frame
