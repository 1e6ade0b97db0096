"""Changes of a protein as people write them: p.G101V, G101V, p.Gly101Val, frameshifts, insertions, splice sites."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

_NAMES = """
Ala Arg Asn Asp Cys Gln Glu Gly His Ile Leu Lys Met Phe Pro Ser Thr Trp Tyr Val Sec Pyl Xaa Ter
"""
THREE = dict(zip(_NAMES.split(), "ARNDCQEGHILKMFPSTWYVUOX*", strict=True))
_THREE = re.compile("|".join(THREE))
_RANGE = r"([A-Z*])?(\d+)(?:_([A-Z*])?(\d+))?"  # Oncotator writes positions alone
_FORMS = {
    "silent": re.compile(r"([A-Z*])(\d+)(?:=|\1)"),
    "nonsense": re.compile(r"([A-Z])(\d+)(?:\*|X)"),
    "extension": re.compile(r"(?:\*|X)(\d+)(?:[A-Z?])?(?:ext.*)?"),
    "start_lost": re.compile(r"M1(?:\?|ext.*)"),
    "missense": re.compile(r"([A-Z])(\d+)([A-Z])"),
    "frameshift": re.compile(r"([A-Z-])?(\d+)([A-Z])?fs(?:[*X]?(?:\d+|\?)?)?"),
    "insertion": re.compile(r"([A-Z*])?(\d+)_([A-Z*])?(\d+)ins([A-Z*]+|\d+|\(\d+\)|\?)?"),
    "delins": re.compile(_RANGE + r"(?:delins|delIns|[A-Z*]*>)([A-Z*]+)"),
    "deletion": re.compile(_RANGE + r"del(?:[A-Z]+|\d+)?"),
    "duplication": re.compile(_RANGE + r"dup(?:[A-Z]+|\d+)?"),
    "splice": re.compile(r"(?:[A-Z*])?(\d+)_splice|(?:e\d+[+-]\d+)|splice"),
    "itd": re.compile(r"(?:FLT3[- ]?)?(?:ITD|internal tandem duplication)", re.IGNORECASE),
    "unpredicted": re.compile(r"\?|0\??"),
}
TRUNCATING = ("nonsense", "frameshift")
LENGTHENING = ("insertion", "duplication", "delins")
IN_FRAME = ("missense", "deletion", *LENGTHENING)


@dataclass(frozen=True)
class Change:
    """What happens to a protein: the kind, the first and last residue it touches, and what comes instead."""

    kind: str
    before: str = ""
    first: int = 0
    last: int = 0
    after: str = ""

    def touches(self, first: int, last: int) -> bool:
        """Tell whether the change lies within a stretch of residues, or overlaps it."""
        return bool(self.first) and self.first <= last and self.last >= first

    @property
    def longer(self) -> bool:
        """Tell whether residues are inserted in frame."""
        return self.kind in ("insertion", "duplication", "itd") or (
            self.kind == "delins" and len(self.after) > self.last - self.first + 1
        )


def bare(text: str) -> str:
    """Return a change in one-letter code, without accession, `p.` and brackets."""
    text = unquote(text.strip()).rsplit(":", 1)[-1]
    text = re.sub(r"^p\.\s*", "", text.strip())
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return _THREE.sub(lambda found: THREE[found[0]], text)


def parse(text: str) -> Change | None:
    """Read a change; None where the syntax is not known."""
    short = bare(text)
    if short == "=":
        return Change("silent")
    for kind, form in _FORMS.items():
        found = form.fullmatch(short)
        if found is None:
            continue
        match kind:
            case "itd" | "unpredicted":
                return Change(kind)
            case "start_lost":
                return Change(kind, "M", 1, 1)
            case "splice":
                at = int(found[1]) if found[1] else 0
                return Change(kind, "", at, at)
            case "extension":
                return Change(kind, "*", int(found[1]), int(found[1]))
            case "insertion":
                after = found[5] or ""
                kind = "nonsense" if after.startswith("*") else kind
                return Change(kind, found[1] or "", int(found[2]), int(found[4]), after)
            case "deletion" | "duplication" | "delins":
                after = found[5] if kind == "delins" else ""
                return Change(kind, found[1] or "", int(found[2]), int(found[4] or found[2]), after)
        after = found[3] or "" if kind in ("missense", "frameshift") else ""
        return Change(kind, (found[1] or "").strip("-"), int(found[2]), int(found[2]), after)
    return None
