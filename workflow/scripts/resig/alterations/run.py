"""The alterations of one dataset: files in, calls and the tables beside them out."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from resig.alterations.book import ALTERATIONS, COORDINATES
from resig.alterations.calls import call_alterations
from resig.alterations.take import take_alterations
from resig.nomenclature import Resolver
from resig.tables import ALTERATION_CALLS, ALTERATION_EVENTS, ALTERATION_INPUTS

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
    found: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], calls: Path, events: Path, inputs: Path
) -> None:
    """Write the three tables."""
    for frame, table, path in zip(
        found, (ALTERATION_CALLS, ALTERATION_EVENTS, ALTERATION_INPUTS), (calls, events, inputs), strict=True
    ):
        table.write(frame, path)
