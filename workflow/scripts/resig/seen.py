"""A matrix at a glance, whatever its format: names along both sides, values, layers, and which side holds the genes."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from resig.columns import Column
from resig.errors import ResigError
from resig.intake.labels import Labels, read_labels
from resig.intake.readers.recognise import WORDS, recognise
from resig.intake.readers.registry import SAYS_MORE, own_labels, take
from resig.intake.readers.taken import Source
from resig.intake.readers.text import read_lines
from resig.matrix import names_along, open_matrix
from resig.names import Names
from resig.units import Look, decide

LOOKED_AT = 20_000_000  # values; a longer matrix is looked at in part, and said to be
SOME = 500


@dataclass(frozen=True)
class Layer:
    """Values of one kind: what they are called in the config, and what they look like."""

    name: str
    look: Look
    where: str

    @property
    def units(self) -> str | None:
        """Units that the values look like; None for values that cannot be used."""
        try:
            return decide(self.look, "auto", self.where)
        except ResigError:
            return None

    def told(self) -> str:
        """Say units and range."""
        span = f"from {self.look.smallest:g} to {self.look.largest:g}"
        try:
            units = decide(self.look, "auto", self.where)
        except ResigError as error:
            return f"{span}: {error.what}"
        return f"{units} ({'whole numbers ' if self.look.whole else ''}{span})"


@dataclass(frozen=True)
class Seen:
    """What was seen of a matrix. `labels` is what it says itself of its observations."""

    form: str
    orientation: str
    observations: list[str]
    features: list[str]
    layers: list[Layer]
    zeros: float
    labels: Labels | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def layer(self) -> Layer:
        """The layer to use: X, or the first counts where X cannot be used or is below zero (scaled, perhaps)."""
        counts = [each for each in self.layers if each.units == "counts"]
        fits = self.layers[0].units is not None and self.layers[0].look.smallest >= 0
        return self.layers[0] if fits or not counts else counts[0]


def see(path: str, called: str, names: Names, table: Labels | None) -> Seen | Labels:
    """Look at a matrix; a table of words comes back as the labels it holds."""
    form = recognise(path)
    if form == "h5ad":
        return _see_h5ad(path, called)
    ids: set[str] = set()
    notes: list[str] = []
    if table is not None:
        ids = {value for column in table.columns for value in table.load(column) if value}
    elif form == "text":
        lines = read_lines(path)
        if not _is_numeric(lines.text, lines.separator):
            return read_labels(path, called=called)
        down = _resolved(lines.names, names) >= _resolved(lines.header, names)
        ids = set(lines.header if down else lines.names)
        where = "rows" if down else "columns"
        notes = [f"which side holds the genes was told by their names: most are known in the {where}"]
    source = Source(path, ids=ids, metadata=table.source if table else "the metadata")
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "matrix.h5ad"
        taken = take(source, target)
        found = _see_h5ad(str(target), called)
        return Seen(
            WORDS[form],
            taken.orientation,
            found.observations,
            found.features,
            found.layers,
            found.zeros,
            own_labels(source) if form in SAYS_MORE else None,
            [*notes, *found.notes],
        )


def _see_h5ad(path: str, called: str) -> Seen:
    matrix = open_matrix(path)
    with h5py.File(path, "r") as file:
        node = file[matrix.node]
        values, whole = _some_values(node)
        if isinstance(node, h5py.Group):
            zeros = 1 - len(node["data"]) / max(1, matrix.shape[0] * matrix.shape[1])
        else:
            zeros = 1 - np.count_nonzero(values) / max(1, values.size)
        layers = [Layer("X", Look.at(values), called)]
        others = {name: file["layers"][name] for name in sorted(file["layers"])} if "layers" in file else {}
        if isinstance(file.get("raw"), h5py.Group) and "X" in file["raw"]:
            others["raw"] = file["raw/X"]
        layers += [Layer(name, Look.at(_some_values(each)[0]), called) for name, each in others.items()]
        labelled = isinstance(file.get("obs"), h5py.Group)
    notes = [] if whole else [f"only the first {len(values):,} values were looked at"]
    return Seen(
        WORDS["h5ad"],
        f"stored as {matrix.layout}",
        names_along(path, "obs"),
        names_along(path, "var"),
        layers,
        zeros,
        read_labels(path, called=called) if labelled else None,
        notes,
    )


def _some_values(node: Any) -> tuple[np.ndarray, bool]:
    """Return the stored values, or the first of them; and whether that is all."""
    if isinstance(node, h5py.Group):
        return node["data"][:LOOKED_AT], len(node["data"]) <= LOOKED_AT
    rows = max(1, LOOKED_AT // max(1, node.shape[1]))
    return node[:rows].ravel(), rows >= node.shape[0]


def _is_numeric(text: str, separator: str) -> bool:
    """Whether the first lines hold mostly numbers beside their first field."""
    lines = text.split("\n", 21)[1:21]
    fields = [field.strip().strip('"') for line in lines for field in line.split(separator)[1:]]
    return bool(fields) and sum(Column("", [field]).numeric for field in fields) > 0.5 * len(fields)


def _resolved(sequence: Sequence[str], names: Names) -> float:
    some = list(sequence)[:: max(1, len(sequence) // SOME)]
    return sum(each.resolved for each in names.find_all(some)) / max(1, len(some))
