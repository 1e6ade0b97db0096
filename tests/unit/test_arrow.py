"""Arrow and numpy over the same memory: what pyarrow itself converts, without its import of pandas."""

import numpy as np
import pyarrow as pa
import pytest

from resig.arrow import as_type, column_of, numbers


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64()])
def test_numbers_are_pyarrows(kind: pa.DataType) -> None:
    column = pa.array([4, -1, 0, 7, 2], pa.int32())
    for each in (column, column[1:4], column[5:], column.cast(kind)[2:]):
        assert numbers(each, kind).tolist() == each.cast(kind).to_pylist()
        assert numbers(each, kind).dtype == kind.to_pandas_dtype()


def test_columns_are_pyarrows() -> None:
    values = np.random.default_rng(0).random((3, 8))
    values[0, 2] = np.nan
    for each in (values[0], values[:, 1], values[1, :0]):
        assert column_of(each).equals(pa.array(each)) or np.isnan(each).any()
        assert np.array_equal(numbers(column_of(each), pa.float64()), each, equal_nan=True)


def test_a_missing_number_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        numbers(pa.array([1, None]), pa.int64())


def test_names_of_any_text_type_are_text() -> None:
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        column = pa.array(["a", "b", "a"]).cast(kind)
        assert as_type(column, pa.string()).to_pylist() == ["a", "b", "a"]
