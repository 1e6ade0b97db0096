"""What tests of scoring share: small matrices with ties, sets, and the shortest way from both to scores."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
from scipy import sparse

from resig.rows import Rows
from resig.scoring import METHODS
from resig.scoring.block import Block, Columns, Scale, build_block
from resig.scoring.inputs import Observations, Universe
from resig.scoring.method import Method, Scores
from resig.scoring.panel import Genes, Panel
from resig.scoring.run import Plan, score_dataset

Sets = Mapping[str, Mapping[int, float]]
LOG = Scale.of("log", "single_cell")


def counts(n_cells: int, n_genes: int, seed: int = 0, mean: float = 0.6) -> sparse.csr_matrix:
    """Counts of cells: sparse, with ties, an empty cell, and a gene that is zero everywhere."""
    draw = np.random.default_rng(seed)
    level = draw.gamma(0.5, 2 * mean, n_genes)
    values = draw.poisson(level * draw.lognormal(0, 0.4, (n_cells, 1))).astype(np.float32)
    values[n_cells // 2] = 0
    values[:, n_genes // 3] = 0
    return sparse.csr_matrix(values)


def log_cells(n_cells: int, n_genes: int, seed: int = 0) -> sparse.csr_matrix:
    """Log values of such cells, float32."""
    cells = counts(n_cells, n_genes, seed)
    cells.data = np.log1p(cells.data)
    return cells


def random_sets(n_genes: int, sizes: Sequence[int] = (2, 5, 12, 30), seed: int = 7) -> dict[str, dict[int, float]]:
    """Signed sets of some sizes, as members and their signs; every other set has down members."""
    draw = np.random.default_rng(seed)
    sets = {}
    for at, size in enumerate(sizes):
        genes = draw.choice(n_genes, size, replace=False)
        sets[f"S{at}"] = {int(gene): -1.0 if at % 2 and place % 3 == 0 else 1.0 for place, gene in enumerate(genes)}
    return sets


def unsigned(sets: Sets) -> dict[str, dict[int, float]]:
    """The same sets with all members up."""
    return {name: dict.fromkeys(members, 1.0) for name, members in sets.items()}


def genes_of(matrix: sparse.csr_matrix | np.ndarray) -> Genes:
    """Name genes G0, G1, … and measure them."""
    dense = np.asarray(matrix.todense() if sparse.issparse(matrix) else matrix, dtype=np.float64)
    sd = dense.std(axis=0, ddof=1) if len(dense) > 1 else np.zeros(dense.shape[1])
    return Genes([f"G{at}" for at in range(dense.shape[1])], dense.mean(axis=0), sd, (dense != 0).mean(axis=0))


def panel_of(sets: Sets, genes: Genes, seed: int = 1) -> Panel:
    """Place sets on genes."""
    triples = [(gene, at, sign) for at, members in enumerate(sets.values()) for gene, sign in members.items()]
    gene, owner, weight = (np.array(each) for each in zip(*triples, strict=True))
    return Panel(list(sets), genes, gene.astype(np.int64), owner.astype(np.int64), weight.astype(float), seed)


def block_of(matrix: sparse.csr_matrix | np.ndarray, wanted: np.ndarray | None = None, scale: Scale = LOG) -> Block:
    """Rank the rows of a matrix; entries of all genes unless some are wanted."""
    n_genes = matrix.shape[1]
    all_genes = np.ones(n_genes, np.uint8) if wanted is None else wanted
    return build_block(rows_of(matrix), Columns(np.arange(n_genes, dtype=np.int32), all_genes), scale)


def rows_of(matrix: sparse.csr_matrix | np.ndarray) -> Rows:
    """Take a matrix as rows."""
    if sparse.issparse(matrix):
        return Rows.of(matrix.indptr.astype(np.int64), matrix.indices, matrix.data)
    return Rows.of_dense(np.asarray(matrix))


def score_rows(
    matrix: sparse.csr_matrix | np.ndarray, sets: Sets, method: str | Method, genes: Genes | None = None
) -> Scores:
    """Score log values in memory."""
    chosen = METHODS[method] if isinstance(method, str) else method
    panel = chosen.panel(panel_of(sets, genes or genes_of(matrix)))
    assert chosen.prepare is not None
    return chosen.prepare(panel)(block_of(matrix))


def write_h5ad(
    path: Path, matrix: sparse.csr_matrix | np.ndarray, index_dtype: type = np.int32, **storage: object
) -> Path:
    """Write a matrix as anndata lays it out, with h5py alone; `storage` goes to the arrays of values."""
    with h5py.File(path, "w") as file:
        if sparse.issparse(matrix):
            node = file.create_group("X")
            node.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": matrix.shape})
            node["indptr"] = matrix.indptr.astype(np.int64)
            node.create_dataset("data", data=matrix.data, **storage)
            node.create_dataset("indices", data=matrix.indices.astype(index_dtype), **storage)
        else:
            file.create_dataset("X", data=matrix, **storage)
        for axis, size, letter in (("obs", matrix.shape[0], "c"), ("var", matrix.shape[1], "G")):
            frame = file.create_group(axis)
            frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
            frame.attrs.create("column-order", np.array([], dtype=object), dtype=h5py.string_dtype())
            index = frame.create_dataset("_index", data=[f"{letter}{at}" for at in range(size)])
            index.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
    return path


def observations_of(n_rows: int, used: Sequence[int]) -> Observations:
    """Name the rows in use c0, c1, …"""
    place = np.full(n_rows, -1, np.int32)
    place[list(used)] = np.arange(len(used))
    return Observations.of(pa.array([f"c{row}" for row in used]), place)


def score_file(
    path: Path,
    target: Path,
    sets: Sets,
    methods: Sequence[str] = ("ucell",),
    units: str = "log",
    kind: str = "single_cell",
    plan: Plan | None = None,
    genes: Genes | None = None,
    rows: Sequence[int] | None = None,
    signatures: Sequence[str] | None = None,
    observations: Observations | None = None,
    **how: object,
) -> Path:
    """Score an .h5ad through the runner; return the Parquet file."""
    with h5py.File(path) as file:
        node = file["X"]
        n_rows, n_genes = node.shape if isinstance(node, h5py.Dataset) else node.attrs["shape"]
    known = genes or Genes([f"G{at}" for at in range(n_genes)], *np.ones((3, n_genes)))
    score_dataset(
        path,
        units,
        kind,
        Universe(known, np.arange(n_genes, dtype=np.int32)),
        observations or observations_of(n_rows, range(n_rows) if rows is None else rows),
        panel_of(sets, known),
        list(signatures or sets),
        plan or Plan([METHODS[each] for each in methods]),
        target,
        **how,  # type: ignore[arg-type]
    )
    return target


def without_home(**more: str) -> dict[str, str]:
    """Return an environment in which nothing says where a cache may lie."""
    left_out = ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "TMPDIR")
    return {name: value for name, value in os.environ.items() if name not in left_out} | more
