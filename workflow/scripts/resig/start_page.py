"""The start page of the report and the last words on the terminal: what was asked, what was found, what to mind."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resig.files import write_text
from resig.page import text
from resig.plan import question
from resig.plots.palette import VERDICT_COLOURS, said
from resig.remarks import CALLS, warnings

FINDINGS, WARNINGS = 12, 12
MEANING = {
    "supported": "higher in the resistant arm, beyond chance and beyond random genes",
    "contradicted": "lower in the resistant arm, against the documents",
    "not_specific": "differs, but no more than matched random genes do",
    "not_separable": "no difference that chance does not explain",
    "underpowered": "too few samples to say anything",
    "not_measurable": "the data cannot show this signature; Coverage says why",
}


@dataclass(frozen=True)
class Told:
    """What both are written from. Without contrasts there are no answers."""

    config: Mapping[str, Any]
    signatures: pd.DataFrame
    members: pd.DataFrame
    coverage: pd.DataFrame
    intakes: Mapping[str, Mapping[str, Any]]
    contrasts: pd.DataFrame | None = None
    answers: pd.DataFrame | None = None
    over_all: pd.DataFrame | None = None
    altered: Sequence[pd.DataFrame] = ()
    assays: Sequence[pd.DataFrame] = ()

    @property
    def warnings(self) -> list[str]:
        """What must be known before the verdicts."""
        evidence = self.signatures, self.members, self.contrasts, self.answers
        return warnings(self.coverage, self.intakes, *evidence, self.altered, self.assays)


def write_start(told: Told, style: str, page_out: str | os.PathLike[str], text_out: str | os.PathLike[str]) -> None:
    """Write the page (a fragment, which the report takes in) and the text."""
    write_text(text_out, "\n".join(summary_lines(told)) + "\n")
    write_text(
        page_out, f'<meta charset="utf-8">\n<style>\n{style}</style>\n<div class="resig">\n{_page(told)}\n</div>\n'
    )


# --- terminal ---


def summary_lines(told: Told) -> list[str]:
    """Return the last words on the terminal: counts, findings, warnings."""
    lines = [f"{len(told.config['datasets'])} datasets, {len(told.signatures)} signatures, {_answered(told)}"]
    if told.answers is not None:
        found = told.answers["verdict"].value_counts()
        lines += [f"  {found[each]:>5} {said(each):<15} {words}" for each, words in MEANING.items() if each in found]
        lines += [f"  {line}" for line in _called(told.answers)[: FINDINGS // 2]]
    minded = told.warnings
    if minded:
        lines += ["To keep in mind", *(f"  {line}" for line in minded[:WARNINGS])]
        if len(minded) > WARNINGS:
            lines.append(f"  and {len(minded) - WARNINGS} more on the report's first page")
    return lines


def _answered(told: Told) -> str:
    if told.answers is None:
        return "no contrasts: samples were scored, nothing was compared"
    asked = told.answers["contrast"].nunique()
    return f"{asked} {'question' if asked == 1 else 'questions'}, {len(told.answers)} answers"


def _called(answers: pd.DataFrame) -> list[str]:
    """Return the calls in words, the surest first."""
    called = answers[answers["verdict"].isin(CALLS)].sort_values(["fdr", "dataset", "signature"], kind="stable")
    return [
        f"{row.verdict}: {row.name_} in {row.dataset}, {row.contrast}{_cells(row.cell_type)} ({_figures(row)})"
        for row in called.rename(columns={"name": "name_"}).itertuples()
    ]


def _cells(cell_type: str) -> str:
    return "" if cell_type == "bulk" else f", {cell_type}"


def _figures(row: Any) -> str:
    kind = {"spearman": "rho", "log_hr": "log HR"}.get(row.effect_type, "g")
    effect = "" if pd.isna(row.effect) else f"{kind} {row.effect:.2f}, ".replace("-", "\N{MINUS SIGN}")
    return f"{effect}FDR {row.fdr:.2g}"


# --- page ---


def _page(told: Told) -> str:
    parts = [
        "<h1>Which known mechanisms of drug resistance are active here?</h1>",
        f"<p>{len(told.signatures)} signatures with {len(told.members)} genes, each with a direction and the "
        f"sentence it rests"
        " on, were looked for in the data. A higher score means <b>more like the resistant state</b>. Groups are "
        "compared"
        " between biological samples, never between cells.</p>",
        _verdicts(told),
        _findings(told),
        _minded(told.warnings),
        _asked(told),
        _measured(told),
        _reading(told),
    ]
    return "\n".join(part for part in parts if part)


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _asked(told: Told) -> str:
    contrasts, tested = told.config["contrasts"], told.contrasts
    if not contrasts or tested is None:
        return "<h2>What was asked</h2><p>No question: samples were scored, nothing was compared.</p>"
    items = []
    for name, spec in contrasts.items():
        where = "; ".join(
            _sizes(tested[(tested["contrast"] == name) & (tested["dataset"] == each)], each)
            for each in spec["datasets"]
        )
        items.append(f"<b>{text(name)}</b>: {text(question(spec))}<br><small>{text(where)}</small>")
    return f"<h2>What was asked</h2>{_list(items)}"


def _sizes(rows: pd.DataFrame, dataset: str) -> str:
    most = rows.loc[rows["n_samples"].idxmax()] if len(rows) else None
    if most is None:
        return dataset
    if pd.notna(most["n_resistant"]):
        ends = ("at the last level", "at the first") if most["effect_type"] == "trend_g" else ("resistant", "sensitive")
        return f"{dataset}: {most['n_resistant']} {ends[0]}, {most['n_sensitive']} {ends[1]}"
    events = f", {most['n_events']} events" if pd.notna(most["n_events"]) else ""
    return f"{dataset}: {most['n_samples']} samples{events}"


def _measured(told: Told) -> str:
    rows = []
    for name, intake in told.intakes.items():
        gate = told.coverage.loc[told.coverage["dataset"] == name, "scorable"].value_counts()
        kind = "single cell" if told.config["datasets"][name]["kind"] == "single_cell" else "bulk"
        cells = f" ({intake['samples']['observations_used']:,} cells)" if kind == "single cell" else ""
        cells_of = [name, kind, f"{intake['samples']['used']:,}{cells}", f"{intake['genes']['used']:,}"]
        cells_of += [str(gate.get(each, 0)) for each in ("yes", "low_power", "no")]
        rows.append("".join(f"<td>{text(cell)}</td>" for cell in cells_of))
    heads = ("dataset", "kind", "samples", "genes", "scored", "low power", "not measurable")
    head = "".join(f"<th>{each}</th>" for each in heads)
    return (
        f"<h2>What was measured</h2><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"
    )


def _verdicts(told: Told) -> str:
    if told.answers is None:
        return ""
    found = told.answers["verdict"].value_counts()
    bars = "".join(
        f'<span style="flex:{found[each]};background:{colour}" title="{said(each)}: {found[each]}"></span>'
        for each, colour in VERDICT_COLOURS.items()
        if each in found
    )
    rows = "".join(
        f'<tr><td class="count">{found.get(each, 0)}</td><td><span class="dot" '
        f'style="background:{VERDICT_COLOURS[each]}">'
        f"</span><b>{said(each)}</b></td><td>{words}</td></tr>"
        for each, words in MEANING.items()
    )
    return (
        f"<h2>The verdicts</h2><p>{len(told.answers)} answers: each signature in each dataset, question and cell "
        f"type.</p>"
        f'<div class="bar">{bars}</div><table class="verdicts"><tbody>{rows}</tbody></table>'
    )


def _findings(told: Told) -> str:
    if told.answers is None:
        return ""
    called = _called(told.answers)
    if not called:
        able = int((~told.answers["verdict"].isin(["not_measurable", "underpowered"])).sum())
        return (
            f"<h2>Main findings</h2><p>No signature was called, of {able} answers that could have been. That is an "
            f"answer, not a"
            " failure: no known mechanism separates the arms here beyond chance and random genes. How large an "
            "effect would"
            " have been found stands in <code>mde</code> of the contrast tables.</p>"
        )
    more = (
        f"<p><small>and {len(called) - FINDINGS} more in the table of verdicts</small></p>"
        if len(called) > FINDINGS
        else ""
    )
    return f"<h2>Main findings</h2>{_list([_finding(line) for line in called[:FINDINGS]])}{more}{_over_all(told)}"


def _finding(line: str) -> str:
    verdict, _, rest = line.partition(":")
    return f'<span class="dot" style="background:{VERDICT_COLOURS[verdict]}"></span><b>{verdict}</b>:{text(rest)}'


def _over_all(told: Told) -> str:
    if told.over_all is None:
        return ""
    called = told.over_all[told.over_all["verdict"].isin([*CALLS, "mixed"])]
    consistent = called[called["agreement"] == "consistent"]
    mixed = called[called["verdict"] == "mixed"]
    said_of = [f"{len(called)} of {len(told.over_all)} signatures are called somewhere in cells they are about"]
    said_of.append(f"{len(consistent)} of them alike in two datasets or more")
    if len(mixed):
        said_of.append(
            f"{len(mixed)} are supported in one place and contradicted in another ({', '.join(mixed['name'])})"
        )
    return f"<p>{text('; '.join(said_of))}.</p>"


def _minded(lines: Sequence[str]) -> str:
    if not lines:
        return "<h2>To keep in mind</h2><p>Nothing stood out.</p>"
    more = _list([text(line) for line in lines[WARNINGS:]]) if len(lines) > WARNINGS else ""
    rest = f"<details><summary>{len(lines) - WARNINGS} more</summary>{more}</details>" if more else ""
    return f"<h2>To keep in mind</h2>{_list([text(line) for line in lines[:WARNINGS]])}{rest}"


def _reading(told: Told) -> str:
    inference, least = told.config["inference"], 100 * told.config["scoring"]["min_coverage"]
    rules = [
        f"A difference is <b>called</b> at a false discovery rate of at most {inference['fdr']:g} within a dataset, "
        f"question and"
        f" method, where at most {100 * inference['null_alpha']:g} % of {inference['matched_sets']:,} matched random "
        f"gene sets"
        " show as much.",
        f"A signature is scored where at least {least:g} % of its members are measured.",
        "An AUROC below 0.5 is a contradiction and is shown as one.",
        "Verdicts rest on the first scoring method of the config; the others stand beside it.",
        "Categories at the left hold the table to search (Verdicts), pictures, the evidence for every gene "
        "(Evidence), a"
        " Methods text for a paper (Methods), and config, versions and checksums (Provenance).",
    ]
    return f"<h2>How to read it</h2>{_list(rules)}<p><b>Research software; no treatment advice.</b></p>"
