"""Columns of a sample table or of an h5ad's obs, as text, read without heavy imports."""

import csv
import gzip
import io
import os
from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from resig.errors import ResigError

MISSING = frozenset({"", "NA", "NaN", "nan", "N/A", "None", "<NA>"})
# In a table that people write None is a word (prior therapy: None); in obs of an .h5ad it is what Python left there.
WRITTEN_MISSING = MISSING - {"None"}


@dataclass(frozen=True)
class Labels:
    """Columns of text, each loaded when it is asked for; a missing value is the empty text."""

    source: str
    columns: list[str]
    load: Callable[[str], list[str]]

    def levels(self, column: str) -> Counter[str]:
        """Count the levels of a column, missing values left out."""
        counts = Counter(self.load(column))
        counts.pop("", None)
        return counts


def read_labels(path: str | os.PathLike[str], called: str | None = None) -> Labels:
    """Read a delimited table or an h5ad's obs; `called` is the name that messages use."""
    read = _read_obs if str(path).endswith(".h5ad") else _read_delimited
    labels = read(path)
    prefix = "obs of " if read is _read_obs else ""
    return replace(labels, source=f"{prefix}{called or path}")


SEPARATORS = {"\t": "TABs", ",": "commas", ";": "semicolons"}


def separator_in(text: str, path: str | os.PathLike[str]) -> str:
    """Return the separator of a table: the one its name promises, or where the first line lacks it, the one there."""
    promised = separator_of(path)
    first = text.lstrip("\n").partition("\n")[0]
    others = [each for each in SEPARATORS if each in first]
    return others[0] if promised not in first and len(others) == 1 else promised


def separator_of(path: str | os.PathLike[str]) -> str:
    """Return the separator that a file's name promises: comma for .csv, else TAB."""
    return "," if str(path).lower().removesuffix(".gz").endswith(".csv") else "\t"


def read_text(path: str | os.PathLike[str]) -> str:
    """Read a text file, gzipped or not; a byte-order mark and the line ends of Windows and old Macs are taken off."""
    try:
        raw = Path(path).read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise ResigError("file not found", where=str(path), todo="check the path") from None
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise ResigError(f"cannot be read whole ({error})", where=str(path), todo="copy or download it again") from None
    except UnicodeDecodeError as error:
        letter = error.object[error.start : error.start + 1]
        raise ResigError(
            f"not UTF-8 text (byte {error.start} is 0x{letter.hex()}, as Latin-1 writes '{letter.decode('latin-1')}')",
            where=str(path),
            todo="save it as UTF-8",
        ) from None


def split_rows(text: str, separator: str, path: str | os.PathLike[str]) -> list[tuple[int, list[str]]]:
    """Split text into rows of fields, each with its number in the file; blank rows are left out."""
    rows: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1):
            if row:
                rows.append((number, row))
    except csv.Error as error:
        raise ResigError(
            f"row {number + 1} cannot be split into fields ({error})", where=str(path), todo="look for a stray quote"
        ) from None
    return rows


def plain(value: str, missing: Set[str] = MISSING) -> str:
    """Return the text of one label, without blanks around it; missing becomes empty."""
    text = value.strip()
    return "" if text in missing else text


GEO_PLATFORM = ("!platform_table_begin\n", "!platform_table_end")


def _read_delimited(path: str | os.PathLike[str]) -> Labels:
    text = read_text(path)
    separator = "\t" if GEO_PLATFORM[0] in text else separator_in(text, path)
    numbered = _geo_rows(text) if GEO_PLATFORM[0] in text else split_rows(text, separator, path)
    rows = [row for _, row in numbered]
    if len(rows) < 2:
        raise ResigError(
            "has no rows of data",
            where=str(path),
            todo="a header line and one line for each sample are needed",
        )
    header = [name.strip() for name in rows[0]]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise ResigError(
            f"column '{twice[0]}' stands there {header.count(twice[0])} times",
            where=str(path),
            todo="rename it",
        )
    for number, row in numbered[1:]:
        if len(row) != len(header):
            raise ResigError(
                f"row {number} has {len(row)} fields, the header has {len(header)}",
                where=str(path),
                todo=f"check the separators ({SEPARATORS[separator]} expected)",
            )
    values = {name: [plain(row[at], WRITTEN_MISSING) for row in rows[1:]] for at, name in enumerate(header)}
    return Labels(str(path), header, values.__getitem__)


def _geo_rows(text: str) -> list[tuple[int, list[str]]]:
    """Split the table of a GEO platform (GPL570.annot.gz): between two marks; quotes are letters, ends may be cut."""
    before, _, rest = text.partition(GEO_PLATFORM[0])
    rows = [line.split("\t") for line in rest.partition(GEO_PLATFORM[1])[0].splitlines()]
    first = before.count("\n") + 2
    return [(first + at, row + [""] * (len(rows[0]) - len(row))) for at, row in enumerate(rows) if any(row)]


def _read_obs(path: str | os.PathLike[str]) -> Labels:
    import h5py

    @cache
    def load(name: str) -> list[str]:
        with h5py.File(path, "r") as file:
            return column_of(file["obs"][name], file)

    try:
        with h5py.File(path, "r") as file:
            if not isinstance(file.get("obs"), h5py.Group):
                raise ResigError("has no obs table", where=str(path), todo="is it an AnnData .h5ad file?")
            index = str(file["obs"].attrs["_index"])
            names = [str(name) for name in file["obs"].attrs["column-order"]]
    except OSError as error:
        raise ResigError(
            f"cannot be read as HDF5 ({error})", where=str(path), todo="copy or download it again"
        ) from None
    return Labels(str(path), [index, *(name for name in names if name != index)], load)


def column_of(node: "object", file: "object") -> list[str]:
    """Return a column of obs or var (or any array of one dimension) as text."""
    import h5py

    if isinstance(node, h5py.Group) and "categories" in node:
        categories, codes = column_of(node["categories"], file), node["codes"][:]
        if len(codes) and codes.max() >= len(categories):
            title = str(node.name).rpartition("/")[2]
            raise ResigError(
                f"column '{title}' has code {codes.max()}, but only {len(categories)} categories",
                where=str(file.filename),  # type: ignore[attr-defined]
                todo="write the file again with anndata",
            )
        return [categories[code] if code >= 0 else "" for code in codes]
    if isinstance(node, h5py.Dataset) and "categories" in node.attrs:  # anndata before 0.8
        categories = column_of(file[node.attrs["categories"]], file)  # type: ignore[index]
        return [categories[code] if code >= 0 else "" for code in node[:]]
    if isinstance(node, h5py.Group):
        masked = node["mask"][:] if "mask" in node else None
        values = [plain(_text(value)) for value in node["values"][:]]
        return (
            values
            if masked is None
            else ["" if hidden else value for value, hidden in zip(values, masked, strict=True)]
        )
    return [plain(_text(value)) for value in node[:]]  # type: ignore[index]


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return str(value)
