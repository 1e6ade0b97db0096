"""Text matrices (TSV, CSV, TXT): names down the first column and along the first row."""

import io
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resig.errors import ResigError
from resig.intake.labels import SEPARATORS, read_text, separator_in, split_rows
from resig.intake.readers.grid import Grid, TextMatrix, orient, refuse_value, take_grid
from resig.intake.readers.taken import Source, Taken

NOT_NUMBERS = ["", "NA", "NaN", "nan", "N/A", "n/a", "null", "NULL", "None", "<NA>", "#N/A"]
ANNOTATION = ("chr", "start", "end", "strand", "length")  # columns of featureCounts before the samples


@dataclass(frozen=True)
class Lines:
    """Names of a table and the text of its rows."""

    text: str
    separator: str
    header: list[str]
    names: list[str]
    comments: int


def take_text(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Read a delimited matrix."""
    lines = read_lines(source.path)
    facts: dict[str, object] = {"separator": SEPARATORS[lines.separator]}
    if lines.comments:
        facts["comment_lines"] = lines.comments
    return take_grid(read_grid(lines, source), source, target, facts)


def read_text_matrix(path: str, sample_ids: Collection[str], metadata: str) -> TextMatrix:
    """Read a delimited matrix of bulk samples."""
    source = Source(path, ids=sample_ids, metadata=metadata)
    return orient(read_grid(read_lines(path), source), source)


def read_lines(path: str) -> Lines:
    """Split a text into names and the rest, and see that each row has as many fields as the first."""
    return split_lines(read_text(path), path)


def split_lines(text: str, path: str, separator: str | None = None) -> Lines:
    """Split a text that was read."""
    text, comments = _without_comments(text)
    separator = separator or separator_in(text, path)
    header, first = _names_and_widths(text, separator, path, comments)
    if not first or len(header) < 2:
        raise ResigError(
            f"is not a matrix: {len(header)} columns and {len(first)} rows when split at {SEPARATORS[separator]}",
            where=path,
            todo="genes and samples are expected in rows and columns; the name (.csv or .tsv) says the separator",
        )
    width = first[0][1]
    header = header if len(header) == width - 1 else header[1:]
    for number, fields, _ in first:
        if fields != len(header) + 1:
            raise ResigError(
                f"row {number} has {fields} fields, expected {len(header) + 1}", where=path, todo="mend that row"
            )
    return Lines(text, separator, header, [name for _, _, name in first], comments)


def names_in(text: str, separator: str, path: str) -> tuple[list[str], list[str]]:
    """Return the names along the first row and down the first column of a text that was read."""
    lines = split_lines(text, path, separator)
    return lines.header, lines.names


def read_grid(lines: Lines, source: Source, missing: bool = False) -> Grid:
    """Read the numbers; columns without any number are names of another kind, which stand beside.

    With `missing`, values that were not measured are allowed, and NaN.
    """
    import pyarrow as pa

    columns = _columns(lines, source.path)
    known = set(source.ids)
    values = np.empty((len(lines.names), len(lines.header)))
    beside: dict[str, Sequence[str]] = {}
    kept = []
    for at, (title, column) in enumerate(zip(lines.header, columns, strict=True)):
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_null(column.type):
            values[:, at] = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        else:
            words = [str(word or "") for word in column.cast(pa.string()).to_pylist()]
            values[:, at] = [_number(word) for word in words]
            if title not in known and np.isnan(values[:, at]).all() and not known & set(lines.names):
                beside[title or f"column {at + 2}"] = words
                continue
        if title.lower() in ANNOTATION and title not in known and _is_feature_counts(lines.header):
            beside[title] = [f"{value:g}" for value in values[:, at]]
            continue
        kept.append(at)
    if not kept:  # nothing but words: they are meant as values
        kept, beside = list(range(len(lines.header))), {}
    grid = Grid(values[:, kept], lines.names, [lines.header[at] for at in kept], beside)
    _refuse_words(grid, lines, kept, source.path, missing)
    return grid


def _columns(lines: Lines, path: str) -> list[Any]:
    import pyarrow as pa
    from pyarrow import csv

    body = lines.text.lstrip("\n")
    raw = body[body.index("\n") + 1 :].encode()
    fields = [str(at) for at in range(len(lines.header) + 1)]
    try:
        table = csv.read_csv(
            io.BytesIO(raw),
            read_options=csv.ReadOptions(column_names=fields, block_size=min(len(raw) + 1, 2**31 - 1)),
            parse_options=csv.ParseOptions(delimiter=lines.separator, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                null_values=NOT_NUMBERS,
                strings_can_be_null=True,
                true_values=[],
                false_values=[],
                column_types={"0": pa.string()},
            ),
        )
    except pa.ArrowInvalid as error:
        raise ResigError(f"cannot be read as a table ({error})", where=path, todo="mend that row") from None
    return [table.column(at).combine_chunks() for at in range(1, table.num_columns)]


def _refuse_words(grid: Grid, lines: Lines, kept: list[int], path: str, missing: bool = False) -> None:
    wrong = ~np.isfinite(grid.values)
    if not wrong.any():
        return
    rows = split_rows(lines.text, lines.separator, path)
    if missing:
        for row, column in np.argwhere(wrong):
            wrong[row, column] = rows[row + 1][1][kept[column] + 1].strip() not in NOT_NUMBERS
        if not wrong.any():
            return
    row, column = np.argwhere(wrong)[0]
    written = rows[row + 1][1][kept[column] + 1].strip()
    shown = "missing" if written in NOT_NUMBERS else f"'{written}'"
    refuse_value(grid.rows[row], grid.columns[column], shown, int(wrong.sum()), path)


def _without_comments(text: str) -> tuple[str, int]:
    """Take off lines before the header that begin with '#' and are no rows."""
    comments = 0
    while text.startswith("#"):
        line, _, rest = text.partition("\n")
        following = rest.partition("\n")[0]
        if not rest or any(
            line.count(each) >= max(1, following.count(each)) for each in SEPARATORS if each in following
        ):
            break
        text, comments = rest, comments + 1
    return text, comments


def _names_and_widths(
    text: str, separator: str, path: str, skipped: int
) -> tuple[list[str], list[tuple[int, int, str]]]:
    if '"' in text:
        rows = split_rows(text, separator, path)
        header = [name.strip() for name in rows[0][1]] if rows else []
        return header, [(number + skipped, len(row), row[0].strip()) for number, row in rows[1:]]
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1 + skipped) if line]
    header = [name.strip() for name in lines[0][1].split(separator)] if lines else []
    return header, [
        (number, line.count(separator) + 1, line.partition(separator)[0].strip()) for number, line in lines[1:]
    ]


def _is_feature_counts(header: list[str]) -> bool:
    return tuple(title.lower() for title in header[:5]) == ANNOTATION


def _number(word: str) -> float:
    """Return a number as written, blanks around it allowed; NaN for anything else."""
    return float(word) if re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", word) else np.nan
