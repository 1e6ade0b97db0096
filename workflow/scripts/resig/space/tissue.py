"""The places of a section: coordinates, neighbours, and the waves that any map over them is made of."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from resig.errors import ResigError, nearest
from resig.intake.labels import Labels
from resig.intake.readers.recognise import recognise
from resig.intake.several import parts_of

MOST_PLACES = 2000


def has_coordinates(path: str | os.PathLike[str], key: str) -> bool:
    """Tell whether a file is an .h5ad with these coordinates in obsm; False for what is not there yet."""
    try:
        if not Path(path).is_file() or recognise(path) != "h5ad":
            return False
        with h5py.File(path, "r") as file:
            return key in file.get("obsm", {})
    except (OSError, ResigError):  # the intake says what is wrong with it
        return False


def lies_in_space(spec: Mapping[str, Any], locate: Any = str) -> bool:
    """Tell whether every file of a dataset of cells or spots carries coordinates."""
    if spec["kind"] != "single_cell":
        return False
    paths = [locate(path) for path in parts_of(spec["matrix"]).values()]
    return bool(paths) and all(has_coordinates(path, spec["space"]["coordinates"]) for path in paths)


def space_problems(spec: Mapping[str, Any], labels: Labels, locate: Any = str) -> Iterator[tuple[str, str]]:
    """Say what in a dataset's `space` cannot be; a dataset without coordinates that asks for none is fine."""
    space = spec["space"]
    section = space["section"]
    if section is not None and section not in labels.columns:
        hint = nearest(section, labels.columns, "columns there")
        yield "section", f"there is no column '{section}' in {labels.source}; {hint}"
    asked = [key for key, value in (("coordinates", "spatial"), ("section", None)) if space[key] != value]
    if asked and not lies_in_space(spec, locate):
        yield (
            asked[0],
            f"the matrix has no coordinates '{space['coordinates']}' in obsm of an .h5ad of cells or spots; "
            "add them, or leave out `space`",
        )


def read_coordinates(paths: Sequence[str], key: str) -> np.ndarray:
    """Return x and y of each row of the matrix, over its files in their order."""
    found = []
    for path in paths:
        with h5py.File(path, "r") as file:
            obsm = file.get("obsm", {})
            if key not in obsm:
                raise ResigError(f"has no coordinates '{key}' in obsm", where=path, todo=nearest(key, list(obsm)))
            node = obsm[key]
            if not isinstance(node, h5py.Dataset) or node.ndim != 2 or node.shape[1] < 2:
                raise ResigError(
                    f"obsm['{key}'] is no array with two columns or more", where=path, todo="store x and y as numbers"
                )
            if node.dtype.kind not in "iuf":
                raise ResigError(f"obsm['{key}'] holds no numbers", where=path, todo="store x and y as numbers")
            if len(node) != _rows(file):
                what = f"obsm['{key}'] has {len(node)} rows, the matrix has {_rows(file)}"
                raise ResigError(what, where=path, todo="store x and y of every row, in the order of obs")
            found.append(np.asarray(node[:, :2], dtype=float))
    return np.vstack(found)


def _rows(file: h5py.File) -> int:
    """Count the rows of the matrix by obs, as any release of anndata wrote it."""
    obs = file["obs"]
    return len(obs) if isinstance(obs, h5py.Dataset) else len(obs[obs.attrs.get("_index", "_index")])


@dataclass(frozen=True)
class Tissue:
    """The places of one section: which spot is in which, its neighbours, and its waves (columns, orthonormal)."""

    points: np.ndarray
    place_of: np.ndarray
    neighbours: np.ndarray
    waves: np.ndarray

    def gathered(self, values: np.ndarray) -> np.ndarray:
        """Return the mean of the spots of each place."""
        return np.bincount(self.place_of, values) / np.bincount(self.place_of)

    def smoothed(self, values: np.ndarray) -> np.ndarray:
        """Return the mean over each place and its neighbours."""
        return np.asarray(self.neighbours @ values / self.neighbours.sum(axis=1))


def lay_out(spots: np.ndarray, neighbours: int, most: int = MOST_PLACES) -> Tissue:
    """Gather spots into at most so many places, join each to its nearest neighbours, and find its waves.

    The waves are the eigenvectors of the graph's Laplacian: from gradients over the whole section to differences
    between neighbours. How a map is spread over them is its autocorrelation.
    """
    from scipy.spatial import cKDTree

    place_of = _bins(spots, most)
    counts = np.bincount(place_of)
    points = np.column_stack([np.bincount(place_of, spots[:, axis]) / counts for axis in (0, 1)])
    n = len(points)
    _, near = cKDTree(points).query(points, k=min(neighbours + 1, n))
    joined = np.zeros((n, n))
    joined[np.repeat(np.arange(n), near.shape[1]), near.ravel()] = 1.0
    joined = np.maximum(joined, joined.T)
    np.fill_diagonal(joined, 0.0)
    _, waves = np.linalg.eigh(np.diag(joined.sum(axis=1)) - joined)
    return Tissue(points, place_of, joined + np.eye(n), waves)


def _bins(spots: np.ndarray, most: int) -> np.ndarray:
    """Number the places of spots: each its own, or square bins where there are more than so many."""
    if len(spots) <= most:
        return np.arange(len(spots))
    low, extent = spots.min(axis=0), np.ptp(spots, axis=0)
    side = float(np.sqrt(extent[0] * extent[1] / most)) or float(extent.max() / most)
    while True:
        cells = np.floor((spots - low) / side).astype(np.int64)
        _, place_of = np.unique(cells, axis=0, return_inverse=True)
        if place_of.max() < most:
            return place_of.ravel()
        side *= 1.05
