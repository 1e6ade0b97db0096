"""GEO series matrix: values between two marks, and above them what GEO knows about each sample."""

import os
import re
from dataclasses import replace

from resig.errors import ResigError
from resig.intake.labels import Labels, plain, read_text, split_rows
from resig.intake.readers.grid import take_grid
from resig.intake.readers.taken import Source, Taken
from resig.intake.readers.text import read_grid, split_lines

BEGIN, END = "!series_matrix_table_begin", "!series_matrix_table_end"
ID = "geo_accession"
# Addresses, protocols and files say nothing that separates samples.
LEFT_OUT = re.compile(
    r"contact_|.*protocol|data_processing|supplementary_file|status|.*_date|data_row_count|relation|taxid"
)


def take_series_matrix(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Convert the table of a series matrix."""
    lines = split_lines(_table(source.path), source.path, "\t")
    own = replace(source, ids=series_labels(source.path).load(ID))
    return take_grid(read_grid(lines, own), own, target, {"platform": series_facts(source.path)})


def series_labels(path: str) -> Labels:
    """Return the !Sample lines as columns; `key: value` characteristics become columns of their own."""
    rows = [row for _, row in split_rows(_above(path), "\t", path) if row[0].startswith("!Sample_")]
    named = {row[0].removeprefix("!Sample_"): row[1:] for row in rows if row[0] == f"!Sample_{ID}"}
    if ID not in named:
        raise ResigError(f"has no !Sample_{ID} line", where=path, todo="is it a GEO series matrix?")
    n = len(named[ID])
    columns: dict[str, list[str]] = {ID: [plain(field) for field in named[ID]]}
    for row in rows:
        name, fields = row[0].removeprefix("!Sample_"), row[1:]
        if name == ID or LEFT_OUT.match(name) or len(fields) != n:
            continue
        if name.startswith("characteristics"):
            _characteristics(fields, columns, n)
        else:
            columns[_free(name, columns)] = [plain(field) for field in fields]
    return Labels(path, list(columns), columns.__getitem__)


def series_features(path: str) -> list[str]:
    """Return the names of probes or genes."""
    return split_lines(_table(path), path, "\t").names


def series_facts(path: str) -> str:
    """Return the platforms of a series."""
    labels = series_labels(path)
    return ", ".join(labels.levels("platform_id")) if "platform_id" in labels.columns else "not said"


def _characteristics(fields: list[str], columns: dict[str, list[str]], n: int) -> None:
    """GEO moves characteristics up where a sample lacks one, so each field says itself which it is."""
    for at, field in enumerate(fields):
        key, colon, value = field.partition(":")
        name = key.strip() if colon else "characteristics"
        column = columns.setdefault(name, [""] * n)
        column[at] = plain(value if colon else field)


def _free(name: str, columns: dict[str, list[str]]) -> str:
    at = 2
    title = name
    while title in columns:
        title, at = f"{name}_{at}", at + 1
    return title


def _above(path: str) -> str:
    return read_text(path).partition(BEGIN)[0]


def _table(path: str) -> str:
    _, mark, rest = read_text(path).partition(BEGIN)
    if not mark:
        raise ResigError("has no table of values", where=path, todo="copy or download it again; is it a series matrix?")
    table, end, _ = rest.partition(END)
    if not end:
        raise ResigError("ends within its table", where=path, todo="copy or download it again")
    table = table.lstrip("\n")
    if table.strip().count("\n") == 0:
        raise ResigError(
            "its table has no rows: GEO keeps the values of this series in supplementary files",
            where=path,
            todo="name those as `matrix`, and this file as `metadata`",
        )
    return table
