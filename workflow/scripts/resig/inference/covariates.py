"""Covariates and blocks of a design: read as numbers or levels, samples without them left out, coded for a model."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

PEOPLE = frozenset(
    f"{who}{end}"
    for who in ("patient", "donor", "subject", "individual", "participant", "case", "person")
    for end in ("", "id", "number")
)


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


def independent(columns: np.ndarray) -> list[int]:
    """Return the columns (of length 1) that do not follow from those before them."""
    kept: list[int] = []
    basis = np.zeros((len(columns), 0))
    for at, column in enumerate(columns.T):
        rest = column
        for _ in range(2):  # twice is enough for full orthogonality
            rest = rest - basis @ (basis.T @ rest)
        if np.linalg.norm(rest) > 1e-6:
            kept.append(at)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return kept


def columns_of(spec: Mapping[str, Any]) -> list[str]:
    """Return the sample columns that a contrast adjusts for or exchanges within."""
    covariates = [each if isinstance(each, str) else each["column"] for each in spec.get("covariates") or []]
    return [column for column in (spec.get("pair_by"), spec.get("block_by")) if column] + covariates


def repeated_people(samples: pd.DataFrame, arms: Sequence[str], used: Sequence[str]) -> tuple[str, ...]:
    """Flag people (by a column such as `patient`) with several samples, where a design takes these as independent."""
    flags = []
    for column in samples.columns:
        if column in used or "".join(filter(str.isalnum, column)).lower() not in PEOPLE:
            continue
        known = pd.DataFrame({"who": samples[column].tolist(), "arm": list(arms)}).query("who != ''")
        samples_of = known.groupby("who")["arm"].agg(["size", "nunique"])
        both, several = int((samples_of["nunique"] > 1).sum()), int((samples_of["size"] > 1).sum())
        if both:
            flags.append(f"{both}_of_{column}_in_several_arms_but_not_paired")
        elif several:
            flags.append(f"{several}_of_{column}_with_several_samples")
    return tuple(flags)
