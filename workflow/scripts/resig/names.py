"""What a feature of a matrix or a member of a gene set is called, and which gene that means.

Both sides go through `Names.find`, so that they meet; a name that is not known keeps itself, and a set that uses the
same name still finds it.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from resig.nomenclature import Match, Mirnas, Mouse, Orthologs, Resolver
from resig.spreadsheet import damage, whole_number
from resig.tables import read_text_table

Path_ = str | os.PathLike[str]

AS_GIVEN = "as given"
RESOLVED = (
    "approved",
    "previous",
    "alias",
    "respelled",
    "ensembl",
    "entrez",
    "ortholog",
    "probe",
    "spreadsheet",
    "accession",
    "precursor",
    "stem_loop",
    "circrna",
)
# Where several features mean one gene, those found in the surest way stand for it.
_SURENESS = {"respelled": 1, "spreadsheet": 1, "precursor": 1, "previous": 2, "alias": 3, "stem_loop": 4}

HUMAN = ("human symbols", "human Ensembl ids", "Entrez numbers")
MOUSE = ("mouse symbols", "mouse Ensembl ids")
STEM_LOOPS = "miRNA stem-loops"
_ID_KINDS = {"ensembl": "human Ensembl ids", "entrez": "Entrez numbers"}

_NAMELESS = frozenset({"", "nan", "NaN", "NA", "N/A", "None", "<NA>", "#N/A", "#NAME?", "#REF!", "#VALUE!", "---", "?"})
_MIRNA = re.compile(r"(hsa|mir|let|mimat)[-._]?.*", re.IGNORECASE)
_OTHER_MIRNA = re.compile(r"[a-z]{3,4}-(miR|mir|let)-.+")
_CIRCULAR = re.compile(r"(hsa_)?circ[-_A-Z0-9].*|chr[0-9XYM]+:\d+[-|]\d+.*", re.IGNORECASE)
_HUMAN_ENSEMBL = re.compile(r"ENSG\d{11}.*", re.IGNORECASE)
_MOUSE_ENSEMBL = re.compile(r"ENSMUSG\d{11}.*", re.IGNORECASE)
_TRANSCRIPT = re.compile(r"(ENST|ENSMUST)\d{11}(\.\d+)?|[NX][MR]_\d+(\.\d+)?", re.IGNORECASE)
_PROBE = re.compile(r"AFFX-.+|\d+(_[a-z]{1,2})?_at|ILMN_\d+|A_\d\d_P\d+|cg\d{8}|(TC|PSR|JUC)\d{8,}.*", re.IGNORECASE)
_NUMBER = re.compile(r"X?(\d+)(?:\.0+)?")
_REFERENCE = re.compile(r"(GRCh3[78]|hg19|hg38|GRCm3[89]|mm9|mm10|mm39)_+(.+)")
_WITH_ENSEMBL = re.compile(r"(.*?)[|_:;]?(ENS(?:MUS)?G\d{11}(?:\.\d+)?)[|_:;]?(.*)")
_WITH_ENTREZ = re.compile(r"(.+)\|(\d+)")


@dataclass(frozen=True)
class Found:
    """What a name means: its symbol (the name itself when it is not known), how that was found, and what it looks like.

    `note` says what to know about it; `sureness` is 0 for the surest ways of finding.
    """

    symbol: str
    how: str
    kind: str
    note: str = ""
    sureness: int = 0

    @property
    def resolved(self) -> bool:
        """Whether the name is that of a known gene, miRNA or circRNA."""
        return self.how in RESOLVED


class Names:
    """Finds out what names mean, by the shipped tables of nomenclature; each is read when it is first needed."""

    def __init__(
        self, hgnc: Path_, ambiguous: Path_, mirna: Path_, orthologs: Path_, mouse: Path_, circrna: Path_ | None = None
    ) -> None:
        self._files = hgnc, ambiguous, mirna, orthologs, mouse
        self._circrna = circrna
        self._known: dict[tuple[str, str, bool], Found] = {}

    @classmethod
    def of(cls, files: Sequence[Path_]) -> "Names":
        """Take the tables in their order in the rules: hgnc, ambiguous, mirna, orthologs, mouse, circrna."""
        return cls(*files)

    @cached_property
    def genes(self) -> Resolver:
        """Human genes."""
        return Resolver.load(self._files[0], self._files[1])

    @cached_property
    def mirnas(self) -> Mirnas:
        """Human miRNAs."""
        return Mirnas.load(self._files[2])

    @cached_property
    def orthologs(self) -> Orthologs:
        """Pairs of human and mouse genes."""
        return Orthologs.load(self._files[3])

    @cached_property
    def mouse(self) -> Mouse:
        """Mouse genes."""
        return Mouse.load(self._files[4])

    @cached_property
    def circles(self) -> dict[str, str]:
        """circRNAs of the documents by name and by circBase id, spelling aside."""
        if self._circrna is None:
            return {}
        table = read_text_table(self._circrna)
        return {_bare_circle(row[key]): row["name"] for _, row in table.iterrows() for key in ("name", "circbase")}

    def find_all(self, names: Sequence[str], organism: str = "human", numbers: bool | None = None) -> list[Found]:
        """Find many names; numbers are taken for Entrez numbers when `numbers` says so, or when half of them are."""
        if numbers is None:
            numbers = self.are_entrez(names)
        found = [self.find(name, organism, numbers) for name in names]
        kinds = Counter(each.kind for each in found)
        if kinds[STEM_LOOPS] <= kinds["miRNA names"]:
            return found
        # `hsa-let-7b` is an older mature name and a stem-loop; among stem-loops it is one of them.
        return [
            self._stem_loop(name, name.strip(), stem)
            if each.kind == "miRNA names" and (stem := self.mirnas.stem_loop(name.strip())).how == "stem_loop"
            else each
            for name, each in zip(names, found, strict=True)
        ]

    def are_entrez(self, names: Iterable[str]) -> bool:
        """Say whether names are Entrez numbers: half of the names are numbers, and half of those are known."""
        asked = {name.strip() for name in names} - {""}
        digits = [found[1] for name in asked if (found := _NUMBER.fullmatch(name))]
        known = sum(self.genes.resolve(each).how == "entrez" for each in digits)
        return bool(digits) and 2 * len(digits) >= len(asked) and 2 * known >= len(digits)

    def find(self, name: str, organism: str = "human", numbers: bool = True) -> Found:
        """Find out what one name means in data (or a gene set) of that organism."""
        text = name.strip()
        key = text, organism, numbers
        if key not in self._known:
            found = self._find(text, organism, numbers)
            self._known[key] = replace(found, sureness=found.sureness or _SURENESS.get(found.how, 0))
        return self._known[key]

    def _find(self, text: str, organism: str, numbers: bool) -> Found:
        if organism == "human" and text in self.genes.genes:
            return Found(text, "approved", "human symbols", self.genes.why.get(text, ""))
        if organism == "human" and text.startswith("ENSG") and (match := self.genes.resolve(text)).symbol:
            return Found(match.symbol, "ensembl", "human Ensembl ids")
        if text in _NAMELESS:
            return Found("", "unnamed", "no name", "has no name")
        if reference := _REFERENCE.fullmatch(text):
            return self._of_reference(text, reference[1], reference[2], organism, numbers)
        if _MIRNA.fullmatch(text) and (mirna := self._mirna(text)):
            return mirna
        if hurt := damage(text):
            if hurt.meant:
                return Found(hurt.meant, "spreadsheet", "human symbols", f"{hurt.problem}: read as {hurt.meant}")
            unsure = f": {hurt.either}" if hurt.either else ""
            return Found("", "spreadsheet damage", "damaged names", f"{hurt.problem}{unsure}")
        if "///" in text:
            return self._several([part.strip() for part in text.split("///")], text, organism, numbers)
        found = self._human(text, numbers) if organism == "human" else self._mouse_gene(text)
        return found or self._in_parts(text, organism, numbers) or self._unknown(text, organism)

    def _human(self, text: str, numbers: bool) -> Found | None:
        number = _NUMBER.fullmatch(text)
        if number:
            match = self.genes.resolve(number[1]) if numbers else Match("", "unknown")
        else:
            match = self.genes.resolve(whole_number(text))
        if match.symbol:
            note = f"'{text}' is a former name or alias of {match.symbol}" if match.how in ("previous", "alias") else ""
            return Found(match.symbol, match.how, _ID_KINDS.get(match.how, "human symbols"), note)
        if match.how == "ambiguous":
            return Found(text, "ambiguous", "human symbols", f"may be {' or '.join(match.candidates)}: not resolved")
        dashed = text.replace(".", "-")
        if dashed != text and self.genes.resolve(dashed).how == "approved":
            return Found(dashed, "respelled", "human symbols", f"read as '{dashed}': R writes dots for dashes")
        return None

    def _mouse_gene(self, text: str) -> Found | None:
        match = self.mouse.resolve(text)
        kind = "mouse Ensembl ids" if match.how == "ensembl" else "mouse symbols"
        if match.how == "ambiguous":
            return Found(text, "ambiguous", kind, f"may be {' or '.join(match.candidates)}: not resolved")
        if not match.symbol and not self.orthologs.to_human(text):
            return None
        mouse = match.symbol or text
        human = self.orthologs.counterpart(mouse)
        older = f"'{text}' is an older name of {mouse}" if match.how == "alias" else ""
        if human.how == "unknown":
            return Found(mouse, AS_GIVEN, kind, "; ".join(filter(None, [older, "no human ortholog is known"])))
        if human.how == "ambiguous":
            partners = " or ".join(human.candidates)
            return Found(mouse, "ambiguous", kind, f"{mouse} has several human orthologs ({partners}): not resolved")
        others = [each for each in human.candidates if each != human.symbol]
        chosen = f"also an ortholog of {', '.join(others)}" if others else ""
        alone = mouse.upper() == human.symbol or len(self.orthologs.to_mouse(human.symbol)) == 1
        sureness = (0 if alone else 1) + (2 if match.how == "alias" else 0)
        return Found(human.symbol, "ortholog", kind, "; ".join(filter(None, [older, chosen])), sureness)

    def _mirna(self, text: str) -> Found | None:
        spelled = re.sub(r"[._]", "-", text) if text.lower().startswith("hsa") else text
        capital = re.sub(r"(?i)^(?:hsa-)?mir-(.+?)(?:-([35])p)?$", _capital_mirna, spelled)
        tried = [self.mirnas.resolve(each) for each in dict.fromkeys((spelled, capital))]
        named = [match for match in tried if match.how not in ("unknown", "stem_loop")]
        if not named and tried[0].how == "stem_loop":
            return self._stem_loop(text, spelled, tried[0])
        if not named:
            return None
        match, kind = named[0], "miRBase accessions" if named[0].how == "accession" else "miRNA names"
        if not match.symbol:
            return Found(text, "ambiguous", kind, f"may be {' or '.join(match.candidates)}: not resolved")
        if match.how == "approved" and spelled not in (match.symbol, match.symbol.removeprefix("hsa-")):
            return Found(match.symbol, "respelled", kind, f"read as {match.symbol}")
        return Found(
            match.symbol,
            match.how,
            kind,
            f"'{text}' is an older name of {match.symbol}" if match.how == "previous" else "",
        )

    def mirna_of_gene(self, symbol: str) -> Found | None:
        """Return what the miRNA gene of an approved symbol (MIR221) yields, by the stem-loop that HGNC names."""
        gene = self.genes.genes.get(symbol)
        stems = [alias for alias in gene.alias if alias.startswith(("hsa-mir-", "hsa-let-"))] if gene else []
        return self._mirna(stems[0]) if stems else None

    def _stem_loop(self, text: str, spelled: str, match: Match) -> Found:
        kind = STEM_LOOPS
        if match.symbol:
            return Found(match.symbol, "precursor", kind, f"a stem-loop whose only mature miRNA is {match.symbol}")
        full = spelled if spelled.startswith("hsa-") else f"hsa-{spelled}"
        for stem in dict.fromkeys((full, re.sub(r"-\d+$", "", full))):
            plain = self.mirnas.resolve(stem.replace("hsa-mir-", "hsa-miR-"))
            if plain.how == "previous" and plain.symbol in match.candidates:
                note = f"stem-loop: arm not known; read as {plain.symbol}, the main product by miRBase's older name"
                return Found(plain.symbol, "stem_loop", kind, note, _SURENESS["stem_loop"])
        arms = " or ".join(match.candidates)
        return Found(text, "ambiguous", kind, f"stem-loop: arm not known ({arms}): not resolved")

    def _of_reference(self, text: str, build: str, rest: str, organism: str, numbers: bool) -> Found:
        if (build.startswith(("GRCh", "hg"))) == (organism == "human"):
            return self.find(rest, organism, numbers)
        other = "mouse" if organism == "human" else "human"
        return Found(text, AS_GIVEN, "other reference", f"a {other} gene of a mixed reference")

    def _several(self, parts: list[str], text: str, organism: str, numbers: bool) -> Found:
        found = [self.find(part, organism, numbers) for part in parts]
        symbols = list(dict.fromkeys(each.symbol for each in found if each.symbol))
        if len(symbols) == 1:
            return found[0]
        kind = found[0].kind
        return Found(text, "ambiguous", kind, f"may be {' or '.join(symbols) or 'several genes'}: not resolved")

    def _in_parts(self, text: str, organism: str, numbers: bool) -> Found | None:
        """Resolve names made of two, such as `TP53|7157` or `ENSG00000141510.17_TP53`: the identifier decides."""
        parts: list[str] = []
        if (ensembl := _WITH_ENSEMBL.fullmatch(text)) and (ensembl[1] or ensembl[3]):
            parts = [ensembl[2], ensembl[1], ensembl[3]]
        elif entrez := _WITH_ENTREZ.fullmatch(text):
            parts, numbers = [entrez[2], entrez[1]], True
        tried = (self.find(part, organism, numbers) for part in parts if part)
        return next((found for found in tried if found.resolved), None)

    def _unknown(self, text: str, organism: str) -> Found:
        if _MOUSE_ENSEMBL.fullmatch(text):
            return Found(text, AS_GIVEN, "mouse Ensembl ids", "not in the shipped tables" * (organism == "mouse"))
        if _HUMAN_ENSEMBL.fullmatch(text):
            note = "a human name" if organism == "mouse" else "not a gene of HGNC: retired, or without a symbol"
            return Found(text, AS_GIVEN, "human Ensembl ids", note)
        if _TRANSCRIPT.fullmatch(text):
            return Found(text, AS_GIVEN, "transcripts", "a transcript: sum transcripts to genes first")
        if _PROBE.fullmatch(text):
            return Found(text, AS_GIVEN, "microarray probes", "a probe: give a map with `probes:`")
        if _CIRCULAR.fullmatch(text):
            name = self.circles.get(_bare_circle(text), text)
            return Found(name, "circrna", "circRNA names", f"read as {name}" if name != text else "")
        if _NUMBER.fullmatch(text):
            return Found(text, AS_GIVEN, "numbers", "a number that is not taken for an Entrez number")
        if _OTHER_MIRNA.fullmatch(text):
            return Found(text, AS_GIVEN, "miRNA names", "not a human miRNA that miRBase 22 knows")
        if organism == "mouse" and (human := self.genes.resolve(text)).symbol:
            kind = "human Ensembl ids" if human.how == "ensembl" else "human symbols"
            return Found(text, AS_GIVEN, kind, "a human name")
        if organism == "human" and not text.isupper() and text in self.mouse.symbols:
            return Found(text, AS_GIVEN, "mouse symbols", "a mouse symbol")
        return Found(text, AS_GIVEN, "unknown names", "not a known name")


def _bare_circle(text: str) -> str:
    """Return a circRNA's name without species, dashes and case; of `hsa_circ_0000284|HIPK3` the circBase id alone."""
    numbered = re.match(r"(hsa_circ_\d{7})(?=$|[|_:; ])", text)
    return re.sub(r"^hsa|[-_ ]", "", (numbered[1] if numbered else text).lower())


def _capital_mirna(found: re.Match[str]) -> str:
    arm = f"-{found[2]}p" if found[2] else ""
    return f"hsa-miR-{found[1]}{arm}" if arm else found[0]


def organism_of(found: Iterable[Found]) -> str:
    """Say of which organism most names are; human where there are as many."""
    kinds = Counter(each.kind for each in found)
    return "mouse" if sum(kinds[kind] for kind in MOUSE) > sum(kinds[kind] for kind in HUMAN) else "human"
