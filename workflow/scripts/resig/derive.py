"""From the ledger to signatures: members by rule, the built files, and whether they have drifted."""

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from resig.assays.evidence import NCRNA_RULES, ncrna_rules
from resig.catalogue import catalogue
from resig.errors import ResigError
from resig.files import write_text
from resig.genesets import Collection, default_members, select, write_gmt, write_net
from resig.ledger import Sources, flags_of, read_sources, rows_of, told
from resig.tables import MEMBERS, SIGNATURES

COLLECTION = "resistance"
BUILT = ("signatures.tsv", "members.tsv", "resistance.gmt", "resistance_net.tsv", "signatures.md", "ncrna.tsv")


@dataclass(frozen=True)
class Built:
    """The signatures and members that the rules make, and the ledger rows that took part."""

    signatures: pd.DataFrame
    members: pd.DataFrame
    taken: set[str]


def derive(sources: Sources) -> Built:
    """Apply the rule of each definition to the ledger."""
    members: list[dict[str, object]] = []
    taken: set[str] = set()
    for _, definition in sources.definitions.iterrows():
        if definition["tier"] == "X":
            continue
        rows = rows_of(definition, sources.ledger)
        taken |= set(rows["id"])
        members += [_member(definition["signature"], symbol, of_symbol) for symbol, of_symbol in rows.groupby("symbol")]
    table = MEMBERS.check(pd.DataFrame(members, columns=MEMBERS.names), "members")
    return Built(_signatures(sources.definitions, table), table, taken)


def _member(signature: str, symbol: object, rows: pd.DataFrame) -> dict[str, object]:
    directions = set(rows["direction"])
    if len(directions) > 1:
        raise ResigError(
            f"{symbol} goes up in one ledger row and down in another",
            where=f"signature {signature}",
            todo=f"look at {', '.join(rows['id'])}",
        )
    return {
        "signature": signature,
        "symbol": symbol,
        "weight": 1.0 if directions == {"up"} else -1.0,
        "flags": ";".join(flags_of(rows)),
        "section": "; ".join(dict.fromkeys(rows["section"])),
        "evidence": told(rows),
    }


def _signatures(definitions: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    on = default_members(members)
    up = on[on["weight"] > 0].groupby("signature").size()
    down = on[on["weight"] < 0].groupby("signature").size()
    table = definitions.assign(
        collection=COLLECTION,
        n_up=definitions["signature"].map(up).fillna(0),
        n_down=definitions["signature"].map(down).fillna(0),
    )
    return SIGNATURES.check(table, "signatures")


def build(folder: str | os.PathLike[str], into: str | os.PathLike[str] | None = None) -> list[Path]:
    """Build every artefact of a folder such as resources/genesets, into that folder unless told otherwise."""
    sources = read_sources(folder)
    built = derive(sources)
    there = Path(into if into is not None else folder)
    SIGNATURES.write(built.signatures, there / "signatures.tsv")
    MEMBERS.write(built.members, there / "members.tsv")
    collection = select(Collection(COLLECTION, built.signatures, built.members), {})
    write_gmt(collection, there / "resistance.gmt")
    write_net(collection, there / "resistance_net.tsv")
    write_text(there / "signatures.md", catalogue(sources, built.signatures, built.members, built.taken))
    NCRNA_RULES.write(ncrna_rules(sources.ledger), there / "ncrna.tsv")
    return [there / name for name in BUILT]


def drifted(folder: str | os.PathLike[str]) -> list[str]:
    """Return the artefacts of a folder that the ledger would now build otherwise."""
    there = Path(folder)
    with TemporaryDirectory() as fresh:
        build(there, fresh)
        return [
            name
            for name in BUILT
            if not (there / name).exists() or (there / name).read_bytes() != (Path(fresh) / name).read_bytes()
        ]
