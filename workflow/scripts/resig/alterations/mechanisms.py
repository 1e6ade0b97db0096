"""Every mechanism of the ledger: how this run measured it, which assay would show it, what is said to reverse it."""

from collections.abc import Iterable, Mapping

import pandas as pd

from resig.alterations.profile import OF_ASSAY

DISCLAIMER = "from the documents; research software, no treatment advice"
SCORED = ("yes", "low_power")


def summarise(
    mechanisms: pd.DataFrame,
    ledger: pd.DataFrame,
    signatures: pd.DataFrame,
    coverage: pd.DataFrame,
    calls: Mapping[str, pd.DataFrame],
    readouts: Mapping[str, pd.DataFrame],
    reversal: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row for each mechanism, in the order of the shipped list."""
    assay = dict(zip(signatures["signature"], signatures["assay"], strict=True))
    scored = coverage[coverage["scorable"].isin(SCORED)].groupby("signature")["dataset"].agg(list).to_dict()
    rows = []
    for each in mechanisms.itertuples():
        own = ledger[ledger["mechanism"] == each.mechanism]
        known = [name for name in each.signatures.split(";") if name in assay]
        here = {name: scored[name] for name in known if name in scored}
        altered = {dataset: _measured(table, each.mechanism) for dataset, table in calls.items()}
        read = {dataset: _read(table, each.mechanism) for dataset, table in readouts.items()}
        ways = {OF_ASSAY[assay[name]] for name in here}
        ways |= {"alteration"} if any(altered.values()) else set()
        ways |= {OF_ASSAY.get(kind, kind) for found in read.values() for kind in found["assay"]}
        rows.append(
            {
                "mechanism": each.mechanism,
                "document": each.document,
                "name": each.name,
                "drug": each.drug,
                "cancer": each.cancer,
                "n_assertions": len(own),
                "measured": "yes" if ways else "no",
                "measured_by": ";".join(
                    way for way in ("expression", "alteration", "ncrna", "protein", "serum") if way in ways
                ),
                "signatures": "; ".join(f"{name} ({', '.join(where)})" for name, where in here.items()),
                "alterations": _by_dataset(altered),
                "readouts": _by_dataset(
                    {dataset: [*dict.fromkeys(found["readout"])] for dataset, found in read.items()}
                ),
                "not_shown": each.reason,
                "needs": each.needs or _needs(own, each.signatures, assay),
                "reversal": "; ".join(_drugs(reversal[reversal["mechanism"] == each.mechanism])),
            }
        )
    frame = pd.DataFrame(rows)
    return frame.assign(reversal_note=frame["reversal"].map(lambda text: DISCLAIMER if text else ""))


def _by_dataset(names: Mapping[str, list[str]]) -> str:
    return "; ".join(f"{dataset}: {', '.join(found)}" for dataset, found in names.items() if found)


def _measured(calls: pd.DataFrame, mechanism: str) -> list[str]:
    own = calls[(calls["mechanism"] == mechanism) & (calls["call"] != "not_measured")]
    return list(dict.fromkeys(own["alteration"]))


def _read(readouts: pd.DataFrame, mechanism: str) -> pd.DataFrame:
    return readouts[(readouts["mechanism"] == mechanism) & readouts["value"].notna()]


def _needs(ledger: pd.DataFrame, signatures: str, assay: Mapping[str, str]) -> str:
    """Return the assays that would show a mechanism whose row names none: of its signatures, and of its assertions."""
    of_signatures = [assay[name] for name in signatures.split(";") if name in assay]
    return ";".join(dict.fromkeys([*of_signatures, *ledger["assay"]]))


def _drugs(reversal: pd.DataFrame) -> Iterable[str]:
    for row in reversal.itertuples():
        link = "" if row.link == "stated" else ", acts on it"
        yield f"{row.drug} ({row.stage.replace('_', ' ')}{link}; {row.ledger})"
