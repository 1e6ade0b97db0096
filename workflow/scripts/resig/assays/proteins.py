"""Tables of proteins and sera: few samples, values that may be missing, and names that are no genes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError
from resig.intake.labels import Labels
from resig.intake.readers.grid import orient
from resig.intake.readers.recognise import recognise
from resig.intake.readers.registry import take
from resig.intake.readers.text import read_grid, read_lines
from resig.intake.samples import Join, join_bulk
from resig.intake.several import is_several
from resig.intake.who import know, source_of
from resig.matrix import names_along, open_matrix
from resig.units import LARGEST_LOG


@dataclass(frozen=True)
class Measured:
    """Samples x features on a log scale (NaN: not measured), how samples were joined, and what was noticed."""

    log: pd.DataFrame
    join: Join
    labels: Labels
    units: str
    remarks: list[str] = field(default_factory=list)


def read_measured(spec: Mapping[str, Any], called: str) -> Measured:
    """Read the table of an assay, its spec given as of a dataset, and join its samples to the metadata."""
    if is_several(spec["matrix"]):
        raise ResigError("are several files", where=called, todo=f"one table of {spec['assay']} data is expected")
    labels = know(spec).labels
    raw = _values(spec, labels, called)
    sample = spec["sample"] if spec["sample"] in labels.columns else labels.columns[0]
    join = join_bulk(list(raw.index), labels, sample, None)
    raw = raw.iloc[join.rows]
    units = units_of(raw.to_numpy(), spec["values"], spec["assay"], called)
    empty = raw.columns[raw.isna().all()]
    remarks = [f"{len(empty)} features (such as '{empty[0]}') have no value in any sample"] if len(empty) else []
    if units == "linear":
        raw, zeros = logged(raw)
        if zeros:
            remarks.append(f"{zeros} values are zero: taken for half the smallest value above zero of the feature")
    return Measured(raw, join, labels, units, remarks)


def units_of(values: np.ndarray, declared: str, assay: str, where: str) -> str:
    """Say whether values are linear or log; refuse a declaration that they contradict.

    Below zero there are only logs. Above 50 there are none. In between proteins are taken for logs, sera for linear.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        raise ResigError("has no value in any sample of the metadata", where=where, todo="is it the right table?")
    least, most = float(known.min()), float(known.max())
    if declared == "linear" and least < 0:
        raise ResigError(
            f"values: linear was declared, but there are values below zero ({least:g})", where=where, todo="set log"
        )
    if declared == "log" and most > LARGEST_LOG:
        raise ResigError(f"values: log was declared, but the largest value is {most:g}", where=where, todo="set linear")
    if declared != "auto":
        return declared
    if least < 0 and most > LARGEST_LOG:
        raise ResigError(
            f"values from {least:g} to {most:g} are below zero in part, and too large for logs",
            where=where,
            todo="give concentrations of zero and more, or logs",
        )
    return "log" if least < 0 or (assay == "protein" and most <= LARGEST_LOG) else "linear"


def logged(raw: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Take log2; zero, which is below the limit of detection, counts as half the smallest value above it."""
    smallest = raw.where(raw > 0).min()
    zeros = (raw == 0) & smallest.notna()
    filled = raw.mask(zeros, smallest / 2, axis=1).where(raw.notna() & smallest.notna())
    return np.log2(filled), int(zeros.to_numpy().sum())


def _values(spec: Mapping[str, Any], labels: Labels, called: str) -> pd.DataFrame:
    path = spec["matrix"]
    source = source_of(spec, path, labels)
    if recognise(path) == "text":
        matrix = orient(read_grid(read_lines(path), source, missing=True), source)
        values, samples, features = matrix.values, matrix.samples, matrix.features
    else:
        with TemporaryDirectory() as folder:
            target = Path(folder) / "table.h5ad"
            take(source, target)
            opened = open_matrix(target)
            values = np.vstack([chunk.toarray() for _, chunk in opened.chunks()])
            samples, features = names_along(target, "obs"), names_along(target, "var")
    twice = pd.Index(features)[pd.Index(features).duplicated()]
    if len(twice):
        raise ResigError(f"feature '{twice[0]}' stands there more than once", where=called, todo="keep one of them")
    return pd.DataFrame(np.asarray(values, dtype=float), index=samples, columns=features)
