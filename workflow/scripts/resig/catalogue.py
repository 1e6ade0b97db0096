"""The readable catalogue: every signature with its members and reasons, and everything that was left out."""

from collections.abc import Iterable, Sequence

import pandas as pd

from resig.ledger import Sources, listed, why_no_member

FLAGS = {
    "stated": "the document states the direction",
    "inferred": "the direction follows from an experiment or an effect that the document tells",
    "outside": "the direction comes from outside the document; the ledger names the source",
    "proxy": "the document speaks of protein, activity or copy number; RNA only stands in for it",
    "retracted": "the paper behind it is retracted; off unless asked for",
    "contradicted": "the document contradicts itself or the literature; see the contradictions below",
}
ASSAYS = {
    "mrna": "mRNA",
    "total_rna": "total RNA",
    "small_rna": "small RNA",
    "circ_rna": "RNA with back-splice junctions",
}


def catalogue(sources: Sources, signatures: pd.DataFrame, members: pd.DataFrame, taken: set[str]) -> str:
    """Return the catalogue as Markdown."""
    return "\n".join(
        [
            *_head(signatures, members),
            *_overview(signatures),
            *(
                line
                for document in sources.documents.itertuples()
                for line in _document(document, sources, signatures, members)
            ),
            *_mechanisms(sources),
            *_contradictions(sources),
            *_left_out(sources, taken),
        ]
    )


def _head(signatures: pd.DataFrame, members: pd.DataFrame) -> list[str]:
    retracted = int(members["flags"].str.contains("retracted").sum())
    return [
        "# The resistance signatures",
        "",
        "Built from the ledger by `python -m resig.build_genesets`; edit the ledger, not this file.",
        "",
        f"{len(signatures)} signatures with {len(members)} members, {retracted} of them retracted and off by "
        "default. A plus is higher and a minus lower in the resistant state. Each sentence ends with "
        "its ledger row, which stands in `evidence/*.tsv` with section, reference and notes.",
        "",
        "| flag | meaning |",
        "| --- | --- |",
        *(f"| {flag} | {meaning} |" for flag, meaning in FLAGS.items()),
        "",
        "Tiers: A usable, B usable with its caveat, C exploratory, X not scoreable from expression.",
        "",
    ]


def _overview(signatures: pd.DataFrame) -> list[str]:
    rows = (
        (
            f"[{row.signature}](#{row.signature})",
            row.name_,
            row.drug.replace(";", ", "),
            row.cancer,
            ASSAYS[row.assay],
            row.tier,
            "none" if row.tier == "X" else f"+{row.n_up} -{row.n_down}",
            "none" if row.tier == "X" else str(row.min_members),
        )
        for row in signatures.rename(columns={"name": "name_"}).itertuples()
    )
    heads = ("signature", "name", "drug", "cancer", "assay", "tier", "members on", "fewest measured")
    return ["## All signatures", "", *_table(heads, rows), ""]


def _document(document: object, sources: Sources, signatures: pd.DataFrame, members: pd.DataFrame) -> list[str]:
    there = signatures[signatures["document"] == document.document]  # type: ignore[attr-defined]
    lines = [
        f"## {document.document}",  # type: ignore[attr-defined]
        "",
        f"{document.title}. Source: {document.source}. {document.note}",  # type: ignore[attr-defined]
        "",
    ]
    for _, signature in there.iterrows():
        definition = sources.definitions.set_index("signature").loc[signature["signature"]]
        lines += _signature(signature, definition, members[members["signature"] == signature["signature"]], sources)
    return lines


def _signature(signature: pd.Series, definition: pd.Series, members: pd.DataFrame, sources: Sources) -> list[str]:
    facts = [
        ("Name", signature["name"]),
        ("Drug", signature["drug"].replace(";", ", ")),
        ("Cancer", signature["cancer"]),
        ("Read it in", signature["context"]),
        ("Assay", ASSAYS[signature["assay"]]),
        ("Tier", signature["tier"]),
        ("Fewest measured members", "" if signature["tier"] == "X" else str(signature["min_members"])),
        ("Caveat", signature["caveat"]),
        ("Left out", definition["left_out"]),
        ("Look at beside it, never pooled", ", ".join(listed(signature["companions"]))),
    ]
    lines = [f"### {signature['signature']}", ""]
    lines += [f"- **{what}:** {text}" for what, text in facts if text]
    lines.append("")
    if signature["tier"] == "X":
        return [*lines, *_unsigned(definition, sources), ""]
    rows = (
        (row.symbol, "+" if row.weight > 0 else "-", row.evidence, row.section, row.flags.replace(";", ", "))
        for row in members.itertuples()
    )
    return [*lines, *_table(("member", "sign", "what the document says", "section", "flags"), rows), ""]


def _unsigned(definition: pd.Series, sources: Sources) -> list[str]:
    ledger = sources.ledger[sources.ledger["mechanism"].isin(listed(definition["mechanisms"]))]
    rows = (
        (symbol, "none", f"{row.evidence} ({row.id})", row.section, f"needs {row.assay}")
        for symbol in listed(definition["symbols"])
        for row in ledger[ledger["symbol"] == symbol].itertuples()
    )
    return _table(("molecule", "sign", "what the document says", "section", "why no sign"), rows)


def _mechanisms(sources: Sources) -> list[str]:
    rows = (
        (
            row.mechanism,
            row.name_,
            ", ".join(listed(row.signatures)) or "none",
            row.reason,
            row.needs,
        )
        for row in sources.mechanisms.rename(columns={"name": "name_"}).itertuples()
    )
    heads = ("mechanism", "name", "signatures", "what expression does not show", "data that would")
    return ["## Mechanisms", "", *_table(heads, rows), ""]


def _contradictions(sources: Sources) -> list[str]:
    rows = (
        (
            row.contradiction,
            row.document,
            row.kind,
            row.one_reading,
            row.other_reading,
            row.used,
            row.why,
            ", ".join(listed(row.ledger)),
        )
        for row in sources.contradictions.itertuples()
    )
    heads = ("id", "document", "against", "one reading", "other reading", "used", "why", "ledger rows")
    return ["## Contradictions and retractions", "", *_table(heads, rows), ""]


def _left_out(sources: Sources, taken: set[str]) -> list[str]:
    lines = ["## Assertions that make no member", ""]
    mechanisms = sources.mechanisms.set_index("mechanism")
    for document in sources.documents["document"]:
        ledger = sources.ledger[sources.ledger["document"] == document]
        reasons = ((row, why_no_member(row, taken, mechanisms)) for _, row in ledger.iterrows())
        rows = ((row["id"], row["name"], row["section"], row["evidence"], reason) for row, reason in reasons if reason)
        heads = ("row", "molecule", "section", "what the document says", "why not")
        lines += [f"### {document}: not in a signature", "", *_table(heads, rows), ""]
    return lines


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
        *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows),
    ]
