"""What samples carry beside arms: a number such as a drug's AUC, or a time with an event. Read from text, checked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError
from resig.inference.covariates import coded, complete

EVENTS = {"0": False, "1": True, "0.0": False, "1.0": True, "false": False, "true": True}
SHOWN = 3


@dataclass(frozen=True)
class Asked:
    """Samples that can answer, sorted by name, what is adjusted for, and who was left out."""

    rows: pd.DataFrame
    covariates: pd.DataFrame
    blocks: np.ndarray
    flags: tuple[str, ...]

    @property
    def samples(self) -> list[str]:
        """Names of the samples."""
        return self.rows["sample"].tolist()


def ask(spec: Mapping[str, Any], samples: pd.DataFrame, phenotype: Mapping[str, pd.Series], where: str) -> Asked:
    """Keep the samples with a phenotype (numbers, by column) and all covariates; code blocks and covariates."""
    if spec.get("pair_by"):
        raise ResigError(
            f"pair_by: {spec['pair_by']} has no meaning for a phenotype that each sample has for itself",
            where=where,
            todo="use block_by to compare within patients, or leave it out",
        )
    rows, flags = samples.assign(**phenotype), tuple[str, ...]()
    for column in phenotype:
        known = rows[column].notna()
        flags += left_out(int((~known).sum()), f"without_{column}")
        rows = rows[known]
    block = spec.get("block_by")
    listed = list(spec.get("covariates") or [])
    adjusted_for = named(listed)
    as_levels = [each["column"] for each in listed if not isinstance(each, str) and each["kind"] == "levels"]
    every, as_levels = ([block, *adjusted_for], [block, *as_levels]) if block else (adjusted_for, as_levels)
    rows, missing = complete(rows.sort_values("sample"), every)
    still = tuple(f"covariate_{each}_does_not_vary" for each in adjusted_for if rows[each].nunique() < 2)
    blocks = np.unique(rows[block].astype(str), return_inverse=True)[1] if block else np.zeros(len(rows), dtype=int)
    return Asked(rows, coded(rows, every, as_levels), blocks, (*flags, *missing, *still))


def numbers(column: str, values: pd.Series, where: str) -> pd.Series:
    """Return a column of numbers; empty text is a missing one, any other word is refused."""
    values = values.fillna("").astype(str)
    read = pd.to_numeric(values.where(values != ""), errors="coerce").astype(float)
    wrong = sorted(set(values[(values != "") & ~np.isfinite(read)]))
    if wrong:
        raise ResigError(
            f"column '{column}' holds {_some(wrong)}, which is no number",
            where=where,
            todo="write numbers with a decimal point; leave missing ones empty, or write NA",
        )
    return read


def times(column: str, values: pd.Series, where: str) -> pd.Series:
    """Return times to an event or to the end of follow-up."""
    read = numbers(column, values, where)
    if (read < 0).any():
        first = str(values[read < 0].iloc[0])
        todo = "times count from the start of follow-up: 0 or more, in any unit"
        raise ResigError(f"column '{column}' holds the negative time {first}", where=where, todo=todo)
    return read


def events(column: str, values: pd.Series, where: str) -> pd.Series:
    """Return whether the event was seen (1), or the sample was censored before it (0); missing stays missing."""
    values = values.fillna("").astype(str)
    known = values != ""
    read = values.str.lower().map(EVENTS).astype(float)
    wrong = sorted(set(values[known & read.isna()]))
    if wrong:
        todo = "write 1 where the event (death, relapse) was seen and 0 where follow-up ended without it"
        if set(values[known]) <= {"1", "2"}:
            todo += "; this looks like 1 for censored and 2 for the event: subtract 1"
        raise ResigError(f"column '{column}' holds {_some(wrong)}; events are 0 or 1", where=where, todo=todo)
    return read


def check(read: Callable[[str, pd.Series, str], pd.Series], column: str, levels: Iterable[str], where: str) -> None:
    """Read the levels of a column, for the sake of what it would refuse."""
    read(column, pd.Series(list(levels), dtype=object), where)


def named(columns: str | Iterable[str | Mapping[str, str]] | None) -> list[str]:
    """Return the names of columns that the config gives as one name, as several, or with their kind."""
    listed = [columns] if isinstance(columns, str) else list(columns or [])
    return [each if isinstance(each, str) else each["column"] for each in listed]


def left_out(count: int, why: str) -> tuple[str, ...]:
    """Return the flag that says how many samples take no part, and why; nothing when all do."""
    return (f"{count}_samples_{why}",) if count else ()


def _some(values: Iterable[str]) -> str:
    every = list(values)
    shown = ", ".join(f"'{each}'" for each in every[:SHOWN])
    return shown if len(every) <= SHOWN else f"{shown} and {len(every) - SHOWN} more"
