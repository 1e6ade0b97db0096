"""The evidence ledger: one row for each assertion of a document, and the rule that makes signatures of it."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from resig.nomenclature import Mirnas, Resolver
from resig.tables import Column, Table

MEASURABLE = ("expression", "protein", "secretion", "exosomal_cargo", "copy_number")
ASSAYS = ("mrna", "total_rna", "small_rna", "circ_rna")
ENTITIES = (
    "protein_coding",
    "miRNA",
    "lncRNA",
    "circRNA",
    "complex",
    "phosphosite",
    "cleavage_product",
    "mutation",
    "cnv",
    "epigenetic",
    "process",
    "cell_state",
    "drug",
)

LEDGER = Table(
    "evidence/*.tsv",
    "One row for each assertion of a document.",
    (
        Column("id", "text", "Identifier, such as TRA-001."),
        Column("document", "text", "Identifier of the document in documents.tsv."),
        Column("section", "text", "Section of the document."),
        Column("mechanism", "text", "Identifier of the mechanism in mechanisms.tsv."),
        Column("cancer", "text", "Cancer that the sentence is about.", optional=True),
        Column("drug", "text", "Drug that the sentence is about; several are joined by `;`.", optional=True),
        Column("molecule", "text", "The molecule, state or drug as the document writes it."),
        Column("name", "text", "The same in English, or the approved symbol."),
        Column(
            "symbol",
            "text",
            "Approved symbol, miRBase mature name or circRNA name; `;` joins the partners of a complex. "
            "Empty where the document names a family, a state or a drug.",
            optional=True,
        ),
        Column("gene", "text", "HGNC symbol of the gene that a miRNA or circRNA comes from.", optional=True),
        Column("entity", "text", "What kind of thing it is.", choices=ENTITIES),
        Column(
            "feature",
            "text",
            "What about it is asserted; `state` for processes and cells, `treatment` for drugs.",
            choices=(
                *MEASURABLE,
                "phosphorylation",
                "localisation",
                "mutation",
                "methylation",
                "state",
                "treatment",
            ),
        ),
        Column(
            "direction",
            "text",
            "In the resistant state; `altered`: changed without a sign, `none`: not stated.",
            choices=("up", "down", "altered", "unchanged", "none"),
        ),
        Column(
            "direction_from",
            "text",
            "`stated`, `inferred` from an experiment of the document, or known from `outside` of it.",
            optional=True,
            choices=("stated", "inferred", "outside"),
        ),
        Column(
            "effect",
            "text",
            "What the change does to resistance; `context`: nothing is said about resistance.",
            choices=("promotes", "reverses", "marker", "target_of_drug", "context"),
        ),
        Column("relation", "text", "What the document says of it, in brief."),
        Column("target", "text", "What it acts on.", optional=True),
        Column("target_direction", "text", "Direction of the target in the resistant state.", optional=True),
        Column("scorable", "text", "Whether expression data can show it.", choices=("yes", "proxy", "no")),
        Column(
            "assay",
            "text",
            "mrna, total_rna, small_rna, circ_rna, or the data it would need.",
        ),
        Column("evidence_type", "text", "Kind of evidence, as far as the document says.", optional=True),
        Column("numbers", "text", "Numbers as stated.", optional=True),
        Column("reference", "text", "Reference numbers of the document.", optional=True),
        Column("confidence", "text", "Trust in the reading of the document.", choices=("high", "medium", "low")),
        Column(
            "status",
            "text",
            "`retracted`: the paper behind it is; `contradicted`: by the document or the literature.",
            choices=("ok", "retracted", "contradicted", "retracted;contradicted"),
        ),
        Column("contradiction", "text", "Identifiers in contradictions.tsv, joined by `;`.", optional=True),
        Column("evidence", "text", "What the document says, in our words."),
        Column(
            "note",
            "text",
            "Remarks; what is not from the document is called outside knowledge.",
            optional=True,
        ),
    ),
    key=("id",),
)

DOCUMENTS = Table(
    "documents.tsv",
    "One row for each source document.",
    (
        Column("document", "text", "Identifier."),
        Column("ledger", "text", "File of its ledger, without the ending."),
        Column("title", "text", "What it is about."),
        Column("source", "text", "Where it was published, as far as the document itself says."),
        Column("note", "text", "What to know about it.", optional=True),
    ),
    key=("document",),
)

MECHANISMS = Table(
    "mechanisms.tsv",
    "One row for each mechanism of each document.",
    (
        Column("mechanism", "text", "Identifier."),
        Column("document", "text", "Identifier of the document."),
        Column("name", "text", "Name for people."),
        Column("drug", "text", "Drugs.", optional=True),
        Column("cancer", "text", "Cancers.", optional=True),
        Column("signatures", "text", "Signatures that take members from it, joined by `;`.", optional=True),
        Column("reason", "text", "Why expression does not show it, or not all of it.", optional=True),
        Column("needs", "text", "Data type or assay that would show it.", optional=True),
    ),
    key=("mechanism",),
)

DEFINITIONS = Table(
    "definitions.tsv",
    "One row for each signature: what it is, and which ledger rows make its members.",
    (
        Column("signature", "text", "Identifier."),
        Column("name", "text", "Name for people."),
        Column("document", "text", "Identifier of the document."),
        Column("drug", "text", "Drugs."),
        Column("cancer", "text", "Cancers."),
        Column("context", "text", "Cells or tissue it may be read in."),
        Column("assay", "text", "Assay that measures its members.", choices=ASSAYS),
        Column(
            "tier",
            "text",
            "A usable, B with its caveat, C exploratory, X not scoreable.",
            choices=("A", "B", "C", "X"),
        ),
        Column("min_members", "integer", "Fewest measured members for a score."),
        Column(
            "mechanisms",
            "text",
            "Rule: mechanisms whose rows count, joined by `;`; `*` for all of the document.",
        ),
        Column("entities", "text", "Rule: kinds of entity that count, joined by `;`."),
        Column("drugs", "text", "Rule: the row is about one of these drugs; empty for any.", optional=True),
        Column(
            "symbols",
            "text",
            "Rule: only these members; empty for all that the other rules give.",
            optional=True,
        ),
        Column("caveat", "text", "What to keep in mind when reading the score.", optional=True),
        Column("left_out", "text", "What was considered and left out, and why.", optional=True),
        Column("companions", "text", "Public sets to look at beside it, joined by `;`.", optional=True),
    ),
    key=("signature",),
)

CONTRADICTIONS = Table(
    "contradictions.tsv",
    "One row for each place where a document contradicts itself or the literature.",
    (
        Column("contradiction", "text", "Identifier."),
        Column("document", "text", "Identifier of the document."),
        Column("kind", "text", "Against what.", choices=("itself", "literature", "retraction")),
        Column("ledger", "text", "Ledger rows it is about, joined by `;`."),
        Column("one_reading", "text", "The one reading."),
        Column("other_reading", "text", "The other reading."),
        Column("used", "text", "The reading used here."),
        Column("why", "text", "Why."),
    ),
    key=("contradiction",),
)

ACCOUNTING = Table(
    "evidence/accounting.tsv",
    "What became of each row of the curation ledgers.",
    (
        Column("curation", "text", "Curation ledger."),
        Column("row", "integer", "Its row, the first after the header being 1."),
        Column("outcome", "text", "What became of it.", choices=("kept", "merged", "rejected")),
        Column("ledger", "text", "Ledger row that carries it.", optional=True),
        Column("reason", "text", "Why it was merged or rejected, or what was changed.", optional=True),
    ),
    key=("curation", "row"),
)

COMPANIONS = Table(
    "companions.tsv",
    "One row for each public set that stands beside a signature, never inside one.",
    (
        Column("companion", "text", "Name of the set, as its source writes it."),
        Column(
            "source",
            "text",
            "Where it comes from.",
            choices=("hallmark", "reactome", "progeny", "c2", "positional", "family"),
        ),
        Column("about", "text", "The mechanism it is about."),
        Column("name_seen", "text", "Where the name was seen, or `not confirmed`."),
    ),
    key=("companion",),
)


@dataclass(frozen=True)
class Sources:
    """The hand-edited tables of resources/genesets, read and checked."""

    folder: Path
    documents: pd.DataFrame
    ledger: pd.DataFrame
    mechanisms: pd.DataFrame
    definitions: pd.DataFrame
    contradictions: pd.DataFrame
    companions: pd.DataFrame


def read_sources(folder: str | os.PathLike[str]) -> Sources:
    """Read all hand-edited tables of a folder such as resources/genesets."""
    there = Path(folder)
    documents = DOCUMENTS.read(there / "documents.tsv")
    ledgers = [_read_ledger(there / "evidence" / f"{name}.tsv") for name in documents["ledger"]]
    return Sources(
        there,
        documents,
        pd.concat(ledgers, ignore_index=True),
        MECHANISMS.read(there / "mechanisms.tsv"),
        DEFINITIONS.read(there / "definitions.tsv"),
        CONTRADICTIONS.read(there / "contradictions.tsv"),
        COMPANIONS.read(there / "companions.tsv"),
    )


def _read_ledger(path: Path) -> pd.DataFrame:
    ledger = LEDGER.read(path)
    return ledger.assign(where=[f"{path.name}:{line}" for line in range(2, len(ledger) + 2)])


def listed(cell: str) -> list[str]:
    """Split a cell whose values are joined by `;`."""
    return [part.strip() for part in cell.split(";") if part.strip()]


def candidates(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger rows that can make a member: one gene, one sign, shown by expression."""
    return ledger[
        ledger["scorable"].isin(["yes", "proxy"])
        & ledger["direction"].isin(["up", "down"])
        & ledger["feature"].isin(MEASURABLE)
        & ~ledger["effect"].isin(["target_of_drug", "context"])
        & (ledger["symbol"] != "")
        & ~ledger["symbol"].str.contains(";")
    ]


def rows_of(definition: pd.Series, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger rows that make the members of a signature by its rule."""
    rows = candidates(ledger)
    rows = rows[
        (rows["document"] == definition["document"])
        & (rows["assay"] == definition["assay"])
        & rows["entity"].isin(listed(definition["entities"]))
    ]
    if definition["mechanisms"] != "*":
        rows = rows[rows["mechanism"].isin(listed(definition["mechanisms"]))]
    if definition["drugs"]:
        wanted = set(listed(definition["drugs"]))
        rows = rows[rows["drug"].map(lambda drug: bool(wanted & set(listed(drug)))).astype(bool)]
    if definition["symbols"]:
        rows = rows[rows["symbol"].isin(listed(definition["symbols"]))]
    return rows


def why_no_member(row: pd.Series, taken: set[str], mechanisms: pd.DataFrame) -> str:
    """Return why a ledger row makes no member of any signature, or an empty text if it makes one.

    `mechanisms` is the table of mechanisms with the mechanism as its index.
    """
    if row["id"] in taken:
        return ""
    if row["effect"] == "context":
        return "background: nothing is said about resistance"
    if row["entity"] == "drug":
        return "a treatment, not a state of the tumour"
    if row["effect"] == "target_of_drug":
        return "a target of a drug, not a change in resistance"
    if row["scorable"] == "no":
        return f"expression does not show it; needs {row['assay']}"
    if not row["symbol"]:
        return "no gene is named"
    if ";" in row["symbol"]:
        return "a complex: its partners have rows of their own"
    if row["feature"] not in MEASURABLE:
        return f"asserted of {row['feature']}, not of a level"
    if row["direction"] not in ("up", "down"):
        return f"direction: {'not stated' if row['direction'] in ('none', 'altered') else row['direction']}"
    mechanism = mechanisms.loc[row["mechanism"]]
    if mechanism["signatures"]:
        return f"not among the members that {mechanism['signatures'].replace(';', ', ')} take"
    return f"its mechanism feeds no signature. {mechanism['reason']}"


def flags_of(rows: pd.DataFrame) -> list[str]:
    """Return the flags of a member from the ledger rows that carry it.

    One row that states the direction makes it `stated`; it is `proxy` or `retracted` only if every row is.
    """
    origin = next(origin for origin in ("stated", "inferred", "outside") if (rows["direction_from"] == origin).any())
    flags = ["inferred", "outside"] if origin == "outside" else [origin]
    if (rows["scorable"] == "proxy").all():
        flags.append("proxy")
    if rows["status"].str.contains("retracted").all():
        flags.append("retracted")
    if rows["status"].str.contains("contradicted").any():
        flags.append("contradicted")
    return flags


def told(rows: pd.DataFrame) -> str:
    """Return the evidence sentences of ledger rows, each with its row and, unless `ok`, its status."""
    status = {name: "" if name == "ok" else f", {name.replace(';', ', ')}" for name in set(rows["status"])}
    return " ".join(f"{row.evidence} ({row.id}{status[row.status]})" for row in rows.itertuples())


def lint(folder: str | os.PathLike[str], genes: Resolver, mirnas: Mirnas) -> list[str]:
    """Return every defect of the hand-edited tables, each with its file and line; none means clean."""
    sources = read_sources(folder)
    return [
        *_lint_names(sources, genes, mirnas),
        *_lint_rows(sources),
        *_lint_links(sources),
        *_lint_signatures(sources),
        *_lint_mechanisms(sources),
        *_lint_accounting(sources),
    ]


def _lint_names(sources: Sources, genes: Resolver, mirnas: Mirnas) -> Iterator[str]:
    named = sources.ledger[sources.ledger["symbol"] != ""]
    for row in named.itertuples():
        for symbol in listed(row.symbol):
            if row.entity == "miRNA":
                known = mirnas.resolve(symbol).how == "approved"
            elif row.entity == "circRNA":
                known = symbol == f"circ{row.gene}"
            else:
                known = genes.resolve(symbol).how == "approved"
            if not known:
                yield f"{row.where}: {row.id}: '{symbol}' is not an approved name"
    for row in sources.ledger[sources.ledger["gene"] != ""].itertuples():
        for symbol in listed(row.gene):
            if genes.resolve(symbol).how != "approved":
                yield f"{row.where}: {row.id}: gene '{symbol}' is not an approved symbol"


def _lint_rows(sources: Sources) -> Iterator[str]:
    what = [
        "document",
        "section",
        "mechanism",
        "molecule",
        "symbol",
        "feature",
        "relation",
        "drug",
        "cancer",
        "target",
    ]
    for row in sources.ledger[sources.ledger.duplicated(what)].itertuples():
        yield f"{row.where}: {row.id} repeats an assertion"
    for row in sources.ledger[sources.ledger.duplicated("id")].itertuples():
        yield f"{row.where}: {row.id} is used twice"
    for row in sources.ledger.itertuples():
        signed = row.direction in ("up", "down")
        if signed != bool(row.direction_from):
            yield f"{row.where}: {row.id}: direction and direction_from go together"
        if row.scorable != "no" and row.assay not in ASSAYS:
            yield f"{row.where}: {row.id}: scorable, but '{row.assay}' is not an expression assay"
        if row.scorable == "no" and row.assay in ASSAYS:
            yield f"{row.where}: {row.id}: not scorable, so the assay must say what data it would need"
        if row.status != "ok" and not row.contradiction:
            yield f"{row.where}: {row.id}: {row.status}, but no entry of contradictions.tsv says why"


def _lint_links(sources: Sources) -> Iterator[str]:
    ids, known = set(sources.ledger["id"]), set(sources.contradictions["contradiction"])
    documents = set(sources.documents["document"])
    kind = dict(zip(sources.contradictions["contradiction"], sources.contradictions["kind"], strict=True))
    cited = Counter(name for cell in sources.ledger["contradiction"] for name in listed(cell))
    for number, row in enumerate(sources.contradictions.itertuples(), start=2):
        where = f"contradictions.tsv:{number}"
        for name in listed(row.ledger):
            if name not in ids:
                yield f"{where}: {row.contradiction}: there is no ledger row '{name}'"
        if cited[row.contradiction] != len(listed(row.ledger)):
            yield f"{where}: {row.contradiction}: its ledger rows do not all point back to it"
    for row in sources.ledger.itertuples():
        for name in listed(row.contradiction):
            if name not in known:
                yield f"{row.where}: {row.id}: there is no contradiction '{name}'"
        if ("retraction" in {kind.get(name) for name in listed(row.contradiction)}) != ("retracted" in row.status):
            yield f"{row.where}: {row.id}: contradictions.tsv and the status disagree about a retraction"
        if row.document not in documents:
            yield f"{row.where}: {row.id}: there is no document '{row.document}'"
    for row in sources.ledger[~sources.ledger["mechanism"].isin(sources.mechanisms["mechanism"])].itertuples():
        yield f"{row.where}: {row.id}: there is no mechanism '{row.mechanism}'"
    companions = set(sources.companions["companion"])
    for number, row in enumerate(sources.definitions.itertuples(), start=2):
        for name in listed(row.companions):
            if name not in companions:
                yield f"definitions.tsv:{number}: {row.signature}: '{name}' is not in companions.tsv"


def _lint_signatures(sources: Sources) -> Iterator[str]:
    for number, (_, definition) in enumerate(sources.definitions.iterrows(), start=2):
        where = f"definitions.tsv:{number}: {definition['signature']}"
        if definition["tier"] == "X":
            yield from _lint_unsigned(where, definition, sources.ledger)
            continue
        rows = rows_of(definition, sources.ledger)
        for symbol, of_symbol in rows.groupby("symbol"):
            if of_symbol["direction"].nunique() > 1:
                yield f"{where}: {symbol} goes both up and down ({', '.join(of_symbol['id'])})"
        for symbol in sorted(set(listed(definition["symbols"])) - set(rows["symbol"])):
            yield f"{where}: no ledger row supports {symbol}"
        default = [symbol for symbol, of_symbol in rows.groupby("symbol") if "retracted" not in flags_of(of_symbol)]
        if not 1 <= definition["min_members"] <= len(default):
            yield f"{where}: needs {definition['min_members']} members, has {len(default)} by default"


def _lint_unsigned(where: str, definition: pd.Series, ledger: pd.DataFrame) -> Iterator[str]:
    there = ledger[ledger["mechanism"].isin(listed(definition["mechanisms"]))]
    for symbol in listed(definition["symbols"]):
        if symbol not in set(there["symbol"]):
            yield f"{where}: no ledger row of its mechanisms is about {symbol}"


def _lint_mechanisms(sources: Sources) -> Iterator[str]:
    found = signatures_of(sources)
    written = set(sources.ledger["mechanism"])
    for number, row in enumerate(sources.mechanisms.itertuples(), start=2):
        where = f"mechanisms.tsv:{number}: {row.mechanism}"
        signatures = found.get(row.mechanism, [])
        if listed(row.signatures) != signatures:
            yield f"{where}: says it feeds '{row.signatures}', but the rules give '{';'.join(signatures)}'"
        if not signatures and not (row.reason and row.needs):
            yield f"{where}: feeds no signature and does not say why and which data it would need"
        if row.mechanism not in written:
            yield f"{where}: no ledger row is about it"


def signatures_of(sources: Sources) -> dict[str, list[str]]:
    """Return, for each mechanism, the signatures that take members from it."""
    found: dict[str, list[str]] = {}
    for _, definition in sources.definitions.iterrows():
        unsigned = definition["tier"] == "X"
        feeding = listed(definition["mechanisms"]) if unsigned else rows_of(definition, sources.ledger)["mechanism"]
        for mechanism in dict.fromkeys(feeding):
            found.setdefault(mechanism, []).append(definition["signature"])
    return found


def _lint_accounting(sources: Sources) -> Iterator[str]:
    accounting = ACCOUNTING.read(sources.folder / "evidence" / "accounting.tsv")
    ids = set(sources.ledger["id"])
    for number, row in enumerate(accounting.itertuples(), start=2):
        where = f"accounting.tsv:{number}"
        if row.outcome == "rejected" and (row.ledger or not row.reason):
            yield f"{where}: a rejected row has a reason and no ledger row"
        if row.outcome != "rejected" and row.ledger not in ids:
            yield f"{where}: there is no ledger row '{row.ledger}'"
        if row.outcome == "merged" and not row.reason:
            yield f"{where}: a merged row has a reason"
