"""Non-coding RNAs against what they act on, in the same samples: two readings side by side, never pooled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resig.assays.evidence import SIGN, status_flags
from resig.coverage import READS
from resig.inference.continuous import Continuous
from resig.tables import NCRNA
from resig.textbook import benjamini_hochberg

ANSWERS = ("as_expected", "opposite", "not_separable", "underpowered", "not_measurable")


@dataclass(frozen=True)
class Pair:
    """A non-coding RNA, what it acts on, and the sign of their correlation that the documents expect."""

    ncrna: str
    kind: str
    assay: str
    direction: str
    footprint: str
    footprint_kind: str
    expected: int
    evidence: str
    flags: str


@dataclass(frozen=True)
class Known:
    """What was measured: values by sample, and why the rest cannot be said; `feature` and `note` are of RNAs."""

    values: Mapping[str, pd.Series]
    why_not: Mapping[str, str]
    feature: Mapping[str, str]
    note: Mapping[str, str]


def pairs_of(ncrna: pd.DataFrame, members: pd.DataFrame, signatures: pd.DataFrame) -> Iterator[Pair]:
    """List each RNA of the ledger with its targets, and with the signatures of mRNA that hold one of its targets.

    A target is expected to go with the RNA where both go the same way in resistance. A signature points towards
    resistance as a whole, so it is expected to go as the RNA does.
    """
    footprints = set(signatures.loc[signatures["assay"] == "mrna", "signature"])
    of_document = dict(zip(signatures["signature"], signatures["document"], strict=True))
    exosomal = {name for name in footprints if "exosomal" in of_document[name]}
    holding = members[members["signature"].isin(exosomal)].groupby("symbol")["signature"].agg(list)
    for _, rows in ncrna.groupby("ncrna", sort=False):
        first = rows.iloc[0]
        what = first["ncrna"], first["kind"], first["assay"], first["direction"]
        named = rows[rows["target"] != ""]
        for target, told in named.groupby("target", sort=False):
            expected = SIGN[first["direction"]] * SIGN[told["target_direction"].iloc[0]]
            kind = "ncrna" if str(target).startswith("hsa-") else "gene"
            yield Pair(*what, str(target), kind, expected, _evidence(told), status_flags(told["flags"]))
        reached = {name: target for target in named["target"] for name in holding.get(target, [])}
        for name in sorted(reached):
            told = named[named["target"].isin(set(members.loc[members["signature"] == name, "symbol"]))]
            yield Pair(*what, name, "signature", SIGN[first["direction"]], _evidence(told), status_flags(told["flags"]))


def _evidence(rows: pd.DataFrame) -> str:
    return ";".join(dict.fromkeys(";".join(rows["evidence"]).split(";")))


def ncrna_table(
    dataset: str,
    own_assay: str,
    pairs: list[Pair],
    levels: Mapping[str, Known],
    genes: Known,
    scores: Known,
    inference: Mapping[str, Any],
) -> pd.DataFrame:
    """Correlate each RNA with what it acts on; a row for each pair, measured or not.

    `levels` holds what each assay measured of the RNAs; lncRNAs are read from the dataset's own matrix.
    """
    rows = [_row(dataset, own_assay, pair, levels, genes, scores, inference) for pair in pairs]
    table = pd.DataFrame(rows, columns=[name for name in [*NCRNA.names, "smallest"] if name not in ("fdr", "answer")])
    table["fdr"] = benjamini_hochberg(table["p"])
    table["answer"] = [_answer(row, inference["fdr"]) for row in table.itertuples()]
    return NCRNA.check(table, "ncrna.tsv")


def _row(
    dataset: str,
    own_assay: str,
    pair: Pair,
    levels: Mapping[str, Known],
    genes: Known,
    scores: Known,
    inference: Mapping[str, Any],
) -> dict[str, Any]:
    assay = own_assay if pair.kind == "lncRNA" else pair.assay
    level = levels.get(assay)
    target = scores if pair.footprint_kind == "signature" else genes
    if pair.footprint_kind == "ncrna":
        target = levels.get("small_rna", Known({}, {}, {}, {}))
    found: dict[str, Any] = dict.fromkeys(["rho", "ci_low", "ci_high", "p", "smallest"], np.nan)
    found |= {"n_samples": 0, "p_type": ""}
    reason = _missing(pair, assay, level, target)
    if not reason and level is not None:
        both = pd.concat([level.values[pair.ncrna], target.values[pair.footprint]], axis=1, join="inner").dropna()
        both = both.sort_index()
        design = Continuous(
            list(both.index), both.iloc[:, 0].to_numpy(), pd.DataFrame(index=both.index), np.zeros(len(both), int)
        )
        found["n_samples"] = len(both)
        reason = design.too_few.replace("phenotype", "level")
        if not reason:
            said = design.estimate(both.iloc[:, [1]].to_numpy(), inference["permutations"], inference["seed"])
            reason = said.notes[0].replace("constant_score", "footprint_does_not_vary")
            found |= {
                "rho": said.effect[0],
                "ci_low": said.low[0],
                "ci_high": said.high[0],
                "p": said.p[0] if np.isfinite(said.effect[0]) else np.nan,
                "p_type": said.p_type if np.isfinite(said.effect[0]) else "",
                "smallest": said.smallest,
            }
    notes = [
        level.note.get(pair.ncrna, "") if level else "",
        READS["total_rna"].get(assay, "") * (pair.kind == "lncRNA"),
    ]
    return {
        "dataset": dataset,
        "ncrna": pair.ncrna,
        "kind": pair.kind,
        "assay": assay,
        "feature": level.feature.get(pair.ncrna, "") if level else "",
        "direction": pair.direction,
        "footprint": pair.footprint,
        "footprint_kind": pair.footprint_kind,
        "expected": pair.expected,
        **found,
        "reason": reason,
        "evidence": pair.evidence,
        "flags": pair.flags,
        "note": "; ".join(note for note in notes if note),
    }


def _missing(pair: Pair, assay: str, level: Known | None, target: Known) -> str:
    """Say which of the two was not measured."""
    if level is None:
        return f"needs {assay} data"
    if pair.ncrna not in level.values:
        return f"{pair.ncrna} is not measured here"
    if pair.footprint not in target.values:
        return target.why_not.get(pair.footprint, f"{pair.footprint} is not measured here")
    return ""


def _answer(row: Any, limit: float) -> str:
    if pd.isna(row.p):
        return "underpowered" if "fewer_than" in row.reason else "not_measurable"
    if row.smallest > limit:
        return "underpowered"
    if row.fdr > limit:
        return "not_separable"
    return "as_expected" if row.rho * row.expected > 0 else "opposite"
