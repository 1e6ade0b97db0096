"""What a reader of a run must know before the verdicts: warnings that matter, and the main findings, in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from resig.plots.palette import said

CALLS = ("supported", "contradicted")
MUCH, FEW = 0.5, 3


def warnings(
    coverage: pd.DataFrame,
    intakes: Mapping[str, Mapping[str, Any]],
    signatures: pd.DataFrame,
    members: pd.DataFrame,
    contrasts: pd.DataFrame | None = None,
    answers: pd.DataFrame | None = None,
    altered: Sequence[pd.DataFrame] = (),
    assays: Sequence[pd.DataFrame] = (),
) -> list[str]:
    """Return one sentence for each thing that changes how the answers are to be read, the gravest first."""
    found = _of_contrasts(contrasts, answers) if contrasts is not None and answers is not None else []
    found += _of_coverage(coverage)
    found += [line for name, intake in intakes.items() for line in _of_intake(name, intake)]
    found += [line for table in altered for line in _of_alterations(table)]
    found += [line for table in assays for line in _of_assays(table)]
    return found + _of_evidence(signatures, members, answers)


def _of_contrasts(contrasts: pd.DataFrame, answers: pd.DataFrame) -> list[str]:
    unit = ["dataset", "contrast", "cell_type", "signature", "method"]
    leading = answers[unit].merge(contrasts, on=unit, how="left")
    marks = leading["flags"].map(lambda flags: [each for each in str(flags).split(";") if each])
    found = []
    for (dataset, contrast), group in leading.groupby(["dataset", "contrast"], sort=False):
        own = [flag for flags in marks[group.index] for flag in flags]
        where = f"{contrast} in {dataset}"
        able = group[group["verdict"] != "not_measurable"]
        few = int((able["verdict"] == "underpowered").sum())
        if few:
            which = "all" if few == len(able) else f"{few} of {len(able)}"
            found.append(f"{where}: {which} measurable answers are underpowered: too few samples to say anything")
        for flag in dict.fromkeys(own):
            if flag.startswith(("confounded_with", "contrast_follows")):
                found.append(f"{where}: {flag.replace('_', ' ')}")
        lost = {flag for flag in own if "_samples_" in flag and flag[0].isdigit()}
        found += _dropped(where, lost)
    called = leading[leading["verdict"].isin(CALLS)]
    followed = Counter(name for each in called["confounded_by"].fillna("") for name in str(each).split(";") if name)
    for name, count in followed.most_common():
        found.append(f"{count} of {len(called)} calls may be an effect of {name.replace('_', ' ')}")
    for start, words in (
        ("one_gene:", "hang on one gene alone"),
        ("outside_context", "are in cells the signature is not about"),
        ("no_matched_null", "could not be held against random genes"),
        ("poorly_matched", "have no well-matched random genes"),
        ("composition", "are mostly shifts between cell types"),
        ("follows_cell_number", "follow the number of cells"),
        ("incoherent", "are of signatures whose members move together no more than random genes do"),
        ("low_power", "rest on few measured members"),
    ):
        count = sum(any(flag.startswith(start) for flag in marks[at]) for at in called.index)
        if count:
            found.append(f"{count} of {len(called)} calls {words}")
    return found


def _dropped(where: str, flags: set[str]) -> list[str]:
    """Say each reason why samples take no part once, with the largest number."""
    most: dict[str, int] = {}
    for flag in flags:
        number, _, why = flag.partition("_samples_")
        if number.isdigit():
            most[why] = max(most.get(why, 0), int(number))
    return [
        f"{where}: up to {n} {'samples take' if n > 1 else 'sample takes'} no part ({why.replace('_', ' ')})"
        for why, n in sorted(most.items(), key=lambda each: -each[1])
    ]


def _of_coverage(coverage: pd.DataFrame) -> list[str]:
    found = []
    for dataset, group in coverage.groupby("dataset", sort=False):
        gone = group[group["scorable"] == "no"]
        if len(gone) > MUCH * len(group):
            why = Counter(str(reason).split(":")[0].split(";")[0] for reason in gone["reason"]).most_common(1)[0][0]
            found.append(f"{dataset}: {len(gone)} of {len(group)} signatures cannot be measured (mostly: {why})")
    return found


def _of_intake(dataset: str, intake: Mapping[str, Any]) -> list[str]:
    found, samples = [], intake["samples"]
    for key, words in (
        ("only_in_matrix", "no row in the table of samples"),
        ("only_in_metadata", "no data in the matrix"),
    ):
        if samples[key]["n"]:
            n = samples[key]["n"]
            found.append(f"{dataset}: {n} {'sample' if n == 1 else 'samples'} left out: {words}")
    if intake["identifiers"]["resolved"] < MUCH:
        found.append(f"{dataset}: only {intake['identifiers']['resolved']:.0%} of the features are known")
    found += [f"{dataset}: {remark}" for remark in intake["values"]["remarks"]]
    return found


def _of_alterations(inputs: pd.DataFrame) -> list[str]:
    found = []
    for row in inputs.to_dict("records"):
        where = f"{row['dataset']}: {row['file']}"
        if row["n_unreadable"]:
            found.append(f"{where}: {row['n_unreadable']} changes not understood (alteration_events.tsv names them)")
        if row["only_in_file"]:
            found.append(f"{where}: samples that the dataset lacks: {row['only_in_file']}{_because(row)}")
    return found


def _of_assays(assays: pd.DataFrame) -> list[str]:
    return [
        f"{row['dataset']}: {row['file']} ({row['assay']}): {row['not_in_metadata']} of its samples are not in the "
        f"table of samples{_because(row)}"
        for row in assays.to_dict("records")
        if row["not_in_metadata"]
    ]


def _because(row: Mapping[Any, Any]) -> str:
    return f"; {row['likely_reason']}" if row["likely_reason"] else ""


def _of_evidence(signatures: pd.DataFrame, members: pd.DataFrame, answers: pd.DataFrame | None) -> list[str]:
    found = []
    names = signatures.set_index("signature")["name"]
    retracted = members.loc[members["flags"].str.contains("retracted"), "signature"].unique()
    if len(retracted):
        found.append(f"{len(retracted)} signatures use retracted evidence, as the config asks: {', '.join(retracted)}")
    doubt = set(members.loc[members["flags"].str.contains("contradicted"), "signature"])
    called = (
        []
        if answers is None
        else [each for each in answers.loc[answers["verdict"].isin(CALLS), "signature"].unique() if each in doubt]
    )
    if called:
        shown = ", ".join(str(names.get(each, each)) for each in called[:FEW])
        more = f" and {len(called) - FEW} more" if len(called) > FEW else ""
        found.append(f"contradicted evidence stands behind some members of called signatures: {shown}{more}")
    return found


def counts(answers: pd.DataFrame) -> dict[str, int]:
    """Count the answers by verdict, in the order of docs/methods.md; words for verdicts."""
    from resig.tables import VERDICTS

    found = answers["verdict"].value_counts()
    return {said(each): int(found.get(each, 0)) for each in VERDICTS}
