"""Matrices by chunks: whatever the chunk, the layout and the order of indices, the same matrix comes out."""

from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from resig.errors import ResigError
from resig.matrix import Matrix, names_along, open_matrix

WHOLE = np.random.default_rng(3).poisson(0.6, (37, 11)).astype(float)
WHOLE[[0, 5, 6, 7, 36]] = 0  # rows without values at both ends and in a run
WHOLE[20] = np.arange(11) + 1.0


def write(path: Path, values: np.ndarray | sparse.spmatrix) -> Path:
    names = [[f"{letter}{at}" for at in range(n)] for letter, n in zip("cg", values.shape, strict=True)]
    frames = [pd.DataFrame(index=each) for each in names]
    anndata.AnnData(values, obs=frames[0], var=frames[1]).write_h5ad(path)
    return path


def together(matrix: Matrix, values: int) -> tuple[np.ndarray, list[int]]:
    """Stack the chunks and check that each begins where the last one ended."""
    rows, sizes = [], []
    for first, chunk in matrix.chunks(values):
        assert first == sum(sizes)
        assert chunk.has_sorted_indices
        rows.append(chunk.toarray())
        sizes.append(chunk.shape[0])
    return np.concatenate(rows), sizes


@pytest.mark.parametrize("values", [1, 2, 5, 11, 12, 60, 10**6])
@pytest.mark.parametrize("layout", ["csr", "dense"])
def test_any_chunk_size_gives_the_same_matrix(tmp_path: Path, layout: str, values: int) -> None:
    path = write(tmp_path / "m.h5ad", sparse.csr_matrix(WHOLE) if layout == "csr" else WHOLE)
    matrix = open_matrix(path)
    assert (matrix.layout, matrix.shape) == (layout, (37, 11))
    found, sizes = together(matrix, values)
    np.testing.assert_array_equal(found, WHOLE)
    stored = 37 * 11 if layout == "dense" else int((WHOLE != 0).sum())
    assert len(sizes) <= -(-stored // max(values - 10, 1)) + 2


@pytest.mark.parametrize("values", [3, 25, 1000])
def test_a_chunk_holds_no_more_than_asked_for_unless_it_is_one_row(tmp_path: Path, values: int) -> None:
    matrix = open_matrix(write(tmp_path / "m.h5ad", sparse.csr_matrix(WHOLE)))
    assert all(chunk.nnz <= values or chunk.shape[0] == 1 for _, chunk in matrix.chunks(values))


@pytest.mark.parametrize("values", [1, 7, 1000])
def test_indices_in_any_order_and_values_in_parts(tmp_path: Path, values: int) -> None:
    path = write(tmp_path / "m.h5ad", sparse.csr_matrix(WHOLE))
    generator = np.random.default_rng(9)
    data, indices, starts = [], [], [0]
    for row in WHOLE:
        parts = [(at, part) for at in np.flatnonzero(row) for part in (row[at] - 0.25, 0.25)]
        parts = [parts[at] for at in generator.permutation(len(parts))]
        indices += [at for at, _ in parts]
        data += [part for _, part in parts]
        starts.append(len(data))
    with h5py.File(path, "r+") as file:
        for name, content in (("data", data), ("indices", indices), ("indptr", starts)):
            del file["X"][name]
            file["X"][name] = np.array(content)
    np.testing.assert_array_equal(together(open_matrix(path), values)[0], WHOLE)


@pytest.mark.parametrize("rows", [1, 4])
def test_a_matrix_without_any_value(tmp_path: Path, rows: int) -> None:
    path = write(tmp_path / "m.h5ad", sparse.csr_matrix((rows, 3)))
    np.testing.assert_array_equal(together(open_matrix(path), 10)[0], np.zeros((rows, 3)))


def test_names_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path / "m.h5ad", sparse.csr_matrix(WHOLE))
    assert names_along(path, "obs") == [f"c{at}" for at in range(37)]
    assert names_along(path, "var") == [f"g{at}" for at in range(11)]


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([1, 2]),
        pd.Index(["Ångström", "β-actin"]),
        pd.Index(["NA", "nan"]),
        pd.Index(["x", "y"], dtype="string"),
    ],
)
def test_names_are_text_whatever_they_were(tmp_path: Path, index: pd.Index) -> None:
    data = anndata.AnnData(np.eye(2), var=pd.DataFrame(index=["A", "B"]))
    data.obs.index = index
    with anndata.settings.override(allow_write_nullable_strings=True):
        data.write_h5ad(tmp_path / "m.h5ad")
    assert names_along(tmp_path / "m.h5ad", "obs") == [str(each) for each in index]


def said(path: Path) -> str:
    with pytest.raises(ResigError) as refused:
        open_matrix(path)
    return str(refused.value)


def test_files_that_are_no_matrix_are_refused(tmp_path: Path) -> None:
    assert said(tmp_path / "no.h5ad") == f"{tmp_path}/no.h5ad: file not found; check the path"
    (tmp_path / "text.h5ad").write_text("gene\ts1\n")
    assert said(tmp_path / "text.h5ad").endswith("; copy or download it again")
    whole = write(tmp_path / "m.h5ad", WHOLE).read_bytes()
    (tmp_path / "cut.h5ad").write_bytes(whole[: len(whole) // 2])
    assert said(tmp_path / "cut.h5ad").startswith(f"{tmp_path}/cut.h5ad: cannot be read as HDF5 (")
    with h5py.File(tmp_path / "empty.h5ad", "w"):
        pass
    assert said(tmp_path / "empty.h5ad") == f"{tmp_path}/empty.h5ad: has no matrix X; write the expression values to X"
