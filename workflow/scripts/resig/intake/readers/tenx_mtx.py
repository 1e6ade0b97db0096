"""Folders of 10x: matrix.mtx, features.tsv (genes.tsv before Cell Ranger 3) and barcodes.tsv, gzipped or not."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resig.errors import ResigError
from resig.intake.labels import read_text
from resig.intake.readers.by_rows import RowSorter
from resig.intake.readers.csr_file import CsrFile, Names, new_csr, write_names
from resig.intake.readers.taken import Source, Taken
from resig.intake.readers.tenx import Features, column_map

if TYPE_CHECKING:
    from scipy import sparse

BLOCK_BYTES = 32 * 2**20
CUT = "copy or download it again"
Entries = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Parts:
    """The three files of a folder."""

    matrix: Path
    features: Path
    barcodes: Path


@dataclass(frozen=True)
class Head:
    """First lines of a Matrix Market file."""

    whole: bool
    n_rows: int
    n_columns: int
    n_entries: int


def take_tenx_mtx(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Convert a folder, or a .mtx file with its neighbours."""
    parts = parts_of(source.path)
    features, cells = features_of(parts), barcodes_of(parts)
    with _opened(parts.matrix) as (_, head):
        turned = _is_turned(head, len(features.names), len(cells), source.path)
    if not head.n_entries or not cells or not features.names:
        raise ResigError(
            f"is empty: {len(cells)} observations x {len(features.names)} features, {head.n_entries} values",
            where=source.path,
        )
    places = features.genes(source.path)
    moved = column_map(places, len(features.names))
    names = features.named(places)
    reading = _Reading(parts.matrix, turned, moved, len(cells))
    with new_csr(target, len(names.index)) as grown:
        if not reading.in_order(grown, len(names.index)):
            reading.sort(grown, len(names.index), Path(target).parent)
        write_names(grown.file, "obs", Names(cells))
        write_names(grown.file, "var", names)
    side = "cells in rows" if turned else "features in rows"
    return Taken(True, side, {"features_file": parts.features.name, **features.facts(source.path)})


def parts_of(path: str) -> Parts:
    """Find the three files, by their usual names, also with a beginning of their own (GSM1_matrix.mtx.gz)."""
    place = Path(path)
    if place.is_dir():
        found = sorted(
            [*place.glob("*matrix.mtx"), *place.glob("*matrix.mtx.gz"), *place.glob("*.mtx"), *place.glob("*.mtx.gz")]
        )
        found = list(dict.fromkeys(found))
        if not found:
            raise ResigError("a folder without matrix.mtx", where=path, todo="name a 10x folder or a file")
        if len(found) > 1:
            raise ResigError(
                f"has {len(found)} matrices ({found[0].name}, {found[1].name})",
                where=path,
                todo="name one of them, or a list",
            )
        place = found[0]
    start = place.name.removesuffix(".gz").removesuffix(".mtx").removesuffix("matrix")
    return Parts(place, _beside(place, start, "features", "genes"), _beside(place, start, "barcodes"))


def barcodes_of(parts: Parts) -> list[str]:
    """Return the names of cells."""
    return [line.split("\t")[0].strip() for line in read_text(parts.barcodes).split("\n") if line]


def features_of(parts: Parts) -> Features:
    """Return names, ids and types of features."""
    rows = [[each.strip() for each in line.split("\t")] for line in read_text(parts.features).split("\n") if line]
    width = min((len(row) for row in rows), default=0)
    ids = [row[0] for row in rows]
    names = [row[1] for row in rows] if width > 1 else ids
    return Features(names, ids if width > 1 else [], [row[2] for row in rows] if width > 2 else [])


class _Reading:
    """Passes over the entries of a Matrix Market file."""

    def __init__(self, path: Path, turned: bool, moved: np.ndarray, n_cells: int) -> None:
        self.path, self.turned, self.moved, self.n_cells = path, turned, moved, n_cells

    def in_order(self, grown: CsrFile, n_columns: int) -> bool:
        """Write cells as they come; False, with nothing written, where the file has them in another order."""
        held: Entries | None = None
        done = 0
        for entries in self.entries():
            joined = (
                entries if held is None else tuple(np.concatenate(each) for each in zip(held, entries, strict=True))
            )
            cell, feature, value = joined
            if not len(cell):
                continue
            if cell[0] < done or (np.diff(cell) < 0).any():
                grown.forget()
                return False
            last = int(cell[-1])  # may go on in what comes next
            keep = int(np.searchsorted(cell, last))
            if last > done:
                grown.append(_rows(cell[:keep] - done, feature[:keep], value[:keep], last - done, n_columns))
            held, done = (cell[keep:], feature[keep:], value[keep:]), last
        cell, feature, value = held or (np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))
        grown.append(_rows(cell - done, feature, value, self.n_cells - done, n_columns))
        return True

    def sort(self, grown: CsrFile, n_columns: int, folder: Path) -> None:
        """Write cells of a file that has entries in any order."""
        in_row, kind = np.zeros(self.n_cells, np.int64), np.dtype(np.int32)
        for cell, _, value in self.entries():
            in_row += np.bincount(cell, minlength=self.n_cells)
            kind = value.dtype
        with RowSorter(in_row, n_columns, kind, folder) as sorter:
            for cell, feature, value in self.entries():
                sorter.add(cell, feature, value)
            for rows in sorter.rows():
                grown.append(rows)

    def entries(self) -> Iterator[Entries]:
        """Yield cells, features and values of the features that are taken."""
        import pyarrow as pa
        from pyarrow import csv

        where, seen = str(self.path), 0
        with _opened(self.path) as (handle, head):
            kind = pa.int64() if head.whole else pa.float64()
            try:
                table = csv.open_csv(
                    handle,
                    read_options=csv.ReadOptions(column_names=["row", "column", "value"], block_size=BLOCK_BYTES),
                    parse_options=csv.ParseOptions(delimiter=" "),
                    convert_options=csv.ConvertOptions(
                        column_types={"row": pa.int64(), "column": pa.int64(), "value": kind}, null_values=[]
                    ),
                )
                for batch in table:
                    row, column, value = (each.to_numpy(zero_copy_only=False) for each in batch.columns)
                    seen += len(row)
                    yield self._checked(row, column, value, head)
            except pa.ArrowInvalid as error:
                if not (seen == 0 and "Empty" in str(error)):
                    raise ResigError(
                        f"has a line that is not 'row column value' ({error})", where=where, todo=CUT
                    ) from None
            except (EOFError, gzip.BadGzipFile, OSError) as error:
                raise ResigError(f"cannot be read whole ({error})", where=where, todo=CUT) from None
            if seen != head.n_entries:
                raise ResigError(f"has {seen} values, its header says {head.n_entries}", where=where, todo=CUT)

    def _checked(self, row: np.ndarray, column: np.ndarray, value: np.ndarray, head: Head) -> Entries:
        for called, places, most in (("row", row, head.n_rows), ("column", column, head.n_columns)):
            if len(places) and (places.min() < 1 or places.max() > most):
                wrong = places.min() if places.min() < 1 else places.max()
                raise ResigError(f"names {called} {wrong}, but there are {most}", where=str(self.path), todo=CUT)
        cell, feature = (row, column) if self.turned else (column, row)
        place = self.moved[feature - 1]
        kept = place >= 0
        small = value.dtype.kind == "i" and (not len(value) or np.abs(value).max() < 2**31)
        return cell[kept] - 1, place[kept], (value.astype(np.int32) if small else value.astype(np.float64))[kept]


def _rows(cell: np.ndarray, feature: np.ndarray, value: np.ndarray, n_rows: int, n_columns: int) -> "sparse.csr_matrix":
    from scipy import sparse

    rows = sparse.coo_matrix((value, (cell, feature)), shape=(n_rows, n_columns)).tocsr()
    rows.sum_duplicates()
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Head]]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as handle:
            yield handle, _head(handle, str(path))
    except FileNotFoundError:
        raise ResigError("file not found", where=str(path), todo="check the path") from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise ResigError(f"cannot be read whole ({error})", where=str(path), todo=CUT) from None


def _head(handle: Any, where: str) -> Head:
    words = handle.readline().decode("latin-1").lower().split()
    if words[:2] != ["%%matrixmarket", "matrix"] or len(words) < 5:
        raise ResigError("does not begin as a Matrix Market file does", where=where, todo="is it a matrix.mtx of 10x?")
    if words[2] != "coordinate" or words[3] not in ("integer", "real") or words[4] != "general":
        kind = " ".join(words[2:])
        raise ResigError(
            f"is a Matrix Market file of kind '{kind}'", where=where, todo="'coordinate integer general' is needed"
        )
    line = handle.readline()
    while line.startswith(b"%") or line.strip() == b"" != line:
        line = handle.readline()
    size = line.split()
    if len(size) != 3 or not all(each.isdigit() for each in size):
        raise ResigError("has no line that says its size", where=where, todo=CUT)
    return Head(words[3] == "integer", *(int(each) for each in size))


def _is_turned(head: Head, n_features: int, n_cells: int, where: str) -> bool:
    if (head.n_rows, head.n_columns) == (n_features, n_cells):
        return False
    if (head.n_rows, head.n_columns) == (n_cells, n_features):
        return True
    raise ResigError(
        f"matrix of {head.n_rows} x {head.n_columns}, but {n_features} features and {n_cells} barcodes",
        where=where,
        todo="are the three files from the same run?",
    )


def _beside(matrix: Path, start: str, *names: str) -> Path:
    for name in names:
        for ending in (".tsv.gz", ".tsv", ".txt", ".txt.gz"):
            if (place := matrix.with_name(f"{start}{name}{ending}")).is_file():
                return place
    wanted = " or ".join(f"{start}{name}.tsv" for name in names)
    raise ResigError(
        f"has no {wanted} (also .gz) beside it", where=str(matrix), todo="all three files of 10x are needed"
    )
