"""A part of a cohort: samples that carry certain labels (`only:` of a dataset), such as one arm of a trial."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from resig.errors import ResigError, nearest
from resig.intake.labels import Labels

Wanted = Mapping[str, Sequence[str | float]]


def wanted_levels(levels: Sequence[str | float]) -> set[str]:
    """Return levels as the text that a table has; YAML reads 1 as a number."""
    return {str(level) for level in levels}


def rows_with(labels: Labels, wanted: Wanted) -> list[bool]:
    """Tell for each row whether it carries one of the wanted levels in every column that is named."""
    keep: list[bool] = []
    for column, levels in wanted.items():
        if column not in labels.columns:
            hint = nearest(column, labels.columns, "columns there")
            raise ResigError(f"there is no column '{column}' that `only` names", where=labels.source, todo=hint)
        present = labels.levels(column)
        for level in wanted_levels(levels) - set(present):
            hint = nearest(level, present, "levels there")
            raise ResigError(
                f"level '{level}' that `only` names never occurs in column '{column}'", where=labels.source, todo=hint
            )
        here = [value in wanted_levels(levels) for value in labels.load(column)]
        keep = [before and now for before, now in zip(keep, here, strict=True)] if keep else here
    if not any(keep):
        raise ResigError("no sample carries all levels that `only` names", where=labels.source, todo="ask for less")
    return keep


def rows_of(labels: Labels, keep: Sequence[bool]) -> Labels:
    """Return the rows of a table that are kept."""

    def load(column: str) -> list[str]:
        return [value for value, kept in zip(labels.load(column), keep, strict=True) if kept]

    return replace(labels, load=load)


def cells_of(labels: Labels, keep: Sequence[bool], sample: str) -> Labels:
    """Return labels of cells in which those that are not kept belong to no sample, so that they are left out."""

    def load(column: str) -> list[str]:
        values = labels.load(column)
        if column != sample:
            return values
        return [value if kept else "" for value, kept in zip(values, keep, strict=True)]

    return replace(labels, load=load)


def facts_of(keep: Sequence[bool], wanted: Wanted) -> dict[str, Any]:
    """Say how many rows were kept, for intake.json."""
    return {"wanted": {column: sorted(wanted_levels(levels)) for column, levels in wanted.items()}} | {
        "rows_kept": sum(keep),
        "rows": len(keep),
    }
