"""Alterations from files to tables: the calls of a dataset, its profile, and the mechanisms over all datasets."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from resig.alterations.association import co_occurrence
from resig.alterations.book import ALTERATIONS, COORDINATES, REVERSAL
from resig.alterations.calls import call_alterations
from resig.alterations.mechanisms import summarise
from resig.alterations.profile import profile
from resig.alterations.take import take_alterations
from resig.inference.two_groups import split_arms
from resig.ledger import LEDGER, MECHANISMS
from resig.nomenclature import Resolver
from resig.profile_page import write_profile_page
from resig.tables import (
    ALTERATION_CALLS,
    ALTERATION_EVENTS,
    ALTERATION_INPUTS,
    CO_OCCURRENCE,
    COVERAGE,
    READOUTS,
    SAMPLE_SCORES,
    SIGNATURE_VERDICTS,
    SIGNATURES,
    read_text_table,
)

Path = str | os.PathLike[str]


def find_alterations(
    dataset: str,
    spec: Mapping[str, Any],
    locate: Callable[[str], Path],
    samples: list[str],
    resolver: Resolver,
    book: Path,
    coordinates: Path,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the calls, the records they rest on, and what each file was."""
    rules = ALTERATIONS.read(book)
    source = take_alterations(spec, locate, samples, resolver, rules, COORDINATES.read(coordinates))
    calls = pd.DataFrame(call_alterations(source, rules, samples, spec["methylated_from"]))
    events = pd.DataFrame(source.events, columns=[each for each in ALTERATION_EVENTS.names if each != "dataset"])
    inputs = pd.DataFrame(source.inputs)
    for entry in source.inputs:
        for remark in filter(None, [entry["likely_reason"], *entry["remarks"].split("; ")]):
            print(f"NOTE: {entry['file']}: {remark}")
        if entry["n_duplicates"] or entry["n_unreadable"]:
            print(f"NOTE: {entry['file']}: {entry['n_duplicates']} duplicates, {entry['n_unreadable']} not understood")
    return calls.assign(dataset=dataset), events.assign(dataset=dataset), inputs.assign(dataset=dataset)


def write_alterations(
    found: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    book: Path,
    calls: Path,
    events: Path,
    inputs: Path,
    together: Path,
) -> None:
    """Write the three tables, and which alterations occur together or apart."""
    pairs = co_occurrence(str(found[0]["dataset"].iloc[0]), found[0], ALTERATIONS.read(book))
    CO_OCCURRENCE.write(pairs if len(pairs) else pd.DataFrame(columns=CO_OCCURRENCE.names), together)
    for frame, table, path in zip(
        found, (ALTERATION_CALLS, ALTERATION_EVENTS, ALTERATION_INPUTS), (calls, events, inputs), strict=True
    ):
        table.write(frame, path)


def profile_of(dataset: str, given: Any, method: str) -> tuple[pd.DataFrame, Callable[[Path], None]]:
    """Return the profile of a dataset from its finished tables, and what writes its page; absent inputs are empty."""
    mechanisms, reversal = MECHANISMS.read(given.mechanisms), REVERSAL.read(given.reversal)
    verdicts = SIGNATURE_VERDICTS.read(given.verdicts[0]) if given.verdicts else pd.DataFrame(columns=["signature"])
    table = profile(
        dataset,
        read_text_table(given.samples)["sample"].tolist(),
        mechanisms,
        SAMPLE_SCORES.read(given.scores),
        method,
        SIGNATURES.read(given.signatures),
        {row.signature: row.verdict for row in verdicts.itertuples()},
        ALTERATION_CALLS.read(given.calls[0]) if given.calls else None,
        READOUTS.read(given.readouts[0]) if given.readouts else None,
        ALTERATIONS.read(given.book),
    )
    return table, lambda path: write_profile_page(dataset, table, mechanisms, reversal, path)


def mechanisms_of(given: Any, altered: list[str], read: list[str]) -> pd.DataFrame:
    """Return the table of mechanisms over all datasets; `altered` and `read` are those with such inputs, in order."""
    return summarise(
        MECHANISMS.read(given.mechanisms),
        pd.concat([LEDGER.read(path) for path in given.ledger], ignore_index=True),
        SIGNATURES.read(given.signatures),
        COVERAGE.read(given.coverage),
        {name: ALTERATION_CALLS.read(path) for name, path in zip(altered, given.calls, strict=True)},
        {name: READOUTS.read(path) for name, path in zip(read, given.readouts, strict=True)},
        REVERSAL.read(given.reversal),
    )


def arms_of(
    samples: pd.DataFrame, contrasts: Mapping[str, Mapping[str, Any]], dataset: str
) -> tuple[str, dict[str, str]]:
    """Return the arm of each sample in the first two-group contrast that a dataset is asked, and its name."""
    for name, spec in contrasts.items():
        if dataset in spec["datasets"] and spec["groups"] is not None:
            arms = split_arms(samples, spec, dataset)
            named = dict.fromkeys(arms.resistant, "resistant") | dict.fromkeys(arms.sensitive, "sensitive")
            return name, named
    return "", {}
