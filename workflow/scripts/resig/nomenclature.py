"""Names of genes and miRNAs: any identifier to the approved one, and human to mouse.

Nothing ambiguous is resolved silently: a name that HGNC lists under several genes comes back as `ambiguous`
with its candidates, and an approved symbol always wins over what other genes were once called.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as File

import pandas as pd

from resig.errors import ResigError

Path = str | os.PathLike[str]

_ENSEMBL = re.compile(r"(ENSG\d{11})(\.\d+)?(_PAR_Y)?", re.IGNORECASE)
_MOUSE_ENSEMBL = re.compile(r"(ENSMUSG\d{11})(\.\d+)?", re.IGNORECASE)
_STEM_LOOP = re.compile(r"hsa-(mir|let)-(.+)")


@dataclass(frozen=True)
class Match:
    """What a name turned out to be: the symbol (empty unless there is one only), how, and the candidates."""

    symbol: str
    how: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gene:
    """One approved human gene."""

    symbol: str
    hgnc_id: str
    previous: tuple[str, ...]
    alias: tuple[str, ...]
    ensembl: str
    entrez: str
    locus_type: str
    mgi: tuple[str, ...]


class Resolver:
    """Resolves names of human genes by the trimmed HGNC table and the hand-kept list of treacherous names."""

    def __init__(
        self,
        genes: dict[str, Gene],
        treacherous: dict[str, tuple[str, ...]] | None = None,
        why: dict[str, str] | None = None,
    ) -> None:
        self.genes = genes
        self.treacherous = treacherous or {}
        self.why = why or {}

    @classmethod
    def load(cls, hgnc: Path, ambiguous: Path | None = None) -> "Resolver":
        """Read `hgnc.tsv`, and `ambiguous.tsv` when it is given."""
        genes = {row[0]: _gene(row) for row in _rows(hgnc)}
        names = list(_rows(ambiguous)) if ambiguous else []
        return cls(genes, {row[0]: _listed(row[1]) for row in names}, {row[0]: row[2] for row in names})

    def resolve(self, name: str) -> Match:
        """Resolve one name: approved, then Ensembl or Entrez number, then previous symbol or alias."""
        asked = name.strip()
        if asked in self.genes:
            return Match(asked, "approved", (asked,))
        if asked in self.treacherous:
            return Match("", "ambiguous", self.treacherous[asked])
        if ensembl := _ENSEMBL.fullmatch(asked):
            return _unique(self._by_ensembl.get(ensembl[1].upper(), ()), "ensembl")
        if asked.isdigit():
            return _unique(self._by_entrez.get(asked, ()), "entrez")
        previous, alias = self._by_previous.get(asked, ()), self._by_alias.get(asked, ())
        candidates = tuple(dict.fromkeys((*previous, *alias)))
        if candidates:
            return _unique(candidates, "previous" if previous else "alias")
        if asked.isupper() and asked in self._by_upper:
            found = self._by_upper[asked]
            return _unique(found, "approved" if found[0].upper() == asked else "previous")
        return Match("", "unknown")

    def resolve_all(self, names: Iterable[str]) -> pd.DataFrame:
        """Resolve many names: columns name, symbol, how, candidates (joined by `|`)."""
        asked = list(names)
        known = {name: self.resolve(name) for name in dict.fromkeys(asked)}
        found = [known[name] for name in asked]
        return pd.DataFrame(
            {
                "name": asked,
                "symbol": [match.symbol for match in found],
                "how": [match.how for match in found],
                "candidates": ["|".join(match.candidates) for match in found],
            },
            dtype=object,
        )

    @cached_property
    def _by_ensembl(self) -> dict[str, tuple[str, ...]]:
        return _index((gene.ensembl, gene.symbol) for gene in self.genes.values() if gene.ensembl)

    @cached_property
    def _by_entrez(self) -> dict[str, tuple[str, ...]]:
        return _index((gene.entrez, gene.symbol) for gene in self.genes.values() if gene.entrez)

    @cached_property
    def _by_previous(self) -> dict[str, tuple[str, ...]]:
        return _index((name, gene.symbol) for gene in self.genes.values() for name in gene.previous)

    @cached_property
    def _by_alias(self) -> dict[str, tuple[str, ...]]:
        return _index((name, gene.symbol) for gene in self.genes.values() for name in gene.alias)

    @cached_property
    def _by_upper(self) -> dict[str, tuple[str, ...]]:
        mixed = ((name, gene.symbol) for gene in self.genes.values() for name in (gene.symbol, *gene.previous))
        return _index((name.upper(), symbol) for name, symbol in mixed if not name.isupper())


class Mirnas:
    """Resolves human miRNA names of any miRBase version to the present mature name."""

    def __init__(self, entries: Iterable[tuple[str, str, str, str]]) -> None:
        self.entries = tuple(entries)

    @classmethod
    def load(cls, mirna: Path) -> "Mirnas":
        """Read `mirna.tsv`."""
        return cls((row[0], row[1], row[2], row[3]) for row in _rows(mirna))

    def resolve(self, name: str) -> Match:
        """Resolve a mature name, an accession or a stem-loop name.

        `how` is `approved` (a present name), `previous` (an older name of one mature miRNA), `accession`,
        `ambiguous` (an older name that several mature miRNAs have had), `stem_loop` (candidates are its arms:
        a stem-loop does not say which arm was measured), or `unknown`.
        """
        asked = name.strip()
        for full in (asked, f"hsa-{asked}"):
            if full in self._present:
                return Match(full, "approved", (full,))
            if full in self._older:
                return _unique(self._older[full], "previous")
            if (stem := self.stem_loop(full)).candidates:
                return stem
        current = self._by_accession.get(asked, "")
        return Match(current, "accession", (current,)) if current else Match("", "unknown")

    def stem_loop(self, name: str) -> Match:
        """Resolve a name as that of a stem-loop, even where it is an older mature name too (`hsa-let-7b`)."""
        stem = _STEM_LOOP.fullmatch(name)
        arms = self._arms(name, stem[1], stem[2]) if stem else ()
        return Match(arms[0] if len(arms) == 1 else "", "stem_loop", arms) if arms else Match("", "unknown")

    def accession(self, mature: str) -> str:
        """Return the MIMAT accession of a present mature name, or an empty text."""
        return self._present.get(mature, "")

    def _arms(self, full: str, kind: str, rest: str) -> tuple[str, ...]:
        stem = rest if full not in self._stem_loops else self._stem_loops[full].split("-", 2)[2]
        shorter = re.sub(r"-\d+$", "", stem)
        prefix = "hsa-let-" if kind == "let" else "hsa-miR-"
        for root in dict.fromkeys((stem, shorter)):
            arms = tuple(arm for arm in (f"{prefix}{root}{end}" for end in ("", "-5p", "-3p")) if arm in self._present)
            if arms:
                return arms
        return ()

    @cached_property
    def _present(self) -> dict[str, str]:
        return {current: accession for accession, _, current, kind in self.entries if kind == "mature"}

    @cached_property
    def _older(self) -> dict[str, tuple[str, ...]]:
        return _index((name, current) for _, name, current, kind in self.entries if kind == "mature")

    @cached_property
    def _stem_loops(self) -> dict[str, str]:
        return {name: current for _, name, current, kind in self.entries if kind == "precursor"}

    @cached_property
    def _by_accession(self) -> dict[str, str]:
        return {accession: current for accession, _, current, kind in self.entries if kind == "mature"}


class Orthologs:
    """Human and mouse genes. One gene may have several partners: all are returned, with the relation."""

    def __init__(self, pairs: Iterable[tuple[str, str, str]]) -> None:
        self.pairs = tuple(pairs)

    @classmethod
    def load(cls, orthologs: Path) -> "Orthologs":
        """Read `orthologs.tsv`."""
        return cls((row[0], row[1], row[5]) for row in _rows(orthologs))

    def counterpart(self, mouse: str) -> Match:
        """Return the human gene that a mouse gene stands for: its only partner, else the one of the same name."""
        partners = self.to_human(mouse)
        chosen = mouse.upper() if mouse.upper() in partners else partners[0] if len(partners) == 1 else ""
        how = "ortholog" if chosen else "ambiguous" if partners else "unknown"
        return Match(chosen, how, partners)

    def to_mouse(self, symbol: str) -> tuple[str, ...]:
        """Return the mouse genes of an approved human symbol."""
        return self._mouse.get(symbol, ())

    def to_human(self, symbol: str) -> tuple[str, ...]:
        """Return the human genes of a mouse symbol."""
        return self._human.get(symbol, ())

    def relation(self, human: str, mouse: str) -> str:
        """Return `one-to-one`, `one-to-many`, `many-to-one`, `many-to-many`, or an empty text."""
        return self._relation.get((human, mouse), "")

    @cached_property
    def _mouse(self) -> dict[str, tuple[str, ...]]:
        return _index((human, mouse) for human, mouse, _ in self.pairs)

    @cached_property
    def _human(self) -> dict[str, tuple[str, ...]]:
        return _index((mouse, human) for human, mouse, _ in self.pairs)

    @cached_property
    def _relation(self) -> dict[tuple[str, str], str]:
        return {(human, mouse): relation for human, mouse, relation in self.pairs}


class Mouse:
    """Mouse genes: symbol, Ensembl number, and what each was called before."""

    def __init__(self, entries: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
        self.entries = tuple(entries)

    @classmethod
    def load(cls, mouse: Path) -> "Mouse":
        """Read `mouse.tsv`."""
        return cls((row[0], row[1], _listed(row[2])) for row in _rows(mouse))

    def resolve(self, name: str) -> Match:
        """Resolve a symbol as MGI writes it, an Ensembl number, or an older name that one gene only has had."""
        if name in self.symbols:
            return Match(name, "approved", (name,))
        if ensembl := _MOUSE_ENSEMBL.fullmatch(name):
            return _unique(self._by_ensembl.get(ensembl[1].upper(), ()), "ensembl")
        return _unique(self._by_synonym.get(name, ()), "alias")

    @cached_property
    def symbols(self) -> frozenset[str]:
        """Present symbols."""
        return frozenset(symbol for symbol, _, _ in self.entries)

    @cached_property
    def _by_ensembl(self) -> dict[str, tuple[str, ...]]:
        return _index((ensembl, symbol) for symbol, ensembl, _ in self.entries if ensembl)

    @cached_property
    def _by_synonym(self) -> dict[str, tuple[str, ...]]:
        return _index((name, symbol) for symbol, _, synonyms in self.entries for name in synonyms)


def _gene(row: list[str]) -> Gene:
    symbol, hgnc_id, previous, alias, ensembl, entrez, locus_type, mgi = row
    return Gene(symbol, hgnc_id, _listed(previous), _listed(alias), ensembl, entrez, locus_type, _listed(mgi))


def _unique(candidates: tuple[str, ...], how: str) -> Match:
    if not candidates:
        return Match("", "unknown")
    return Match(candidates[0], how, candidates) if len(candidates) == 1 else Match("", "ambiguous", candidates)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        there = found.get(key, ())
        if value not in there:
            found[key] = (*there, value)
    return found


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        with File(path).open(encoding="utf-8") as handle:
            width = len(next(handle).rstrip("\n").split("\t"))
            for line in handle:
                row = line.rstrip("\n").split("\t")
                yield row + [""] * (width - len(row))
    except FileNotFoundError:
        raise ResigError("nomenclature table not found", where=str(path), todo="run its make_*.py") from None
