"""What a file holds, and a config that fits it: the answer of `snakemake describe`."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from resig.columns import Column, candidates
from resig.errors import ResigError
from resig.intake.labels import Labels, read_labels
from resig.intake.readers.registry import table_of
from resig.names import Found, Names, organism_of
from resig.propose import Proposal, config_block
from resig.seen import Seen, see

SMALL = 5_000_000  # bytes of a table of samples that is looked for beside the matrix
TABLES = (".tsv", ".csv", ".txt", ".tsv.gz", ".csv.gz", ".txt.gz")
BARCODE = re.compile(r"(.*[^ACGT])?[ACGTN]{12,}([-_.].*)?")
OF_CELLS = ("AnnData .h5ad", "loom", "10x HDF5", "10x MTX folder")
ROLES = (
    "response",
    "time point",
    "treatment",
    "patient",
    "sample",
    "cell type",
    "batch",
    "survival time",
    "survival event",
    "continuous",
)


def describe(
    path: str | None, names: Names, metadata: str | None = None, called: str = "", table_called: str = ""
) -> str:
    """Return what stands in a matrix (and its table of samples), and a config to paste.

    `called` and `table_called` are the user's own names of the files.
    """
    if path is None:
        todo = "snakemake describe --config file=PATH, and metadata=PATH if there is a table"
        raise ResigError("say which file", todo=todo)
    called, table_called = called or path, table_called or metadata or ""
    table = replace(table_of(metadata), source=table_called) if metadata else None
    seen = see(path, called, names, table)
    if isinstance(seen, Labels):
        return _a_table(seen, called)
    found = names.find_all(seen.features)
    cells = _are_cells(seen)
    notes = list(seen.notes)
    if table is None and (seen.labels is None or len(seen.labels.columns) < 2):
        table, table_called = _table_beside(path, called, seen.observations)
        if table is not None:
            notes.append(f"'{table_called}' beside it has the same samples: it is taken for the table of samples")
    labels = table or seen.labels
    lines = [*_about(seen, called, found, cells), *(f"  {note}" for note in notes)]
    if labels is None and not cells:
        lines += ["", "no table of samples: name it as well, metadata=PATH, to see what can be compared"]
        return "\n".join(lines)
    columns = [Column(name, labels.load(name)) for name in labels.columns] if labels else []
    columns = [column for column in columns if len(column.values) == len(columns[0].values)]
    n_rows = len(columns[0].values) if columns else 0
    if labels is not None:
        lines += ["", f"columns of {labels.source} ({n_rows} rows)", *(f"  {column.told()}" for column in columns)]
        lines += ["", "candidates, the likeliest first (by name and levels; look before you trust them)"]
        lines += _candidate_lines(columns, n_rows, cells)
    sample, why = _sample_column(seen, columns, n_rows, cells)
    if sample is None and labels is not None:
        return "\n".join([*lines, "", why])
    proposal = Proposal(
        called=called,
        table=table_called if table else "",
        cells=cells,
        assay=_assay(found),
        organism=organism_of(found),
        units=seen.layer.units or "auto",
        layer="" if seen.layer is seen.layers[0] else seen.layer.name,
        sample=sample,
        about_sample=why,
        columns=columns,
        n_rows=n_rows,
    )
    return "\n".join([*lines, "", "a config to start from (paste it into mine.yaml):", "", *config_block(proposal)])


def _are_cells(seen: Seen) -> bool:
    """Barcodes for names; or, in a format of cells, many rows that are mostly zeros."""
    some = seen.observations[:: max(1, len(seen.observations) // 200)]
    barcodes = sum(bool(BARCODE.fullmatch(name)) for name in some)
    many = len(seen.observations) >= 200 and seen.zeros > 0.5 and seen.form in OF_CELLS
    return 2 * barcodes >= len(some) or many or seen.form.startswith("10x")


def _about(seen: Seen, called: str, found: Sequence[Found], cells: bool) -> list[str]:
    n, m = len(seen.observations), len(seen.features)
    what = "cells" if cells else "samples"
    kinds = Counter(each.kind for each in found)
    resolved = sum(each.resolved for each in found)
    said = ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common(4))
    lines = [
        called,
        f"  {seen.form}, {seen.orientation}: {n:,} {what} x {m:,} features, {seen.zeros:.0%} zeros",
        f"  values: {seen.layers[0].told()}",
        *(f"  layer '{layer.name}': {layer.told()}" for layer in seen.layers[1:]),
        f"  features: {said}; {resolved:,} of {m:,} ({resolved / max(1, m):.0%}) are known, "
        f"such as {', '.join(seen.features[:3])}",
        f"  {what}: such as {', '.join(seen.observations[:3])}",
    ]
    twice = [name for name, count in Counter(seen.observations).items() if count > 1]
    if twice:
        lines.append(f"  {len(twice)} names of {what} stand there more than once, such as '{twice[0]}': mend that")
    return lines


def _assay(found: Sequence[Found]) -> str:
    most = Counter(each.kind for each in found).most_common(1)[0][0].lower()
    return "small_rna" if "mirna" in most else "circ_rna" if "circ" in most else "mrna"


def _table_beside(path: str, called: str, observations: Sequence[str]) -> tuple[Labels | None, str]:
    """Look for a small table in the same folder one column of which holds the names of the samples."""
    known, best, best_share, best_name = set(observations), None, 0.5, ""
    folder = Path(called).parent if Path(called).exists() else Path(path).parent
    for file in sorted(folder.iterdir())[:200]:
        small = file.name.lower().endswith(TABLES) and file.is_file() and file.stat().st_size <= SMALL
        if not small or file.samefile(path):
            continue
        try:
            labels = read_labels(file, called=str(file))
            share = max(len(known & set(labels.load(column))) for column in labels.columns) / len(known)
        except (ResigError, ValueError):
            continue
        if share > best_share:
            best, best_share, best_name = labels, share, str(file)
    return best, best_name


def _a_table(labels: Labels, called: str) -> str:
    columns = [Column(name, labels.load(name)) for name in labels.columns]
    n_rows = len(columns[0].values)
    return "\n".join(
        [
            f"{called}: a table of {n_rows} rows, mostly words: a table of samples rather than a matrix",
            *(f"  {column.told()}" for column in columns),
            "",
            "candidates, the likeliest first (by name and levels; look before you trust them)",
            *_candidate_lines(columns, n_rows, cells=False),
            "",
            f"for a config, describe the matrix: snakemake describe --config file=MATRIX metadata='{called}'",
        ]
    )


def _candidate_lines(columns: Sequence[Column], n_rows: int, cells: bool) -> list[str]:
    lines = []
    for role in ROLES:
        if role in ("cell type", "sample") and not cells:
            continue
        found = candidates(columns, role, n_rows)
        lines.append(f"  {role}: {'; '.join(column.told() for column in found[:3]) if found else 'none'}")
    return lines


def _sample_column(seen: Seen, columns: Sequence[Column], n_rows: int, cells: bool) -> tuple[Column | None, str]:
    """Return the column that names the samples; if there is none, why."""
    if not cells:
        known = set(seen.observations)
        shared = {column.name: len(known & set(column.values)) for column in columns}
        best = max(columns, key=lambda column: shared[column.name])
        n = shared[best.name]
        if not n:
            return None, f"no config: no column holds the names of the samples, such as '{seen.observations[0]}'"
        if max(best.levels.values()) > 1:
            return None, f"no config: column '{best.name}' names a sample more than once; one row for each is needed"
        return best, f"{n} of {len(known)} samples of the matrix, {len(best.levels) - n} more in the table"
    named = candidates(columns, "sample", n_rows)
    if named:
        return named[0], f"{len(named[0].levels)} biological samples"
    for role in ("treatment", "response", "time point", "batch"):
        instead = candidates(columns, role, n_rows)
        if instead:
            why = "no column names the donor or biopsy: with this one each of its"
            return instead[0], f"{why} {len(instead[0].levels)} levels is one sample"
    return None, "no config: no column of obs names the biological sample (donor, biopsy) of each cell; add one"
