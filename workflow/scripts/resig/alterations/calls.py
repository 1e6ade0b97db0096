"""Calls: each alteration in each sample is present, absent or not measured, with what was seen."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from resig.alterations.found import Event
from resig.alterations.match import TEXT, Condition, Rule, read_rule
from resig.alterations.take import Source, Taken

WORDS = {-2: "deletion", -1: "loss", 0: "neutral", 1: "gain", 2: "amplification"}
ANSWERS = {True: "present", False: "absent", None: "not_measured"}
GIVEN = {"variant": "variants", "copy_number": "copy number", "fusion": "fusions", "methylation": "methylation"}


def call_alterations(
    source: Source, book: pd.DataFrame, samples: list[str], methylated_from: float
) -> Iterator[dict[str, Any]]:
    """Yield one row for each sample and alteration."""
    rules = {row.alteration: read_rule(row.match) for row in book.itertuples()}
    resolved = {each.alteration: each for each in book.itertuples()}
    for sample in samples:
        for name, row in resolved.items():
            rule = rules[name]
            answers = {each: ask(each, sample, source.taken, methylated_from) for each in rule.conditions}
            answer = rule.answer({each: found for each, (found, _, _) in answers.items()}.__getitem__)
            if row.match == TEXT:
                seen = _as_text(source.taken.get("variant"), sample, row.name)
                reasons = ["kept as text, never matched"]
            else:
                told = [said for found, said, _ in answers.values() if said and (found or not answer)]
                seen = "; ".join(dict.fromkeys(told))
                reasons = list(dict.fromkeys(why for _, _, why in answers.values() if why)) if answer is None else []
            yield {
                "sample": sample,
                "alteration": name,
                "mechanism": row.mechanism,
                "name": row.name,
                "direction": row.direction,
                "call": ANSWERS[answer],
                "seen": seen,
                "reason": "; ".join(reasons),
                "assumption": _assumption(rule, source.taken) if answer is False else "",
                "ledger": row.ledger,
            }


def ask(
    condition: Condition, sample: str, taken: Mapping[str, Taken], methylated_from: float
) -> tuple[bool | None, str, str]:
    """Answer one condition in one sample: the answer, what was seen, and why there is no answer."""
    data = taken.get(condition.assay)
    if data is None:
        return None, "", f"no {GIVEN[condition.assay]} given"
    if sample not in data.samples:
        return None, "", f"sample not examined for {GIVEN[condition.assay]}"
    if condition.assay in ("copy_number", "methylation"):
        return _ask_value(condition, sample, data, methylated_from)
    events = data.events.get((sample, condition.gene), [])
    if condition.assay == "fusion":
        fits = [each for each in events if condition.what in ("", each.change.rstrip("@"))]
        seen = "; ".join(f"{each.gene}::{each.change or '?'} ({each.place})" for each in fits)
        return bool(fits), seen, ""
    answers = [(each, _ask_change(condition, each)) for each in events]
    if any(answer for _, answer in answers):
        return True, "; ".join(_said(each) for each, answer in answers if answer), ""
    others = "; ".join(
        f"{_said(each)}, not counted" for each, answer in answers if answer is False and not each.missing
    )
    if any(answer is None for _, answer in answers):
        return None, others, "; ".join(_why_not(condition.gene, [each for each, answer in answers if answer is None]))
    if data.genes is not None and condition.gene not in data.genes:
        return None, others, f"{condition.gene} is not in variants_genes"
    return False, others, ""


def _why_not(gene: str, unclear: list[Event]) -> list[str]:
    named = {
        missing: ", ".join(
            f"'{each.change or each.effect}' ({each.place})" for each in unclear if each.missing is missing
        )
        for missing in (False, True)
    }
    found = [f"{gene}: {named[False]} is not understood"] if named[False] else []
    return found + ([f"{gene}: no genotype at {named[True]}"] if named[True] else [])


def _ask_change(condition: Condition, event: Event) -> bool | None:
    answer = _ask_known(condition, event)
    return None if event.missing and answer else answer


def _ask_known(condition: Condition, event: Event) -> bool | None:
    if event.changes is None:
        return None
    if not event.changes:
        return False
    if event.parsed is None:  # the protein changes, but not where
        return True if condition.what == "any" else None
    return condition.fits_change(event.parsed)


def _ask_value(condition: Condition, sample: str, data: Taken, methylated_from: float) -> tuple[bool | None, str, str]:
    gene = condition.gene
    value = data.values.get((sample, gene))
    if value is None:
        return None, "", f"{gene}: {data.why_not.get((sample, gene), 'not in the file')}"
    if condition.assay == "methylation":
        return value >= methylated_from, f"{gene} beta {value:g}", ""
    return condition.fits_copies(value), f"{gene} {WORDS[int(value)]} ({value:+g})" if value else f"{gene} neutral", ""


def _said(event: Event) -> str:
    return f"{event.gene} {event.change or event.effect} ({event.place})"


def _as_text(data: Taken | None, sample: str, name: str) -> str:
    """Show a change that is written as the document writes it, without matching it."""
    gene, change, *_ = name.split()
    events = data.events.get((sample, gene), []) if data else []
    return "; ".join(
        f"{_said(each)}, not matched"
        for each in events
        if not each.missing and each.change.removeprefix("p.") == change
    )


def _assumption(rule: Rule, taken: Mapping[str, Taken]) -> str:
    assays = {each.assay for each in rule.conditions}
    said = []
    if "variant" in assays and "variant" in taken and taken["variant"].genes is None:
        said.append("no list of genes given: taken as sequenced")
    if "fusion" in assays:
        said.append("taken as examined: fusion files list what was found only")
    return "; ".join(said)
