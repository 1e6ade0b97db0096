"""The curated lists of alterations and of reversing drugs, each row with its row of the ledger; and their lint."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from resig.alterations.match import read_rule
from resig.ledger import Sources, read_sources
from resig.nomenclature import Resolver
from resig.tables import Column, Table

FILE = "alterations.tsv"
COORDINATES_FILE = "gene_coordinates.tsv"
REVERSAL_FILE = "reversal.tsv"
NO_RULE = {
    "TRA-019": "differences within one tumour",
    "VEN-023": "no gene is named",
    "EXO-002": "no gene is named",
    "HGF-002": "which mutations of EGFR is not said",
    "HGF-010": "no gene is named",
    "HGF-102": "stands in the title of a reference only",
}
STAGES = ("cells", "mice", "patients", "registered_trial", "trial", "named_only")
GENOMES = ("GRCh37", "GRCh38")
DIRECTIONS = ("resistant", "sensitive", "context")

ALTERATIONS = Table(
    FILE,
    "One row for each alteration that is looked for.",
    (
        Column("alteration", "text", "Identifier."),
        Column("mechanism", "text", "Identifier of the mechanism in mechanisms.tsv."),
        Column("name", "text", "Name for people."),
        Column("drug", "text", "Drugs, joined by `;`.", optional=True),
        Column("disease", "text", "Diseases the evidence is about."),
        Column("direction", "text", "What it goes with; `context`: neither is said.", choices=DIRECTIONS),
        Column("match", "text", "Rule (resig/alterations/match.py); `text` is never matched."),
        Column("ledger", "text", "Rows of the ledger, joined by `;`."),
        Column("evidence", "text", "What the document says, in our words."),
        Column("caveat", "text", "What to keep in mind.", optional=True),
        Column("outside", "text", "Facts that are not from the documents, with their source.", optional=True),
    ),
    key=("alteration",),
)

COORDINATES = Table(
    COORDINATES_FILE,
    "Where the genes of copy-number rules lie.",
    (
        Column("genome", "text", "Build.", choices=GENOMES),
        Column("gene", "text", "Approved symbol."),
        Column("chromosome", "text", "Chromosome."),
        Column("start", "integer", "First base, counted from 1."),
        Column("end", "integer", "Last base."),
        Column("chromosome_length", "integer", "Length of the chromosome in this build."),
        Column("source", "text", "Where the positions are from."),
    ),
    key=("genome", "gene"),
)

REVERSAL = Table(
    REVERSAL_FILE,
    "One row for each drug that a document says reverses resistance, and each mechanism it is about.",
    (
        Column("mechanism", "text", "Identifier of the mechanism in mechanisms.tsv."),
        Column("drug", "text", "Drug, or class of drugs, as the document has it."),
        Column(
            "link",
            "text",
            "`stated`: the sentence is about this mechanism; `target`: the drug acts on it.",
            choices=("stated", "target"),
        ),
        Column("stage", "text", "How far it has come, by the document.", choices=STAGES),
        Column("disease", "text", "Disease."),
        Column("resistant_to", "text", "Drug that resistance is to.", optional=True),
        Column("ledger", "text", "Row of the ledger."),
        Column("evidence", "text", "What the document says, in our words."),
        Column("caveat", "text", "What to keep in mind.", optional=True),
    ),
    key=("mechanism", "drug", "ledger"),
)


def genes_of(book: pd.DataFrame, *assays: str) -> set[str]:
    """Return the genes that rules look at, in all assays or in some."""
    conditions = [each for rule in book["match"] for each in read_rule(rule).conditions]
    return {each.gene for each in conditions if not assays or each.assay in assays}


def lint_alterations(folder: str | os.PathLike[str], genes: Resolver) -> list[str]:
    """Name every defect: unknown ids and genes, unreadable rules, claims that the ledger does not carry."""
    sources = read_sources(folder)
    book = ALTERATIONS.read(Path(folder) / FILE)
    return [
        *(problem for row in book.itertuples() for problem in _lint_row(row, sources, genes)),
        *_lint_left_out(book, sources),
        *_lint_places(book, COORDINATES.read(Path(folder) / COORDINATES_FILE)),
        *_lint_reversal(REVERSAL.read(Path(folder) / REVERSAL_FILE), sources),
    ]


def _lint_row(row: Any, sources: Sources, genes: Resolver) -> Iterator[str]:
    here = f"{FILE}: {row.alteration}"
    ledger = sources.ledger.set_index("id")
    if row.mechanism not in set(sources.mechanisms["mechanism"]):
        yield f"{here}: mechanism '{row.mechanism}' is not in mechanisms.tsv"
    cited = [each for each in row.ledger.split(";") if each in ledger.index]
    yield from (f"{here}: '{each}' is no row of the ledger" for each in row.ledger.split(";") if each not in cited)
    own = ledger.loc[cited]
    if not (own["mechanism"] == row.mechanism).any():
        yield f"{here}: none of its ledger rows is about mechanism '{row.mechanism}'"
    for direction, effect in (("resistant", "promotes"), ("sensitive", "reverses")):
        if row.direction == direction and not (own["effect"] == effect).any():
            yield f"{here}: says {direction}, but none of its ledger rows says that it {effect} resistance"
    try:
        rule = read_rule(row.match)
    except TypeError:
        yield f"{here}: '{row.match}' is no rule"
        return
    named = {symbol for cell in own["symbol"] for symbol in cell.split(";") if symbol}
    for condition in rule.conditions:
        if problem := condition.problem():
            yield f"{here}: {problem}"
        elif genes.resolve(condition.gene).how != "approved":
            yield f"{here}: '{condition.gene}' is no approved symbol"
        elif condition.gene not in named and not row.outside:
            yield f"{here}: {condition.gene} is not in its ledger rows, and no outside source is given"


def _lint_left_out(book: pd.DataFrame, sources: Sources) -> Iterator[str]:
    ledger = sources.ledger
    told = ledger[ledger["entity"].isin(["mutation", "cnv", "epigenetic"]) | ledger["feature"].isin(["mutation"])]
    cited = {each for cell in book["ledger"] for each in cell.split(";")}
    yield from (f"{FILE}: {each} has no rule" for each in told["id"] if each not in cited | set(NO_RULE))
    yield from (f"{FILE}: {each} has a rule and is said to have none" for each in NO_RULE if each in cited)


def _lint_places(book: pd.DataFrame, places: pd.DataFrame) -> Iterator[str]:
    known = set(zip(places["genome"], places["gene"], strict=True))
    for gene in sorted(genes_of(book, "copy_number")):
        yield from (
            f"{COORDINATES_FILE}: {gene} has no place in {genome}" for genome in GENOMES if (genome, gene) not in known
        )
    for place in places.itertuples():
        if not 0 < place.start < place.end <= place.chromosome_length:
            yield f"{COORDINATES_FILE}: {place.gene} of {place.genome} does not lie on its chromosome"


def _lint_reversal(reversal: pd.DataFrame, sources: Sources) -> Iterator[str]:
    ledger = sources.ledger.set_index("id")
    for row in reversal.itertuples():
        here = f"{REVERSAL_FILE}: {row.drug}"
        if row.mechanism not in set(sources.mechanisms["mechanism"]):
            yield f"{here}: mechanism '{row.mechanism}' is not in mechanisms.tsv"
        if row.ledger not in ledger.index:
            yield f"{here}: '{row.ledger}' is no row of the ledger"
        elif ledger.loc[row.ledger, "effect"] != "reverses":
            yield f"{here}: {row.ledger} does not say that it reverses resistance"
        elif row.link == "stated" and ledger.loc[row.ledger, "mechanism"] != row.mechanism:
            yield f"{here}: {row.ledger} is about '{ledger.loc[row.ledger, 'mechanism']}'"
    drugs = ledger[(ledger["entity"] == "drug") & (ledger["effect"] == "reverses")]
    yield from (f"{REVERSAL_FILE}: {each} is left out" for each in drugs.index if each not in set(reversal["ledger"]))
