"""Text matrices: genes in rows or in columns, told apart by the sample ids of the metadata."""

import io
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resig.errors import ResigError
from resig.intake.labels import read_text, separator_of, split_rows


@dataclass(frozen=True)
class TextMatrix:
    """Values (samples x features) with their names."""

    values: np.ndarray
    samples: list[str]
    features: list[str]
    orientation: str


def read_text_matrix(path: str, sample_ids: Collection[str], metadata: str) -> TextMatrix:
    """Read a delimited matrix whose first column and first row hold names."""
    text = read_text(path)
    separator = separator_of(path)
    header, names = names_in(text, separator, path)
    known = set(sample_ids)
    across, down = known & set(header), known & set(names)
    if not across and not down:
        raise ResigError(
            f"shares no sample with {metadata}", where=path, todo=_likely_reason(header, names, sorted(known))
        )
    values = _numbers(text, separator, path, header, names)
    if len(across) >= len(down):
        _refuse_twice(header, "sample", path)
        return TextMatrix(values.T, header, names, "genes in rows")
    _refuse_twice(names, "sample", path)
    return TextMatrix(values, names, header, "genes in columns")


def names_in(text: str, separator: str, path: str) -> tuple[list[str], list[str]]:
    """Return the names along the first row and down the first column of a text matrix."""
    rows = split_rows(text, separator, path)
    header = [name.strip() for name in rows[0][1]] if rows else []
    first = [(number, len(row), row[0].strip()) for number, row in rows[1:]]
    if not first or len(header) < 2:
        shown = "commas" if separator == "," else "TABs"
        raise ResigError(
            f"is not a matrix: {len(header)} columns and {len(first)} rows when split at {shown}",
            where=path,
            todo="genes and samples are expected in rows and columns; the name (.csv or .tsv) says the separator",
        )
    width = first[0][1]
    header = header if len(header) == width - 1 else header[1:]
    for number, fields, _ in first:
        if fields != len(header) + 1:
            raise ResigError(
                f"row {number} has {fields} fields, expected {len(header) + 1}",
                where=path,
                todo="mend that row",
            )
    return header, [name for _, _, name in first]


def _numbers(text: str, separator: str, path: str, header: list[str], names: list[str]) -> np.ndarray:
    body = text.lstrip("\n")
    body = body[body.index("\n") + 1 :]
    frame = pd.read_csv(io.StringIO(body), sep=separator, header=None, index_col=0, low_memory=False)
    words = frame.select_dtypes(bool).columns  # TRUE is no number
    frame[words] = frame[words].astype(str)
    values = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(values)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        shown = frame.iat[row, column]
        shown = "missing" if pd.isna(shown) else f"'{shown}'"
        raise ResigError(
            f"row '{names[row]}', column '{header[column]}': the value is {shown} ({int(wrong.sum())} such values)",
            where=path,
            todo="every value must be a finite number; impute or remove that gene or sample first",
        )
    return values


def _refuse_twice(names: list[str], what: str, path: str) -> None:
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise ResigError(f"{what} '{name}' stands there {count} times", where=path, todo="give each its own name")


def _likely_reason(header: list[str], names: list[str], known: list[str]) -> str:
    def loose(name: str) -> str:
        return name.lower().replace("-", ".").replace("_", ".").removeprefix("x")

    loosely = {loose(name): name for name in [*names, *header]}
    for sample in known:
        if loose(sample) in loosely:
            here = loosely[loose(sample)]
            return f"'{sample}' there looks like '{here}' here: make the ids the same (case, dots, dashes)"
    return f"ids there begin with '{known[0]}', here with '{header[0]}' (columns) and '{names[0]}' (rows)"
