"""GCT 1.2 and 1.3 (GenePattern, GTEx, CMap): a table below lines that say its size."""

import os
from dataclasses import replace

import numpy as np

from resig.errors import ResigError
from resig.intake.labels import Labels, plain, read_text
from resig.intake.readers.grid import Grid, take_grid
from resig.intake.readers.taken import Source, Taken


def take_gct(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Convert a .gct file."""
    version, n_about, n_above, lines, sizes = _opened(source.path)
    header = lines[0].split("\t")
    body = [line.split("\t") for line in lines[1 + n_above :]]
    if (len(body), len(header) - 1 - n_about) != sizes:
        raise ResigError(
            f"has {len(body)} rows and {len(header) - 1 - n_about} samples, its head says {sizes[0]} and {sizes[1]}",
            where=source.path,
            todo="copy or download it again",
        )
    first = 4 + n_above
    for number, row in enumerate(body, start=first):
        if len(row) != len(header):
            raise ResigError(
                f"row {number} has {len(row)} fields, expected {len(header)}", where=source.path, todo="mend that row"
            )
    at = 1 + n_about
    samples = [name.strip() for name in header[at:]]
    values = np.array([[_number(field) for field in row[at:]] for row in body]).reshape(sizes)
    beside = {header[column].strip(): [row[column].strip() for row in body] for column in range(1, at)}
    grid = Grid(values, [row[0].strip() for row in body], samples, beside)
    return take_grid(grid, replace(source, ids=samples), target, {"version": version})


def gct_labels(path: str) -> Labels:
    """Return what a GCT says about its samples: in 1.3 lines between header and values, in 1.2 their names alone."""
    _, n_about, n_above, lines, _ = _opened(path)
    at = 1 + n_about
    columns = {"id": [name.strip() for name in lines[0].split("\t")[at:]]}
    for line in lines[1 : 1 + n_above]:
        fields = line.split("\t")
        columns[fields[0].strip()] = [plain(field) for field in fields[at:]]
    return Labels(path, list(columns), columns.__getitem__)


def gct_features(path: str) -> list[str]:
    """Return the names of rows."""
    _, _, n_above, lines, _ = _opened(path)
    return [line.partition("\t")[0].strip() for line in lines[1 + n_above :]]


def _opened(path: str) -> tuple[str, int, int, list[str], tuple[int, int]]:
    """Return version, columns beside the names, rows above the values, lines from the header on, and rows x samples."""
    lines = [line for line in read_text(path).split("\n") if line]
    version = lines[0].strip()
    sizes = lines[1].split("\t") if len(lines) > 1 else []
    sizes = [each for each in sizes if each.strip()]
    if (
        version not in ("#1.2", "#1.3")
        or len(sizes) != (2 if version == "#1.2" else 4)
        or not all(each.strip().isdigit() for each in sizes)
    ):
        raise ResigError(
            "its first two lines are not those of a GCT", where=path, todo="expected #1.2 or #1.3, then sizes"
        )
    if len(lines) < 4:
        raise ResigError("has no rows of data", where=path, todo="copy or download it again")
    n_rows, n_samples, n_about, n_above = ([int(each) for each in sizes] + [1, 0])[:4]
    return version, n_about, n_above, lines[2:], (n_rows, n_samples)


def _number(field: str) -> float:
    try:
        return float(field)
    except ValueError:
        return np.nan
