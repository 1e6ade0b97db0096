"""Gene sets in and out: a user's GMT, net or ledger to signatures, with every problem named by its line."""

import csv
import os
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from resig.errors import ResigError, nearest
from resig.files import write_text
from resig.ledger import LEDGER, candidates, flags_of, told
from resig.names import Found, Names, organism_of
from resig.spreadsheet import damage, date_in, is_serial
from resig.tables import MEMBERS, SIGNATURES

INCLUDE = ("id", "drug", "cancer", "tier", "document", "retracted")

_SIDE = re.compile(r"(?P<stem>.+)_(?P<side>up|dn|down)", re.IGNORECASE)
_WEIGHTED = re.compile(r"(?P<symbol>[^,\s]+),(?P<weight>[-+]?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Notice:
    """One problem of a user's file: its line, what is wrong, and what was done about it."""

    line: int
    problem: str
    action: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}: {self.action}"


@dataclass(frozen=True)
class Collection:
    """Signatures and their members, in the schemas of `tables.py`, with what was noticed on reading."""

    name: str
    signatures: pd.DataFrame
    members: pd.DataFrame
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True)
class _Entry:
    line: int
    signature: str
    symbol: str
    weight: float


def read_collection(path: str | os.PathLike[str], collection_name: str, names: Names | None = None) -> Collection:
    """Read a user's sets (.gmt, or .tsv/.csv/.txt as net or ledger), or a folder of built artefacts.

    `names` finds out which genes the members of sets and nets are; without it they keep their names.
    """
    there = Path(path)
    if there.is_dir():
        return read_built(there / "signatures.tsv", there / "members.tsv", collection_name)
    notices: list[Notice] = []
    lines = _lines(there, notices)
    if there.suffix.lower() == ".gmt":
        entries = list(_from_gmt(lines, notices))
    else:
        separator = "," if there.suffix.lower() == ".csv" else "\t"
        header = [name.strip() for name in _cells(lines[0][1], separator)] if lines else []
        if {"mechanism", "molecule", "direction"} <= set(header):
            return _from_ledger(there, collection_name, notices, names)
        entries = list(_from_net(lines, separator, there, notices))
    entries = _resolved(entries, names, notices) if names else entries
    return _collected(entries, collection_name, there, notices)


def read_built(signatures: str | os.PathLike[str], members: str | os.PathLike[str], collection_name: str) -> Collection:
    """Read a collection that was built before, such as the shipped one."""
    table = SIGNATURES.read(signatures).assign(collection=collection_name)
    return Collection(collection_name, table, MEMBERS.read(members))


def with_symbols(collection: Collection, names: Names) -> Collection:
    """Take the members of a published collection for the genes they are, as the features of data are."""
    symbols = [names.find(name).symbol or name for name in collection.members["symbol"]]
    members = collection.members.assign(symbol=symbols).drop_duplicates(["signature", "symbol"], ignore_index=True)
    return replace(collection, members=members, signatures=_counted(collection.signatures, members))


def default_members(members: pd.DataFrame) -> pd.DataFrame:
    """Return the members that count unless retracted evidence is asked for."""
    return members[~members["flags"].str.contains("retracted")]


def select(collection: Collection, include: Mapping[str, object]) -> Collection:
    """Return the signatures that the filters let through: id, drug, cancer, tier, document, and retracted.

    Retracted members are taken out unless `retracted` is true; a signature that then falls below its fewest
    members keeps its row, and its caveat says so.
    """
    for key in include:
        if key not in INCLUDE:
            raise ResigError(
                f"'{key}' is not a filter", where="signatures.include", todo=nearest(key, INCLUDE, "filters")
            )
    signatures = collection.signatures
    keep = pd.Series(True, index=signatures.index)
    for key in INCLUDE[:-1]:
        if (wanted := _listed(include.get(key))) is not None:
            keep &= _matching(signatures["signature" if key == "id" else key], wanted, key)
    retracted = include.get("retracted", False)
    if not isinstance(retracted, bool):
        raise ResigError(f"'{retracted}' is not true or false", where="signatures.include.retracted", todo="write true")
    members = collection.members if retracted else default_members(collection.members)
    signatures = signatures[keep].reset_index(drop=True)
    members = members[members["signature"].isin(signatures["signature"])].reset_index(drop=True)
    return replace(collection, signatures=_counted(signatures, members), members=members)


def write_gmt(collection: Collection, path: str | os.PathLike[str]) -> None:
    """Write `<id>_UP` and `<id>_DN` sets; neither names nor descriptions hold a space."""
    sides: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for member in collection.members.itertuples():
        sides[member.signature, "UP" if member.weight > 0 else "DN"].append(member.symbol)
    lines = [
        "\t".join([f"{row.signature}_{side}", re.sub(r"\s+", "_", row.document) or "na", *symbols])
        for row in collection.signatures.itertuples()
        for side in ("UP", "DN")
        if (symbols := sides.get((row.signature, side)))
    ]
    write_text(path, "".join(f"{line}\n" for line in lines))


def write_net(collection: Collection, path: str | os.PathLike[str]) -> None:
    """Write source, target and weight, as decoupler reads it."""
    rows = (f"{row.signature}\t{row.symbol}\t{row.weight:g}" for row in collection.members.itertuples())
    write_text(path, "".join(f"{line}\n" for line in ("source\ttarget\tweight", *rows)))


def _lines(path: Path, notices: list[Notice]) -> list[tuple[int, str]]:
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ResigError("file not found", where=str(path), todo="check the path") from None
    except UnicodeDecodeError as error:
        raise ResigError(
            f"not UTF-8 text (byte {error.start})", where=str(path), todo="save it as UTF-8, or decompress it"
        ) from None
    if text.startswith("\ufeff"):
        notices.append(Notice(1, "the file begins with a byte-order mark", "left out"))
        text = text[1:]
    if "\r" in text:
        first = text[: text.index("\r")].count("\n") + 1
        notices.append(Notice(first, "Windows or old Macintosh line ends", "read as plain line ends"))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    numbered = enumerate(text.split("\n"), start=1)
    return [(number, line) for number, line in numbered if line.strip() and not line.startswith("#")]


def _from_gmt(lines: list[tuple[int, str]], notices: list[Notice]) -> Iterator[_Entry]:
    sets: dict[str, tuple[int, list[str]]] = {}
    for number, line in lines:
        name, *rest = line.split("\t")
        if not rest:
            notices.append(Notice(number, "no tab on the line (GMT is split on tabs only)", "line left out"))
            continue
        name = _plain_name(name, number, notices)
        symbols = list(_symbols(rest[1:], number, notices))
        if not name:
            notices.append(Notice(number, "the set has no name", "set left out"))
        elif not symbols:
            notices.append(Notice(number, f"set '{name}' is empty", "set left out"))
        elif name in sets:
            same = set(sets[name][1]) == set(symbols)
            notices.append(
                Notice(
                    number,
                    f"set '{name}' stands on line {sets[name][0]} already" + (", with the same genes" if same else ""),
                    "kept once" if same else "this one left out; rename one of the two",
                )
            )
        else:
            sets[name] = number, symbols
    stems = _stems(sets)
    for name, (number, symbols) in sets.items():
        signature, weight = _signed(name, stems, sets, number, notices)
        yield from (_Entry(number, signature, symbol, weight) for symbol in symbols)


def _stems(names: Iterable[str]) -> dict[str, dict[bool, list[str]]]:
    """Return, for each stem, the sets that are its up side (True) and its down side (False)."""
    stems: dict[str, dict[bool, list[str]]] = {}
    for name in names:
        if found := _SIDE.fullmatch(name):
            sides = stems.setdefault(found["stem"], {True: [], False: []})
            sides[found["side"].lower() == "up"].append(name)
    return stems


def _signed(
    name: str,
    stems: Mapping[str, Mapping[bool, list[str]]],
    names: Container[str],
    line: int,
    notices: list[Notice],
) -> tuple[str, float]:
    """Return the signature that a set belongs to and the sign of its members."""
    found = _SIDE.fullmatch(name)
    if not found:
        return name, 1.0
    stem, up = found["stem"], found["side"].lower() == "up"
    siblings = [each for each in stems[stem][up] if each != name]
    if not stems[stem][not up]:
        action = f"read as a set of its own, '{name}', all members up"
        notices.append(Notice(line, f"set '{name}' has no partner", action))
    elif stem in names:
        problem = f"'{stem}' is a set too, so '{name}' cannot be joined under that name"
        notices.append(Notice(line, problem, "kept apart"))
    elif siblings:
        notices.append(Notice(line, f"sets '{name}' and '{siblings[0]}' are the same side", "kept apart"))
    else:
        return stem, 1.0 if up else -1.0
    return name, 1.0


def _from_net(lines: list[tuple[int, str]], separator: str, path: Path, notices: list[Notice]) -> Iterator[_Entry]:
    if not lines:
        raise ResigError("file is empty", where=str(path), todo="a header line is needed")
    header = [name.strip().lower() for name in _cells(lines[0][1], separator)]
    where: dict[str, int] = {}
    for meaning, names in (
        ("signature", ("signature", "source")),
        ("symbol", ("symbol", "target")),
        ("weight", ("weight",)),
    ):
        found = [header.index(name) for name in names if name in header]
        if not found:
            raise ResigError(
                f"column '{meaning}' is missing",
                where=f"{path}:{lines[0][0]}",
                todo="the header needs source, target, weight (or signature, symbol, weight)",
            )
        where[meaning] = found[0]
    for number, line in lines[1:]:
        cells = _cells(line, separator)
        if len(cells) <= max(where.values()):
            notices.append(Notice(number, f"{len(cells)} cells where {len(header)} are needed", "line left out"))
            continue
        name = _plain_name(cells[where["signature"]], number, notices)
        symbols = list(_symbols([cells[where["symbol"]]], number, notices))
        weight = _weight(cells[where["weight"]], number, notices)
        if not name or not cells[where["symbol"]].strip():
            notices.append(Notice(number, "the signature or the gene is not named", "line left out"))
        elif symbols and weight is not None:
            yield _Entry(number, name, symbols[0], weight)


def _cells(line: str, separator: str) -> list[str]:
    """Split a line of a table; cells may stand in double quotes, as R writes them."""
    return next(csv.reader([line], delimiter=separator))


def _weight(cell: str, line: int, notices: list[Notice]) -> float | None:
    number = pd.to_numeric(cell.strip(), errors="coerce")
    if pd.isna(number) or abs(number) == float("inf"):
        notices.append(Notice(line, f"weight '{cell.strip()}' is not a number", "line left out"))
        return None
    if number == 0:
        notices.append(Notice(line, "weight 0 says neither up nor down", "line left out"))
        return None
    return float(number)


def _plain_name(name: str, line: int, notices: list[Notice]) -> str:
    stripped = name.strip()
    plain = re.sub(r"\s+", "_", stripped)
    if plain != stripped:
        notices.append(Notice(line, f"set name '{stripped}' holds a space", f"read as '{plain}'"))
    elif plain != name:
        notices.append(Notice(line, f"spaces around the set name '{stripped}'", "left out"))
    return plain


def _symbols(cells: Iterable[str], line: int, notices: list[Notice]) -> Iterator[str]:
    named = [cell for cell in cells if cell.strip()]
    numbers = sum(cell.strip().isdigit() for cell in named)
    for cell in named:
        symbol = cell.strip()
        if symbol != cell:
            notices.append(Notice(line, f"spaces around '{symbol}'", "left out"))
        if weighted := _WEIGHTED.fullmatch(symbol):
            symbol = _without_weight(weighted["symbol"], float(weighted["weight"]), line, notices)
        if re.search(r"\s", symbol) and not date_in(symbol):
            notices.append(Notice(line, f"'{symbol}' holds a space", "kept as written; no gene has such a name"))
        by_entrez = symbol.isdigit() and numbers > 1 and numbers == len(named)
        repaired = symbol if by_entrez else _repaired(symbol, line, notices)
        if repaired:
            yield repaired


def _without_weight(symbol: str, weight: float, line: int, notices: list[Notice]) -> str:
    action = f"read as '{symbol}'" if weight > 0 else "left out; write a net to give weights"
    notices.append(Notice(line, f"'{symbol}' carries the weight {weight:g}, which GMT does not know", action))
    return symbol if weight > 0 else ""


def _repaired(symbol: str, line: int, notices: list[Notice]) -> str:
    """Undo what a spreadsheet did to a symbol where one gene only can be meant; else leave it out."""
    if is_serial(symbol):
        problem = f"'{symbol}' is a number: a date that a spreadsheet made of a gene symbol, or an Entrez number"
        notices.append(Notice(line, problem, "left out; write the symbol"))
        return ""
    found = damage(symbol)
    if not found:
        return symbol
    unsure = f": {found.either}" if found.either else ""
    action = f"read as {found.meant}" if found.meant else f"left out; it is not certain which{unsure}"
    notices.append(Notice(line, found.problem, action))
    return found.meant


def _from_ledger(path: Path, name: str, notices: list[Notice], names: Names | None) -> Collection:
    ledger = LEDGER.read(path)
    rows = candidates(ledger)
    if names:
        entries = [_Entry(int(at) + 2, row.mechanism, row.symbol, 1.0) for at, row in rows.iterrows()]
        rows = rows.assign(symbol=[entry.symbol for entry in _resolved(entries, names, notices)])
    for number, (_, row) in enumerate(ledger.iterrows(), start=2):
        if row["id"] not in set(rows["id"]):
            notices.append(
                Notice(
                    number,
                    f"{row['id']} makes no member (no single gene, no sign, or not scorable)",
                    "left out",
                )
            )
    members = []
    for (mechanism, symbol), of_symbol in rows.groupby(["mechanism", "symbol"], sort=False):
        line = int(of_symbol.index[0]) + 2
        if of_symbol["direction"].nunique() > 1:
            notices.append(Notice(line, f"{symbol} is both up and down in '{mechanism}'", "gene left out"))
            continue
        members.append(
            {
                "signature": mechanism,
                "symbol": symbol,
                "weight": 1.0 if of_symbol["direction"].iloc[0] == "up" else -1.0,
                "flags": ";".join(flags_of(of_symbol)),
                "section": "; ".join(dict.fromkeys(of_symbol["section"])),
                "evidence": told(of_symbol),
            }
        )
    collection = framed(members, name, path, notices)
    about = ledger.drop_duplicates("mechanism").set_index("mechanism")
    for column in ("document", "drug", "cancer"):
        collection.signatures[column] = collection.signatures["signature"].map(about[column])
    return collection


_WAYS = {
    "ensembl": "Ensembl ids",
    "entrez": "Entrez numbers",
    "accession": "miRBase accessions",
    "ortholog": "mouse genes",
    "previous": "former names",
    "alias": "aliases",
    "respelled": "names spelled otherwise",
    "stem_loop": "stem-loops, which do not tell the arm",
    "precursor": "stem-loops of one miRNA",
}


def _resolved(entries: list[_Entry], names: Names, notices: list[Notice]) -> list[_Entry]:
    """Take members for the genes they are, as the features of data are; a name that is not known stays as it is."""
    organism = organism_of(names.find(entry.symbol) for entry in entries)
    found = [names.find(entry.symbol, organism) for entry in entries]
    groups: defaultdict[tuple[str, str], list[tuple[_Entry, Found]]] = defaultdict(list)
    for entry, each in zip(entries, found, strict=True):
        if each.symbol != entry.symbol or not each.resolved:
            groups[entry.signature, each.how].append((entry, each))
    for (signature, how), group in groups.items():
        shown = ", ".join(entry.symbol for entry, _ in group[:5]) + (" ..." if len(group) > 5 else "")
        line = group[0][0].line
        if how in _WAYS:
            meant = ", ".join(each.symbol for _, each in group[:5]) + (" ..." if len(group) > 5 else "")
            notices.append(Notice(line, f"{len(group)} {_WAYS[how]} in '{signature}': {shown}", f"read as {meant}"))
        elif how == "ambiguous":
            for entry, each in group:
                problem = f"'{entry.symbol}' in '{signature}' {each.note.partition(':')[0]}"
                notices.append(Notice(entry.line, problem, "kept as written; write the symbol that is meant"))
        else:
            problem = f"{len(group)} names in '{signature}' are not known: {shown}"
            notices.append(Notice(line, problem, "kept as written; found only in data that use the same name"))
    return [replace(entry, symbol=each.symbol or entry.symbol) for entry, each in zip(entries, found, strict=True)]


def _collected(entries: list[_Entry], name: str, path: Path, notices: list[Notice]) -> Collection:
    by_gene: defaultdict[tuple[str, str], list[_Entry]] = defaultdict(list)
    for entry in entries:
        by_gene[entry.signature, entry.symbol].append(entry)
    members = []
    for (signature, symbol), found in by_gene.items():
        signs = {entry.weight > 0 for entry in found}
        if len(signs) > 1:
            action = "left out of both sides"
            notices.append(Notice(found[-1].line, f"{symbol} is both up and down in '{signature}'", action))
            continue
        if len(found) > 1:
            same = len({entry.weight for entry in found}) == 1
            action = "kept once" if same else f"weight {found[0].weight:g} of line {found[0].line} kept"
            notices.append(Notice(found[-1].line, f"{symbol} stands {len(found)} times in '{signature}'", action))
        members.append({"signature": signature, "symbol": symbol, "weight": found[0].weight})
    return framed(members, name, path, notices)


def framed(members: list[dict[str, object]], name: str, path: Path, notices: list[Notice]) -> Collection:
    """Return members as a collection of user sets; raise when there is none."""
    if not members:
        first = f" ({notices[0]})" if notices else ""
        raise ResigError(
            f"no usable gene set{first}", where=str(path), todo="see docs/add_a_signature.md for the formats"
        )
    table = pd.DataFrame(members).reindex(columns=MEMBERS.names)
    table = MEMBERS.check(table, str(path))
    ids = list(dict.fromkeys(table["signature"]))
    signatures = pd.DataFrame(
        {
            "signature": ids,
            "name": ids,
            "collection": name,
            "document": "",
            "drug": "",
            "cancer": "",
            "context": "",
            "assay": table.groupby("signature", sort=False)["symbol"].agg(_assay).to_list(),
            "tier": "U",
            "min_members": 1,
            "n_up": 0,
            "n_down": 0,
            "caveat": "",
            "companions": "",
        }
    )
    counted = _counted(SIGNATURES.check(signatures, str(path)), table)
    return Collection(name, counted, table, sorted(notices, key=lambda notice: notice.line))


def _assay(symbols: pd.Series) -> str:
    kinds = Counter(
        "small_rna"
        if re.match(r"(hsa|mmu)-(miR|let|mir)-", symbol)
        else "circ_rna"
        if re.match(r"(hsa_)?circ", symbol)
        else "mrna"
        for symbol in symbols
    )
    return kinds.most_common(1)[0][0]


def _counted(signatures: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    up = signatures["signature"].map(members[members["weight"] > 0].groupby("signature").size()).fillna(0)
    down = signatures["signature"].map(members[members["weight"] < 0].groupby("signature").size()).fillna(0)
    short = (up + down < signatures["min_members"].astype(int)) & (signatures["tier"] != "X")
    remark = "Too few members are on for a score: all others rest on retracted evidence."
    caveat = signatures["caveat"].where(~short, (signatures["caveat"] + " " + remark).str.strip())
    return signatures.assign(n_up=up.astype("Int64"), n_down=down.astype("Int64"), caveat=caveat)


def _listed(value: object) -> list[str] | None:
    if value is None or value == [] or value == "":
        return None
    return [str(each) for each in value] if isinstance(value, (list, tuple, set)) else [str(value)]


def _matching(cells: pd.Series, wanted: list[str], key: str) -> pd.Series:
    keep = pd.Series(False, index=cells.index)
    for each in wanted:
        hit = cells.map(lambda cell, each=each: _hits(cell, each, key))
        if not hit.any():
            known = {part.strip() for cell in cells for part in cell.split(";") if part.strip()}
            raise ResigError(
                f"no signature has {key} '{each}'",
                where=f"signatures.include.{key}",
                todo=nearest(each, known, key),
            )
        keep |= hit
    return keep


def _hits(cell: str, wanted: str, key: str) -> bool:
    if key in ("id", "tier"):
        return fnmatchcase(cell, wanted)
    return any(wanted.lower() in part.lower() for part in cell.split(";"))
