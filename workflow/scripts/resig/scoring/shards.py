"""Into how many shards the rows of a dataset are cut, so that several jobs can score it."""

from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from typing import Any

import h5py

from resig.errors import ResigError
from resig.matrix import open_matrix


def count_shards(spec: Mapping[str, Any], locate: Callable[[str], str], shard_cells: int) -> int:
    """Return the number a dataset asks for; where it asks for none, one for each `shard_cells` cells of an HDF5 file.

    Cells can be counted before the run where the file is at hand; what is not can still be cut by `shards`.
    """
    if spec["shards"] is not None:
        return int(spec["shards"])
    if spec["kind"] != "single_cell" or not isinstance(spec["matrix"], str):
        return 1
    matrix = Path(locate(spec["matrix"]))
    if not matrix.is_file() or not h5py.is_hdf5(matrix):
        return 1
    try:
        return max(1, ceil(open_matrix(matrix).shape[0] / shard_cells))
    except ResigError:  # of another format: its rows are counted by the intake
        return 1
