"""The contrast table of one dataset: every score held against one question, cell type by cell type."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError, nearest
from resig.inference.confounding import ConfoundedError
from resig.inference.covariates import columns_of
from resig.inference.design import Design, Estimates, design_of, kind_of
from resig.inference.scrutiny import UNSEEN, Scrutiny
from resig.intake.samples import ALL_CELLS
from resig.tables import CONTRASTS
from resig.textbook import benjamini_hochberg

FIGURES = {
    "effect": "effect",
    "effect_se": "se",
    "ci_low": "low",
    "ci_high": "high",
    "auroc": "auroc",
    "auroc_low": "auroc_low",
    "auroc_high": "auroc_high",
    "p": "p",
    "meta_effect": "meta_effect",
    "meta_se": "meta_se",
}
UNKNOWN: dict[str, Any] = dict.fromkeys([*FIGURES, "smallest", "mde"], np.nan) | {"p_type": "", "notes": ""} | UNSEEN


def compare(
    dataset: str,
    contrast: str,
    spec: Mapping[str, Any],
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    coverage: pd.DataFrame,
    not_constant: Mapping[str, str],
    *,
    permutations: int,
    fdr: float,
    min_cells: int,
    seed: int,
    null_alpha: float = 0.05,
    batch: str | None = None,
    scrutiny: Scrutiny | None = None,
) -> pd.DataFrame:
    """Return the contrast table of one dataset; `batch` is its column of batches, if it has one.

    `scrutiny` holds each effect against random sets, single genes and nuisances; without it those columns are empty.
    """
    _refuse_varying(spec, samples, not_constant, dataset, contrast)

    def design_for(names: Sequence[str]) -> Design:
        return design_of(spec, samples[samples["sample"].isin(names)], dataset, batch)

    asked = design_for(samples["sample"]).samples  # a contrast that is confounded as a whole is refused here
    types = cell_types_of(spec, scores)
    tables = []
    for cell_type in types:
        here = scores[scores["cell_type"] == cell_type]
        enough = here if types == ["bulk"] else here[here["n_cells"] >= min_cells]
        lost = len(set(asked) - set(enough["sample"]))
        few_cells = [f"{lost}_samples_below_{min_cells}_cells"] if lost else []
        for method, of_method in scores.groupby("method", sort=False):
            wide = enough[enough["method"] == method].pivot(index="sample", columns="signature", values="score")
            measured = set(of_method.loc[of_method["score"].notna(), "signature"])
            look = partial(scrutiny, method=str(method), cell_type=str(cell_type)) if scrutiny else None
            found = _rows(wide, coverage, measured, str(method), design_for, few_cells, permutations, seed, look)
            tables.append(found.assign(method=method, cell_type=cell_type))
    table = pd.concat(tables, ignore_index=True).assign(dataset=dataset, contrast=contrast)
    table = _judged(table, fdr, null_alpha)
    order = {signature: at for at, signature in enumerate(coverage["signature"])}
    table["order"] = table["signature"].map(order)
    table = table.sort_values(["cell_type", "order", "method"], kind="stable")
    return table.reindex(columns=CONTRASTS.names).reset_index(drop=True)


def cell_types_of(spec: Mapping[str, Any], scores: pd.DataFrame) -> list[str]:
    """Return the cell types that a contrast is about."""
    return sorted(scores["cell_type"].unique()) if spec["cell_types"] == "all" else sorted(spec["cell_types"])


def verdict(
    scorable: str,
    p: float,
    fdr: float,
    effect: float,
    smallest: float,
    limit: float,
    null_p: float = np.nan,
    null_alpha: float = 0.05,
) -> str:
    """Answer one row by the rules written in docs/methods.md; `smallest` is the least FDR the row could have had."""
    if scorable == "no":
        return "not_measurable"
    if np.isnan(p) or smallest > limit:
        return "underpowered"
    if fdr > limit:
        return "not_separable"
    if null_p > null_alpha:
        return "not_specific"
    return "supported" if effect > 0 else "contradicted"


def _rows(
    wide: pd.DataFrame,
    coverage: pd.DataFrame,
    measured: set[str],
    method: str,
    design_for: Callable[[Sequence[str]], Design],
    few_cells: Sequence[str],
    permutations: int,
    seed: int,
    scrutinise: Callable[..., Mapping[str, tuple[dict[str, Any], list[str]]]] | None = None,
) -> pd.DataFrame:
    """Answer all signatures of one method and cell type; those that lack the same samples share a design."""
    known = coverage[(coverage["scorable"] != "no") & coverage["signature"].isin(measured)]["signature"]
    scored = wide.reindex(columns=known).sort_index()
    present = scored.notna().to_numpy()
    answers: dict[str, tuple[Design, list[str], Mapping[str, Any]]] = {}
    whole, confounded = _design(design_for, list(scored.index))
    for pattern in np.unique(present, axis=1).T:
        names = scored.index[pattern]
        design, refused = (whole, confounded) if pattern.all() else _design(design_for, list(names))
        columns = scored.columns[(present == pattern[:, None]).all(axis=0)]
        why = refused or design.too_few
        values = scored.loc[design.samples, columns].to_numpy(dtype=float)
        unanswered = {name: UNKNOWN | {"notes": why} for name in columns}
        figures = unanswered if why else _figures(columns, design.estimate(values, permutations, seed))
        gone = [f"{len(scored) - len(names)}_samples_without_score"] if not pattern.all() else []
        looked: Mapping[str, tuple[dict[str, Any], list[str]]] = {}
        if scrutinise and not why:
            asked = scored.loc[design.samples, columns]
            looked = scrutinise(design, scores=asked, p={name: figures[name]["p"] for name in columns})
        for name in columns:
            more, seen = looked.get(name, ({}, []))
            answers[name] = design, [*gone, *seen], {**figures[name], **more}
    rows = []
    for row in coverage.itertuples(index=False):
        design, gone, answer = answers.get(row.signature, (whole, [], UNKNOWN))
        flags = [*design.flags, *few_cells, *gone, *(["low_power"] if row.scorable == "low_power" else [])]
        unmeasured = row.scorable != "no" and row.signature not in measured
        flags += [f"too_few_members_for_{method}"] if unmeasured else []
        flags += [answer["notes"]] if answer["notes"] else []
        rows.append(
            {
                "signature": row.signature,
                "scorable": "no" if unmeasured else row.scorable,
                "n_resistant": design.n_resistant,
                "n_sensitive": design.n_sensitive,
                "n_samples": len(design.samples),
                "effect_type": design.effect_type,
                "flags": ";".join(flag.replace(";", ",") for flag in flags),
            }
            | {key: value for key, value in answer.items() if key != "notes"}
        )
    return pd.DataFrame(rows)


def _design(design_for: Callable[[Sequence[str]], Design], names: Sequence[str]) -> tuple[Design, str]:
    """Build a design of some of the samples; where these are confounded though the whole is not, say by what."""
    try:
        return design_for(names), ""
    except ConfoundedError as problem:
        return design_for([]), f"confounded_with_{problem.column}_among_these_samples"


def _figures(columns: Sequence[str], found: Estimates) -> dict[str, dict[str, Any]]:
    by_name = {name: getattr(found, attribute) for name, attribute in FIGURES.items()} | dict(found.more)
    shared = UNSEEN | {"smallest": found.smallest, "mde": found.mde, "p_type": found.p_type}
    return {
        column: {name: float(values[at]) for name, values in by_name.items()} | shared | {"notes": found.notes[at]}
        for at, column in enumerate(columns)
    }


def _judged(table: pd.DataFrame, limit: float, null_alpha: float) -> pd.DataFrame:
    """Add false discovery rates and verdicts."""
    # All cells of a sample are its cell types once more: a family of their own, so that they change no type's FDR.
    once_more = (table["cell_type"] == ALL_CELLS) & (table["cell_type"].nunique() > 1)
    by_method = table.groupby(["method", once_more], sort=False)
    table["fdr"] = by_method["p"].transform(benjamini_hochberg)
    reachable = pd.concat([_reachable(group["p"], group["smallest"]) for _, group in by_method]).reindex(table.index)
    tests = by_method["p"].transform("count")
    alone = table["smallest"] > limit
    among = ~alone & (reachable > limit)
    said = np.where(alone, "no_arrangement_reaches_the_fdr", "")
    said = np.where(among, "no_arrangement_reaches_the_fdr_of_" + tests.astype(str) + "_tests", said)
    table["flags"] = [";".join(filter(None, pair)) for pair in zip(table["flags"], said, strict=True)]
    # A score without spread in either arm has no g, a separable one no hazard ratio; ranks say which way it goes.
    direction = table["effect"].fillna(table["auroc"] - 0.5)
    if "concordance" in table:
        direction = direction.fillna(table["concordance"] - 0.5)
    table["verdict"] = [
        verdict(row.scorable, row.p, row.fdr, sign, least, limit, row.null_p, null_alpha)
        for row, sign, least in zip(table.itertuples(index=False), direction, reachable, strict=True)
    ]
    return table


def _reachable(p: pd.Series, smallest: pd.Series) -> pd.Series:
    """Return the FDR each row would have, all others as they are, with the smallest p that its design can give."""
    known = p.dropna()
    reached = pd.Series(np.nan, index=p.index)
    count = len(known)
    if not count:
        return reached
    order = np.sort(known.to_numpy())
    upto = np.searchsorted(order, order, side="right")
    for at, own in known.items():
        least = min(smallest[at], own)
        below = np.searchsorted(order, least, side="right") - (own <= least)
        # Rows between the smallest p and the row's own come one place later.
        between = (order >= least) & (order < own)
        later = order * count / (upto + between)
        reached[at] = min([1.0, least * count / (below + 1), *later[order >= least]])
    return reached


def _refuse_varying(
    spec: Mapping[str, Any],
    samples: pd.DataFrame,
    not_constant: Mapping[str, str],
    dataset: str,
    contrast: str,
) -> None:
    for column in (*asked_columns(spec), *columns_of(spec)):
        if column in samples.columns:
            continue
        if column in not_constant:
            raise ResigError(
                f"column '{column}' changes within biological sample '{not_constant[column]}'",
                where=f"contrast {contrast}, dataset {dataset}",
                todo="samples are compared, not cells: choose a sample column that tells these apart",
            )
        hint = nearest(column, samples.columns, "sample columns")
        raise ResigError(f"no sample column '{column}'", where=f"contrast {contrast}, dataset {dataset}", todo=hint)


def asked_columns(spec: Mapping[str, Any]) -> list[str]:
    """Return the sample columns that a contrast is about."""
    kind = kind_of(spec)
    return [spec["survival"]["time"], spec["survival"]["event"]] if kind == "survival" else [spec[kind]["column"]]
