"""Arrow columns and numpy arrays over the same memory. pyarrow's own conversions import pandas: 0.3 s a job."""

import numpy as np
import pyarrow as pa


def as_type(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return a column as this type; what is of it already stays as it is."""
    return column if column.type == kind else column.cast(kind)


def numbers(column: pa.Array, kind: pa.DataType) -> np.ndarray:
    """Return a column of numbers, none of them missing."""
    own = as_type(column, kind)
    if own.null_count:
        raise ValueError("a number is missing")
    plain = np.frombuffer(own.buffers()[1] or b"", kind.to_pandas_dtype())
    return plain[own.offset : own.offset + len(own)]


def column_of(values: np.ndarray) -> pa.Array:
    """Return numbers as a column."""
    own = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(own.dtype), len(own), [None, pa.py_buffer(own)])
