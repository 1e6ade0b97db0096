"""Units found from values, refusals word for word, and log values against scanpy and against the formula."""

import sys

import anndata
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from resig.errors import ResigError
from resig.units import Look, decide, to_log


@pytest.mark.parametrize(
    ("values", "units"),
    [
        ([0, 1, 7, 1e6], "counts"),
        ([0.0, 0.0], "counts"),
        ([-3.0, -0.5], "log"),
        ([], "counts"),
        ([0.5, 13.2], "log"),
        ([0.5, 50.0], "log"),
        ([0.5, 50.1], "linear"),
        ([0.0, 1234.5], "linear"),
        ([-1.0, 3.0], "log"),
    ],
)
def test_auto_tells_units_from_values(values: list[float], units: str) -> None:
    assert decide(Look.at(np.array(values)), "auto", "f") == units


@pytest.mark.parametrize(
    ("values", "declared", "units"),
    [
        ([0, 3, 9], "log", "log"),  # whole numbers may be logs, when their owner says so
        ([0, 3, 9], "linear", "linear"),
        ([0.5, 13.0], "linear", "linear"),
        ([0, 3, 900], "counts", "counts"),
        ([-2.0, 50.0], "log", "log"),
    ],
)
def test_a_declaration_that_the_values_allow_is_believed(values: list[float], declared: str, units: str) -> None:
    assert decide(Look.at(np.array(values)), declared, "f") == units


@pytest.mark.parametrize(
    ("values", "declared", "said"),
    [
        (
            [0.5, 90],
            "counts",
            "f: values: counts was declared, but values from 0 to 90 are not whole counts; "
            "set values: linear, or give the raw counts",
        ),
        (
            [0.5, 9],
            "counts",
            "f: values: counts was declared, but values from 0 to 9 are not whole counts; "
            "set values: log, or give the raw counts",
        ),
        (
            [-3, 9],
            "counts",
            "f: values: counts was declared, but values from -3 to 9 are not whole counts; "
            "set values: log, or give the raw counts",
        ),
        (
            [-0.25, 9],
            "linear",
            "f: values: linear was declared, but there are values below zero (-0.25); set values: log",
        ),
        (
            [0, 51],
            "log",
            "f: values: log was declared, but the largest value is 51; set values: counts, or take the logarithm first",
        ),
        (
            [0.5, 5e4],
            "log",
            "f: values: log was declared, but the largest value is 50000; "
            "set values: linear, or take the logarithm first",
        ),
    ],
)
def test_a_declaration_that_the_values_contradict_is_refused(values: list[float], declared: str, said: str) -> None:
    with pytest.raises(ResigError) as refused:
        decide(Look.at(np.array(values)), declared, "f")
    assert str(refused.value) == said


@pytest.mark.parametrize("declared", ["auto", "log", "linear", "counts"])
def test_negative_values_beside_huge_ones_have_no_unit(declared: str) -> None:
    with pytest.raises(ResigError) as refused:
        decide(Look.at(np.array([-12.5, 3e4])), declared, "f")
    assert str(refused.value) == (
        "f: values from -12.5 to 30000 are below zero in part, and too large for logs; "
        "give counts, linear values of zero and more, or logs (is the background subtracted?)"
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), max_size=12), st.integers(0, 12))
def test_looks_add_up_to_the_look_at_all(values: list[float], cut: int) -> None:
    whole = np.array(values)
    assert Look.at(whole[:cut]) | Look.at(whole[cut:]) == Look.at(whole)


def counts(rows: int = 40, columns: int = 30) -> sparse.csr_matrix:
    found = np.random.default_rng(1).poisson(0.7, (rows, columns)).astype(float)
    found[[3, 11]] = 0  # cells without a single count
    return sparse.csr_matrix(found)


def test_counts_of_cells_become_what_scanpy_makes_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    # numba imports `coverage` where there is one, and would find the workflow's script of that name.
    monkeypatch.setitem(sys.modules, "coverage", None)
    import scanpy

    data = anndata.AnnData(counts())
    scanpy.pp.normalize_total(data, target_sum=1e4)
    scanpy.pp.log1p(data)
    ours = to_log(counts(), "counts", "single_cell")
    np.testing.assert_allclose(ours.toarray(), data.X.toarray(), rtol=1e-12)


def test_counts_of_bulk_become_log2_of_1_and_counts_per_million() -> None:
    raw = counts().toarray()
    totals = raw.sum(axis=1, keepdims=True)
    expected = np.log2(1 + np.divide(1e6 * raw, totals, out=np.zeros_like(raw), where=totals > 0))
    np.testing.assert_allclose(to_log(counts(), "counts", "bulk").toarray(), expected, rtol=1e-12)


@pytest.mark.parametrize("kind", ["bulk", "single_cell"])
def test_linear_values_become_log2_of_1_and_the_value(kind: str) -> None:
    raw = sparse.random(20, 10, 0.4, format="csr", random_state=2) * 5000
    np.testing.assert_allclose(to_log(raw, "linear", kind).toarray(), np.log2(1 + raw.toarray()), rtol=1e-12)


@pytest.mark.parametrize("kind", ["bulk", "single_cell"])
@pytest.mark.parametrize("units", ["counts", "linear", "log"])
def test_rows_stand_alone_zeros_stay_and_the_input_is_left_alone(units: str, kind: str) -> None:
    raw = counts()
    before = raw.copy()
    whole = to_log(raw, units, kind)
    assert (raw != before).nnz == 0
    np.testing.assert_array_equal(whole.toarray() == 0, before.toarray() == 0)
    for start in (0, 3, 17):
        np.testing.assert_array_equal(
            to_log(raw[start : start + 5], units, kind).toarray(), whole[start : start + 5].toarray()
        )


@pytest.mark.parametrize("kind", ["bulk", "single_cell"])
def test_depth_does_not_change_normalised_counts(kind: str) -> None:
    deeper = counts().multiply(np.arange(1, 41)[:, None])
    there, here = to_log(deeper.tocsr(), "counts", kind), to_log(counts(), "counts", kind)
    np.testing.assert_allclose(there.toarray(), here.toarray(), rtol=1e-12)


def test_whole_number_types_are_taken() -> None:
    ours = to_log(counts().astype(np.int32), "counts", "bulk")
    np.testing.assert_array_equal(ours.toarray(), to_log(counts(), "counts", "bulk").toarray())
