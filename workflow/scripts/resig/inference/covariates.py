"""Covariates and blocks of a design: read as numbers or levels, samples without them left out, coded for a model."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError

MUCH = 0.5


def numeric(values: Iterable[str]) -> bool:
    """Whether a column is read as numbers: every value that is there is one."""
    known = [value for value in values if value != ""]
    return bool(known) and bool(np.isfinite(pd.to_numeric(pd.Series(known), errors="coerce")).all())


def complete(samples: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Keep the samples with a value in each column; say how many lack which."""
    flags = []
    for column in columns:
        known = samples[column].fillna("").astype(str) != ""
        if not known.all():
            flags.append(f"{int((~known).sum())}_samples_without_{column}")
        samples = samples[known]
    return samples, tuple(flags)


def coded(samples: pd.DataFrame, columns: Sequence[str], as_levels: Sequence[str] = ()) -> pd.DataFrame:
    """Code columns for a linear model: numbers as they are, levels as 0/1 columns but for the most frequent level.

    Columns named in `as_levels` are levels even where they are written as numbers.
    """
    parts = []
    for column in columns:
        values = samples[column].astype(str)
        if column not in as_levels and numeric(values):
            parts.append(pd.to_numeric(values).astype(float).to_frame(column))
        else:
            counts = values.value_counts()
            reference = min(counts.index, key=lambda level: (-counts[level], level))
            levels = sorted(set(counts.index) - {reference})
            parts.append(pd.DataFrame({f"{column}={level}": (values == level).astype(float) for level in levels}))
    frame = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=samples.index)
    return frame.set_axis(samples["sample"].tolist(), axis=0)


def independent(centred: np.ndarray) -> list[int]:
    """Return the columns that do not follow from those before them (each column counted in its own scale)."""
    kept: list[int] = []
    basis = np.zeros((len(centred), 0))
    for at in range(centred.shape[1]):
        column = centred[:, at]
        length = np.linalg.norm(column)
        if length <= 1e-12:
            continue
        rest = column / length
        for _ in range(2):  # twice is enough for full orthogonality
            rest = rest - basis @ (basis.T @ rest)
        if np.linalg.norm(rest) > 1e-6:
            kept.append(at)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return kept


def cross_table(arms: Sequence[str], levels: Sequence[str], order: Sequence[str]) -> str:
    """Count samples by level and arm, as one line."""
    counts = pd.crosstab(pd.Series(levels, dtype=object), pd.Series(arms, dtype=object)).reindex(
        columns=list(order), fill_value=0
    )
    shown = [f"{level}: {', '.join(f'{counts.at[level, arm]} {arm}' for arm in order)}" for level in counts.index[:12]]
    more = f" | and {len(counts) - 12} more" if len(counts) > 12 else ""
    return " | ".join(shown) + more


def one_armed(arms: Sequence[str], levels: Sequence[str]) -> tuple[int, int]:
    """Count the samples whose level has several samples, and those among them whose level has a single arm."""
    frame = pd.DataFrame({"arm": list(arms), "level": list(levels)})
    by_level = frame.groupby("level")["arm"].agg(["size", "nunique"])
    shared = by_level[by_level["size"] > 1]
    return int(shared["size"].sum()), int(shared.loc[shared["nunique"] == 1, "size"].sum())


def refuse_confounded(
    arms: Sequence[str], levels: Sequence[str], order: Sequence[str], column: str, where: str
) -> tuple[str, ...]:
    """Refuse a contrast whose arms share no level of a column; flag one of which a part is so.

    A level with one sample says nothing: where every sample is a batch of its own, no analysis can see batches.
    """
    shared, single = one_armed(arms, levels)
    several = len(set(levels)) > 1 and len(set(arms)) > 1
    if several and shared and single == shared and len(_mixed(arms, levels)) == 0:
        raise ConfoundedError(column, cross_table(arms, levels, order), where)
    if several and not shared:
        return (f"each_sample_has_its_own_{column}",)
    return (f"{single}_of_{len(arms)}_samples_in_{column}_of_one_arm",) if several and single else ()


def _mixed(arms: Sequence[str], levels: Sequence[str]) -> list[str]:
    frame = pd.DataFrame({"arm": list(arms), "level": list(levels)})
    counts = frame.groupby("level")["arm"].nunique()
    return counts.index[counts > 1].tolist()


class ConfoundedError(ResigError):
    """A contrast that a batch or covariate determines."""

    def __init__(self, column: str, table: str, where: str) -> None:
        self.column = column
        super().__init__(
            f"fully confounded with '{column}'" + (f" ({table})" if table else ""),
            where=where,
            todo="no analysis can tell the two apart: compare samples that share a level, or leave the column out",
        )


def columns_of(spec: Mapping[str, Any]) -> list[str]:
    """Return the sample columns that a contrast adjusts for or exchanges within."""
    covariates = [each if isinstance(each, str) else each["column"] for each in spec.get("covariates") or []]
    return [column for column in (spec.get("pair_by"), spec.get("block_by")) if column] + covariates
