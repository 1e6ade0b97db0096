"""A config that fits a dataset, as text to paste: what `snakemake describe` ends with.

A question is asked only where the levels of a column say themselves which arm is which; the sign of every effect rests
on that, so a guess would be worse than none.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import yaml

from resig.columns import (
    FEW,
    Arms,
    Column,
    after_and_before,
    arms_of,
    candidates,
    plain,
    stages,
    survival_pair,
    treated_and_control,
)
from resig.config import OWN_FOLDERS

MOST_QUESTIONS = 4
SEEN_OR_NOT = {"0", "1", "0.0", "1.0", "true", "false"}


@dataclass(frozen=True)
class Proposal:
    """What is known of a dataset when its config is proposed."""

    called: str
    table: str
    cells: bool
    assay: str
    organism: str
    units: str
    layer: str
    sample: Column | None
    about_sample: str
    columns: Sequence[Column]
    n_rows: int

    @property
    def patient(self) -> Column | None:
        """The column that may name the patient, if it is not that of the samples."""
        found = [each for each in candidates(self.columns, "patient", self.n_rows) if each is not self.sample]
        return found[0] if found else None


def config_block(about: Proposal) -> list[str]:
    """Return the lines of a config."""
    name = dataset_name(about.called)
    others = [column for column in about.columns if column is not about.sample]
    cell_type = candidates(others, "cell type", about.n_rows)[:1] if about.cells else []
    batch = candidates(others, "batch", about.n_rows)[:1]
    lines = [
        "datasets:",
        f"  {name}:",
        f"    kind: {'single_cell' if about.cells else 'bulk'}",
        f"    assay: {about.assay}" + ("  # total_rna if it was not poly-A selected" if about.assay == "mrna" else ""),
        *([f"    organism: {about.organism}"] if about.organism != "human" else []),
        f"    matrix: {_matrix(about, name)}",
        *([f"    layer: {scalar(about.layer)}"] if about.layer else []),
        f"    values: {about.units}",
        *([f"    metadata: {scalar(about.table)}"] if about.table else []),
        *([f"    sample: {scalar(about.sample.name)}  # {about.about_sample}"] if about.sample else []),
        *(f"    cell_type: {scalar(column.name)}" for column in cell_type),
        *(f"    batch: {scalar(column.name)}" for column in batch),
    ]
    questions = list(islice(_questions(about, name), MOST_QUESTIONS))
    return [*lines, *(["contrasts:", *chain(*questions)] if questions else _no_question(about, name))]


def dataset_name(called: str) -> str:
    """Name a dataset after its file, or after its folder where the file's name says little."""
    stem = re.sub(r"\.(gz|bz2|xz)$", "", re.split(r"[/#!]", called.rstrip("/"))[-1])
    stem = re.sub(r"\.(tsv|csv|txt|h5ad|h5|loom|gct|parquet|mtx)$", "", stem, flags=re.I)
    folder = Path(called).parent.name
    if folder and re.match(r"(expr|matrix|counts?|data|mrna|mirna|cells?)(_|\b|ession)", stem, flags=re.I):
        stem = f"{folder}_{stem}" if stem.lower() in ("mrna", "mirna") else folder
    return _name(stem, "my_data")


def scalar(value: str) -> str:
    """Write a text so that YAML reads it as that text."""
    return yaml.safe_dump(value, allow_unicode=True, width=10_000).removesuffix("\n...\n").strip()


def listed(levels: Iterable[str]) -> str:
    """Write a list of texts on one line."""
    return yaml.safe_dump(list(levels), default_flow_style=True, allow_unicode=True, width=10_000).strip()


def _matrix(about: Proposal, name: str) -> str:
    """The file; under the name of its sample where nothing else says which sample its cells are from."""
    if about.sample is not None:
        return scalar(about.called)
    return f"{{{name}: {scalar(about.called)}}}  # one sample: call it as you like, and add a line for each other one"


def _questions(about: Proposal, name: str) -> Iterable[list[str]]:
    asked: list[Column] = []

    def ask(column: Column, remark: str, kind: str, parts: dict[str, str], more: Sequence[str] = ()) -> list[str]:
        asked.append(column)
        return [
            f"  {_name(column.name, 'question')}:{remark}",
            f"    datasets: [{name}]",
            f"    {kind}:",
            *(f"      {key}: {value}" for key, value in parts.items()),
            *more,
        ]

    for column in candidates(about.columns, "response", about.n_rows):
        if arms := arms_of(column):
            yield ask(column, "", "groups", _groups(column, arms), _repeated(about))
    for column in candidates(about.columns, "time point", about.n_rows):
        arms, order = after_and_before(column), stages(column)
        if column in asked or arms is None:
            continue
        within = about.patient if about.patient and _pairs_up(about.patient, column, arms) else None
        pair_by = [f"    pair_by: {scalar(within.name)}"] if within else []
        if order and len(order) > 2:
            parts = {"column": scalar(column.name), "order": listed(order)}
            yield ask(column, "  # a positive effect: rising along the order", "trend", parts, pair_by)
        else:
            yield ask(column, "  # a positive effect: higher after", "groups", _groups(column, arms), pair_by)
    for column in candidates(about.columns, "treatment", about.n_rows):
        if column not in asked and (arms := treated_and_control(column)):
            yield ask(column, "  # a positive effect: higher in the treated", "groups", _groups(column, arms))
    pair = survival_pair(about.columns, about.n_rows)
    if pair and not about.cells and {level.lower() for level in pair[1].levels} <= SEEN_OR_NOT:
        parts = {"time": scalar(pair[0].name), "event": f"{scalar(pair[1].name)}  # 1: the event was seen; check it"}
        yield ask(pair[0], "  # a positive effect: earlier events", "survival", parts, _repeated(about))


def _groups(column: Column, arms: Arms) -> dict[str, str]:
    return {
        "column": scalar(column.name),
        "resistant": listed(arms.resistant),
        "sensitive": listed(arms.sensitive),
    }


def _repeated(about: Proposal) -> list[str]:
    """Warn where patients gave several samples."""
    patient = about.patient
    if about.cells or patient is None or max(patient.levels.values()) == 1:
        return []
    said = f"{len(patient.levels)} levels of '{patient.name}' gave {patient.levels.total()} samples"
    return [f"    # {said}, which are not independent: keep one of each in the table of samples"]


def _pairs_up(patient: Column, column: Column, arms: Arms) -> bool:
    """Whether some patient has samples in both arms."""
    after = {who for who, level in zip(patient.values, column.values, strict=True) if who and level in arms.resistant}
    before = {who for who, level in zip(patient.values, column.values, strict=True) if level in arms.sensitive}
    return bool(after & before)


def _no_question(about: Proposal, name: str) -> list[str]:
    few = [column for column in about.columns if 2 <= len(column.levels) <= FEW]
    column, levels = (few[0].name, sorted(few[0].levels)) if few else ("COLUMN", ["LEVEL", "OTHER LEVEL"])
    groups = f"column: {scalar(column)}, resistant: {listed(levels[:1])}, sensitive: {listed(levels[1:2])}"
    return [
        "# No column says by its levels what is resistant and what is sensitive. Name your question yourself:",
        "# contrasts:",
        "#   my_question:",
        f"#     datasets: [{name}]",
        f"#     groups: {{{groups}}}",
    ]


def _name(text: str, otherwise: str) -> str:
    """Make a name of a text that can stand in a file name and that YAML reads as text."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-") or otherwise
    read: Any = yaml.safe_load(name)
    return f"{otherwise}_{name}" if name in OWN_FOLDERS or not isinstance(read, str) or not plain(name) else name
