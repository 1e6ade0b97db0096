"""Every table that is written or read: its columns, their types and meanings, and the checks."""

import os
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from resig.errors import ResigError, nearest
from resig.files import whole_file

Kind = Literal["text", "integer", "number"]


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind, what it says, and whether a value may be missing."""

    name: str
    kind: Kind
    about: str
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A tab-separated table with known columns. Missing text is empty, a missing number is NA."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the columns, in the order they are written."""
        return [column.name for column in self.columns]

    def check(self, frame: pd.DataFrame, where: str) -> pd.DataFrame:
        """Return the frame with exactly these columns, typed; raise at the first cell that does not fit."""
        for name in self.names:
            if name not in frame.columns:
                raise ResigError(
                    f"column '{name}' is missing", where=where, todo=nearest(name, frame.columns, "columns there")
                )
        typed = {column.name: _typed(frame[column.name], column, where) for column in self.columns}
        checked = pd.DataFrame(typed, columns=self.names).reset_index(drop=True)
        if self.key:
            twice = checked.duplicated(list(self.key))
            if twice.any():
                row = int(twice.to_numpy().argmax())
                named = ", ".join(f"{name}={checked[name].iloc[row]}" for name in self.key)
                raise ResigError(
                    f"row {row + 2} repeats {named}", where=where, todo="keep one row for each " + " and ".join(self.key)
                )
        return checked

    def write(self, frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
        """Check and write; rows keep their order, numbers carry ten significant digits."""
        checked = self.check(frame, str(path))
        for column in self.columns:
            if column.kind != "text":
                checked[column.name] = _as_text(checked[column.name], column.kind)
        with whole_file(path) as partial:
            checked.to_csv(partial, sep="\t", index=False, lineterminator="\n")

    def read(self, path: str | os.PathLike[str]) -> pd.DataFrame:
        """Read and check."""
        return self.check(read_text_table(path), str(path))


def read_text_table(path: str | os.PathLike[str], separator: str = "\t") -> pd.DataFrame:
    """Read a delimited file as text alone: nothing is guessed, `NA` stays `NA`."""
    try:
        return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise ResigError("file not found", where=str(path), todo="check the path") from None
    except pd.errors.EmptyDataError:
        raise ResigError("file is empty", where=str(path), todo="a header line is needed") from None
    except pd.errors.ParserError as error:
        raise ResigError(f"not a regular table ({error})", where=str(path), todo="check the separators") from None
    except UnicodeDecodeError as error:
        raise ResigError(
            f"not UTF-8 text (byte {error.start})", where=str(path), todo="save it as UTF-8, or decompress it"
        ) from None


def _typed(values: pd.Series, column: Column, where: str) -> pd.Series:
    if column.kind == "text":
        text = values.fillna("").astype(str)
        wrong = ~text.isin(column.choices) if column.choices else text != text
        if column.optional:
            wrong &= text != ""
        elif not column.choices:
            wrong |= text == ""
        _refuse(text, wrong, column, where)
        return text.astype(object)
    blank = values.isna() | values.astype(str).str.strip().isin(["", "NA", "nan", "<NA>"])
    number = pd.to_numeric(values.where(~blank), errors="coerce").astype(float)
    wrong = number.isna() & (~blank if column.optional else True)
    if column.kind == "integer":
        wrong |= number.notna() & (number % 1 != 0)
    _refuse(values.astype(str), wrong, column, where)
    return number.astype("Int64") if column.kind == "integer" else number


def _refuse(values: pd.Series, wrong: pd.Series, column: Column, where: str) -> None:
    if not wrong.any():
        return
    row = int(wrong.to_numpy().argmax())
    value = values.iloc[row]
    expected = f"one of {', '.join(column.choices)}" if column.choices else f"a {column.kind} value"
    hint = nearest(value, column.choices) if column.choices and value else f"expected {expected}"
    raise ResigError(f"row {row + 2}, column '{column.name}': '{value}' is not {expected}", where=where, todo=hint)


def _as_text(values: pd.Series, kind: Kind) -> pd.Series:
    if kind == "integer":
        return values.map(lambda value: "NA" if pd.isna(value) else str(int(value)))
    return values.map(lambda value: "NA" if pd.isna(value) else f"{value:.10g}")


SIGNATURES = Table(
    "signatures.tsv",
    "One row for each signature of the run.",
    (
        Column("signature", "text", "Identifier, used in every other table."),
        Column("name", "text", "Name for people."),
        Column("collection", "text", "Where it comes from: `resistance` (shipped) or the user's file."),
        Column("document", "text", "Source document of a shipped signature.", optional=True),
        Column("drug", "text", "Drugs it is about.", optional=True),
        Column("cancer", "text", "Cancers it is about.", optional=True),
        Column("context", "text", "Cells or tissue it may be read in.", optional=True),
        Column("assay", "text", "Assay that measures its members.", choices=("mrna", "total_rna", "small_rna", "circ_rna")),
        Column(
            "tier",
            "text",
            "A usable, B usable with its caveat, C exploratory, X not scoreable, U user's own.",
            choices=("A", "B", "C", "X", "U"),
        ),
        Column("min_members", "integer", "Fewest measured members for a score."),
        Column("n_up", "integer", "Members that are higher in the resistant state."),
        Column("n_down", "integer", "Members that are lower in the resistant state."),
        Column("caveat", "text", "What to keep in mind when reading the score.", optional=True),
        Column("companions", "text", "Public pathway sets to look at beside it, by name.", optional=True),
    ),
    key=("signature",),
)

MEMBERS = Table(
    "members.tsv",
    "One row for each member of each signature.",
    (
        Column("signature", "text", "Identifier of the signature."),
        Column("symbol", "text", "Approved gene symbol, or miRBase mature name, or circRNA name."),
        Column("weight", "number", "Above 0: higher in the resistant state; below 0: lower."),
        Column("flags", "text", "`stated`, `inferred`, `proxy`, `retracted`, `contradicted`; joined by `;`.", optional=True),
        Column("section", "text", "Sections of the document it stands in.", optional=True),
        Column("evidence", "text", "What the document says, in our words.", optional=True),
    ),
    key=("signature", "symbol"),
)
