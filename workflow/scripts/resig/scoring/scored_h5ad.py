"""Scores written into a copy of the .h5ad they come from, so that scanpy, cellxgene and Seurat can go on from there."""

import os
import shutil

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from resig.arrow import as_type, numbers
from resig.errors import ResigError
from resig.files import whole_file
from resig.scoring.inputs import read_observations
from resig.scoring.run import PARTS

Path_ = str | os.PathLike[str]
TABLE = "resig_scores"


def write_scored_h5ad(matrix: Path_, scores: Path_, observations: Path_, target: Path_) -> None:
    """Copy an .h5ad; add each `{signature}__{method}` that was scored to obs, and all columns to obsm `resig_scores`.

    The names of the obsm columns stand in uns `resig_scores`. Observations that were not scored get NaN.
    """
    with whole_file(target) as partial:
        shutil.copyfile(os.path.realpath(matrix), partial)
        with h5py.File(partial, "r+") as file, pq.ParquetFile(scores) as table:
            _refuse_old_layout(file, str(matrix))
            _bring_in(file)
            row = _rows_of(table, observations, _length(file))
            columns = [name for name in table.schema_arrow.names if name != "observation"]
            _add_to_obs(file["obs"], table, [name for name in columns if _is_whole(name)], row)
            _add_to_obsm(file, table, columns, row)


def _refuse_old_layout(file: h5py.File, where: str) -> None:
    if not isinstance(file.get("obs"), h5py.Group):
        raise ResigError(
            "its obs has the layout of anndata before 0.7", where=where, todo="read and write it with anndata once"
        )


def _bring_in(file: h5py.File) -> None:
    """Replace links to values that stand in another file by these values: a copy must stand for itself."""
    if not isinstance(file.get("X"), h5py.Group):
        return
    for name in list(file["X"]):
        if isinstance(file["X"].get(name, getlink=True), h5py.ExternalLink):
            node = file["X"][name]
            del file["X"][name]
            node.file.copy(node, file["X"], name=name)


def _length(file: h5py.File) -> int:
    return int(file["obs"][file["obs"].attrs["_index"]].shape[0])


def _rows_of(table: pq.ParquetFile, observations: Path_, length: int) -> np.ndarray:
    """Return for each row of the scores its row in the matrix: both are in the order of the rows in use."""
    known = read_observations(observations, length)
    names = known.names()
    for batch in table.iter_batches(columns=["observation"]):
        if not as_type(batch.column(0), pa.string()).equals(names.take(batch.num_rows)):
            raise ResigError("is not of the same observations", where=str(observations), todo="score again")
    return np.flatnonzero(known.place >= 0)


def _is_whole(name: str) -> bool:
    return not name.endswith((*filter(None, PARTS), "__null_z", "__null_p"))


def _add_to_obs(obs: h5py.Group, table: pq.ParquetFile, columns: list[str], row: np.ndarray) -> None:
    order = [name for name in obs.attrs["column-order"] if name not in columns]
    length = obs[obs.attrs["_index"]].shape[0]
    for name in columns:
        values = np.full(length, np.nan)
        values[row] = numbers(table.read(columns=[name])[name].combine_chunks(), pa.float64())
        if not np.isnan(values).all():
            _write(obs, name, values)
            order.append(name)
    del obs.attrs["column-order"]
    obs.attrs.create("column-order", np.array(order, dtype=object), dtype=h5py.string_dtype())


def _add_to_obsm(file: h5py.File, table: pq.ParquetFile, columns: list[str], row: np.ndarray) -> None:
    obsm, uns = _mapping(file, "obsm"), _mapping(file, "uns")
    for group in (obsm, uns):
        if TABLE in group:
            del group[TABLE]
    values = obsm.create_dataset(TABLE, (_length(file), len(columns)), np.float64, fillvalue=np.nan)
    values.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
    done = 0
    for batch in table.iter_batches(columns=columns):
        here = row[done : done + batch.num_rows]
        block = np.column_stack([numbers(column, pa.float64()) for column in batch.columns])
        ascending = np.argsort(here)
        values[here[ascending]] = block[ascending]
        done += batch.num_rows
    names = uns.create_dataset(TABLE, data=np.array(columns, dtype=object), dtype=h5py.string_dtype())
    names.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})


def _mapping(file: h5py.File, name: str) -> h5py.Group:
    if name not in file:
        group = file.create_group(name)
        group.attrs.update({"encoding-type": "dict", "encoding-version": "0.1.0"})
    return file[name]


def _write(group: h5py.Group, name: str, values: np.ndarray) -> None:
    if name in group:
        del group[name]
    written = group.create_dataset(name, data=values)
    written.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
