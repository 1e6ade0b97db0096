"""What the comparison of non-coding RNAs with their footprints reads of a dataset and its RNA assays."""

from collections.abc import Mapping

import pandas as pd

from resig.assays.ncrna import Known
from resig.assays.readouts import parent_ids
from resig.pseudobulk import read_pseudobulk
from resig.tables import COVERAGE, GENES, SAMPLE_SCORES, read_text_table


def known_genes(files: Mapping[str, str], wanted: set[str], parent_sample: str | None = None) -> Known:
    """Read the levels of some genes (or RNAs) of a bulk dataset, on the log scale, by what the parent calls samples."""
    bulk = read_pseudobulk(files["pseudobulk"])
    names = bulk.units["sample"].tolist()
    if parent_sample is not None:
        ids = parent_ids(read_text_table(files["samples"]), parent_sample)
        names = [ids[name] for name in names]
    genes = GENES.read(files["genes"])
    used = genes[(genes["used"] == "yes") & genes["symbol"].isin(wanted)].set_index("symbol")
    column = {symbol: at for at, symbol in enumerate(bulk.genes.symbols)}
    here = [symbol for symbol in used.index if symbol in column]
    return Known(
        {symbol: pd.Series(bulk.log[:, column[symbol]], names) for symbol in here},
        {},
        {symbol: used.at[symbol, "feature"] for symbol in here},
        {symbol: used.at[symbol, "note"] for symbol in here},
    )


def known_scores(scores: str, coverage: str, method: str) -> Known:
    """Read the scores of the leading method, and why signatures have none."""
    table = SAMPLE_SCORES.read(scores)
    table = table[(table["method"] == method) & table["score"].notna()]
    gate = COVERAGE.read(coverage)
    closed = gate[gate["scorable"] == "no"]
    return Known(
        {str(name): rows.set_index("sample")["score"] for name, rows in table.groupby("signature")},
        dict(zip(closed["signature"], closed["reason"], strict=True)),
        {},
        {},
    )
