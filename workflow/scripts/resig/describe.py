"""What a file holds, and a config that fits it: the answer of `snakemake describe`."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml

from resig.columns import (
    FEW,
    Arms,
    Column,
    after_and_before,
    arms_of,
    candidates,
    survival_pair,
    treated_and_control,
)
from resig.config import OWN_FOLDERS
from resig.errors import ResigError
from resig.intake.labels import Labels, read_labels, read_text, separator_of
from resig.intake.readers.text import names_in, read_text_matrix
from resig.matrix import names_along, open_matrix
from resig.names import Found, Names, organism_of
from resig.units import Look, decide

LOOKED_AT = 20_000_000  # values; a longer matrix is looked at in part, and said to be
SMALL = 5_000_000  # bytes of a table of samples that is looked for beside the matrix
TABLES = (".tsv", ".csv", ".txt", ".tsv.gz", ".csv.gz", ".txt.gz")
BARCODE = re.compile(r"(.*[^ACGT])?[ACGTN]{12,}([-_.].*)?")
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


@dataclass(frozen=True)
class Seen:
    """What was seen of a matrix: both axes, the values, and the notes on what is doubtful."""

    form: str
    observations: list[str]
    features: list[str]
    look: Look
    zeros: float
    orientation: str
    notes: list[str] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)


def describe(
    path: str | None, names: Names, metadata: str | None = None, called: str = "", table_called: str = ""
) -> str:
    """Return what stands in a matrix (and its table of samples), and a config to paste.

    `called` and `table_called` are the user's own names of the files.
    """
    if path is None:
        raise ResigError(
            "say which file", todo="snakemake describe --config file=PATH, and metadata=PATH if there is a table"
        )
    called, table_called = called or path, table_called or metadata or ""
    if Path(path).is_dir():
        raise ResigError("is a folder", where=called, todo="name the file that holds the expression values")
    if Path(path).stat().st_size == 0:
        raise ResigError("is empty", where=called, todo="copy or download it again")
    labels = read_labels(metadata, called=table_called) if metadata else None
    seen = _see_hdf5(path, called) if h5py.is_hdf5(path) else _see_text(path, called, names, labels)
    if isinstance(seen, Labels):
        return _a_table(seen, called)
    found = names.find_all(seen.features)
    cells = _are_cells(seen, path)
    notes = list(seen.notes)
    if labels is None and seen.form == "h5ad":
        labels = read_labels(path, called=called)
    elif labels is None:
        labels, table_called = _table_beside(path, called, seen.observations)
        if labels is not None:
            notes.append(f"  '{table_called}' beside it has the same samples: it is taken for the table of samples")
    columns = [] if labels is None else [Column(name, labels.load(name)) for name in labels.columns]
    columns = [column for column in columns if len(column.values) == len(columns[0].values)]
    lines = [*_about(seen, called, found, cells), *notes]
    if labels is None:
        lines += ["", "no table of samples: name it as well, metadata=PATH, to see what can be compared"]
        return "\n".join(lines)
    n_rows = len(columns[0].values)
    lines += ["", f"columns of {labels.source} ({n_rows} rows)"]
    lines += [f"  {column.told()}" for column in columns]
    lines += ["", "candidates, the likeliest first (by name and levels; look before you trust them)"]
    lines += _candidate_lines(columns, n_rows, cells)
    sample, why = _sample_column(seen, columns, n_rows, cells)
    if sample is None:
        return "\n".join([*lines, "", why])
    block = _block(seen, found, cells, columns, sample, why, called, table_called, n_rows)
    return "\n".join([*lines, "", "a config to start from (paste it into mine.yaml):", "", *block])


# --- the matrix ---


def _see_hdf5(path: str, called: str) -> Seen:
    matrix = open_matrix(path)
    with h5py.File(path, "r") as file:
        node = file[matrix.node]
        values, whole = _some_values(node)
        stored = len(node["data"]) if isinstance(node, h5py.Group) else node.size
        layers = [f"X: {_units_line(Look.at(values), called)}"]
        for name in sorted(file["layers"]) if "layers" in file else []:
            layers.append(f"layer '{name}': {_units_line(Look.at(_some_values(file['layers'][name])[0]), called)}")
        if isinstance(file.get("raw"), h5py.Group) and "X" in file["raw"]:
            layers.append(f"raw: {_units_line(Look.at(_some_values(file['raw/X'])[0]), called)}")
    notes = [] if whole else [f"  only the first {len(values):,} values were looked at"]
    zeros = 1 - (np.count_nonzero(values) / values.size if matrix.layout == "dense" else stored / np.prod(matrix.shape))
    return Seen(
        "10x HDF5" if matrix.node == "matrix" else "h5ad",
        names_along(path, "obs"),
        names_along(path, "var"),
        Look.at(values),
        zeros,
        f"stored as {matrix.layout}",
        notes,
        layers,
    )


def _some_values(node: Any) -> tuple[np.ndarray, bool]:
    """Return the stored values, or the first of them; and whether that is all."""
    if isinstance(node, h5py.Group):
        return node["data"][:LOOKED_AT], len(node["data"]) <= LOOKED_AT
    rows = max(1, LOOKED_AT // max(1, node.shape[1]))
    return node[:rows].ravel(), rows >= node.shape[0]


def _see_text(path: str, called: str, names: Names, labels: Labels | None) -> Seen | Labels:
    text = read_text(path)
    separator = separator_of(path)
    if separator not in text.partition("\n")[0]:
        raise ResigError(
            "is not read: neither a table with the separator that its name promises, nor an .h5ad file",
            where=called,
            todo="expected .tsv or .txt (TABs), .csv (commas), also .gz, or .h5ad",
        )
    if labels is None and not _is_numeric(text, separator):
        return read_labels(path, called=called)
    across, down = names_in(text, separator, called)
    known = {value for column in labels.columns for value in labels.load(column)} if labels else set()
    if labels and not known & {*across, *down}:
        read_text_matrix(path, sorted(known - {""})[:50], labels.source)  # says why
    if known:
        in_columns = len(known & set(across)) >= len(known & set(down))
    else:
        in_columns = _resolved(down, names) >= _resolved(across, names)
    matrix = read_text_matrix(path, across if in_columns else down, called)
    where = "rows" if in_columns else "columns"
    notes = [] if known else [f"  which axis holds the genes was told by their names: those in the {where} are known"]
    return Seen(
        "text, split at commas" if separator == "," else "text, split at TABs",
        matrix.samples,
        matrix.features,
        Look.at(matrix.values.ravel()),
        float((matrix.values == 0).mean()),
        matrix.orientation,
        notes,
    )


def _is_numeric(text: str, separator: str) -> bool:
    """Whether the first lines hold mostly numbers beside their first field."""
    lines = text.split("\n", 21)[1:21]
    fields = [field.strip().strip('"') for line in lines for field in line.split(separator)[1:]]
    return bool(fields) and sum(Column("", [field]).numeric for field in fields) > 0.5 * len(fields)


def _resolved(names_: Sequence[str], names: Names) -> float:
    some = list(names_)[:: max(1, len(names_) // 500)]
    return sum(each.resolved for each in names.find_all(some)) / max(1, len(some))


def _are_cells(seen: Seen, path: str) -> bool:
    """Barcodes for names, or many rows that are mostly zeros."""
    if seen.form.startswith("text"):
        return False
    some = seen.observations[:: max(1, len(seen.observations) // 200)]
    barcodes = sum(bool(BARCODE.fullmatch(name)) for name in some)
    return 2 * barcodes >= len(some) or (len(seen.observations) >= 200 and seen.zeros > 0.5)


def _about(seen: Seen, called: str, found: Sequence[Found], cells: bool) -> list[str]:
    n, m = len(seen.observations), len(seen.features)
    what = "cells" if cells else "samples"
    kinds = Counter(each.kind for each in found)
    resolved = sum(each.resolved for each in found)
    lines = [
        called,
        f"  {seen.form}, {seen.orientation}: {n:,} {what} x {m:,} features, {seen.zeros:.0%} zeros",
        f"  values: {_units_line(seen.look, called)}",
        f"  features: {', '.join(f'{kind} {count:,}' for kind, count in kinds.most_common(4))}; "
        f"{resolved:,} of {m:,} ({resolved / m:.0%}) are known, such as "
        f"{', '.join(name for name in seen.features[:3])}",
        f"  {what}: such as {', '.join(seen.observations[:3])}",
    ]
    if len(seen.layers) > 1:
        lines += [f"  {layer}" for layer in seen.layers]
    twice = [name for name, count in Counter(seen.observations).items() if count > 1]
    if twice:
        lines.append(
            f"  {len(twice)} names of {what} stand there more than once, such as '{twice[0]}': mend that first"
        )
    return lines


def _units_line(look: Look, called: str) -> str:
    span = f"from {look.smallest:g} to {look.largest:g}"
    try:
        units = decide(look, "auto", called)
    except ResigError as error:
        return f"{span}: {error.what}"
    return f"{units} ({'whole numbers ' if look.whole else ''}{span})"


# --- the table of samples ---


def _table_beside(path: str, called: str, observations: Sequence[str]) -> tuple[Labels | None, str]:
    """Look for a small table in the same folder one column of which holds the names of the samples."""
    known, best, best_share = set(observations), None, 0.5
    name_of_best = ""
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
            best, best_share, name_of_best = labels, share, str(file)
    return best, name_of_best


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
            "for a config, describe the matrix: snakemake describe --config file=MATRIX " + f"metadata='{called}'",
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


# --- the config ---


def _block(
    seen: Seen,
    found: Sequence[Found],
    cells: bool,
    columns: Sequence[Column],
    sample: Column,
    why: str,
    called: str,
    table_called: str,
    n_rows: int,
) -> list[str]:
    kinds = Counter(each.kind for each in found)
    most = kinds.most_common(1)[0][0].lower()
    assay = "small_rna" if "mirna" in most else "circ_rna" if "circ" in most else "mrna"
    name = _name_for(called)
    organism = organism_of(found)
    try:
        units = decide(seen.look, "auto", called)
    except ResigError:
        units = "auto"
    lines = [
        "datasets:",
        f"  {name}:",
        f"    kind: {'single_cell' if cells else 'bulk'}",
        f"    assay: {assay}" + ("  # total_rna if the library was not poly-A selected" if assay == "mrna" else ""),
        *([f"    organism: {organism}"] if organism != "human" else []),
        f"    matrix: {_scalar(called)}",
        f"    values: {units}",
        *([f"    metadata: {_scalar(table_called)}"] if table_called and not cells else []),
        f"    sample: {_scalar(sample.name)}  # {why}",
    ]
    others = [column for column in columns if column is not sample]
    cell_type = candidates(others, "cell type", n_rows)[:1] if cells else []
    batch = candidates(others, "batch", n_rows)[:1]
    lines += [f"    cell_type: {_scalar(column.name)}" for column in cell_type]
    lines += [f"    batch: {_scalar(column.name)}" for column in batch]
    return [*lines, *_contrast_block(name, columns, sample, n_rows, cells)]


def _contrast_block(name: str, columns: Sequence[Column], sample: Column, n_rows: int, cells: bool) -> list[str]:
    asked: list[tuple[str, str, Column, Arms]] = []
    for role, arms_in, about in (
        ("response", arms_of, ""),
        ("time point", after_and_before, "  # a positive effect: higher after"),
        ("treatment", treated_and_control, "  # a positive effect: higher in the treated"),
    ):
        for column in candidates(columns, role, n_rows):
            arms = arms_in(column)
            if arms and not any(column is other for _, _, other, _ in asked):
                asked.append((role, about, column, arms))
    pairs = [column for column in candidates(columns, "patient", n_rows) if column is not sample]
    survival = survival_pair(columns, n_rows)
    lines = ["contrasts:"]
    for role, about, column, arms in asked[:3]:
        lines.append(f"  {_contrast_name(column.name)}:{about}")
        if role == "response" and not cells and pairs and max(pairs[0].levels.values()) > 1:
            who = f"{len(pairs[0].levels)} levels of '{pairs[0].name}' gave {pairs[0].levels.total()} samples"
            lines.append(f"    # {who}, which are not independent: keep one of each in the table of samples")
        lines += [
            f"    datasets: [{name}]",
            "    groups:",
            f"      column: {_scalar(column.name)}",
            f"      resistant: {_listed(arms.resistant)}",
            f"      sensitive: {_listed(arms.sensitive)}",
        ]
        if role == "time point" and pairs and _pairs_up(pairs[0], column, arms, sample):
            lines.append(f"    pair_by: {_scalar(pairs[0].name)}")
    if len(lines) == 1:
        lines = ["# No column says by its levels what is resistant and what is sensitive. Name your question yourself:"]
        few = [column for column in columns if 2 <= len(column.levels) <= FEW]
        example = few[0] if few else None
        levels = sorted(example.levels) if example else ["LEVEL", "OTHER LEVEL"]
        lines += [
            "# contrasts:",
            "#   my_question:",
            f"#     datasets: [{name}]",
            f"#     groups: {{column: {_scalar(example.name if example else 'COLUMN')}, "
            f"resistant: {_listed(levels[:1])}, sensitive: {_listed(levels[1:2])}}}",
        ]
    if survival and not cells:
        lines.append(f"# times and events that belong together: {survival[0].name}, {survival[1].name}")
    return lines


def _pairs_up(patient: Column, column: Column, arms: Arms, sample: Column) -> bool:
    """Whether some patient has samples in both arms."""
    sides: dict[str, set[str]] = {}
    for who, level in zip(patient.values, column.values, strict=True):
        side = "r" if level in arms.resistant else "s" if level in arms.sensitive else ""
        sides.setdefault(who, set()).add(side)
    return any({"r", "s"} <= found for who, found in sides.items() if who)


def _name_for(called: str) -> str:
    stem = re.sub(r"\.(gz|bz2|xz)$", "", re.split(r"[/#!]", called.rstrip("/"))[-1])
    stem = re.sub(r"\.(tsv|csv|txt|h5ad|h5|loom|gct|parquet|mtx)$", "", stem, flags=re.I)
    if re.match(r"(expr|matrix|counts?|data|mrna|mirna|cells?)(_|\b|ession)", stem, flags=re.I):  # says little
        folder = Path(called).parent.name
        stem = f"{folder}_{stem}" if stem.lower() in ("mrna", "mirna") and folder else folder or stem
    return _plain_name(stem, "my_data")


def _contrast_name(column: str) -> str:
    return _plain_name(column, "question")


def _plain_name(text: str, otherwise: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-") or otherwise
    if name in OWN_FOLDERS or not isinstance(yaml.safe_load(name), str):
        name = f"{otherwise}_{name}"
    return name


def _scalar(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, width=10_000).removesuffix("\n...\n").strip()


def _listed(levels: Iterable[str]) -> str:
    return yaml.safe_dump(list(levels), default_flow_style=True, allow_unicode=True, width=10_000).strip()
