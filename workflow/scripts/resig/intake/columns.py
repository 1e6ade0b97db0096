"""What each column of the sample table holds: numbers, dates, a few levels, or names; and how much of it is missing."""

import re
from collections import Counter
from typing import Any

import pandas as pd

MOST_LEVELS = 20
ALSO_MISSING = frozenset(
    {"unknown", "not available", "not reported", "n.a.", "n.d.", "-", ".", "?", "missing", "na", "none", "nan"}
)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?([ T].*)?|\d\d?[./]\d\d?[./]\d{4}|\d{4}/\d\d?/\d\d?")


def describe_columns(samples: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Describe every column but the first, which names the samples."""
    return {title: describe_column(samples[title].astype(str).tolist()) for title in samples.columns[1:]}


def describe_column(values: list[str]) -> dict[str, Any]:
    """Return kind (numeric, date, categorical, text, empty), missing values, and range or levels."""
    present = [value for value in values if value != ""]
    levels = Counter(present)
    said = {"missing": len(values) - len(present)}
    odd = sorted(level for level in levels if level.lower() in ALSO_MISSING)
    more = {"maybe_missing": odd} if odd else {}
    if not present:
        return {"kind": "empty", **said}
    if all(_NUMBER.fullmatch(value) for value in present):
        numbers = [float(value) for value in present]
        return {"kind": "numeric", **said, "smallest": min(numbers), "largest": max(numbers), "different": len(levels)}
    if all(_DATE.fullmatch(value) for value in present):
        return {"kind": "date", **said, "different": len(levels)}
    if len(levels) <= MOST_LEVELS and (len(levels) < len(present) or len(present) == 1):
        return {"kind": "categorical", **said, "levels": dict(levels.most_common()), **more}
    return {"kind": "text", **said, "different": len(levels), **more}
