"""The evidence behind every signature of a run: each member with its document, and what speaks against it."""

import os
import re
from collections.abc import Mapping

import pandas as pd

from resig.files import write_text
from resig.page import Markup, page, table, text

ID = re.compile(r"\b[A-Z]{3}-\d{3}\b")
LEGEND = {
    "stated": "the document says it of this gene and this direction",
    "inferred": "follows from what the document says of a target or a partner",
    "proxy": "stands in for what expression cannot show",
    "outside": "added from outside the documents; the evidence names the source",
    "contradicted": "another statement, in the documents or the literature, says otherwise",
    "retracted": "rests on a retracted paper; left out unless the config asks for it",
}


def write_evidence_page(
    signatures: pd.DataFrame,
    members: pd.DataFrame,
    left_out: pd.DataFrame,
    contradictions: pd.DataFrame,
    documents: Mapping[str, str],
    answers: Mapping[str, str],
    style: str,
    script: str,
    path: str | os.PathLike[str],
) -> None:
    """Write the page; `left_out` are retracted members, `answers` what `signature_verdicts.tsv` says of each."""
    by_signature = {name: group for name, group in members.groupby("signature")}
    without = {name: group for name, group in left_out.groupby("signature")}
    sections = "\n".join(
        _section(
            row,
            documents.get(row["document"], ""),
            answers.get(row["signature"], ""),
            _members(by_signature.get(row["signature"]), without.get(row["signature"])),
            contradictions,
        )
        for row in signatures.to_dict("records")
    )
    legend = "".join(f"<li>{_tags(flag)} {text(words)}</li>" for flag, words in LEGEND.items())
    doubt = members["flags"].str.contains("contradicted|retracted").sum()
    body = f"""<h1>Evidence</h1>
<p>{len(signatures)} signatures with {len(members)} members are in this run; the evidence for {doubt} members is
contradicted
or retracted, and {len(left_out)} more are left out because theirs is retracted. Ids such as TRA-069 are rows of the
ledger
(resources/genesets/evidence).</p>
<ul class="legend">{legend}</ul>
<p class="controls"><label>Search <input type="search" id="search" placeholder="signature, gene, drug, word …"></label>
<label><input type="checkbox" id="doubt"> only contradicted or retracted</label> <span id="count"
role="status"></span></p>
{sections}"""
    write_text(path, page("resig: evidence", body, style, script))


def _members(used: pd.DataFrame | None, left_out: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return the members as rows, those that are left out last."""
    found = [] if used is None else used.assign(used="yes").to_dict("records")
    gone = [] if left_out is None else left_out.assign(used="left out").to_dict("records")
    return [*found, *gone]


def _section(
    about: Mapping[str, str], source: str, answer: str, members: list[dict[str, str]], contradictions: pd.DataFrame
) -> str:
    source = ": ".join(part for part in (about["document"], source) if part)
    short = {"Tier": about["tier"]}
    short |= {"Drug": about["drug"].replace(";", ", "), "Cancer": about["cancer"].replace(";", ", ")}
    short |= {"Read in": about["context"]}
    long = {"Document": source, "Collection": "" if source else about["collection"], "Caveat": about["caveat"]}
    told = "<br>".join(
        [_facts(short), *(_facts({key: value}) for key, value in (long | {"In this run": answer}).items() if value)]
    )
    listed = table(
        ["member", "in resistance", "evidence is", "used", "section", "what the document says"],
        [
            [
                Markup(f"<b>{text(member['symbol'])}</b>"),
                "+ up" if float(member["weight"]) > 0 else "\N{MINUS SIGN} down",
                Markup(_tags(member["flags"])),
                member["used"],
                member["section"],
                member["evidence"],
            ]
            for member in members
        ],
    )
    doubt = any({"contradicted", "retracted"} & set(member["flags"].split(";")) for member in members)
    return f"""<section data-doubt="{int(doubt)}">
<h2>{text(about["name"])} <small>{text(about["signature"])}</small></h2>
<p>{told}</p>
{listed}
{_against(members, contradictions)}</section>"""


def _facts(facts: Mapping[str, str]) -> str:
    return " · ".join(f'<span class="soft">{key}:</span> {text(value)}' for key, value in facts.items() if value)


def _against(members: list[dict[str, str]], contradictions: pd.DataFrame) -> str:
    """Return both readings where statements that a member rests on are contradicted."""
    told = {id_ for member in members for id_ in ID.findall(member["evidence"])}
    rows = [row for row in contradictions.to_dict("records") if told & set(row["ledger"].split(";"))]
    if not rows:
        return ""
    shown = [
        [
            row["contradiction"],
            ", ".join(sorted(told & set(row["ledger"].split(";")))),
            *(row[column] for column in ("one_reading", "other_reading", "used", "why")),
        ]
        for row in rows
    ]
    heads = ["contradiction", "about", "one reading", "the other", "what is used", "why"]
    return f"<h3>What speaks against it</h3>\n{table(heads, shown)}"


def _tags(flags: str) -> str:
    return "".join(f'<span class="tag {text(flag)}">{text(flag)}</span>' for flag in flags.split(";") if flag)
