"""The profile as one HTML page that needs no network: each sample, what speaks for and against each mechanism."""

import html
import os
from collections.abc import Iterator
from typing import Any

import pandas as pd

from resig.alterations.profile import ASSAYS, CUT
from resig.files import write_text
from resig.page import page
from resig.plots.palette import EVIDENCE_COLOURS, said

SHOWN = 100
TITLES = {"expression": "Expression", "alteration": "DNA", "ncrna": "ncRNA", "protein": "Protein", "serum": "Serum"}
STAGES = {"named_only": "named, no data", "registered_trial": "registered trial"}


def write_profile_page(
    dataset: str, profile: pd.DataFrame, mechanisms: pd.DataFrame, reversal: pd.DataFrame, path: str | os.PathLike[str]
) -> None:
    """Write the page, samples in their order; of very many samples the first only, and it says so."""
    groups = dict(iter(profile.groupby("sample", sort=False)))
    order = list(groups)
    about = mechanisms.set_index("mechanism")
    told = set(reversal["mechanism"])
    samples = [_sample(name, groups[name], about, told) for name in order[:SHOWN]]
    more = f" Of {len(order)} samples the first {SHOWN} are shown; all are in profile.tsv."
    left = more if len(order) > SHOWN else ""
    measured = [assay for assay in ASSAYS if (profile[assay] != "not_measured").any()]
    none = ", ".join(TITLES[assay] for assay in ASSAYS if assay not in measured) or "none"
    body = (
        BODY.replace("@DATASET@", html.escape(dataset))
        .replace("@LEFT@", left)
        .replace("@NONE@", html.escape(none))
        .replace("@LEGEND@", "".join(_chip(word) for word in EVIDENCE_COLOURS))
        .replace("@REVERSAL@", "".join(_reversal(reversal, about)))
    )
    write_text(path, page(f"resig: profile of {dataset}", body, STYLE, SCRIPT, samples))


def _chip(word: str) -> str:
    return f'<span class="chip {word}">{said(word)}</span> '


def _sample(name: str, rows: pd.DataFrame, about: pd.DataFrame, told: set[str]) -> list[str]:
    """Return the markup of a sample's heading, and of what opens beneath it."""
    shown = rows[rows["n_measured"] > 0].assign(weight=lambda frame: -frame["n_for"])
    shown = shown.sort_values(["weight", "n_against"], kind="stable")
    altered = "; ".join(rows.loc[rows["alteration"] == "for", "name"]) or "no alteration that goes with resistance"
    lines = "".join(_row(row, about, told) for row in shown.itertuples())
    heads = "".join(f"<th>{TITLES[assay]}</th>" for assay in ASSAYS)
    return [
        f"<b>{html.escape(name)}</b> <small>DNA: {html.escape(altered)}</small>",
        f"<table><thead><tr><th>Mechanism</th>{heads}</tr></thead><tbody>{lines}</tbody></table>"
        f"<p>{len(rows) - len(shown)} mechanisms are not measured here.</p>",
    ]


def _row(row: Any, about: pd.DataFrame, told: set[str]) -> str:
    mechanism = row.mechanism
    link = f' <a href="#{html.escape(mechanism)}">reversal</a>' if mechanism in told else ""
    mark = " <b>conflict</b>" if row.conflict == "yes" else ""
    drug = html.escape(" in ".join(filter(None, (about.loc[mechanism, column] for column in ("drug", "cancer")))))
    cells = [f"<td>{html.escape(row.name)}{mark}<br><small>{drug}{link}</small></td>"]
    for assay in ASSAYS:
        seen = html.escape(getattr(row, f"{assay}_seen"))
        cells.append(f"<td>{_chip(getattr(row, assay))}{f'<br><small>{seen}</small>' if seen else ''}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _reversal(reversal: pd.DataFrame, about: pd.DataFrame) -> Iterator[str]:
    for mechanism, rows in reversal.groupby("mechanism", sort=False):
        name = html.escape(about["name"].get(mechanism, str(mechanism)))
        yield f'<h3 id="{html.escape(str(mechanism))}">{name}</h3><ul>'
        for row in rows.itertuples():
            stage = STAGES.get(row.stage, row.stage)
            link = "" if row.link == "stated" else " (acts on this mechanism)"
            caveat = f" <i>{html.escape(row.caveat)}</i>" if row.caveat else ""
            yield (
                f"<li><b>{html.escape(row.drug)}</b>{link}, {html.escape(stage)}, {html.escape(row.disease)}: "
                f"{html.escape(row.evidence)} [{html.escape(row.ledger)}]{caveat}</li>"
            )
        yield "</ul>"


STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; color: #222; margin: 1.5rem; max-width: 90rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .5rem; vertical-align: top; }
th { border-bottom: 2px solid #222; } tr { border-top: 1px solid #ddd; } small { color: #555; }
summary { cursor: pointer; padding: .35rem 0; } details { border-top: 1px solid #bbb; }
.chip { border: 1px solid #999; border-radius: 1em; padding: 0 .6em; white-space: nowrap; }
.note { border-left: 4px solid #d55e00; padding-left: .8rem; }
input { font: inherit; padding: .3rem .6rem; width: 22rem; max-width: 100%; margin: .6rem 0; }
"""
STYLE += "".join(
    f".chip.{word} {{ background: {colour}; color: {ink}; }}\n" for word, (colour, ink) in EVIDENCE_COLOURS.items()
)

# Headings and tables come as markup, whose words profile_page.py has escaped; a table is built when it is opened.
SCRIPT = """
(async () => {
'use strict';
const samples = await held();
const place = document.getElementById('samples');
const all = samples.map(([heading, table]) => {
  const details = document.createElement('details'), summary = document.createElement('summary');
  details.className = 'sample';
  summary.innerHTML = heading;
  details.append(summary);
  details.addEventListener('toggle', () => {
    if (details.children.length === 1) details.insertAdjacentHTML('beforeend', table);
  });
  place.append(details);
  return {details, text: () => (heading + ' ' + table).replace(/<[^>]*>/g, ' ').toLowerCase()};
});
document.querySelector('input').addEventListener('input', event => {
  const words = event.target.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const each of all) {
    each.text = typeof each.text === 'function' ? each.text() : each.text;
    each.details.hidden = !words.every(word => each.text.includes(word));
  }
});
})();
"""

BODY = f"""<h1>Profile of @DATASET@</h1>
<p class="note"><b>Research software, no treatment advice.</b> What stands here is what was measured, held against what
five review documents say of resistance. Nothing here says which drug a patient should have.</p>
<p>Each mechanism of each sample, assay by assay, never summed to one number. For RNA, protein and serum the z-score is
that within this dataset along the resistant direction: <i>for</i> from +{CUT:g}, <i>against</i> from -{CUT:g}. DNA:
<i>for</i> where an alteration that goes with resistance is present, <i>against</i> where all of them were measured and
are absent. Of several signatures only those count that serve the fewest mechanisms. Mechanisms that share genes are
not independent. Not measured in this dataset: @NONE@.@LEFT@</p>
<p>@LEGEND@</p>
<input type="search" placeholder="Search: sample, mechanism, gene …" aria-label="Search">
<div id="samples"></div>
<h2>What the documents say reverses these mechanisms</h2>
<p class="note"><b>Literature, not advice:</b> drugs as the five documents name them, with how far they had come there.
Stages are those of the documents, some of them old or contradicted; <i>named, no data</i> means that no result is
given.</p>
@REVERSAL@
"""
