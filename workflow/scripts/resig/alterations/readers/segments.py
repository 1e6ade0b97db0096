"""Segments of copy number (.seg): a gene's log2 ratio is the mean of its segments, by the bases they share with it."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pandas as pd

from resig.alterations.found import Grid
from resig.alterations.readers.lines import Lines, Tally, blank
from resig.errors import ResigError

SAMPLE = ("ID", "Sample", "Tumor_Sample_Barcode", "sample_id", "GDC_Aliquot")
CHROMOSOME = ("chrom", "Chromosome", "chr")
START = ("loc.start", "Start", "Start_Position", "Start.bp")
END = ("loc.end", "End", "End_Position", "End.bp")
MEAN = ("seg.mean", "Segment_Mean", "Seg.CN", "mean", "log2")
SEX = {"23": "X", "24": "Y"}
ENOUGH = 0.5  # share of a gene that segments must cover


def is_segments(lines: Lines) -> bool:
    """Tell segments by their header."""
    return all(lines.at(names) is not None for names in (CHROMOSOME, START, END, MEAN))


def read_segments(lines: Lines, wanted: Callable[[str], bool], places: pd.DataFrame, genome: str | None) -> Grid:
    """Read segments into a table of genes x samples; `places` are the genes' coordinates of all builds."""
    if genome is None:
        todo = "say genome: GRCh37 or GRCh38 beside copy_number"
        raise ResigError("are segments, and their genome build is not told", where=lines.called, todo=todo)
    here = places[(places["genome"] == genome) & places["gene"].map(wanted)]
    seen, chromosome = Tally(lines, SAMPLE), lines.need(CHROMOSOME)
    start, end, mean = lines.need(START), lines.need(END), lines.need(MEAN)
    lengths = dict(zip(here["chromosome"], here["chromosome_length"], strict=True))
    genes = list(here.itertuples())
    shared: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for who, row in seen.rows():
        where = row.fields[chromosome].removeprefix("chr").removeprefix("CHR")
        where = SEX.get(where, where)
        first, last = (_whole(row.fields[at], row.line, lines) for at in (start, end))
        if last < first:
            raise ResigError(f"row {row.line} ends before it begins", where=lines.called, todo="correct it")
        if where in lengths and last > lengths[where]:
            what = f"row {row.line} ends at {last:,}, chromosome {where} of {genome} at {lengths[where]:,}"
            raise ResigError(what, where=lines.called, todo="name the right genome build")
        for gene in genes:
            common = min(last, gene.end) - max(first, gene.start) + 1
            if gene.chromosome == where and common > 0 and not blank(row.fields[mean]):
                shared[gene.gene, who].append((common, _ratio(row.fields[mean], row.line, lines)))
    samples = list(seen.samples)
    values = np.full((len(genes), len(samples)), np.nan)
    notes = {}
    for (name, who), parts in shared.items():
        at = next(row for row, gene in enumerate(genes) if gene.gene == name)
        bases = sum(common for common, _ in parts)
        share = bases / (genes[at].end - genes[at].start + 1)
        if share < ENOUGH:
            notes[name, who] = f"segments cover {share:.0%} of {name}"
            continue
        values[at, samples.index(who)] = sum(common * ratio for common, ratio in parts) / bases
    named = [gene.gene for gene in genes]
    form = f"segments, at the genes' places in {genome}"
    frame = pd.DataFrame(values, columns=samples)
    return Grid(
        form,
        named,
        frame,
        [f"{genome} {each.chromosome}:{each.start}-{each.end}" for each in genes],
        seen.n,
        samples,
        notes=notes,
    )


def _whole(text: str, line: int, lines: Lines) -> int:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise ResigError(f"row {line}: '{text}' is not a position", where=lines.called, todo="correct it") from None


def _ratio(text: str, line: int, lines: Lines) -> float:
    try:
        return float(text)
    except ValueError:
        raise ResigError(f"row {line}: '{text}' is not a log2 ratio", where=lines.called, todo="correct it") from None
