"""Read-outs between the arms of a contrast: the same designs, effects and p-values as of scores."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from resig.assays.evidence import SIGN
from resig.inference.contrast import compare
from resig.intake.samples import BULK_TYPE
from resig.tables import READOUT_CONTRASTS

KEY = ["assay", "readout"]


def readout_contrast(
    dataset: str,
    contrast: str,
    spec: Mapping[str, Any],
    readouts: pd.DataFrame,
    samples: pd.DataFrame,
    batch: str | None,
    inference: Mapping[str, Any],
) -> pd.DataFrame:
    """Return one row for each read-out; FDR within each assay, since assays are families of their own."""
    sound = readouts["direction"].mask(readouts["flags"].str.contains("retracted"), "none")
    told = (
        readouts.assign(sound=sound)
        .groupby(KEY, sort=True)
        .agg(
            feature=("feature", "first"),
            mechanisms=("mechanism", lambda names: ";".join(dict.fromkeys(names))),
            expected=("sound", lambda ways: expectation(list(ways))),
            evidence=("evidence", lambda cells: ";".join(dict.fromkeys(";".join(cells).split(";")))),
            note=("note", lambda notes: "; ".join(dict.fromkeys(filter(None, notes)))),
        )
    )
    once = readouts.drop_duplicates([*KEY, "sample"])
    here = once[once["sample"].isin(samples["sample"])]
    parts = []
    for assay, rows in here.groupby("assay", sort=True):
        scores = rows.rename(columns={"readout": "signature", "assay": "method", "value": "score"})
        own = [name for of, name in told.index if of == assay]
        found = compare(
            dataset,
            contrast,
            dict(spec) | {"cell_types": "all"},
            scores.assign(cell_type=BULK_TYPE, n_cells=1),
            samples,
            pd.DataFrame({"signature": own, "scorable": "yes"}),
            {},
            batch=batch,
            **{key: value for key, value in inference.items() if key != "matched_sets"},
        )
        elsewhere = len(set(once.loc[once["assay"] == assay, "sample"]) - set(samples["sample"]))
        parts.append(found.assign(elsewhere=elsewhere))
    if not parts:
        return READOUT_CONTRASTS.check(pd.DataFrame(columns=READOUT_CONTRASTS.names), "read-outs")
    table = pd.concat(parts, ignore_index=True).rename(columns={"method": "assay", "signature": "readout"})
    table = table.join(told, on=KEY)
    table["answer"] = [
        answer(row.verdict, row.expected, row.effect if pd.notna(row.effect) else row.auroc - 0.5)
        for row in table.itertuples()
    ]
    table["flags"] = [
        ";".join(filter(None, [_in_words_of_assays(flags), _beyond(elsewhere)]))
        for flags, elsewhere in zip(table["flags"], table["elsewhere"], strict=True)
    ]
    return READOUT_CONTRASTS.check(table.sort_values(KEY, kind="stable"), "read-outs")


def expectation(ways: list[str]) -> str:
    """Say which way a read-out goes in resistance, over all mechanisms that it tells of by papers not retracted."""
    signed = sorted({way for way in ways if way in SIGN})
    return signed[0] if len(signed) == 1 else "mixed" if signed else "none"


def answer(verdict: str, expected: str, effect: float) -> str:
    """Say whether a difference that is called goes the way the documents expect."""
    if verdict not in ("supported", "contradicted"):
        return verdict
    if expected not in SIGN:
        return "differs"
    return "as_expected" if effect * SIGN[expected] > 0 else "opposite"


def _in_words_of_assays(flags: str) -> str:
    """Say of samples without a row that they lack the assay: bulk samples have no cells to be few."""
    lacking = re.sub(r"(\d+)_samples_below_\d+_cells", r"\1_samples_without_this_assay", flags)
    return lacking.replace("samples_without_score", "samples_without_value")


def _beyond(count: int) -> str:
    return f"{count}_samples_not_in_the_matrix_of_the_dataset" if count else ""
