"""What spreadsheets do to gene names: dates for MARCH1 and SEPT2, rounded numbers for clones and identifiers."""

import re
from dataclasses import dataclass

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_DAY_MONTH = re.compile(r"(?P<day>\d{1,2})[-/ ](?P<month>[A-Za-z]{3})[a-z]*")
_MONTH_DAY = re.compile(r"(?P<month>[A-Za-z]{3})[a-z]*[-/ ](?P<day>\d{1,2})")
_ISO_DATE = re.compile(r"(?:19|20)\d{2}-(?P<month>\d{2})-(?P<day>\d{2})(?:[ T]00:00(?::00)?)?")
_PARTED = re.compile(r"[-/ +]")
_SERIAL = re.compile(r"4\d{4}")
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
_WHOLE = re.compile(r"(\d+)\.0+")
_SEPTINS = (*range(1, 13), 14)
_MARCHES = range(3, 12)
_EITHER = {
    (1, 3): "MARCHF1 or MTARC1",
    (2, 3): "MARCHF2 or MTARC2",
    (1, 12): "DELEC1 or BHLHE40",
}


@dataclass(frozen=True)
class Damage:
    """What happened to a name, the one symbol that it can only have been (or none), and the ones it may have been."""

    problem: str
    meant: str = ""
    either: str = ""


def date_in(name: str) -> tuple[int, int] | None:
    """Return day and month when a name is a date, written in any of the ways of spreadsheets."""
    if not _PARTED.search(name):
        return None
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        found = pattern.fullmatch(name)
        if found and (place := _MONTHS.find(found["month"].lower())) % 3 == 0:
            return int(found["day"]), place // 3 + 1
    found = _ISO_DATE.fullmatch(name)
    return (int(found["day"]), int(found["month"])) if found else None


def is_serial(name: str) -> bool:
    """Say whether a name is a number that a spreadsheet stores for a date of this century (40000 to 49999)."""
    return bool(_SERIAL.fullmatch(name))


def whole_number(name: str) -> str:
    """Return `1234` for `1234.0`, a number that went through a column of decimals; else the name as it is."""
    found = _WHOLE.fullmatch(name)
    return found[1] if found else name


def damage(name: str) -> Damage | None:
    """Say what a spreadsheet did to a name; None when it did nothing that can be seen."""
    if not _PARTED.search(name):
        return None
    if _ROUNDED.fullmatch(name):
        return Damage(f"'{name}' is a number that a spreadsheet rounded: what it was cannot be told")
    date = date_in(name)
    if not date:
        return None
    day, month = date
    meant = {3: f"MARCHF{day}" if day in _MARCHES else "", 9: f"SEPTIN{day}" if day in _SEPTINS else ""}.get(month, "")
    return Damage(f"'{name}' is a date that a spreadsheet made of a gene symbol", meant, _EITHER.get(date, ""))
