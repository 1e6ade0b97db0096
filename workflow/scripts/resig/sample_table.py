"""From observations to biological samples: one score and one set of technical properties for each."""

import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from resig.inference.composition import of_all_cells, with_all_cells
from resig.tables import CONFOUNDERS, SAMPLE_SCORES

UNIT = ["sample", "cell_type"]


def sample_scores(
    dataset: str,
    scores: str | os.PathLike[str],
    observations: pd.DataFrame,
    signatures: list[str],
    methods: list[str],
) -> pd.DataFrame:
    """Average the scores of each (sample, cell type), and of all its cells; in bulk that is the score itself."""
    units = observations.groupby(UNIT, sort=True)
    counts = units.size().rename("n_cells").reset_index()
    with pq.ParquetFile(scores) as file:
        unit = _unit_of_rows(file, observations, units.ngroup())
        tables = []
        for method in methods:
            for signature in signatures:
                name = f"{signature}__{method}"
                columns = {"score": name, "up": f"{name}__up", "down": f"{name}__down"}
                values = file.read(columns=list(columns.values()))
                means = {part: _means(values[column].to_numpy(), unit, len(counts)) for part, column in columns.items()}
                tables.append(counts.assign(**means, dataset=dataset, signature=signature, method=method))
    return of_all_cells(pd.concat(tables, ignore_index=True)[SAMPLE_SCORES.names])


def _unit_of_rows(file: pq.ParquetFile, observations: pd.DataFrame, unit: pd.Series) -> np.ndarray:
    """Return for each row of the scores the number of its (sample, cell type)."""
    rows = file.read(columns=["observation"])["observation"].to_pandas()
    if not rows.equals(observations["observation"].reset_index(drop=True)):
        unit = unit.set_axis(observations["observation"]).reindex(rows)
    return unit.to_numpy(dtype=np.int64)


def _means(values: np.ndarray, unit: np.ndarray, n_units: int) -> np.ndarray:
    """Average the values of each unit that are not NaN; NaN where there is none."""
    known = ~np.isnan(values)
    sums = np.bincount(unit[known], weights=values[known], minlength=n_units)
    counts = np.bincount(unit[known], minlength=n_units)
    return np.divide(sums, counts, out=np.full(n_units, np.nan), where=counts > 0)


def confounders(dataset: str, observations: pd.DataFrame) -> pd.DataFrame:
    """Average the technical properties of each (sample, cell type), and of all cells of a sample."""
    units = with_all_cells(observations).groupby(UNIT, sort=False)
    means = units[["depth", "detected_genes", "mito_share"]].mean()
    table = means.assign(n_cells=units.size(), dataset=dataset).reset_index()
    table["share"] = table["n_cells"] / table["sample"].map(observations.groupby("sample").size())
    return table[CONFOUNDERS.names]
