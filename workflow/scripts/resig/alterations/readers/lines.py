"""Text tables by lines: constant memory, row numbers as an editor shows them, columns under any of their names."""

import gzip
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from resig.errors import ResigError, nearest


def open_text(path: str | os.PathLike[str]) -> IO[str]:
    """Open text, gzipped or not."""
    with Path(path).open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt", encoding="utf-8-sig") if zipped else Path(path).open(encoding="utf-8-sig")


def key(title: str) -> str:
    """Return a column title without what spellings differ in."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


@dataclass(frozen=True)
class Row:
    """A row: its line in the file, and its fields."""

    line: int
    fields: list[str]


class Lines:
    """A delimited table whose rows are read one by one; lines that begin with `#` above the header are passed over."""

    def __init__(self, path: str | os.PathLike[str], called: str = "") -> None:
        self.path, self.called = path, called or str(path)
        self.header: list[str] = []
        try:
            with open_text(path) as file:
                for line in file:
                    self.head = line.rstrip("\r\n")
                    if self.head and not self.head.startswith("#"):
                        break
                else:
                    raise ResigError("has no header line", where=self.called, todo="a line of column names is needed")
        except FileNotFoundError:
            raise ResigError("file not found", where=self.called, todo="check the path") from None
        except (UnicodeDecodeError, OSError, EOFError) as error:
            raise ResigError(f"cannot be read as text ({error})", where=self.called, todo="save it as UTF-8") from None
        self.separator = "\t" if "\t" in self.head or "," not in self.head else ","
        self.header = [title.strip().strip('"') for title in self.head.split(self.separator)]

    def at(self, names: Sequence[str]) -> int | None:
        """Return where a column stands that has one of these names."""
        titles = [key(title) for title in self.header]
        return next((titles.index(key(name)) for name in names if key(name) in titles), None)

    def need(self, names: Sequence[str]) -> int:
        """Return where a column stands, or say that it is missing."""
        found = self.at(names)
        if found is None:
            raise ResigError(
                f"column '{names[0]}' is missing",
                where=self.called,
                todo=nearest(names[0], self.header, "columns there"),
            )
        return found

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header."""
        seen = False
        with open_text(self.path) as file:
            for number, line in enumerate(file, start=1):
                text = line.rstrip("\r\n")
                if not seen:
                    seen = bool(text) and not text.startswith("#")
                    continue
                if not text:
                    continue
                fields = [field.strip().strip('"') for field in text.split(self.separator)]
                if len(fields) > len(self.header) or len(fields) < 2:
                    what = f"row {number} has {len(fields)} fields, the header has {len(self.header)}"
                    raise ResigError(what, where=self.called, todo="check the separators")
                fields += [""] * (len(self.header) - len(fields))  # empty columns at the end are often left out
                yield Row(number, fields)


class Tally:
    """Records as they go by: whose they are, how many, and which genome builds they name."""

    def __init__(self, lines: Lines, sample: Sequence[str], build: Sequence[str] = ()) -> None:
        self.lines, self.sample, self.build = lines, lines.need(sample), lines.at(build)
        self.samples: dict[str, None] = {}
        self.builds: dict[str, str] = {}
        self.n = 0

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield the sample of each record, and the record."""
        for row in self.lines.rows():
            who = row.fields[self.sample]
            if not who:
                raise ResigError(
                    f"row {row.line} names no sample", where=self.lines.called, todo="every record needs its sample"
                )
            self.n += 1
            self.samples[who] = None
            if self.build is not None and not blank(row.fields[self.build]):
                self.builds.setdefault(row.fields[self.build], f"row {row.line}")
            yield who, row


def blank(text: str) -> bool:
    """Tell whether a field says nothing."""
    return text.strip() in ("", ".", "NA", "N/A", "na", "nan", "NaN", "[Not Available]")
