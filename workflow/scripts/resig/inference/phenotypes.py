"""What samples carry beside arms: a number such as a drug's AUC, or a time with an event. Read from text, checked."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from resig.errors import ResigError

EVENTS = {"0": False, "1": True, "0.0": False, "1.0": True, "false": False, "true": True}
SHOWN = 3


def numbers(column: str, values: pd.Series, where: str) -> pd.Series:
    """Return a column of numbers; empty text is a missing one, any other word is refused."""
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
    known = values != ""
    read = values.str.lower().map(EVENTS).astype(float)
    wrong = sorted(set(values[known & read.isna()]))
    if wrong:
        todo = "write 1 where the event (death, relapse) was seen and 0 where follow-up ended without it"
        if set(values[known]) <= {"1", "2"}:
            todo += "; this looks like 1 for censored and 2 for the event: subtract 1"
        raise ResigError(f"column '{column}' holds {_some(wrong)}; events are 0 or 1", where=where, todo=todo)
    return read


def left_out(count: int, why: str) -> tuple[str, ...]:
    """Return the flag that says how many samples take no part, and why; nothing when all do."""
    return (f"{count}_samples_{why}",) if count else ()


def _some(values: Iterable[str]) -> str:
    every = list(values)
    shown = ", ".join(f"'{each}'" for each in every[:SHOWN])
    return shown if len(every) <= SHOWN else f"{shown} and {len(every) - SHOWN} more"
