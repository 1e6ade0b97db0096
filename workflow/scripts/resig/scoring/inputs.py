"""What a scoring job reads besides the matrix, without pandas: importing that costs more than scoring a small dataset.

The tables were checked when they were written; here a missing column is an error and that is all.
"""

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from resig.arrow import as_type, numbers
from resig.errors import ResigError
from resig.scoring.panel import Genes, Panel

Path_ = str | os.PathLike[str]
BATCH = 10_000  # observations that are read at a time
BUFFER_BYTES = 1 << 20


@dataclass(frozen=True)
class Universe:
    """The genes in use of a dataset, and for each column of its matrix which of them it is (-1: not used)."""

    genes: Genes
    gene_of: np.ndarray


@dataclass(frozen=True)
class Observations:
    """The observations in use, in the order of their rows: for each row of the matrix its place (-1: not used).

    `batches` reads their names anew, some at a time: those of a million cells are not held at once.
    """

    batches: Callable[[], Iterable[pa.Array]]
    place: np.ndarray

    @classmethod
    def of(cls, names: pa.Array, place: np.ndarray) -> "Observations":
        """Take names that are in memory."""
        return cls(lambda: [names], place)

    def __len__(self) -> int:
        return int((self.place >= 0).sum())

    def names(self, first: int = 0) -> "Names":
        """Return the names from the one at place `first` on."""
        return Names(self.batches(), first)


class Names:
    """Names that are taken one after the other, so many at a time."""

    def __init__(self, batches: Iterable[pa.Array], first: int) -> None:
        self.batches, self.left = iter(batches), pa.nulls(0, pa.string())
        while first > len(self.left):
            first -= len(self.left)
            self.left = next(self.batches)
        self.left = self.left.slice(first)

    def take(self, n: int) -> pa.Array:
        """Return the next `n` names."""
        taken = [self.left.slice(0, n)]
        self.left = self.left.slice(n)
        while (missing := n - sum(map(len, taken))) > 0:
            batch = next(self.batches)
            taken.append(batch.slice(0, missing))
            self.left = batch.slice(missing)
        return pa.concat_arrays(taken)


@dataclass(frozen=True)
class Signatures:
    """Every signature of a run in the order of the coverage table, those that may be scored, and their members."""

    all: list[str]
    scorable: list[str]
    signature: list[str]
    symbol: list[str]
    weight: list[float]


def read_universe(path: Path_) -> Universe:
    """Read genes.tsv: what carries a symbol and stands for it."""
    table = _columns(path, "symbol", "used", "mean", "sd", "detected")
    used = np.array([use == "yes" and symbol != "" for use, symbol in zip(table["used"], table["symbol"], strict=True)])
    gene_of = np.where(used, np.cumsum(used) - 1, -1).astype(np.int32)
    mean, sd, detected = (np.array(table[name], dtype=float)[used] for name in ("mean", "sd", "detected"))
    symbols = [symbol for symbol, kept in zip(table["symbol"], used, strict=True) if kept]
    return Universe(Genes(symbols, mean, sd, detected), gene_of)


def read_observations(path: Path_, n_rows: int) -> Observations:
    """Read observations.parquet: the rows in use now, their names when they are asked for."""
    place, done, latest = np.full(n_rows, -1, np.int32), 0, -1
    for batch in _batches(path, "row"):
        if batch.null_count or (np.diff(row := numbers(batch, pa.int64()), prepend=latest) <= 0).any():
            raise ResigError("its rows are not in the order of the matrix", where=str(path), todo="run intake again")
        place[row] = np.arange(done, done + len(row))
        done, latest = done + len(row), int(row[-1])
    return Observations(lambda: (as_type(names, pa.string()) for names in _batches(path, "observation")), place)


def _batches(path: Path_, column: str) -> Iterator[pa.Array]:
    with pq.ParquetFile(path, buffer_size=BUFFER_BYTES) as table:
        for batch in table.iter_batches(BATCH, columns=[column], use_threads=False):
            yield batch.column(0)


def read_signatures(members: Path_, coverage: Path_) -> Signatures:
    """Read members.tsv, and from coverage.tsv which signatures may be scored."""
    own = _columns(members, "signature", "symbol", "weight")
    gate = _columns(coverage, "signature", "scorable")
    scorable = [name for name, answer in zip(gate["signature"], gate["scorable"], strict=True) if answer != "no"]
    return Signatures(gate["signature"], scorable, own["signature"], own["symbol"], list(map(float, own["weight"])))


def build_panel(signatures: Signatures, genes: Genes, seed: int = 1) -> Panel:
    """Place the members of every scorable signature on the genes in use."""
    place = {symbol: at for at, symbol in enumerate(genes.symbols)}
    owner = {name: at for at, name in enumerate(signatures.scorable)}
    found = [
        (place[symbol], owner[name], weight)
        for name, symbol, weight in zip(signatures.signature, signatures.symbol, signatures.weight, strict=True)
        if name in owner and symbol in place and weight != 0
    ]
    gene, own, weight = (list(each) for each in zip(*found, strict=True)) if found else ([], [], [])
    return Panel(
        signatures.scorable,
        genes,
        np.array(gene, dtype=np.int64),
        np.array(own, dtype=np.int64),
        np.array(weight, dtype=np.float64),
        seed,
    )


def _columns(path: Path_, *names: str) -> dict[str, list[str]]:
    try:
        with Path(path).open(encoding="utf-8", newline="") as handle:
            rows = csv.reader(handle, delimiter="\t")
            header = next(rows, [])
            body: Iterable[tuple[str, ...]] = zip(*rows, strict=True)
            table = dict(zip(header, map(list, body), strict=False)) or {name: [] for name in header}
    except FileNotFoundError:
        raise ResigError("file not found", where=str(path), todo="check the path") from None
    for name in names:
        if name not in table:
            raise ResigError(f"column '{name}' is missing", where=str(path), todo="run the rule that writes it again")
    return {name: table[name] for name in names}
