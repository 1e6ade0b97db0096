"""Several files, one for each sample, joined to one matrix by the features that all of them have."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from resig.errors import ResigError
from resig.intake.labels import Labels
from resig.intake.readers.csr_file import Names, new_csr, write_names
from resig.intake.readers.grid import Grid, take_grid
from resig.intake.readers.one_sample import OneSample, read_one_sample
from resig.intake.readers.recognise import recognise
from resig.intake.readers.registry import own_labels, take
from resig.intake.readers.taken import Source, Taken
from resig.intake.readers.tenx_h5 import picked
from resig.matrix import names_along, open_matrix

SHOWN = 20


def take_joined(parts: Mapping[str, str], source: Source, target: str | os.PathLike[str]) -> Taken:
    """Join files, in the order in which they are named."""
    formats = {recognise(path) for path in parts.values()}
    if source.kind == "bulk":
        if formats != {"text"}:
            other = next(path for path in parts.values() if recognise(path) != "text")
            raise ResigError(
                "is no table of text", where=other, todo="bulk samples in files of their own are read from text"
            )
        return _join_tables(parts, source, target)
    return _join_cells(parts, source, target)


def joined_labels(parts: Mapping[str, str], sample: str, source: Source) -> Labels:
    """Return the sample of each cell, and the columns that all files have."""
    labels = {name: own_labels(_part(source, path)) for name, path in parts.items()}
    first = next(iter(labels.values()))
    shared = [title for title in first.columns[1:] if all(title in each.columns for each in labels.values())]

    @cache
    def load(title: str) -> list[str]:
        if title == "cell":
            return [f"{name}_{cell}" for name, each in labels.items() for cell in each.load(each.columns[0])]
        if title == sample:
            return [name for name, each in labels.items() for _ in each.load(each.columns[0])]
        return [value for each in labels.values() for value in each.load(title)]

    titles = ["cell", sample, *(title for title in shared if title not in ("cell", sample))]
    return Labels(f"{len(parts)} files", titles, load)


def _join_tables(parts: Mapping[str, str], source: Source, target: str | os.PathLike[str]) -> Taken:
    tables = {name: read_one_sample(path, source.layer) for name, path in parts.items()}
    kinds = {(each.kind, each.column if each.kind != "featureCounts" else "") for each in tables.values()}
    if len({kind for kind, _ in kinds}) > 1:
        names = sorted(f"{kind} ({column})" if column else kind for kind, column in kinds)
        raise ResigError(
            f"files are of different kinds: {', '.join(names)}", where=source.path, todo="join tables of one tool"
        )
    for name, each in tables.items():
        twice = [feature for feature, count in Counter(each.features).items() if count > 1]
        if twice:
            raise ResigError(
                f"feature '{twice[0]}' stands there more than once", where=parts[name], todo="give each its own row"
            )
    features, facts = _shared({name: each.features for name, each in tables.items()}, parts)
    values = np.array([_in_order(each, features) for each in tables.values()]).T
    first = next(iter(tables.values()))
    place = {feature: at for at, feature in enumerate(first.features)}
    beside = {title: [words[place[each]] for each in features] for title, words in first.beside.items()}
    whole = Source(source.path, source.kind, list(tables), source.metadata)
    aside = {"rows_set_aside": first.set_aside} if first.set_aside else {}
    about = {"format": f"{len(parts)} files ({first.kind})", "column": first.column, **aside, **facts}
    return take_grid(Grid(values, features, list(tables), beside), whole, target, about)


def _in_order(table: OneSample, features: Sequence[str]) -> list[float]:
    value = dict(zip(table.features, table.values, strict=True))
    return [value[each] for each in features]


def _join_cells(parts: Mapping[str, str], source: Source, target: str | os.PathLike[str]) -> Taken:
    place = Path(target).parent
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place, prefix=".parts.") as folder:
        files = {name: Path(folder) / f"{at}.h5ad" for at, name in enumerate(parts)}
        taken = {name: take(_part(source, parts[name]), file) for name, file in files.items()}
        features = {name: names_along(file, "var") for name, file in files.items()}
        shared, facts = _shared(features, parts)
        cells: list[str] = []
        with new_csr(target, len(shared)) as grown:
            for name, file in files.items():
                moved = _places(features[name], shared, parts[name])
                for _, rows in open_matrix(file).chunks():
                    grown.append(picked(rows, moved, len(shared)))
                cells += [f"{name}_{cell}" for cell in names_along(file, "obs")]
            write_names(grown.file, "obs", Names(cells))
            write_names(grown.file, "var", Names(shared, _ids_beside(next(iter(files.values())), shared)))
    kinds = Counter(str(each.facts["format"]) for each in taken.values())
    left = {name: each.facts["features_left_out"] for name, each in taken.items() if "features_left_out" in each.facts}
    about: dict[str, Any] = {"format": f"{len(parts)} files ({', '.join(kinds)})", **facts}
    return Taken(True, facts=about | ({"features_left_out": left} if left else {}))


def _shared(features: Mapping[str, Sequence[str]], parts: Mapping[str, str]) -> tuple[list[str], dict[str, Any]]:
    """Return the features that all files have, in the order of the first; say which only some have."""
    first, *others = features.values()
    common = set(first).intersection(*others) if others else set(first)
    if not common:
        name = next(name for name, each in features.items() if not set(first) & set(each)) if others else ""
        raise ResigError(
            f"has no feature in common with {next(iter(parts.values()))}" if name else "has no features",
            where=parts.get(name, next(iter(parts.values()))),
            todo="are they named alike in all files?",
        )
    union = set().union(*features.values())
    partly = sorted(union - common)
    facts: dict[str, Any] = {"features_in_all_files": len(common), "features_in_some_files_left_out": len(partly)}
    if partly:
        facts["left_out_such_as"] = partly[:SHOWN]
    return [each for each in first if each in common], facts


def _places(features: Sequence[str], shared: Sequence[str], where: str) -> np.ndarray:
    """Return the place of each feature in the joined matrix; names that repeat are matched in their order."""
    wanted: dict[str, list[int]] = {}
    for at, feature in enumerate(shared):
        wanted.setdefault(feature, []).append(at)
    free = {feature: iter(places) for feature, places in wanted.items()}
    moved = np.array([next(free.get(feature, iter(())), -1) for feature in features], dtype=np.int32)
    if (moved >= 0).sum() != len(shared):
        twice = next(
            feature
            for feature, count in Counter(features).items()
            if count != len(wanted.get(feature, [])) and feature in wanted
        )
        raise ResigError(
            f"feature '{twice}' stands there another number of times than in the first file",
            where=where,
            todo="make names unique",
        )
    return moved


def _ids_beside(file: Path, shared: Sequence[str]) -> dict[str, list[str]]:
    import h5py

    from resig.intake.labels import column_of

    with h5py.File(file, "r") as opened:
        if "gene_ids" not in opened["var"]:
            return {}
        ids, names = column_of(opened["var/gene_ids"], opened), names_along(file, "var")
    known: dict[str, list[str]] = {}
    for name, each in zip(names, ids, strict=True):
        known.setdefault(name, []).append(each)
    return {"gene_ids": [known[name].pop(0) if known[name] else "" for name in shared]}


def _part(source: Source, path: str) -> Source:
    return Source(path, source.kind, source.ids, source.metadata, source.layer)
