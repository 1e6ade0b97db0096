"""Parquet tables: names in the index or in the first column of text, numbers in the others."""

import json
import os
from typing import TYPE_CHECKING

import numpy as np

from resig.errors import ResigError
from resig.intake.readers.grid import GENES_IN_ROWS, Grid, orientation_of, take_grid
from resig.intake.readers.taken import Source, Taken

if TYPE_CHECKING:
    import pyarrow as pa


def take_parquet(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Convert a Parquet table."""
    table, title = _read(source.path)
    rows = [str(name) for name in table.column(title).to_pylist()]
    numbers, beside = [], {}
    for name in table.column_names:
        kind = table.schema.field(name).type
        if name == title:
            continue
        if _is_number(kind):
            numbers.append(name)
        else:
            beside[name] = ["" if each is None else str(each) for each in table.column(name).to_pylist()]
    words = [name for name in beside if name in set(source.ids)]
    if words:
        raise ResigError(f"column '{words[0]}' holds no numbers", where=source.path, todo="store values as numbers")
    values = np.empty((table.num_rows, len(numbers)))
    for at, name in enumerate(numbers):
        values[:, at] = table.column(name).to_numpy()
    return take_grid(Grid(values, rows, numbers, beside), source, target, {"names": title})


def parquet_names(source: Source) -> tuple[list[str], list[str]]:
    """Return the names of genes and of samples."""
    table, title = _read(source.path)
    rows = [str(name) for name in table.column(title).to_pylist()]
    numbers = [name for name in table.column_names if name != title and _is_number(table.schema.field(name).type)]
    return (rows, numbers) if orientation_of(numbers, rows, source) == GENES_IN_ROWS else (numbers, rows)


def _read(path: str) -> tuple["pa.Table", str]:
    """Return the table and the column of names: pandas' index, else the first column of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
        raise ResigError(f"cannot be read as Parquet ({error})", where=path, todo="copy or download it again") from None
    about = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}"))
    index = [name for name in about.get("index_columns", []) if isinstance(name, str) and name in table.column_names]
    text = [name for name in table.column_names if _is_text(table.schema.field(name).type)]
    if not index and not text:
        raise ResigError(
            "names nothing: no index and no column of text",
            where=path,
            todo="write names as the index or the first column",
        )
    title = index[0] if index and _is_text(table.schema.field(index[0]).type) else (text or index)[0]
    return table, title


def _is_text(kind: object) -> bool:
    import pyarrow as pa

    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def _is_number(kind: object) -> bool:
    import pyarrow as pa

    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
