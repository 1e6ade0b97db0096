"""Tables of genes x samples: GISTIC's all_thresholded.by_genes, gene-level copy number, methylation."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from resig.alterations.found import Grid
from resig.alterations.readers.lines import Lines, blank, key
from resig.errors import ResigError

GENE = ("Gene Symbol", "Hugo_Symbol", "gene", "symbol", "gene_symbol", "gene_name")
BESIDE = frozenset(
    key(each)
    for each in (
        *("Locus ID", "Cytoband", "Entrez_Gene_Id", "Gene ID", "gene_id", "description", "NAME", "chromosome"),
        *("ENTITY_STABLE_ID", "chrom", "start", "end", "strand", "TRANSCRIPT_ID", "Composite.Element.REF"),
    )
)


def read_grid(lines: Lines, wanted: Callable[[str], bool], form: str = "table of genes") -> Grid:
    """Read a table with genes in rows and samples in columns; only wanted genes are kept."""
    gene = lines.at(GENE)
    if gene is None:
        if any(wanted(title) for title in lines.header[1:]):
            what = "has genes in its columns"
            raise ResigError(what, where=lines.called, todo="genes go down, samples across: transpose it")
        gene = lines.need(GENE)
    is_gistic = {key("Gene Symbol"), key("Cytoband")} <= {key(title) for title in lines.header}
    columns = [at for at, title in enumerate(lines.header) if at != gene and key(title) not in BESIDE]
    samples = [lines.header[at] for at in columns]
    twice = sorted({each for each in samples if samples.count(each) > 1})
    if twice:
        raise ResigError(f"sample '{twice[0]}' has several columns", where=lines.called, todo="one column a sample")
    if not samples:
        raise ResigError("has no column of a sample", where=lines.called, todo="genes go down, samples across")
    names: list[str] = []
    places: list[str] = []
    values: list[list[float]] = []
    n = 0
    for row in lines.rows():
        n += 1
        name = row.fields[gene].split("|")[0]  # GISTIC writes SYMBOL|ENSG where a symbol has several places
        if wanted(name):
            names.append(name)
            places.append(f"row {row.line}")
            values.append([_number(row.fields[at], row.line, lines.header[at], lines.called) for at in columns])
    form = "GISTIC all_thresholded.by_genes" if is_gistic else form
    frame = pd.DataFrame(np.array(values, dtype=float).reshape(len(names), len(samples)), columns=samples)
    return Grid(form, names, frame, places, n, samples)


def _number(text: str, line: int, column: str, called: str) -> float:
    if blank(text):
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if not np.isfinite(value):
        raise ResigError(f"row {line}, column '{column}': '{text}' is not a number", where=called, todo="correct it")
    return value
