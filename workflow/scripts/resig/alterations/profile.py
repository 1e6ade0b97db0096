"""The profile: what speaks for and against each mechanism in each sample, assay by assay, never as one number.

alteration  for: one that goes with resistance is present; against: all that do are measured and absent;
            neither: none is present and not all are measured
others      z within the dataset along the resistant direction, of each signature or molecule of the mechanism:
            for from +1, against from -1, neither between; mixed: some for, some against
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resig.intake.samples import ALL_CELLS, BULK_TYPE

CUT = 1.0  # standard deviations
FEWEST = 5  # samples, for a z-score
ASSAYS = ("expression", "alteration", "ncrna", "protein", "serum")
EVIDENCE = ("for", "against", "neither", "mixed", "not_measured")
SIGNS = {"up": 1.0, "down": -1.0}
OF_ASSAY = {"mrna": "expression", "total_rna": "ncrna", "small_rna": "ncrna", "circ_rna": "ncrna"}


@dataclass(frozen=True)
class Seen:
    """One read-out of a mechanism in a sample: its z along the resistant direction, and how to say it."""

    z: float
    said: str


def judge(values: Iterable[float]) -> str:
    """Return what z-scores along the resistant direction say together; NaN says nothing."""
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return "not_measured"
    high, low = any(value >= CUT for value in known), any(value <= -CUT for value in known)
    return "mixed" if high and low else "for" if high else "against" if low else "neither"


def judge_calls(calls: Iterable[tuple[str, str]]) -> str:
    """Return what calls say together; each is a call and its direction."""
    told = [(call, direction) for call, direction in calls if direction != "context"]
    shows = [direction for call, direction in told if call == "present"]
    if shows:
        return "mixed" if len(set(shows)) > 1 else "for" if shows[0] == "resistant" else "against"
    measured = [call for call, _ in told if call != "not_measured"]
    if not measured:
        return "not_measured"
    return "against" if len(measured) == len(told) and told[0][1] == "resistant" else "neither"


def standardised(scores: pd.DataFrame, method: str) -> pd.DataFrame:
    """Return z and percentile of each sample among those of the dataset; none where fewer than five have a score."""
    own = scores[(scores["method"] == method) & scores["cell_type"].isin([BULK_TYPE, ALL_CELLS])]
    wide = own.pivot(index="sample", columns="signature", values="score").astype(float)
    spread = wide.std()
    enough = (wide.notna().sum() >= FEWEST) & (spread > 0)
    z = (wide - wide.mean()) / spread
    rank = (wide.rank() - 0.5) / wide.notna().sum()
    long = z.loc[:, enough].stack().rename("z").to_frame()
    return long.assign(rank=rank.stack().reindex(long.index)).reset_index()


def profile(
    dataset: str,
    samples: list[str],
    mechanisms: pd.DataFrame,
    scores: pd.DataFrame,
    method: str,
    signatures: pd.DataFrame,
    verdicts: Mapping[str, str],
    calls: pd.DataFrame | None,
    readouts: pd.DataFrame | None,
    book: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row for each sample and mechanism."""
    seen = _of_signatures(mechanisms, standardised(scores, method), signatures, verdicts)
    for key, told in _of_readouts(readouts).items():
        seen.setdefault(key, []).extend(told)
    text = set(book.loc[book["match"] == "text", "alteration"])
    found = {} if calls is None else dict(iter(calls[~calls["alteration"].isin(text)].groupby(["sample", "mechanism"])))
    return pd.DataFrame(
        _row(dataset, sample, mechanism, seen, found.get((sample, mechanism.mechanism)))
        for sample in samples
        for mechanism in mechanisms.itertuples()
    )


def _of_signatures(
    mechanisms: pd.DataFrame, z: pd.DataFrame, signatures: pd.DataFrame, verdicts: Mapping[str, str]
) -> dict[tuple[str, str, str], list[Seen]]:
    """Return what signatures show; of several only those count that serve the fewest mechanisms: unions do not."""
    kind = {each.signature: OF_ASSAY[each.assay] for each in signatures.itertuples()}
    own = {each.mechanism: [name for name in each.signatures.split(";") if name] for each in mechanisms.itertuples()}
    serves = Counter(name for names in own.values() for name in names)
    by_signature = dict(iter(z.groupby("signature")))
    found: dict[tuple[str, str, str], list[Seen]] = {}
    for mechanism, names in own.items():
        scored = [name for name in names if name in by_signature]
        fewest = {assay: min(serves[each] for each in scored if kind[each] == assay) for assay in map(kind.get, scored)}
        for name in scored:
            counts = serves[name] == fewest[kind[name]]
            verdict = f", verdict {verdicts[name].replace('_', ' ')}" if name in verdicts else ""
            shared = "" if counts else f", shared by {serves[name]} mechanisms, not counted"
            for row in by_signature[name].itertuples():
                said = f"{name} z {row.z:+.2f} (percentile {100 * row.rank:.0f}{verdict}{shared})"
                key = (row.sample, mechanism, kind[name])
                found.setdefault(key, []).append(Seen(row.z if counts else np.nan, said))
    return found


def _of_readouts(readouts: pd.DataFrame | None) -> dict[tuple[str, str, str], list[Seen]]:
    found: dict[tuple[str, str, str], list[Seen]] = {}
    for row in readouts.itertuples() if readouts is not None else ():
        if pd.isna(row.z):
            continue
        retracted = "retracted" in row.flags
        counts = row.direction in SIGNS and not retracted
        why = (
            f"expected {row.direction}" if counts else "retracted, not counted" if retracted else "no direction stated"
        )
        doubt = ", contradicted" if "contradicted" in row.flags else ""
        said = f"{row.readout} z {row.z:+.2f} ({why}{doubt})"
        assay = OF_ASSAY.get(row.assay, row.assay)
        z = row.z * SIGNS[row.direction] if counts else np.nan
        found.setdefault((row.sample, row.mechanism, assay), []).append(Seen(z, said))
    return found


def _row(
    dataset: str,
    sample: str,
    mechanism: Any,
    seen: Mapping[tuple[str, str, str], list[Seen]],
    calls: pd.DataFrame | None,
) -> dict[str, Any]:
    row: dict[str, Any] = {"dataset": dataset, "sample": sample}
    row |= {"mechanism": mechanism.mechanism, "name": mechanism.name}
    for assay in ASSAYS:
        if assay == "alteration":
            told = [] if calls is None else list(calls.itertuples())
            row[assay] = judge_calls((each.call, each.direction) for each in told)
            row[f"{assay}_seen"] = "; ".join(_call_said(told))
        else:
            parts = seen.get((sample, mechanism.mechanism, assay), [])
            row[assay] = judge(part.z for part in parts)
            if parts and row[assay] == "not_measured":
                row[assay] = "neither"  # seen, but the documents state no direction
            row[f"{assay}_seen"] = "; ".join(part.said for part in parts)
    evidence = [row[assay] for assay in ASSAYS]
    row |= {"n_for": evidence.count("for"), "n_against": evidence.count("against")}
    row["n_measured"] = len(evidence) - evidence.count("not_measured")
    row["conflict"] = "yes" if "mixed" in evidence or {"for", "against"} <= set(evidence) else "no"
    return row


def _call_said(calls: list[Any]) -> Iterator[str]:
    """Say what is present with its file's row, then what is absent, then what was not measured and why."""
    for call in calls:
        if call.call == "present":
            context = ", context only" if call.direction == "context" else ""
            yield f"{call.name} present: {call.seen} [{call.ledger}{context}]"
    for state in ("absent", "not_measured"):
        names = [call.name for call in calls if call.call == state]
        if names:
            yield f"{state.replace('_', ' ')}: {', '.join(names)}"
