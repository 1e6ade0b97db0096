"""VCF annotated by VEP (CSQ) or SnpEff (ANN), of one sample or several."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from resig.alterations.found import Event, Records
from resig.alterations.readers.effects import judge
from resig.alterations.readers.lines import blank, open_text
from resig.errors import ResigError

ANN = (
    "Allele|Annotation|Annotation_Impact|Gene_Name|Gene_ID|Feature_Type|Feature_ID|Transcript_BioType|Rank|"
    "HGVS.c|HGVS.p"
)
FIXED = 9  # columns before the samples


def is_vcf(path: str) -> bool:
    """Tell a VCF by its first line."""
    try:
        with open_text(path) as file:
            return file.readline().startswith("##fileformat=VCF")
    except (OSError, UnicodeDecodeError, EOFError):
        return False


def read_vcf(path: str, called: str, wanted: Callable[[str], bool]) -> Records:
    """Read a VCF; a sample has a variant where its genotype names the allele."""
    events: list[Event] = []
    builds: dict[str, str] = {}
    normal, fields, tag, n = "", [], "", 0
    names: list[str] | None = None
    used: list[str] = []
    for number, line in _lines(path, called):
        if line.startswith("##"):
            if found := re.match(r"##INFO=<ID=(CSQ|ANN),", line):
                tag, fields = found[1], _fields_of(line, found[1])
            elif line.startswith("##normal_sample="):
                normal = line.split("=", 1)[1]
            elif found := re.match(r"##contig=<.*ID=(?:chr)?1,.*length=(\d+)", line):
                builds["GRCh37" if found[1] == "249250621" else "GRCh38" if found[1] == "248956422" else found[1]] = (
                    f"row {number}"
                )
            continue
        columns = line.split("\t")
        if line.startswith("#CHROM"):
            if not tag:
                what = "has no annotation: neither CSQ (VEP) nor ANN (SnpEff) is declared"
                raise ResigError(what, where=called, todo="annotate it, VEP with --symbol --hgvs")
            _refuse_unreadable(fields, tag, called)
            names = columns[FIXED:]
            if not names:
                raise ResigError("names no sample", where=called, todo="give a VCF with genotypes, or a MAF")
            used = [each for each in names if each != normal and not (each == "NORMAL" and "TUMOR" in names)]
            continue
        if names is None:
            raise ResigError("has no #CHROM line", where=called, todo="give the VCF whole, with its header")
        if len(columns) != FIXED + len(names):
            what = f"row {number} has {len(columns)} fields, the header has {FIXED + len(names)}"
            raise ResigError(what, where=called, todo="check the file")
        n += 1
        site = _site(columns, fields, tag)
        if not any(wanted(gene) for allele in site for gene in allele):
            continue
        filtered = "" if columns[6] in ("PASS", ".", "") else f"FILTER {columns[6]}"
        for at, name in enumerate(names):
            if name not in used:
                continue
            alleles, missing = _alleles(columns[8], columns[FIXED + at], len(site))
            for allele in alleles:
                for gene, entry in (site[allele - 1] if 0 < allele <= len(site) else {}).items():
                    if not wanted(gene):
                        continue
                    change, effect = _said(entry)
                    parsed, changes = judge(change, effect)
                    spot = ":".join((columns[0], columns[1], columns[3], columns[4].split(",")[allele - 1]))
                    place = f"row {number}"
                    events.append(Event(name, gene, change, place, effect, parsed, changes, filtered, spot, missing))
    if names is None:
        raise ResigError("has no #CHROM line", where=called, todo="give the VCF whole, with its header")
    left = [each for each in names if each not in used]
    remarks = [f"'{each}' is the normal sample, not used" for each in left]
    written = {"CSQ": "VCF with VEP's CSQ", "ANN": "VCF with SnpEff's ANN"}[tag]
    return Records(written, events, used, n, builds, remarks)


def _lines(path: str, called: str) -> Iterator[tuple[int, str]]:
    try:
        with open_text(path) as file:
            for number, line in enumerate(file, start=1):
                if text := line.rstrip("\r\n"):
                    yield number, text
    except (UnicodeDecodeError, EOFError, OSError) as error:
        raise ResigError(f"cannot be read as text ({error})", where=called, todo="copy it again") from None


def _fields_of(line: str, tag: str) -> list[str]:
    if tag == "ANN":
        return ANN.split("|")
    found = re.search(r"Format: ?([^\"]+)", line)
    return [name.strip() for name in found[1].split("|")] if found else []


def _refuse_unreadable(fields: list[str], tag: str, called: str) -> None:
    if tag == "CSQ" and "SYMBOL" not in fields:
        raise ResigError("its CSQ has no SYMBOL", where=called, todo="run VEP with --symbol --hgvs")
    if tag == "CSQ" and "HGVSp" not in fields and not {"Protein_position", "Amino_acids"} <= {*fields}:
        raise ResigError("its CSQ has no HGVSp", where=called, todo="run VEP with --hgvs")


def _site(columns: list[str], fields: list[str], tag: str) -> list[dict[str, Mapping[str, str]]]:
    """Return for each alternative allele, and each gene it touches, the annotation to go by."""
    alternatives = columns[4].split(",")
    info = next((part[len(tag) + 1 :] for part in columns[7].split(";") if part.startswith(f"{tag}=")), "")
    entries = [
        dict(zip(fields, (part.strip() for part in entry.split("|")), strict=False))
        for entry in info.split(",")
        if entry
    ]
    symbol = "SYMBOL" if tag == "CSQ" else "Gene_Name"
    site: list[dict[str, Mapping[str, str]]] = []
    for at, allele in enumerate(alternatives, start=1):
        of_allele: dict[str, Mapping[str, str]] = {}
        for entry in entries:
            gene = entry.get(symbol, "")
            if gene and _is_of(entry, allele, at, columns[3], alternatives):
                known = of_allele.get(gene)
                if known is None or _rank(entry) < _rank(known):
                    of_allele[gene] = entry
        site.append(of_allele)
    return site


def _is_of(entry: Mapping[str, str], allele: str, at: int, reference: str, alternatives: list[str]) -> bool:
    if len(alternatives) == 1:
        return True
    if entry.get("ALLELE_NUM"):
        return entry["ALLELE_NUM"] == str(at)
    short = allele[1:] if allele[:1] == reference[:1] else allele  # VEP leaves out the base before an indel
    return entry.get("Allele", "") in (allele, short or "-")


def _rank(entry: Mapping[str, str]) -> int:
    """MANE transcript before the canonical one before VEP's pick; else the first of the file."""
    marks: list[Any] = [entry.get("MANE_SELECT"), entry.get("CANONICAL") == "YES", entry.get("PICK") == "1"]
    return next((at for at, mark in enumerate(marks) if mark), len(marks))


def _said(entry: Mapping[str, str]) -> tuple[str, str]:
    """Return the change of the protein and the effect as the annotation has them."""
    effect = entry.get("Consequence") or entry.get("Annotation") or ""
    change = entry.get("HGVSp") or entry.get("HGVS.p") or ""
    residues, position = entry.get("Amino_acids", ""), entry.get("Protein_position", "").split("/")[0]
    if blank(change) and re.fullmatch(r"[A-Z*]/[A-Z*]", residues) and position.isdigit():
        change = f"{residues[0]}{position}{residues[2]}"
    return ("" if blank(change) else change), effect


def _alleles(layout: str, values: str, alternatives: int) -> tuple[list[int], bool]:
    """Return the alternative alleles of a sample, or all with the word that its genotype is missing.

    Without genotypes (Strelka) the first one counts.
    """
    keys = layout.split(":")
    if "GT" not in keys:
        return [1], False
    parts = re.split(r"[/|]", values.split(":")[keys.index("GT")])
    called = sorted({int(part) for part in parts if part.isdigit()} - {0})
    if "." in parts and not called:
        return list(range(1, alternatives + 1)), True
    return called, False
