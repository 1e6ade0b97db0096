"""Tables of numbers with names along both sides: which side holds the samples, told by the names."""

import os
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from resig.errors import ResigError
from resig.intake.mismatch import likely_reason
from resig.intake.readers.csr_file import Names, new_csr, write_names
from resig.intake.readers.taken import Source, Taken

GENES_IN_ROWS, GENES_IN_COLUMNS = "genes in rows", "genes in columns"
ROWS = 2_000_000
_GENE = re.compile(r"ENS[A-Z]*[GT]\d{9,}|(hsa|mmu)-(mir|let)-.*|MIMAT\d+|MT-.*", re.IGNORECASE)
_EVERYWHERE = frozenset(
    [
        "ACTB",
        "ACTG1",
        "GAPDH",
        "B2M",
        "EEF1A1",
        "RPLP0",
        "RPL3",
        "RPL5",
        "RPL13A",
        "RPS6",
        "RPS18",
        "RPS27A",
        "TUBB",
        "TUBA1B",
        "HSP90AB1",
        "HSPA8",
        "LDHA",
        "ENO1",
        "PGK1",
        "TP53",
        "EGFR",
        "MYC",
        "CCND1",
        "CDH1",
        "VIM",
        "FN1",
        "ERBB2",
        "AKT1",
        "STAT3",
        "BCL2",
        "PTEN",
    ]
)


@dataclass(frozen=True)
class Grid:
    """Numbers (rows x columns), their names, and columns of text that stand beside the names of rows."""

    values: np.ndarray
    rows: list[str]
    columns: list[str]
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TextMatrix:
    """Values (samples x features) with their names."""

    values: np.ndarray
    samples: list[str]
    features: list[str]
    orientation: str
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)


def orientation_of(columns: Sequence[str], rows: Sequence[str], source: Source) -> str:
    """Tell by the ids of the metadata where the samples stand; where there are none, by what looks like genes."""
    known = set(source.ids)
    across, down = known & set(columns), known & set(rows)
    if across or down:
        return GENES_IN_ROWS if len(across) >= len(down) else GENES_IN_COLUMNS
    genes_down, genes_across = _look_like_genes(rows), _look_like_genes(columns)
    if known and (source.kind == "bulk" or not genes_down + genes_across):
        raise ResigError(
            f"shares no sample with {source.metadata}",
            where=source.path,
            todo=why_nothing_matches(columns, rows, known),
        )
    if genes_down == genes_across:
        raise ResigError(
            f"cannot tell genes from samples: columns begin with '{columns[0]}', rows with '{rows[0]}'",
            where=source.path,
            todo="name a table of samples or cells with `metadata`",
        )
    return GENES_IN_ROWS if genes_down > genes_across else GENES_IN_COLUMNS


def orient(grid: Grid, source: Source) -> TextMatrix:
    """Turn a grid so that samples stand in rows."""
    orientation = orientation_of(grid.columns, grid.rows, source)
    what = "sample" if source.kind == "bulk" else "cell"
    if orientation == GENES_IN_ROWS:
        refuse_twice(grid.columns, what, source.path)
        return TextMatrix(grid.values.T, grid.columns, grid.rows, orientation, grid.beside)
    refuse_twice(grid.rows, what, source.path)
    return TextMatrix(grid.values, grid.rows, grid.columns, orientation)


def write_oriented(matrix: TextMatrix, target: str | os.PathLike[str]) -> None:
    """Write samples x features as CSR."""
    from scipy import sparse

    step = max(1, ROWS // max(1, len(matrix.features)))
    with new_csr(target, len(matrix.features)) as grown:
        for first in range(0, len(matrix.samples), step):
            grown.append(sparse.csr_matrix(matrix.values[first : first + step]))
        write_names(grown.file, "obs", Names(matrix.samples))
        write_names(grown.file, "var", Names(matrix.features, matrix.beside))


def take_grid(grid: Grid, source: Source, target: str | os.PathLike[str], facts: dict[str, object]) -> Taken:
    """Write a grid, turned as its names say."""
    refuse_empty(grid, source.path)
    refuse_not_finite(grid, source.path)
    matrix = orient(grid, source)
    write_oriented(matrix, target)
    beside = {"columns_beside_names": list(matrix.beside)} if matrix.beside else {}
    return Taken(True, matrix.orientation, {**facts, **beside})


def refuse_empty(grid: Grid, where: str) -> None:
    """Refuse a grid without rows or columns."""
    if 0 in grid.values.shape:
        raise ResigError(
            f"is empty: {grid.values.shape[0]} rows x {grid.values.shape[1]} columns of numbers",
            where=where,
            todo="genes and samples are expected in rows and columns",
        )


def refuse_not_finite(grid: Grid, where: str) -> None:
    """Refuse missing and infinite values; name the first."""
    wrong = ~np.isfinite(grid.values)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        refuse_value(grid.rows[row], grid.columns[column], _shown(grid.values[row, column]), int(wrong.sum()), where)


def refuse_value(row: str, column: str, shown: str, n: int, where: str) -> None:
    """Say which value is no finite number."""
    todo = "every value must be a finite number; impute or remove that gene or sample first"
    if re.fullmatch(r"'-?[\d.]*\d,\d+'", shown):
        todo = "a comma in a number: write decimal points, and no separators of thousands"
    elif re.fullmatch(r"'\d{1,2}-[A-Za-z]{3}(-\d{2,4})?'|'\d{4}-\d\d-\d\d.*'", shown):
        todo = "a date where a number should be: a spreadsheet has changed this value; export it again as text"
    raise ResigError(f"row '{row}', column '{column}': the value is {shown} ({n} such values)", where=where, todo=todo)


def refuse_twice(names: Sequence[str], what: str, path: str) -> None:
    """Refuse names that stand there more than once."""
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise ResigError(f"{what} '{name}' stands there {count} times", where=path, todo="give each its own name")


def why_nothing_matches(columns: Sequence[str], rows: Sequence[str], known: Collection[str]) -> str:
    """Say the likely reason why no id of the metadata stands in a matrix."""
    ids = sorted(known)
    reason = likely_reason(ids, columns) or likely_reason(ids, rows)
    if reason:
        return f"'{reason.there}' there looks like '{reason.here}' here: make the ids the same ({reason.what})"
    return f"ids there begin with '{ids[0]}', here with '{columns[0]}' (columns) and '{rows[0]}' (rows)"


def _look_like_genes(names: Sequence[str]) -> int:
    return sum(name in _EVERYWHERE or name.upper() in _EVERYWHERE or bool(_GENE.fullmatch(name)) for name in names)


def _shown(value: float) -> str:
    return "missing" if np.isnan(value) else f"'{value:g}'"
