"""What the ledger says of non-coding RNAs, proteins and sera: the shipped tables, how they are built and checked."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from resig.ledger import Sources, listed
from resig.nomenclature import Resolver
from resig.tables import Column, Table

SIGN = {"up": 1, "down": -1}
NAMED = re.compile(r"[A-Z][A-Z0-9-]+")  # a gene symbol; `TGF-beta` is a family

RULES = Table(
    "readouts.tsv",
    "One row for each protein or serum read-out and each mechanism it tells of.",
    (
        Column("readout", "text", "Its name here."),
        Column("assay", "text", "Where it is measured.", choices=("protein", "serum")),
        Column("names", "text", "What tables call it, joined by `;`; matched by the rules in docs/assays.md."),
        Column("gene", "text", "Approved symbols of the proteins it sees, joined by `;`.", optional=True),
        Column("site", "text", "Phosphorylated residues it sees.", optional=True),
        Column("mechanism", "text", "Mechanism of mechanisms.tsv."),
        Column("direction", "text", "In the resistant state; `none`: not stated.", choices=("up", "down", "none")),
        Column("evidence", "text", "Ledger rows, joined by `;`."),
        Column("flags", "text", "`retracted` when all of them are, `contradicted` when one is.", optional=True),
        Column(
            "note", "text", "What to know; what is not from the document is called outside knowledge.", optional=True
        ),
    ),
    key=("readout", "mechanism"),
)

NCRNA_RULES = Table(
    "ncrna.tsv",
    "One row for each non-coding RNA of the ledger, mechanism and target (built from the ledger).",
    (
        Column("ncrna", "text", "miRBase mature name, lncRNA symbol or circRNA name."),
        Column("kind", "text", "What it is.", choices=("miRNA", "lncRNA", "circRNA")),
        Column("assay", "text", "What measures it.", choices=("small_rna", "total_rna", "circ_rna")),
        Column("mechanism", "text", "Mechanism of mechanisms.tsv."),
        Column("direction", "text", "In the resistant state.", choices=("up", "down")),
        Column("target", "text", "Gene or non-coding RNA it acts on; empty where none is named.", optional=True),
        Column("target_direction", "text", "In the resistant state.", optional=True, choices=("up", "down")),
        Column("evidence", "text", "Ledger rows, joined by `;`."),
        Column("flags", "text", "`retracted` when all of them are, `contradicted` when one is.", optional=True),
    ),
    key=("ncrna", "mechanism", "target"),
)


def status_flags(status: pd.Series) -> str:
    """Return the flags that the status of ledger rows gives together."""
    found = [["retracted"] * bool(status.str.contains("retracted").all())]
    found += [["contradicted"] * bool(status.str.contains("contradicted").any())]
    return ";".join(flag for each in found for flag in each)


def ncrna_rules(ledger: pd.DataFrame) -> pd.DataFrame:
    """Gather what the ledger says of the level of each miRNA, lncRNA and circRNA, and of what it acts on."""
    told = ledger[
        ledger["entity"].isin(["miRNA", "lncRNA", "circRNA"])
        & ledger["direction"].isin(list(SIGN))
        & ledger["effect"].isin(["promotes", "reverses", "marker"])
        & ledger["assay"].isin(["small_rna", "total_rna", "circ_rna"])
    ]
    targets = [_targets(cell, way) for cell, way in zip(told["target"], told["target_direction"], strict=True)]
    told = told.assign(target=targets)
    told = told.explode("target").fillna({"target": ""})
    told["target_direction"] = told["target_direction"].where(told["target"] != "", "")
    key = ["symbol", "entity", "assay", "mechanism", "direction", "target", "target_direction"]
    rows = [
        dict(zip(key, names, strict=True))
        | {"evidence": ";".join(dict.fromkeys(rows["id"])), "flags": status_flags(rows["status"])}
        for names, rows in told.groupby(key, sort=False)
    ]
    # A row without a target says nothing more where others of the mechanism name one.
    table = pd.DataFrame(rows).rename(columns={"symbol": "ncrna", "entity": "kind"})
    return NCRNA_RULES.check(table.sort_values(["kind", "ncrna", "mechanism", "target"]), "ncrna.tsv")


def _targets(cell: str, way: str) -> list[str]:
    named = [each for each in listed(cell) if each.startswith("hsa-") or NAMED.fullmatch(each)]
    return named if way in SIGN and named else [""]


def lint_readouts(folder: str | os.PathLike[str], sources: Sources, genes: Resolver) -> Iterator[str]:
    """Say what is wrong with the table of read-outs: each row must follow from the ledger rows it names."""
    from resig.assays.names import key_of

    table = RULES.read(Path(folder) / "readouts.tsv")
    ledger = sources.ledger.set_index("id")
    taken: dict[tuple[str, str], str] = {}
    what: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(table.itertuples(), start=2):
        where = f"readouts.tsv:{number}: {row.readout}"
        if what.setdefault(row.readout, (row.assay, row.names, row.gene, row.site)) != (
            row.assay,
            row.names,
            row.gene,
            row.site,
        ):
            yield f"{where}: assay, names, gene or site differ from its other rows"
        for name in listed(row.names):
            owner = taken.setdefault((row.assay, key_of(name)), row.readout)
            if owner != row.readout:
                yield f"{where}: '{name}' is a name of {owner} too"
        for symbol in listed(row.gene):
            if genes.resolve(symbol).how != "approved":
                yield f"{where}: gene '{symbol}' is not an approved symbol"
        unknown = [name for name in listed(row.evidence) if name not in ledger.index]
        yield from (f"{where}: there is no ledger row '{name}'" for name in unknown)
        if not unknown:
            yield from _lint_evidence(where, row._asdict(), ledger.loc[listed(row.evidence)])


def _lint_evidence(where: str, row: Mapping[str, str], told: pd.DataFrame) -> Iterator[str]:
    elsewhere = told.index[told["mechanism"] != row["mechanism"]]
    if len(elsewhere):
        yield f"{where}: {elsewhere[0]} is about {told['mechanism'][elsewhere[0]]}, not {row['mechanism']}"
    ways = sorted({way if way in SIGN else "none" for way in told["direction"]})
    if ways != [row["direction"]]:
        yield f"{where}: direction is '{row['direction']}', the ledger says {' and '.join(ways)}"
    if row["flags"] != status_flags(told["status"]):
        yield f"{where}: flags are '{row['flags']}', the ledger gives '{status_flags(told['status'])}'"
    single = told[told["entity"] != "complex"]  # a complex is more than the symbols that are named
    symbols = {symbol for cell in single["symbol"] for symbol in listed(cell)}
    if symbols and row["gene"] and not symbols & set(listed(row["gene"])):
        yield f"{where}: its ledger rows are about {', '.join(sorted(symbols))}, not {row['gene']}"
