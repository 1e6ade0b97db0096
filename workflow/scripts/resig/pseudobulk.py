"""One row for each biological sample and cell type, one column for each gene: what sums of cells are made of.

One pass over the matrix, in memory that grows with the samples and not with the cells, and the same bytes for any
number of threads.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import h5py
import numpy as np
import pandas as pd

from resig.compiled import kernel
from resig.errors import ResigError
from resig.files import whole_file
from resig.intake.samples import ALL_CELLS
from resig.matrix import open_matrix
from resig.rows import Rows, open_rows
from resig.scoring.block import Block, Columns, Scale, build_block
from resig.scoring.inputs import Universe
from resig.scoring.method import GeneSum, Method
from resig.scoring.panel import Genes, Panel
from resig.scoring.run import in_turn

Path_ = str | os.PathLike[str]
UNIT = ["sample", "cell_type"]
GAIN = "gain_"


@dataclass(frozen=True)
class Pseudobulk:
    """Biological samples x genes, on the log scale; `gains` holds what each gene adds to a score, by method."""

    units: pd.DataFrame
    genes: Genes
    log: np.ndarray
    detected: np.ndarray
    gains: dict[str, np.ndarray]


def layered(methods: Sequence[Method]) -> list[Method]:
    """Return the methods that are sums over genes of something else than the log values."""
    return [each for each in methods if each.as_gene_sum is not None and not each.linear]


def write_pseudobulk(
    matrix: Path_,
    units: str,
    kind: str,
    universe: Universe,
    observations: pd.DataFrame,
    methods: Sequence[Method],
    target: Path_,
    threads: int = 1,
    span: int | None = None,
) -> None:
    """Write means on the log scale to X, shares of observations with the gene, summed counts, and gains of methods."""
    groups = observations.groupby(UNIT, sort=True)
    table = groups.size().rename("n_cells").reset_index()
    genes = universe.genes
    sums = Sums.of(len(table), len(genes), units == "counts", layered(methods), genes)
    every_gene = Columns(universe.gene_of, np.ones(len(genes), np.uint8))
    scale = Scale.of(units, kind)
    with open_rows(open_matrix(matrix)) as reader:
        if len(universe.gene_of) != reader.n_columns:
            raise ResigError(
                f"has {reader.n_columns} features, the table of genes {len(universe.gene_of)}",
                where=reader.matrix.path,
                todo="run intake again",
            )
        unit_of_row = np.full(reader.n_rows, -1, np.int64)
        unit_of_row[observations["row"].to_numpy(dtype=np.int64)] = groups.ngroup().to_numpy(dtype=np.int64)

        def read(part: tuple[int, int]) -> tuple[np.ndarray, Rows, Block]:
            unit = unit_of_row[slice(*part)]
            rows = reader.read(*part).pick(unit >= 0)
            return unit[unit >= 0], rows, build_block(rows, every_gene, scale, part[0])

        for unit, rows, block in in_turn(read, reader.spans(span), threads):
            sums.add(unit, rows, block, universe.gene_of)
    _write(sums, table, genes, target)


class Sums:
    """Running sums of units x genes."""

    def __init__(self, log: np.ndarray, detected: np.ndarray, counts: np.ndarray | None, gains: dict[str, "Gain"]):
        self.log, self.detected, self.counts, self.gains = log, detected, counts, gains

    @classmethod
    def of(cls, n_units: int, n_genes: int, counted: bool, methods: Sequence[Method], genes: Genes) -> "Sums":
        """Start at zero."""
        shape = n_units, n_genes
        none = Panel([], genes, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        return cls(
            np.zeros(shape),
            np.zeros(shape),
            np.zeros(shape) if counted else None,
            {
                each.name: Gain(each.as_gene_sum(none), np.zeros(shape), np.zeros(n_units))
                for each in methods
                if each.as_gene_sum is not None
            },
        )

    def add(self, unit: np.ndarray, rows: Rows, block: Block, gene_of: np.ndarray) -> None:
        """Add some observations, in their order."""
        add_entries(block.start, block.gene, block.log, unit, self.log)
        add_entries(block.start, block.gene, (block.log != 0).astype(float), unit, self.detected)
        if self.counts is not None:
            used = gene_of[rows.columns]
            values = np.where(used >= 0, rows.values, 0)
            add_entries(rows.start, np.maximum(used, 0), values, unit, self.counts)
        for each in self.gains.values():
            each.add(unit, block)


@dataclass(frozen=True)
class Gain:
    """Running sums of what genes add to the score of one method."""

    rule: GeneSum
    entries: np.ndarray
    at_zero: np.ndarray

    def add(self, unit: np.ndarray, block: Block) -> None:
        """Add some observations: entries above what a gene counts that is zero, and that by itself."""
        values, at_zero = self.rule.values(block)
        add_entries(
            block.start, block.gene, values - at_zero[block.row] - self.rule.at_zero[block.gene], unit, self.entries
        )
        np.add.at(self.at_zero, unit, at_zero)

    def mean(self, n: np.ndarray) -> np.ndarray:
        """Return the means over observations."""
        return (self.entries + self.at_zero[:, None]) / n[:, None] + self.rule.at_zero


@kernel
def add_entries(start: np.ndarray, gene: np.ndarray, value: np.ndarray, unit: np.ndarray, sums: np.ndarray) -> None:
    """Add the entries of each row to the sums of its unit."""
    for row in range(start.shape[0] - 1):
        own = sums[unit[row]]
        for at in range(start[row], start[row + 1]):
            own[gene[at]] += value[at]


def _write(sums: Sums, table: pd.DataFrame, genes: Genes, target: Path_) -> None:
    """Write what anndata would write, without importing it: that costs more than most datasets take here."""
    n = table["n_cells"].to_numpy(dtype=float)
    names = table["sample"].where(table["cell_type"] == "bulk", table["sample"] + " | " + table["cell_type"])
    repeats = names.groupby(names).cumcount()
    names = names.where(repeats == 0, names + " #" + (repeats + 1).astype(str))
    layers = {"detected": sums.detected / n[:, None]}
    if sums.counts is not None:
        layers["counts"] = sums.counts.astype(np.int64)
    layers |= {GAIN + method: gain.mean(n) for method, gain in sums.gains.items()}
    var = {"mean": genes.mean, "sd": genes.sd, "detected": genes.detected}
    with whole_file(target) as partial, h5py.File(partial, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        _write_array(file, "X", sums.log / n[:, None])
        _write_frame(file, "obs", names.tolist(), {name: table[name].to_numpy() for name in (*UNIT, "n_cells")})
        _write_frame(file, "var", list(genes.symbols), var)
        for name in ("layers", "obsm", "obsp", "uns", "varm", "varp"):
            file.create_group(name).attrs.update({"encoding-type": "dict", "encoding-version": "0.1.0"})
        for name, values in layers.items():
            _write_array(file["layers"], name, values)


def _write_frame(file: h5py.File, axis: str, index: list[str], columns: dict[str, np.ndarray]) -> None:
    frame = file.create_group(axis)
    frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
    frame.attrs.create("column-order", np.array(list(columns), dtype=object), dtype=h5py.string_dtype())
    for name, values in {"_index": np.array(index, dtype=object), **columns}.items():
        _write_array(frame, name, values)


def _write_array(group: h5py.Group, name: str, values: np.ndarray) -> None:
    text = values.dtype.kind not in "iuf"
    how = {"compression": "gzip", "compression_opts": 1} if values.size else {}
    array = group.create_dataset(
        name, data=values.astype(object) if text else values, dtype=h5py.string_dtype() if text else None, **how
    )
    array.attrs.update({"encoding-type": "string-array" if text else "array", "encoding-version": "0.2.0"})


def read_pseudobulk(path: Path_) -> Pseudobulk:
    """Read what `write_pseudobulk` has written but the counts, and add rows for all cells of each sample."""
    with h5py.File(path) as file:
        text = {name: file["obs"][name].asstr()[:] for name in UNIT}
        units = pd.DataFrame({**text, "n_cells": file["obs/n_cells"][:]})
        var = file["var"]
        symbols = var[var.attrs["_index"]].asstr()[:].tolist()
        genes = Genes(symbols, *(var[name][:] for name in ("mean", "sd", "detected")))
        layers = file["layers"]
        gains = {name.removeprefix(GAIN): node[:] for name, node in layers.items() if name.startswith(GAIN)}
        return with_all_cells(Pseudobulk(units, genes, file["X"][:], layers["detected"][:], gains))


def with_all_cells(known: Pseudobulk) -> Pseudobulk:
    """Add a row for all cells of each sample: the mean of its cell types, weighted by their cells."""
    types = set(known.units["cell_type"])
    if len(types) < 2 or ALL_CELLS in types:
        return known
    n_cells = known.units.groupby("sample", sort=True)["n_cells"].sum()
    weights = np.zeros((len(n_cells), len(known.units)))
    at = n_cells.index.get_indexer(known.units["sample"])
    weights[at, np.arange(len(at))] = known.units["n_cells"] / n_cells.to_numpy()[at]
    whole = n_cells.reset_index().assign(cell_type=ALL_CELLS)[[*UNIT, "n_cells"]]

    def beneath(values: np.ndarray) -> np.ndarray:
        return np.vstack([values, weights @ values])

    return Pseudobulk(
        pd.concat([known.units, whole], ignore_index=True),
        known.genes,
        beneath(known.log),
        beneath(known.detected),
        {name: beneath(values) for name, values in known.gains.items()},
    )
