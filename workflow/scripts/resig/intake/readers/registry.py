"""All formats: for each, what reads its values, what it says about its observations, and its features' names."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from resig.intake.labels import Labels, read_labels
from resig.intake.readers.gct import gct_features, gct_labels, take_gct
from resig.intake.readers.grid import GENES_IN_ROWS, orientation_of
from resig.intake.readers.h5ad import matrix_node, open_hdf5, take_h5ad
from resig.intake.readers.loom import loom_features, loom_labels, take_loom
from resig.intake.readers.parquet import parquet_names, take_parquet
from resig.intake.readers.recognise import WORDS, recognise
from resig.intake.readers.series_matrix import series_features, series_labels, take_series_matrix
from resig.intake.readers.taken import Source, Taken
from resig.intake.readers.tenx_h5 import take_tenx_h5, tenx_h5_cells, tenx_h5_features
from resig.intake.readers.tenx_mtx import barcodes_of, features_of, parts_of, take_tenx_mtx
from resig.intake.readers.text import read_lines, take_text
from resig.matrix import index_of

CELL = "cell"


@dataclass(frozen=True)
class Format:
    """A format: `take` converts or links, `labels` tells of observations, `features` names what was measured."""

    take: Callable[[Source, str | os.PathLike[str]], Taken]
    labels: Callable[[Source], Labels]
    features: Callable[[Source], list[str]]


def _names_alone(source: Source, names: list[str]) -> Labels:
    return Labels(source.path, [CELL], lambda _: names)


def _text_names(source: Source) -> tuple[list[str], list[str]]:
    lines = read_lines(source.path)
    down = orientation_of(lines.header, lines.names, source) == GENES_IN_ROWS
    return (lines.names, lines.header) if down else (lines.header, lines.names)


def _h5ad_features(source: Source) -> list[str]:
    with open_hdf5(source.path) as file:
        return index_of(file[matrix_node(file, source.layer, source.path)[1]], source.path)


FORMATS = {
    "h5ad": Format(take_h5ad, lambda source: read_labels(source.path), _h5ad_features),
    "loom": Format(take_loom, lambda source: loom_labels(source.path), lambda source: loom_features(source.path)),
    "10x_h5": Format(take_tenx_h5, lambda source: _names_alone(source, tenx_h5_cells(source)), tenx_h5_features),
    "10x_mtx": Format(
        take_tenx_mtx,
        lambda source: _names_alone(source, barcodes_of(parts_of(source.path))),
        lambda source: list(features_of(parts_of(source.path)).named_genes(source.path)),
    ),
    "parquet": Format(
        take_parquet,
        lambda source: _names_alone(source, parquet_names(source)[1]),
        lambda source: parquet_names(source)[0],
    ),
    "gct": Format(take_gct, lambda source: gct_labels(source.path), lambda source: gct_features(source.path)),
    "series_matrix": Format(
        take_series_matrix, lambda source: series_labels(source.path), lambda source: series_features(source.path)
    ),
    "text": Format(
        take_text, lambda source: _names_alone(source, _text_names(source)[1]), lambda source: _text_names(source)[0]
    ),
}
SAYS_MORE = ("h5ad", "loom", "gct", "series_matrix")  # formats that say more of an observation than its name


def take(source: Source, target: str | os.PathLike[str]) -> Taken:
    """Read whatever a file is."""
    name = recognise(source.path)
    taken = FORMATS[name].take(source, target)
    return Taken(taken.copied, taken.orientation, {"format": WORDS[name], **taken.facts})


def own_labels(source: Source) -> Labels:
    """Return what a matrix says about its own observations; the first column is their names."""
    return FORMATS[recognise(source.path)].labels(source)


def features_in(source: Source) -> list[str]:
    """Return the names of features, without reading values where that can be avoided."""
    return FORMATS[recognise(source.path)].features(source)


def table_of(path: str) -> Labels:
    """Return a table of metadata: delimited text, or what a file of another format says of its observations."""
    name = recognise(path)
    return FORMATS[name].labels(Source(path)) if name in SAYS_MORE else read_labels(path)
