"""Data for the benchmark: cells, bulk samples and signed sets, from seeds, with the sparsity and ties of real counts.

20,000 genes, 12 cell types, log-normal depth (median 4,200 molecules), log(1 + counts per 10,000) as float32 CSR.
"""

import json
from pathlib import Path

import h5py
import numba
import numpy as np

N_GENES, N_TYPES, N_SETS = 20_000, 12, 50
MOST_AT_ONCE = 200_000
MEDIAN_DEPTH, SPREAD_OF_DEPTH = 4_200, 0.55
BATCH = 10_000


def profiles() -> np.ndarray:
    """Return the share of each gene in each cell type."""
    draw = np.random.default_rng(1)
    base = draw.normal(0, 2.35, N_GENES)
    shares = []
    for _ in range(N_TYPES):
        own = np.zeros(N_GENES)
        own[draw.choice(N_GENES, 1_500, replace=False)] = draw.normal(0, 1.5, 1_500)
        shares.append(np.exp(base + own) / np.exp(base + own).sum())
    return np.array(shares)


@numba.njit
def draw_counts(depth: int, cumulative: np.ndarray, guide: np.ndarray, state: np.ndarray, counts: np.ndarray) -> None:
    """Draw molecules of one cell: a gene by its cumulative share, found from a guide table."""
    counts[:] = 0
    x = state[0]
    for _ in range(depth):
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
        u = np.float64(x >> np.uint64(11)) / 9007199254740992.0
        gene = guide[np.int64(u * guide.shape[0])]
        while cumulative[gene] < u:
            gene += 1
        counts[gene] += 1
    state[0] = x


@numba.njit
def draw_cells(
    depths: np.ndarray, types: np.ndarray, cumulative: np.ndarray, guide: np.ndarray, seed: int, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw cells; return genes and log values one after the other, and how many each cell has."""
    genes = np.empty(depths.shape[0] * most, np.int32)
    values = np.empty(depths.shape[0] * most, np.float32)
    sizes = np.zeros(depths.shape[0], np.int64)
    counts = np.zeros(cumulative.shape[1], np.int32)
    state = np.array([np.uint64(88172645463325252) ^ np.uint64(seed + 1) * np.uint64(0x9E3779B97F4A7C15)])
    n = 0
    for cell in range(depths.shape[0]):
        draw_counts(depths[cell], cumulative[types[cell]], guide[types[cell]], state, counts)
        begin, scale = n, 1e4 / depths[cell]
        for gene in range(counts.shape[0]):
            if counts[gene] > 0 and n - begin < most:
                genes[n], values[n] = gene, np.log1p(counts[gene] * scale)
                n += 1
        sizes[cell] = n - begin
    return genes[:n], values[:n], sizes


def make_cells(path: Path, n_cells: int, compression: str | None = None) -> None:
    """Write cells as .h5ad, as anndata lays it out. Beyond 200,000, the same cells come again and again."""
    unique = min(n_cells, MOST_AT_ONCE)
    draw = np.random.default_rng(0)
    depths = np.clip(np.exp(draw.normal(np.log(MEDIAN_DEPTH), SPREAD_OF_DEPTH, unique)), 500, 60_000).astype(np.int64)
    types = draw.integers(0, N_TYPES, unique)
    cumulative = np.cumsum(profiles(), axis=1)
    cumulative[:, -1] = 1.0
    grid = np.arange(1 << 16) / (1 << 16)
    guide = np.array([np.searchsorted(each, grid) for each in cumulative]).astype(np.int32)
    drawn = [
        draw_cells(depths[at : at + BATCH], types[at : at + BATCH], cumulative, guide, at, 8_000)
        for at in range(0, unique, BATCH)
    ]
    sizes = np.concatenate([each[2] for each in drawn])
    again, rest = divmod(n_cells, unique)
    assert rest == 0, "sizes beyond 200,000 must be multiples of it"
    n_values = int(sizes.sum())
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        node = file.create_group("X")
        node.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": [n_cells, N_GENES]})
        node["indptr"] = np.concatenate([[0], np.cumsum(np.tile(sizes, again))])
        for name, at, dtype in (("data", 1, np.float32), ("indices", 0, np.int32)):
            array = node.create_dataset(name, (n_values * again,), dtype, compression=compression)
            done = 0
            for _ in range(again):
                for each in drawn:
                    array[done : done + len(each[at])] = each[at]
                    done += len(each[at])
        _write_index(file, "obs", [f"c{at}" for at in range(n_cells)])
        _write_index(file, "var", [f"G{at}" for at in range(N_GENES)])


def _write_index(file: h5py.File, axis: str, names: list[str]) -> None:
    frame = file.create_group(axis)
    frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
    frame.attrs.create("column-order", np.array([], dtype=object), dtype=h5py.string_dtype())
    index = frame.create_dataset("_index", data=np.array(names, dtype=object), dtype=h5py.string_dtype())
    index.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})


def make_bulk(path: Path, n_samples: int) -> None:
    """Write bulk samples x genes (log2, with ties at low counts) as a dense .h5ad."""
    draw = np.random.default_rng(3)
    level = np.log2(profiles()[draw.integers(0, N_TYPES, n_samples)] * 1e6 + 0.5)
    level += draw.normal(0, 0.6, level.shape)
    counts = draw.poisson(2**level * 20 * draw.lognormal(0, 0.3, (n_samples, 1)))
    with h5py.File(path, "w") as file:
        file["X"] = np.log2(counts / 20 + 1)


def make_sets(path: Path, signs_kept: bool = True, n_sets: int = N_SETS) -> None:
    """Write sets of 5 to 200 genes, every other one with a quarter of down members (or none), as JSON."""
    draw = np.random.default_rng(5)
    share = profiles().mean(axis=0) ** 0.35
    sets = {}
    for at, size in enumerate(np.round(np.exp(np.linspace(np.log(5), np.log(200), n_sets))).astype(int)):
        genes = draw.choice(N_GENES, size, replace=False, p=share / share.sum())
        signs = np.ones(size, int)
        if at % 2:
            signs[draw.choice(size, max(1, size // 4), replace=False)] = -1
        sets[f"S{at}"] = [[f"G{gene}", int(sign) if signs_kept else 1] for gene, sign in zip(genes, signs, strict=True)]
    path.write_text(json.dumps(sets), encoding="utf-8")
