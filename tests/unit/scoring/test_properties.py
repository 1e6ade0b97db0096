"""What must hold for any rows: ranks as scipy gives them, and the same bits however rows are stored, cut or shared."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse, stats
from toolbox import (
    Scale,
    block_of,
    counts,
    genes_of,
    log_cells,
    random_sets,
    rows_of,
    score_file,
    score_rows,
    write_h5ad,
)

from resig.scoring import METHODS
from resig.scoring.panel import Members
from resig.units import to_log

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
N_GENES = 40
SETS = random_sets(N_GENES, (2, 5, 9))
BY_ROW = [name for name, method in METHODS.items() if method.prepare]
levels = st.sampled_from([0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 0.5, 3.25, 7.0])
signed = st.sampled_from([0.0, -0.0, -1.5, -1.0, 1.0, 2.5])


def matrices(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return st.integers(1, 6).flatmap(lambda n: arrays(np.float64, (n, N_GENES), elements=elements))


@FEW
@given(matrices(levels | signed))
def test_ranks_are_scipys(values: np.ndarray) -> None:
    block = block_of(sparse.csr_matrix(values))
    expected = stats.rankdata(values, axis=1)
    assert np.array_equal(block.ascending_rank, expected[block.row, block.gene])
    for row in range(len(values)):
        zero = np.flatnonzero(values[row] == 0)
        if len(zero):
            assert block.ascending_rank_of_zero[row] == expected[row, zero[0]]
    assert np.array_equal(block.row, np.nonzero(values)[0])
    assert np.array_equal(block.gene, np.nonzero(values)[1])


@FEW
@given(
    st.integers(0, 10**6),
    st.sampled_from([1, 128, 129, 767, 768, 769, 3000]),
    st.sampled_from([np.float32, np.float64]),
)
def test_rows_with_many_distinct_values_are_ranked_alike(seed: int, n_levels: int, dtype: type) -> None:
    draw = np.random.default_rng(seed)
    values = draw.choice(draw.normal(0, 10.0 ** draw.integers(-3, 6), n_levels), (2, 2500)).astype(dtype)
    values[:, ::7] = 0
    block = block_of(sparse.csr_matrix(values))
    assert np.array_equal(block.ascending_rank, stats.rankdata(values, axis=1)[block.row, block.gene])


@pytest.mark.parametrize("name", [name for name in BY_ROW if name != "aucell_ordered"])  # the order is its point
@FEW
@given(values=matrices(levels), order=st.permutations(range(N_GENES)))
def test_scores_do_not_follow_gene_order(name: str, values: np.ndarray, order: list[int]) -> None:
    genes = genes_of(np.random.default_rng(0).random((9, N_GENES)))
    place = {gene: at for at, gene in enumerate(order)}
    moved_genes = type(genes)(
        [genes.symbols[at] for at in order], *(each[order] for each in (genes.mean, genes.sd, genes.detected))
    )
    moved_sets = {each: {place[gene]: sign for gene, sign in own.items()} for each, own in SETS.items()}
    here = score_rows(values, SETS, name, genes)
    there = score_rows(values[:, order], moved_sets, name, moved_genes)
    for part in ("whole", "up", "down"):
        np.testing.assert_allclose(getattr(here, part), getattr(there, part), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", [name for name in BY_ROW if not METHODS[name].set_dependent])
@FEW
@given(values=matrices(levels))
def test_scores_do_not_follow_other_sets_or_rows(name: str, values: np.ndarray) -> None:
    genes = genes_of(np.random.default_rng(0).random((9, N_GENES)))
    together = score_rows(values, SETS, name, genes)
    for at, each in enumerate(SETS):
        alone = score_rows(values[:1], {each: SETS[each]}, name, genes)
        assert np.array_equal(alone.whole[:, 0], together.whole[:1, at], equal_nan=True)
        assert np.array_equal(alone.up[:, 0], together.up[:1, at], equal_nan=True)


@pytest.mark.parametrize(("n_sets", "lanes"), [(3, 2), (60, 4)])
@FEW
@given(values=matrices(levels), weight=st.sampled_from([1.0, 2.0]))
def test_sums_are_those_of_a_matrix_product(n_sets: int, lanes: int, values: np.ndarray, weight: float) -> None:
    """Few or many sets that overlap, members that weigh 1 or more: sums of whole numbers are exact."""
    draw = np.random.default_rng(n_sets)
    sets = np.array([draw.permutation(N_GENES) < (4 if lanes == 2 else 12) for _ in range(n_sets)])
    column, gene = np.nonzero(sets)
    members = Members.of(gene, column, np.full(len(gene), weight), N_GENES, n_sets)
    assert len(members.lanes) == lanes and (members.weight is None) == (weight == 1.0)
    whole, block = np.round(values * 4), block_of(sparse.csr_matrix(np.round(values * 4)))
    for at_zero in (None, np.arange(len(values)) + 3.0):
        expected = np.where(whole == 0, 0 if at_zero is None else at_zero[:, None], whole) @ sets.T * weight
        assert np.array_equal(members.sums_of_groups(block, block.groups.log, at_zero), expected)
        assert np.array_equal(members.sums(block, block.log, at_zero), expected)


@FEW
@given(matrices(levels), st.randoms(use_true_random=False))
def test_the_order_of_columns_within_rows_does_not_matter(values: np.ndarray, random: object) -> None:
    ordered = sparse.csr_matrix(values)
    shuffled = ordered.copy()
    for row in range(len(values)):
        here = slice(ordered.indptr[row], ordered.indptr[row + 1])
        order = list(range(here.start, here.stop))
        random.shuffle(order)  # type: ignore[attr-defined]
        shuffled.indices[here], shuffled.data[here] = ordered.indices[order], ordered.data[order]
    for name in BY_ROW:
        assert np.array_equal(
            score_rows(ordered, SETS, name, genes_of(values)).whole,
            score_rows(shuffled, SETS, name, genes_of(values)).whole,
            equal_nan=True,
        )


@FEW
@given(matrices(st.sampled_from([0.0, 1.0, 2.0, 5.0, 60000.0])))
def test_number_types_do_not_matter(values: np.ndarray) -> None:
    expected = block_of(sparse.csr_matrix(values), scale=Scale.of("counts", "single_cell"))
    for dtype in (np.uint16, np.int32, np.int64, np.float32):
        for index in (np.int32, np.int64):
            rows = sparse.csr_matrix(values.astype(dtype))
            rows.indices = rows.indices.astype(index)
            found = block_of(rows, scale=Scale.of("counts", "single_cell"))
            for field in ("gene", "above", "ties", "log", "zero_above", "zeros", "log_sum", "log_squares"):
                assert np.array_equal(getattr(found, field), getattr(expected, field)), (field, dtype)


@pytest.mark.parametrize(
    ("units", "kind"), [(u, k) for u in ("counts", "linear", "log") for k in ("bulk", "single_cell")]
)
def test_the_log_scale_is_that_of_units(units: str, kind: str) -> None:
    cells = counts(30, N_GENES)
    block = block_of(cells, scale=Scale.of(units, kind))
    expected = to_log(cells, units, kind).toarray()
    np.testing.assert_allclose(block.log, expected[block.row, block.gene], rtol=1e-13)
    np.testing.assert_allclose(block.log_sum, expected.sum(axis=1), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(block.log_squares, (expected**2).sum(axis=1), rtol=1e-12, atol=1e-12)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint16]),
    st.sampled_from([np.int32, np.int64]),
    st.sampled_from([None, "gzip", "lzf"]),
    st.integers(1, 400),
    st.integers(1, 4),
    st.booleans(),
)
def test_files_are_equal_byte_by_byte(
    dtype: type, index: type, compression: str | None, span: int, threads: int, direct: bool
) -> None:
    cells = counts(37, N_GENES).astype(dtype)
    with tempfile.TemporaryDirectory() as folder:
        plain = write_h5ad(Path(folder) / "plain.h5ad", cells)
        stored = write_h5ad(
            Path(folder) / "stored.h5ad", cells, index, compression=compression, chunks=(61,) if compression else None
        )
        methods = [name for name in BY_ROW if name != "ucell_clipped"]
        first = score_file(plain, Path(folder) / "a.parquet", SETS, methods, units="counts")
        second = score_file(
            stored, Path(folder) / "b.parquet", SETS, methods, units="counts", span=span, threads=threads, direct=direct
        )
        assert first.read_bytes() == second.read_bytes()


def test_dense_and_sparse_matrices_give_the_same_file(tmp_path: Path) -> None:
    cells = log_cells(25, N_GENES)
    sparse_file = score_file(write_h5ad(tmp_path / "s.h5ad", cells), tmp_path / "s.parquet", SETS, BY_ROW)
    dense_file = score_file(
        write_h5ad(tmp_path / "d.h5ad", cells.toarray()), tmp_path / "d.parquet", SETS, BY_ROW, threads=2, span=97
    )
    assert sparse_file.read_bytes() == dense_file.read_bytes()


def test_values_of_one_column_are_added() -> None:
    twice = sparse.csr_matrix((np.array([1.0, 2.0, 4.0]), np.array([3, 3, 1]), np.array([0, 3])), shape=(1, N_GENES))
    once = sparse.csr_matrix(np.eye(1, N_GENES, 3) * 3 + np.eye(1, N_GENES, 1) * 4)
    assert np.array_equal(block_of(twice).log, block_of(once).log)
    assert len(rows_of(twice).in_order().values) == 2
