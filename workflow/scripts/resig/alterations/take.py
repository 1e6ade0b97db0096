"""Read the files of alterations of a dataset: what each holds, how its samples join, every record in a known gene."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from resig.alterations.book import GENOMES, genes_of
from resig.alterations.found import Event, Grid, Records
from resig.alterations.readers.registry import (
    read_copy_number,
    read_fusion_calls,
    read_methylation,
    read_variants,
)
from resig.alterations.who import Joined, examined, join, read_list, read_map
from resig.errors import ResigError
from resig.nomenclature import Resolver

SHOWN = 50
BUILDS = {
    "37": "GRCh37", "grch37": "GRCh37", "hg19": "GRCh37", "grch37-lite": "GRCh37", "b37": "GRCh37",
    "38": "GRCh38", "grch38": "GRCh38", "hg38": "GRCh38",
}  # fmt: skip
CALLS = (-2, -1.5, -1, 0, 1, 2)  # cBioPortal has -1.5 for a deletion of which a part is homozygous
COPIES = (0.5, 1.5, 2.5, 5.0)  # below, below, from, from; a convention for a diploid genome
USED, DUPLICATE, SILENT, UNREADABLE, DROPPED = "used", "duplicate", "silent", "unreadable", "not_used"
NO_GENOTYPE = "no_genotype"


@dataclass
class Taken:
    """One file of a dataset: which samples and genes it measured, and what it says of them."""

    assay: str
    samples: set[str]
    genes: set[str] | None
    events: dict[tuple[str, str], list[Event]] = field(default_factory=dict)
    values: dict[tuple[str, str], float] = field(default_factory=dict)
    why_not: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


@dataclass
class Source:
    """Everything that the files of a dataset say, for calls and for the tables beside them."""

    taken: dict[str, Taken]
    events: list[dict[str, Any]]
    inputs: list[dict[str, Any]]


class Genes:
    """Names of genes as files write them, and the genes that rules look at."""

    def __init__(self, resolver: Resolver, known: set[str]) -> None:
        self.resolver, self.known = resolver, known
        self.unclear: dict[str, tuple[str, ...]] = {}
        self._of: dict[str, str] = {}

    def approved(self, name: str) -> str:
        """Return the approved symbol; of a name that several genes have had, nothing, and the name is remembered."""
        if name not in self._of:
            match = self.resolver.resolve(name)
            self._of[name] = match.symbol
            if not match.symbol and self.known & set(match.candidates):
                self.unclear[name] = match.candidates
        return self._of[name]

    def wanted(self, name: str) -> bool:
        """Tell whether a rule looks at a gene."""
        return self.approved(name) in self.known

    def remarks(self) -> list[str]:
        """Say which names could not be told apart."""
        return [f"gene '{name}' may be {' or '.join(genes)}: not read" for name, genes in sorted(self.unclear.items())]


def take_alterations(
    spec: Mapping[str, Any],
    locate: Callable[[str], str | os.PathLike[str]],
    samples: list[str],
    resolver: Resolver,
    book: pd.DataFrame,
    places: pd.DataFrame,
) -> Source:
    """Read all files that a dataset's config names under `alterations`."""
    source = Source({}, [], [])
    renamed = read_map(str(locate(spec["samples_map"])) if spec["samples_map"] else None, spec["samples_map"] or "")

    genome = spec["genome"] if spec["genome"] in GENOMES else None

    def at(key: str) -> str:
        return str(locate(spec[key]))

    if path := spec["variants"]:
        genes = Genes(resolver, genes_of(book, "variant"))
        records = read_variants(at("variants"), path, genes.wanted)
        _check_build(records, genome, path)
        panel = None
        if spec["variants_genes"]:
            listed = read_list(at("variants_genes"), spec["variants_genes"])
            panel = {symbol for name in listed if (symbol := genes.approved(name))}
            if unknown := [name for name in listed if not genes.approved(name)]:
                records.remarks.append(f"{len(unknown)} of variants_genes are no known gene, such as '{unknown[0]}'")
        _take_records(
            source, "variant", path, records, genes, spec["variants_samples"], samples, renamed, panel, locate
        )
    if path := spec["fusions"]:
        genes = Genes(resolver, genes_of(book, "fusion"))
        records = read_fusion_calls(at("fusions"), path, genes.wanted)
        _take_records(source, "fusion", path, records, genes, spec["fusions_samples"], samples, renamed, None, locate)
    if path := spec["copy_number"]:
        genes = Genes(resolver, genes_of(book, "copy_number"))
        grid = read_copy_number(at("copy_number"), path, genes.wanted, places, genome)
        _take_grid(source, "copy_number", path, grid, genes, samples, renamed)
        _as_calls(source.taken["copy_number"], grid, spec["copy_number_values"], spec["log2_cuts"], path, source)
    if path := spec["methylation"]:
        genes = Genes(resolver, genes_of(book, "methylation"))
        grid = read_methylation(at("methylation"), path, genes.wanted)
        _refuse_no_beta(grid, path)
        _take_grid(source, "methylation", path, grid, genes, samples, renamed)
    return source


def _check_build(records: Records, genome: str | None, path: str) -> None:
    known = {BUILDS.get(name.lower(), name): place for name, place in reversed(records.builds.items())}
    if len(known) > 1:
        (one, there), (other, here) = list(known.items())[:2]
        what = f"mixes genome builds: {one} ({there}) and {other} ({here})"
        raise ResigError(what, where=path, todo="keep records of one build")
    if genome is None:
        return
    for name, place in known.items():
        if name != genome and (name in GENOMES or records.format in ("MAF", "table of mutations")):
            raise ResigError(
                f"is of build {name} ({place}), genome says {genome}", where=path, todo="correct one of the two"
            )


def _take_records(
    source: Source,
    assay: str,
    path: str,
    records: Records,
    genes: Genes,
    asked: str,
    samples: list[str],
    renamed: Mapping[str, str],
    panel: set[str] | None,
    locate: Callable[[str], str | os.PathLike[str]],
) -> None:
    unread = [each for each in records.events if each.changes is None and not each.dropped]
    if len(unread) > 2 and 2 * len(unread) > len(records.events):
        first = unread[0]
        what = (
            f"{len(unread)} of {len(records.events)} changes cannot be read, such as '{first.change}' ({first.place})"
        )
        raise ResigError(what, where=path, todo="protein changes look like p.G101V, p.Gly101Val or p.P152fs")
    listed = asked in ("listed", "all")
    joined = join(records.samples, samples, renamed, path)
    if asked != "listed" and 2 * joined.alike > len(joined.only_in_dataset):
        todo = "else samples would pass for unaltered: say which is which in a samples_map"
        raise ResigError(
            f"some samples are spelt otherwise than in the dataset: {joined.reason}", where=path, todo=todo
        )
    seen = examined(asked, records.samples, samples, renamed, None if listed else str(locate(asked)))
    measured = set(seen.of.values())
    beyond = sorted({joined.of[each] for each in records.samples if each in joined.of} - measured)
    remarks = [*records.remarks, *genes.remarks()]
    if not records.n:
        remarks.append("has no record")
    if beyond:
        remarks.append(
            f"{', '.join(beyond)} have records, but are not among the samples said to be examined: taken as examined"
        )
    if seen is not joined and seen.only_in_file and not listed:
        remarks.append(f"{len(seen.only_in_file)} of {asked} are not in the dataset, such as '{seen.only_in_file[0]}'")
    if assay == "variant" and panel is None:
        remarks.append("no variants_genes given: every gene taken as sequenced")
    taken = Taken(assay, measured | set(beyond), panel)
    said: dict[tuple[str, ...], str] = {}
    counts = {DUPLICATE: 0, UNREADABLE: 0}
    outside: set[str] = set()
    for event in records.events:
        gene = genes.approved(event.gene)
        sample = joined.of.get(event.sample)
        same = (event.sample, gene, event.change, event.effect, event.where, str(event.missing))
        status, note = _status(event), event.dropped
        if status == UNREADABLE:
            note = f"'{event.change or event.effect}' is not understood"
        elif status != DROPPED and (before := said.get(same)):
            status, note = DUPLICATE, f"as {before}"
        if status != DROPPED:
            said.setdefault(same, event.place)
        counts[status] = counts.get(status, 0) + 1
        if sample is not None and status in (USED, SILENT, UNREADABLE, NO_GENOTYPE):
            taken.events.setdefault((sample, gene), []).append(event)
            if panel is not None and gene not in panel:
                outside.add(gene)
        source.events.append(
            {
                "sample": sample or event.sample,
                "in_dataset": "yes" if sample else "no",
                "assay": assay,
                "gene": gene,
                "gene_written": event.gene,
                "change": event.change,
                "effect": event.effect,
                "place": event.place,
                "status": status,
                "note": note,
            }
        )
    if counts.get(NO_GENOTYPE):
        remarks.append(
            f"{counts[NO_GENOTYPE]} genotypes are missing and not measured (where missing means not called, fill them "
            "in: bcftools merge --missing-to-ref)"
        )
    if outside:
        remarks.append(f"{', '.join(sorted(outside))} have records, but are not in variants_genes: their records count")
    source.taken[assay] = taken
    how = "every gene taken as sequenced" if panel is None else f"{len(panel)} listed genes"
    if assay == "fusion":
        how = "every gene taken as examined"
    _note(
        source,
        assay,
        path,
        records.format,
        records.n,
        len(records.events),
        counts,
        taken,
        joined,
        samples,
        how,
        remarks,
    )


def _status(event: Event) -> str:
    if event.dropped:
        return DROPPED
    if event.changes is None:
        return UNREADABLE
    if not event.changes:
        return SILENT
    return NO_GENOTYPE if event.missing else USED


def _take_grid(
    source: Source, assay: str, path: str, grid: Grid, genes: Genes, samples: list[str], renamed: Mapping[str, str]
) -> None:
    joined = join(grid.samples, samples, renamed, path, unique=True)
    taken = Taken(assay, set(joined.of.values()), set())
    remarks = [*grid.remarks, *genes.remarks()]
    of: dict[str, list[int]] = {}
    for row, name in enumerate(grid.genes):
        of.setdefault(genes.approved(name), []).append(row)
    twice = 0
    for gene, rows in of.items():
        taken.genes = (taken.genes or set()) | {gene}
        taken.places[gene] = ", ".join(grid.places[row] for row in rows)
        twice += len(rows) - 1
        if len(rows) > 1:
            remarks.append(
                f"{gene} stands in several rows ({taken.places[gene]}): where they differ it is not measured"
            )
        for column, sample in joined.of.items():
            values = grid.values[column].to_numpy()[rows]
            values = np.unique(values[~np.isnan(values)])
            if len(values) == 1:
                taken.values[sample, gene] = float(values[0])
            else:
                why = "rows of the gene disagree" if len(values) else "no value"
                taken.why_not[sample, gene] = grid.notes.get((gene, column), why)
    if missing := sorted(genes.known - set(of)):
        remarks.append(f"not in the file, so not measured: {', '.join(missing)}")
    source.taken[assay] = taken
    how = f"{len(of)} of {len(genes.known)} genes that rules look at"
    counts = {DUPLICATE: twice, UNREADABLE: 0}
    _note(source, assay, path, grid.format, grid.n, len(grid.genes), counts, taken, joined, samples, how, remarks)


def _as_calls(taken: Taken, grid: Grid, asked: str, cuts: list[float], path: str, source: Source) -> None:
    """Turn log2 ratios or copies into calls from -2 to 2."""
    values = np.array(list(taken.values.values()))
    kind = _kind_of(values, grid.format, asked, path)
    if kind == "calls" and not np.isin(values, CALLS).all():
        odd = values[~np.isin(values, CALLS)][0]
        raise ResigError(f"has {odd:g}, which is no call from -2 to 2", where=path, todo="set copy_number_values")
    if kind == "copies" and (values < 0).any():
        raise ResigError(f"has {values.min():g} copies", where=path, todo="set copy_number_values")
    if kind != "calls":
        low, lost, gained, high = cuts if kind == "log2" else COPIES
        if kind == "log2" and not low <= lost < gained <= high:
            raise ResigError("log2_cuts do not rise", where="config", todo="deleted, lost, gained, amplified")
        strict = kind == "copies"
        for key, value in taken.values.items():
            call = -2 if _below(value, low, strict) else -1 if _below(value, lost, strict) else 0
            call = 2 if value >= high else 1 if value >= gained else call
            taken.values[key] = call
    named = {"calls": "calls from -2 to 2", "log2": "log2 ratios", "copies": "numbers of copies"}[kind]
    source.inputs[-1]["values"] = f"{named}{' (found)' if asked == 'auto' else ''}"


def _kind_of(values: np.ndarray, form: str, asked: str, path: str) -> str:
    if form.startswith("segments"):
        return "log2"
    if asked != "auto":
        return asked
    if form.startswith("GISTIC") or not len(values):
        return "calls"
    if np.isin(values, CALLS).all():
        middle = float(np.median(values))
        if (values < 0).any() or middle == 0:
            return "calls"
        if middle == 2:
            return "copies"
        what = "may be calls from -2 to 2 or numbers of copies: no value tells"
        raise ResigError(what, where=path, todo="set copy_number_values: calls or copies")
    return "copies" if (values >= 0).all() and values.mean() > 1 else "log2"


def _below(value: float, cut: float, strict: bool) -> bool:
    return value < cut if strict else value <= cut


def _refuse_no_beta(grid: Grid, path: str) -> None:
    values = grid.values.to_numpy()
    wrong = (values < 0) | (values > 1)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        what = f"{grid.places[row]}, column '{grid.values.columns[column]}': {values[row, column]:g} is no beta value"
        raise ResigError(what, where=path, todo="beta values go from 0 to 1; M values are not read")


def _note(
    source: Source, assay: str, path: str, form: str, n: int, n_known: int, counts: Mapping[str, int], taken: Taken,
    joined: Joined, samples: list[str], genes: str, remarks: list[str],
) -> None:  # fmt: skip
    source.inputs.append(
        {
            "assay": assay,
            "file": path,
            "format": form,
            "values": "",
            "n_records": n,
            "n_in_genes": n_known,
            "n_duplicates": counts.get(DUPLICATE, 0),
            "n_unreadable": counts.get(UNREADABLE, 0),
            "n_samples": len(taken.samples),
            "only_in_file": _some(joined.only_in_file),
            "not_examined": _some([each for each in samples if each not in taken.samples]),
            "likely_reason": joined.reason,
            "genes": genes,
            "remarks": "; ".join(remarks),
        }
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ",".join(names[:SHOWN]) + more
