"""The intake of one dataset: what came in, what was found, what was done, and nothing lost without a word."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resig.errors import ResigError
from resig.files import whole_file, write_text
from resig.intake.columns import describe_columns
from resig.intake.feature_columns import feature_columns
from resig.intake.genes import Identified, as_given, choose_genes, identify, joins, note_joined
from resig.intake.labels import Labels, read_labels
from resig.intake.mismatch import likely_reason
from resig.intake.quality import complete_quality
from resig.intake.readers.joined import take_joined
from resig.intake.readers.registry import take
from resig.intake.readers.taken import Taken
from resig.intake.samples import Join, join_bulk, join_cells
from resig.intake.several import is_several, parts_of
from resig.intake.summed import sum_features
from resig.intake.who import Known, know, say, source_of
from resig.matrix import Matrix, names_along, open_matrix
from resig.names import Names
from resig.tables import GENES, OBSERVATIONS, write_open_table
from resig.units import Look, Traits, decide, guess, remarks_on, to_log, traits_of

Path_ = str | os.PathLike[str]


@dataclass(frozen=True)
class Targets:
    """Files that the intake writes."""

    matrix: Path_
    genes: Path_
    observations: Path_
    samples: Path_
    report: Path_


def take_in(
    name: str,
    spec: Mapping[str, Any],
    targets: Targets,
    called: str = "",
    fetched: Sequence[Mapping[str, Any]] = (),
    names: Names | None = None,
) -> None:
    """Read one dataset as its config says, and write matrix, genes, observations, samples and the report.

    For the report, `called` is the user's own name for the matrix file, and `fetched` says where files came from.
    `names` finds out what features are called; without it they keep their names.
    """
    source = spec["matrix"] if isinstance(spec["matrix"], str) else called
    known = know(spec)
    taken = _take_matrix(spec, known, targets.matrix)
    matrix, copied = open_matrix(targets.matrix), taken.copied
    join = _join(matrix, known.labels, spec, source)
    join = replace(join, only_in_matrix=[name for name in join.only_in_matrix if name not in known.left_out])
    features = names_along(matrix.path, "var")
    identified = identify_features(features, feature_columns(matrix.path), spec, source, names)
    symbols = [found.symbol for found in identified.found]
    units, look, passed, traits = _measure(matrix, join, features, spec, source, symbols)
    genes = choose_genes(identified, passed.mean, passed.sd, passed.detected)
    joined = joins(genes) if units == "counts" else {}
    if joined:
        matrix, copied = sum_features(matrix, joined, targets.matrix), True
        _, passed = measure(matrix, join.rows, features, units, spec["kind"], source, symbols)
        genes = note_joined(genes, joined)
        summed = sorted(set(joined.values()))
        for column, values in (("mean", passed.mean), ("sd", passed.sd), ("detected", passed.detected)):
            genes.loc[summed, column] = values[summed]
    passed, quality = complete_quality(passed, known.labels, join.rows, _has_mito([*features, *symbols]))
    remarks = remarks_on(look, spec["values"], units, traits, spec["kind"])
    if (empty := passed.detected_genes == 0).any():
        shown = join.observations["observation"].iloc[int(empty.argmax())]
        remarks.append(f"{int(empty.sum())} observations (such as '{shown}') have no value other than zero")
    observations = join.observations.assign(
        row=join.rows, depth=passed.depth, detected_genes=passed.detected_genes, mito_share=passed.mito_share
    )
    GENES.write(genes, targets.genes)
    with whole_file(targets.observations) as partial:
        OBSERVATIONS.check(observations, str(targets.observations)).to_parquet(partial, index=False)
    write_open_table(join.samples, targets.samples)
    report = {
        "dataset": name,
        "kind": spec["kind"],
        "assay": spec["assay"],
        "organism": spec["organism"],
        "fetched": list(fetched),
        "matrix": {
            "file": called or source,
            "observations": matrix.shape[0],
            "features": matrix.shape[1],
            "orientation": taken.orientation,
            "copied": copied,
            **taken.facts,
        },
        "values": {
            "declared": spec["values"],
            "found": units,
            "smallest": look.smallest,
            "largest": look.largest,
            "whole_numbers": look.whole,
            "scaled": traits.scaled or "no",
            "remarks": remarks,
        },
        "genes": {
            "features": len(genes),
            "used": int((genes["used"] == "yes").sum()),
            "named": genes["how"].value_counts().sort_index().to_dict(),
            "duplicates_left_out": int(genes["note"].str.contains("duplicate of").sum()) - len(joined),
            "duplicates_added_up": len(joined),
            "duplicates_rule": "sum of counts" if units == "counts" else "highest mean",
            "never_expressed": int((genes["detected"] == 0).sum()),
        },
        "identifiers": identified.report,
        "samples": {
            "used": len(join.samples),
            "observations_used": len(join.rows),
            "only_in_matrix": _some(join.only_in_matrix),
            "only_in_metadata": _some(join.only_in_metadata),
            "likely_reason": say(likely_reason(join.only_in_metadata, join.only_in_matrix)),
            "not_constant": join.not_constant,
        },
        "metadata": known.facts,
        "columns": describe_columns(join.samples),
        "quality": quality,
    }
    for line in _left_out(join, known):
        print(f"NOTE: {line}")
    for remark in [*remarks, *identified.remarks]:
        print(f"NOTE: {remark}")
    write_text(targets.report, json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _take_matrix(spec: Mapping[str, Any], known: Known, target: Path_) -> Taken:
    """Make `target` a matrix that can be read by rows."""
    if is_several(spec["matrix"]):
        parts = parts_of(spec["matrix"])
        return take_joined(parts, source_of(spec, next(iter(parts.values())), known.table), target)
    return take(source_of(spec, spec["matrix"], known.table), target)


def _join(matrix: Matrix, labels: Labels, spec: Mapping[str, Any], source: str) -> Join:
    names = names_along(matrix.path, "obs")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        what = "cell" if spec["kind"] == "single_cell" else "sample"
        raise ResigError(
            f"{what} name '{twice[0]}' stands there more than once", where=source, todo="make names unique"
        )
    if spec["kind"] == "single_cell":
        return join_cells(names, labels, spec["sample"], spec["cell_type"], spec["batch"])
    sample = spec["sample"] if spec["sample"] in labels.columns else labels.columns[0]
    return join_bulk(names, labels, sample, spec["batch"])


@dataclass(frozen=True)
class Pass:
    """What one pass over the matrix measures: for each feature, and for each observation in use."""

    mean: np.ndarray
    sd: np.ndarray
    detected: np.ndarray
    depth: np.ndarray
    detected_genes: np.ndarray
    mito_share: np.ndarray


def _measure(
    matrix: Matrix, join: Join, features: list[str], spec: Mapping[str, Any], source: str, symbols: list[str]
) -> tuple[str, Look, Pass, Traits]:
    _, first = next(matrix.chunks())
    units = guess(_look(first, 0, matrix, features, source), spec["values"])
    look, passed = measure(matrix, join.rows, features, units, spec["kind"], source, symbols)
    traits = traits_of(look, passed.mean, passed.sd, passed.depth, lambda: _smallest(matrix, features))
    settled = decide(look, spec["values"], source, traits)
    if settled != units:
        look, passed = measure(matrix, join.rows, features, settled, spec["kind"], source, symbols)
        traits = traits_of(look, passed.mean, passed.sd, passed.depth)
    return settled, look, passed, traits


def _smallest(matrix: Matrix, features: list[str]) -> str:
    """Say where the smallest value stands."""
    least, at = 0.0, ""
    for first, chunk in matrix.chunks():
        if len(chunk.data) and chunk.data.min() < least:
            least = float(chunk.data.min())
            at = _place(int(chunk.data.argmin()), first, chunk, matrix, features)
    return f" ({at})" if at else ""


def _place(at: int, first: int, chunk: Any, matrix: Matrix, features: list[str]) -> str:
    row = first + int(np.searchsorted(chunk.indptr, at, side="right")) - 1
    return f"feature '{features[chunk.indices[at]]}' in '{names_along(matrix.path, 'obs')[row]}'"


def measure(
    matrix: Matrix,
    rows: list[int],
    features: list[str],
    units: str,
    kind: str,
    source: str,
    symbols: list[str] | None = None,
) -> tuple[Look, Pass]:
    """One pass: mean, standard deviation (log scale) and detection of features; depth and detection of observations."""
    used = np.zeros(matrix.shape[0], dtype=bool)
    used[rows] = True
    mitochondrial = np.array(
        [
            "MT-" in (name[:3].upper(), symbol[:3].upper())
            for name, symbol in zip(features, symbols or features, strict=True)
        ]
    )
    total, squares, detected = (np.zeros(matrix.shape[1]) for _ in range(3))
    depth, seen, mito = (np.full(matrix.shape[0], np.nan) for _ in range(3))
    look = Look(0.0, 0.0, True)
    for first, chunk in matrix.chunks():
        look |= _look(chunk, first, matrix, features, source)
        here = slice(first, first + chunk.shape[0])
        sums = np.asarray(chunk.sum(axis=1)).ravel()
        seen[here] = np.diff(chunk.indptr) - np.bincount(
            np.repeat(np.arange(chunk.shape[0]), np.diff(chunk.indptr))[chunk.data == 0],
            minlength=chunk.shape[0],
        )
        if units != "log":
            depth[here] = sums
            share = np.asarray(chunk[:, mitochondrial].sum(axis=1)).ravel()
            mito[here] = np.divide(share, sums, out=np.zeros_like(sums, dtype=float), where=sums > 0)
        with np.errstate(invalid="ignore", divide="ignore"):  # units that the values turn out to contradict
            logged = to_log(chunk, units, kind)[used[here]]
        total += np.asarray(logged.sum(axis=0)).ravel()
        squares += np.asarray(logged.multiply(logged).sum(axis=0)).ravel()
        detected += np.bincount(logged.indices[logged.data != 0], minlength=matrix.shape[1])
    n = len(rows)
    mean = total / n
    variance = np.maximum(squares - n * mean**2, 0.0) / max(n - 1, 1)
    variance[variance <= 1e-12 * np.maximum(mean**2, 1e-12)] = 0.0
    return look, Pass(mean, np.sqrt(variance), detected / n, depth[rows], seen[rows], mito[rows])


def _look(chunk: Any, first: int, matrix: Matrix, features: list[str], source: str) -> Look:
    if not np.isfinite(chunk.data).all():
        at = int(np.argmin(np.isfinite(chunk.data)))
        raise ResigError(
            f"{_place(at, first, chunk, matrix, features)} has a value that is not finite ({chunk.data[at]})",
            where=source,
            todo="every value must be a finite number; impute or remove it first",
        )
    return Look.at(chunk.data)


def identify_features(
    features: list[str], others: Mapping[str, list[str]], spec: Mapping[str, Any], source: str, names: Names | None
) -> Identified:
    """Find out what the features are as the dataset's config says."""
    if names is None:
        return as_given(features)
    probes = read_labels(spec["probes"]) if spec.get("probes") else None
    return identify(features, names, spec["organism"], spec["assay"], source, others, probes)


def _has_mito(names: Sequence[str]) -> bool:
    return any(name[:3].upper() == "MT-" for name in names)


def _left_out(join: Join, known: Known) -> Iterator[str]:
    """Say which samples or cells are not used, and what the table beside cells does not know."""
    if "only" in known.facts:
        yield "{rows_kept} of {rows} are used, those that `only` asks for".format(**known.facts["only"])
    for what, left in (("only in the matrix", join.only_in_matrix), ("only in the metadata", join.only_in_metadata)):
        if left:
            yield f"{len(left)} {what}, left out: {', '.join(left[:10])}{' ...' if len(left) > 10 else ''}"
    reason = say(likely_reason(join.only_in_metadata, join.only_in_matrix)) or known.facts.get("likely_reason", "")
    if reason:
        yield reason


def _some(names: list[str], limit: int = 50) -> dict[str, Any]:
    return {"n": len(names), "names": names[:limit]}
