"""What is known about the observations of a dataset: from the matrix itself, from a table beside it, or from both."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from resig.errors import ResigError
from resig.intake.feature_columns import feature_columns
from resig.intake.labels import Labels
from resig.intake.mismatch import likely_reason
from resig.intake.only import cells_of, facts_of, rows_of, rows_with
from resig.intake.readers.joined import joined_labels
from resig.intake.readers.one_sample import read_one_sample
from resig.intake.readers.recognise import recognise
from resig.intake.readers.registry import SAYS_MORE, features_in, own_labels, table_of
from resig.intake.readers.taken import Source
from resig.intake.several import is_several, parts_of

SHOWN = 50
TOLD_BY_IDS = ("text", "parquet")  # only the ids of their metadata tell rows from columns


@dataclass(frozen=True)
class Known:
    """Labels of observations, how a table beside the matrix was joined to them, and who is left out on purpose."""

    labels: Labels
    facts: dict[str, Any] = field(default_factory=dict)
    table: Labels | None = None
    left_out: frozenset[str] = frozenset()


def know(spec: Mapping[str, Any], locate: Callable[[str], str] = str, called: Mapping[str, Any] | None = None) -> Known:
    """Return the labels of a dataset, as its config says; `called` holds the user's names of the files."""
    return _part(_all(spec, locate, called or spec), spec)


def _all(spec: Mapping[str, Any], locate: Callable[[str], str], named: Mapping[str, Any]) -> Known:
    table = None
    if spec["metadata"]:
        table = replace(table_of(locate(spec["metadata"])), source=str(named["metadata"]))
        if spec["kind"] == "bulk":
            return Known(table, table=table)
    own = _own(spec, locate, table, named)
    return Known(own) if table is None else combine(own, table, spec["sample"])


def _part(known: Known, spec: Mapping[str, Any]) -> Known:
    """Leave out what `only` does not ask for; the ids of a table still tell rows from columns."""
    wanted = spec.get("only")
    if not wanted:
        return known
    keep = rows_with(known.labels, wanted)
    bulk, columns = spec["kind"] == "bulk", known.labels.columns
    labels = rows_of(known.labels, keep) if bulk else cells_of(known.labels, keep, spec["sample"])
    ids = known.labels.load(spec["sample"] if bulk and spec["sample"] in columns else columns[0])
    kept = {name for name, stays in zip(ids, keep, strict=True) if stays}
    facts = known.facts | {"only": facts_of(keep, wanted)}
    return replace(known, labels=labels, facts=facts, left_out=frozenset(ids) - kept)


def says_more(spec: Mapping[str, Any], locate: Callable[[str], str] = str) -> bool:
    """Tell whether a matrix says by itself which sample an observation is."""
    if is_several(spec["matrix"]):
        return spec["kind"] == "single_cell"
    return recognise(locate(spec["matrix"])) in SAYS_MORE


def features_of(spec: Mapping[str, Any], locate: Callable[[str], str] = str) -> tuple[list[str], dict[str, list[str]]]:
    """Return the names of the features of a dataset, and further columns of names where its file has them."""
    table = table_of(locate(spec["metadata"])) if spec["metadata"] else None
    path = locate(next(iter(parts_of(spec["matrix"]).values())))
    if is_several(spec["matrix"]) and spec["kind"] == "bulk":
        table_of_one = read_one_sample(path, spec.get("layer"))
        return table_of_one.features, {title: list(words) for title, words in table_of_one.beside.items()}
    features = features_in(source_of(spec, path, table))
    others = feature_columns(path) if recognise(path) in ("h5ad", "10x_h5") else {}
    return features, {title: names for title, names in others.items() if len(names) == len(features)}


def source_of(spec: Mapping[str, Any], path: str, table: Labels | None) -> Source:
    """Return a file to read, with the ids that tell its rows from its columns."""
    ids: set[str] = set()
    if table is not None and recognise(path) in TOLD_BY_IDS:
        titles = [spec["sample"]] if spec["kind"] == "bulk" and spec["sample"] in table.columns else table.columns
        ids = {value for title in titles for value in table.load(title) if value}
    return Source(path, spec["kind"], ids, table.source if table else "the metadata", spec.get("layer"))


def combine(own: Labels, table: Labels, sample: str) -> Known:
    """Join a table to cells by the names of cells, else by the sample; its columns replace those of the same name."""
    cells = own.load(own.columns[0])
    known = set(cells)
    matches = {title: len(known.intersection(table.load(title))) for title in table.columns}
    by_cell = max(matches, key=lambda title: matches[title])
    if matches[by_cell]:
        keys, key, how = cells, by_cell, "cell"
    elif sample in own.columns and sample in table.columns:
        keys, key, how = own.load(sample), sample, "sample"
    else:
        reason = likely_reason(table.load(table.columns[0]), cells)
        hint = (
            f"'{reason.there}' there looks like '{reason.here}' here: {reason.what}"
            if reason
            else (f"cells here begin with '{cells[0]}', its first column with '{table.load(table.columns[0])[0]}'")
        )
        raise ResigError(
            f"names no cell of the matrix, and has no column '{sample}' that {own.source} has too",
            where=table.source,
            todo=hint,
        )
    rows = [value for value in table.load(key)]
    present = set(keys)
    twice = [value for value, count in Counter(rows).items() if count > 1 and value in present and value]
    if twice:
        raise ResigError(
            f"{how} '{twice[0]}' stands in {rows.count(twice[0])} rows of column '{key}'",
            where=table.source,
            todo=f"one row for each {how} is needed",
        )
    row_of = {value: at for at, value in enumerate(rows) if value}
    place = [row_of.get(value) for value in keys]
    added = [title for title in table.columns if title != key]

    @cache
    def load(title: str) -> list[str]:
        if title not in added:
            return own.load(title)
        values = table.load(title)
        return ["" if at is None else values[at] for at in place]

    columns = [*own.columns, *(title for title in added if title not in own.columns)]
    return Known(
        Labels(f"{own.source} and {table.source}", columns, load),
        facts=_facts(how, key, keys, rows, place, [title for title in added if title in own.columns]),
        table=table,
    )


def _facts(
    how: str, key: str, keys: list[str], rows: list[str], place: list[int | None], replaced: list[str]
) -> dict[str, Any]:
    here, there = list(dict.fromkeys(keys)), [value for value in rows if value]
    without = list(dict.fromkeys(value for value, at in zip(keys, place, strict=True) if at is None))
    known = set(here)
    beyond = [value for value in there if value not in known]
    reason = likely_reason(beyond, without) if without and beyond else None
    return {
        "joined_by": how,
        "column": key,
        "matched": len(here) - len(without),
        "only_in_matrix": {"n": len(without), "names": without[:SHOWN]},
        "only_in_metadata": {"n": len(beyond), "names": beyond[:SHOWN]},
        "likely_reason": say(reason),
        "columns_replaced": replaced,
    }


def say(reason: Any) -> str:
    """Say why ids do not match, with an example; nothing where that is not known."""
    if reason is None:
        return ""
    return f"'{reason.there}' there looks like '{reason.here}' here: {reason.what} ({reason.matched} more would match)"


def _own(
    spec: Mapping[str, Any], locate: Callable[[str], str], table: Labels | None, named: Mapping[str, Any]
) -> Labels:
    if is_several(spec["matrix"]):
        parts = {sample: locate(path) for sample, path in parts_of(spec["matrix"]).items()}
        first = next(iter(parts.values()))
        return joined_labels(parts, spec["sample"], source_of(spec, first, table))
    own = own_labels(source_of(spec, locate(spec["matrix"]), table))
    prefix = "obs of " if own.source.startswith("obs of ") else ""
    return replace(own, source=f"{prefix}{named['matrix']}")
