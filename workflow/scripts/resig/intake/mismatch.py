"""Why ids of two sides do not match: the spelling that would make most of them the same."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A change of spelling that would match ids: an example of each side, and how many it would match."""

    what: str
    there: str
    here: str
    matched: int


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", ".", name.lower())


SPELLINGS: dict[str, Callable[[str], str]] = {
    "blanks around them": str.strip,
    "case": str.lower,
    "dots for dashes": lambda name: re.sub(r"[-_. ]", ".", name),
    "case, dots and dashes": _bare,
    "a leading X, as R puts it before a digit": lambda name: re.sub(r"^X(?=[\d.])", "", _dotted(name)),
    "an ending such as -1": lambda name: re.sub(r"[-._]\d{1,2}$", "", name),
    "a file's ending": lambda name: re.sub(
        r"(\.(bam|sorted|fastq|fq|txt|gz|tsv|csv|counts|genes|results))+$", "", name
    ),
    "case, dots, dashes and a leading X": lambda name: re.sub(r"^x", "", _bare(name)),
    "leading zeros": lambda name: re.sub(r"0+(?=\d)", "", _bare(name)),
}


def _dotted(name: str) -> str:
    return re.sub(r"[-_ ]", ".", name)


def likely_reason(there: Collection[str], here: Collection[str]) -> Reason | None:
    """Return the simplest change of spelling that matches the most ids, of those that do not match as they are."""
    left = [name for name in there if name and name not in set(here)]
    right = [name for name in here if name and name not in set(there)]
    found = [_by_spelling(what, spelling, left, right) for what, spelling in SPELLINGS.items()]
    found += [_by_barcode(left, right), _by_affix(left, right)]
    reasons = [reason for reason in found if reason]
    return max(reasons, key=lambda reason: reason.matched, default=None)


def _by_spelling(what: str, spelling: Callable[[str], str], left: list[str], right: list[str]) -> Reason | None:
    spelt = {spelling(name): name for name in reversed(right)}
    if len(spelt) < 0.9 * len(set(right)):  # many would become one
        return None
    pairs = [(name, spelt[spelling(name)]) for name in left if spelling(name) in spelt]
    return Reason(what, *pairs[0], len(pairs)) if pairs else None


def _by_barcode(left: list[str], right: list[str]) -> Reason | None:
    """TCGA: TCGA-A1-A0SB of a patient against TCGA-A1-A0SB-01A-11R of an aliquot."""
    for shorter, longer, side in ((left, right, "here"), (right, left, "there")):
        lengths = {len(name) for name in shorter if name.upper().startswith("TCGA")}
        for length in sorted(lengths):
            cut = {_bare(name)[:length]: name for name in reversed(longer) if name.upper().startswith("TCGA")}
            pairs = [(name, cut[_bare(name)]) for name in shorter if _bare(name) in cut]
            if pairs:
                there, here = pairs[0] if side == "here" else pairs[0][::-1]
                return Reason(f"TCGA barcodes are longer {side}: cut them to {length} letters", there, here, len(pairs))
    return None


def _by_affix(left: list[str], right: list[str], most: int = 2000) -> Reason | None:
    """One side carries a beginning or an ending that the other lacks."""
    for shorter, longer, side in ((left, right, "here"), (right, left, "there")):
        for name in shorter[:20]:
            for other in longer[:most]:
                extra = other.removesuffix(name) if other.endswith(name) else other.removeprefix(name)
                if len(name) < 3 or extra == other or not re.search(r"[-_. :/|]", extra):
                    continue
                before = other.endswith(name)
                matched = {f"{extra}{each}" if before else f"{each}{extra}" for each in shorter} & set(longer)
                if len(matched) > len(shorter) // 2:
                    there, here = (name, other) if side == "here" else (other, name)
                    end = "begin" if before else "end"
                    return Reason(f"ids {side} {end} with '{extra}'", there, here, len(matched))
    return None
