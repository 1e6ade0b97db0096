"""Further columns of names beside a matrix's own feature names: var of an .h5ad, ids of a 10x .h5 file."""

import os
import re

import h5py
import numpy as np

from resig.intake.labels import column_of

_NUMBERED = re.compile(r"entrez|ncbi|gene_?id", re.IGNORECASE)


def feature_columns(path: str | os.PathLike[str]) -> dict[str, list[str]]:
    """Return the columns that may name features: text (or ids by their title), and mostly different from each other."""
    with h5py.File(path, "r") as file:
        if "var" not in file and "matrix" in file:
            return (
                {"features/id": column_of(file["matrix/features/id"], file)} if "id" in file["matrix/features"] else {}
            )
        if "var" not in file:  # 10x before Cell Ranger 3: a group for each genome
            return {}
        var = file["var"]
        if not isinstance(var, h5py.Group):
            return {}
        index = var.attrs.get("_index", "_index")
        titles = [title for title in var if title not in (index, "__categories") and _may_name(title, var[title], file)]
        columns = {title: column_of(var[title], file) for title in titles}
    return {title: names for title, names in columns.items() if 2 * len(set(names) - {""}) > len(names)}


def _may_name(title: str, node: "h5py.Dataset | h5py.Group", file: h5py.File) -> bool:
    values = node
    if isinstance(node, h5py.Group):
        values = node.get("categories", node.get("values"))
    elif "categories" in node.attrs:
        values = file[node.attrs["categories"]]
    if not isinstance(values, h5py.Dataset):
        return False
    return h5py.check_string_dtype(values.dtype) is not None or (
        np.issubdtype(values.dtype, np.number) and bool(_NUMBERED.search(title))
    )
