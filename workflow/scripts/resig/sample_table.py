"""From observations to biological samples: one score and one set of technical properties for each."""

import os

import pandas as pd
import pyarrow.parquet as pq

from resig.tables import CONFOUNDERS, SAMPLE_SCORES

UNIT = ["sample", "cell_type"]


def sample_scores(
    dataset: str,
    scores: str | os.PathLike[str],
    observations: pd.DataFrame,
    signatures: list[str],
    methods: list[str],
) -> pd.DataFrame:
    """Average the scores of each (sample, cell type); in bulk that is the score itself."""
    units = observations.groupby(UNIT, sort=True)
    counts = units.size().rename("n_cells").reset_index()
    tables = []
    for method in methods:
        for signature in signatures:
            name = f"{signature}__{method}"
            values = pq.read_table(scores, columns=["observation", name, f"{name}__up", f"{name}__down"]).to_pandas()
            values.columns = ["observation", "score", "up", "down"]
            joined = observations[["observation", *UNIT]].merge(values, on="observation", validate="one_to_one")
            means = joined.groupby(UNIT, sort=True)[["score", "up", "down"]].mean().reset_index()
            tables.append(counts.merge(means, on=UNIT).assign(dataset=dataset, signature=signature, method=method))
    return pd.concat(tables, ignore_index=True)[SAMPLE_SCORES.names]


def confounders(dataset: str, observations: pd.DataFrame) -> pd.DataFrame:
    """Average the technical properties of each (sample, cell type)."""
    units = observations.groupby(UNIT, sort=True)
    means = units[["depth", "detected_genes", "mito_share"]].mean()
    table = means.assign(n_cells=units.size(), dataset=dataset).reset_index()
    return table[CONFOUNDERS.names]
