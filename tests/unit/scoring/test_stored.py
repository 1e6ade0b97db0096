"""Arrays of HDF5 files, read where they lie: the library's values, whatever the layout; odd ones go to the library."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest

from resig import stored
from resig.errors import ResigError
from resig.matrix import names_along, open_matrix
from resig.rows import open_rows
from resig.stored import ByLibrary, ByOffset, open_stored

LAYOUTS = {
    "contiguous": {},
    "chunked": {"chunks": (100,)},
    "growing": {"chunks": (100,), "maxshape": (None,)},
    "gzip": {"chunks": (100,), "compression": "gzip"},
    "gzip shuffled": {"chunks": (64,), "compression": "gzip", "shuffle": True},
    "lzf": {"chunks": (100,), "compression": "lzf"},
    "lzf shuffled": {"chunks": (1000,), "compression": "lzf", "shuffle": True},
}
ODD = {
    "checksum": ({"chunks": (100,), "fletcher32": True}, "<f4"),
    "other byte order": ({}, ">f4"),
    "scaled": ({"chunks": (100,), "scaleoffset": 0}, "<i4"),
}


def values_of(dtype: str) -> np.ndarray:
    draw = np.random.default_rng(1)
    mixed = np.concatenate([draw.poisson(2, 500), draw.integers(0, 30_000, 503), np.zeros(40)])
    return mixed.astype(dtype)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "i8", "u2"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_reads_what_the_library_reads(tmp_path: Path, layout: str, dtype: str) -> None:
    values = values_of(dtype)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=values, **LAYOUTS[layout])
    with h5py.File(tmp_path / "a.h5") as file:
        array = open_stored(file["x"])
        assert isinstance(array, ByOffset)
        spans = [(0, len(values)), (0, 0), (1, 2), (99, 101), (150, 777), (len(values) - 1, len(values))]
        with ThreadPoolExecutor(3) as pool:
            for (first, last), found in zip(spans, pool.map(lambda span: array.read(*span), spans), strict=True):
                assert np.array_equal(found, values[first:last])
        array.close()


@pytest.mark.parametrize("odd", ODD)
def test_leaves_odd_layouts_to_the_library(tmp_path: Path, odd: str) -> None:
    storage, dtype = ODD[odd]
    values = np.arange(700).astype(dtype)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=values, **storage)
    with h5py.File(tmp_path / "a.h5") as file:
        array = open_stored(file["x"])
        assert isinstance(array, ByLibrary)
        assert np.array_equal(array.read(13, 650), values[13:650])


def test_leaves_chunks_to_the_library_that_would_be_decoded_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "LARGEST_CHUNK", 50)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=np.arange(100), chunks=(100,), compression="gzip")
    with h5py.File(tmp_path / "a.h5") as file:
        assert isinstance(open_stored(file["x"]), ByLibrary)


def test_a_file_cut_short_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.arange(100_000))
    with h5py.File(path) as file:
        array = open_stored(file["x"])
        with path.open("r+b") as handle:
            handle.truncate(100_000)
        with pytest.raises(OSError, match="ends at byte"):
            array.read(0, 100_000)


def test_broken_lzf_is_noticed() -> None:
    assert stored.expand_lzf(np.array([40, 200], np.uint8), np.empty(50, np.uint8)) == -1
    assert stored.expand_lzf(np.array([31, 1], np.uint8), np.empty(50, np.uint8)) == -1


def test_10x_files_are_rows_of_cells(tmp_path: Path) -> None:
    path = tmp_path / "filtered.h5"
    cells = np.array([[0, 3, 0], [1, 0, 2]])
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        group["shape"] = [3, 2]
        group["data"], group["indices"], group["indptr"] = [3, 1, 2], [1, 0, 2], [0, 1, 3]
        group["barcodes"] = [b"AAA-1", b"CCC-1"]
        group["features/name"] = [b"MET", b"EGFR", b"HGF"]
    matrix = open_matrix(path)
    assert matrix.shape == (2, 3)
    assert names_along(path, "obs") == ["AAA-1", "CCC-1"]
    assert names_along(path, "var") == ["MET", "EGFR", "HGF"]
    with open_rows(matrix) as reader:
        rows = reader.read(0, 2)
    for row in range(2):
        here = slice(rows.start[row], rows.start[row + 1])
        assert np.array_equal(rows.values[here], cells[row][cells[row] > 0])
        assert np.array_equal(rows.columns[here], np.flatnonzero(cells[row]))
    assert next(matrix.chunks())[1].toarray().tolist() == cells.tolist()


def test_matrices_by_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.h5ad"
    with h5py.File(path, "w") as file:
        file.create_group("X").attrs.update({"encoding-type": "csc_matrix", "shape": [2, 3]})
    with pytest.raises(ResigError, match="CSC"), open_rows(open_matrix(path)):
        pass


@pytest.mark.parametrize("values", [1, 10, 100, 10_000])
def test_spans_cover_all_rows_once(tmp_path: Path, values: int) -> None:
    from toolbox import counts, write_h5ad

    cells = counts(40, 50)
    with open_rows(open_matrix(write_h5ad(tmp_path / "a.h5ad", cells))) as reader:
        spans = list(reader.spans(values))
        assert spans[0][0] == 0 and spans[-1][1] == 40
        assert all(before[1] == after[0] for before, after in pairwise(spans))
        assert all(last - first == 1 or cells[first:last].nnz <= values for first, last in spans)
        assert reader.bytes_until(40) == cells.nnz * 8
