"""Public pathway sets that stand beside a signature: gene families from here, the rest fetched on request.

Hallmark and Reactome come through gseapy, PROGENy through decoupler, by the names of `companions.tsv`. A
fetched source is written to a cache with its checksum and read from there the next time. Companions are
scored apart and never pooled with members of a document.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from resig.errors import ResigError, nearest
from resig.files import read_json, sha256_of, write_text
from resig.genesets import Collection, framed, write_net
from resig.intake.download import is_offline
from resig.ledger import COMPANIONS
from resig.tables import read_text_table

Fetch = Callable[[str], pd.DataFrame]

MSIGDB = "2024.1.Hs"
CATEGORIES = {"hallmark": "h.all", "reactome": "c2.cp.reactome", "c2": "c2.all", "positional": "c1.all"}
PROGENY_TOP = 500


def fetch_msigdb(source: str) -> pd.DataFrame:
    """Fetch a category of MSigDB through gseapy; every gene counts up."""
    from gseapy import Msigdb

    sets = Msigdb.get_gmt(category=CATEGORIES[source], dbver=MSIGDB)
    if not sets:
        raise OSError(f"no answer for category {CATEGORIES[source]} of MSigDB {MSIGDB}")
    return pd.DataFrame(
        [(name, symbol, 1.0) for name, symbols in sets.items() for symbol in dict.fromkeys(symbols)],
        columns=["source", "target", "weight"],
    )


def fetch_progeny(_: str) -> pd.DataFrame:
    """Fetch the PROGENy model through decoupler: its weights are signed."""
    import decoupler

    model = decoupler.op.progeny(organism="human", top=PROGENY_TOP)
    return model.assign(source="PROGENY_" + model["source"])[["source", "target", "weight"]]


FETCH: dict[str, Fetch] = {**dict.fromkeys(CATEGORIES, fetch_msigdb), "progeny": fetch_progeny}


def read_families(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read families.tsv as a net; a family says who belongs to it, so every gene counts up."""
    table = read_text_table(path)
    return pd.DataFrame({"source": table["family"], "target": table["symbol"], "weight": 1.0})


def cached(source: str, cache: str | os.PathLike[str], fetch: Mapping[str, Fetch] | None = None) -> pd.DataFrame:
    """Return a whole source from the cache, fetched first if it is not there; the checksum must fit."""
    known = FETCH if fetch is None else fetch
    if source not in known:
        raise ResigError(f"'{source}' is not a source of companions", todo=nearest(source, known, "sources"))
    path = Path(cache) / f"{source}.tsv"
    record = path.with_suffix(".json")
    if not path.exists() or not record.exists():
        if is_offline():
            raise ResigError(
                f"companion sets of '{source}' are not here, and the network is out of bounds (offline)",
                where="companions",
                todo=f"put {path} and {record} there, from a machine that has them, or ask for no companions",
            )
        _store(_fetched(source, known[source]), source, path, record)
    if sha256_of(path) != read_json(record)["sha256"]:
        raise ResigError("checksum does not fit", where=str(path), todo=f"remove {path} and {record} to fetch it again")
    table = read_text_table(path)
    return table.assign(weight=pd.to_numeric(table["weight"]))


def companions(
    names: Iterable[str],
    table: pd.DataFrame,
    cache: str | os.PathLike[str],
    families: str | os.PathLike[str],
    fetch: Mapping[str, Fetch] | None = None,
) -> Collection:
    """Return the named companions as a collection of their own, called `companions`.

    `table` is companions.tsv; only the sources that are asked for are fetched.
    """
    source_of = dict(zip(table["companion"], table["source"], strict=True))
    wanted = list(dict.fromkeys(names))
    nets = []
    for name in wanted:
        if name not in source_of:
            raise ResigError(f"'{name}' is not a companion", where="companions.tsv", todo=nearest(name, source_of))
    for source in dict.fromkeys(source_of[name] for name in wanted):
        net = read_families(families) if source == "family" else cached(source, cache, fetch)
        nets.append(net)
    net = pd.concat(nets, ignore_index=True) if nets else pd.DataFrame(columns=["source", "target", "weight"])
    for name in wanted:
        if name not in set(net["source"]):
            close = nearest(name, set(net["source"]), "names there")
            raise ResigError(f"{source_of[name]} has no set '{name}'", where="companions.tsv", todo=close)
    chosen = net[net["source"].isin(wanted)].drop_duplicates(["source", "target"])
    members = chosen.rename(columns={"source": "signature", "target": "symbol"}).to_dict("records")
    return framed(members, "companions", Path(cache), [])


def _fetched(source: str, fetch: Fetch) -> pd.DataFrame:
    try:
        net = fetch(source)
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise ResigError(
            f"companion sets of '{source}' could not be fetched ({type(error).__name__}: {reason})",
            where="companions",
            todo="connect once, copy the cache from a machine that has it, or ask for no companions",
        ) from None
    if not len(net):
        raise ResigError(f"companion source '{source}' came back empty", where="companions", todo="try again later")
    return net


def _store(net: pd.DataFrame, source: str, path: Path, record: Path) -> None:
    lines = [
        "source\ttarget\tweight",
        *(f"{row.source}\t{row.target}\t{row.weight:.10g}" for row in net.itertuples()),
    ]
    text = "\n".join(lines) + "\n"
    write_text(path, text)
    about = {
        "source": source,
        "version": f"PROGENy top {PROGENY_TOP}" if source == "progeny" else f"MSigDB {MSIGDB}",
        "sets": int(net["source"].nunique()),
        "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
    }
    write_text(record, json.dumps(about, indent=2) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the named companions as a net; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m resig.companions", description=__doc__)
    parser.add_argument("names", nargs="+", help="names of companions.tsv")
    parser.add_argument("--out", type=Path, required=True, help="net to write (source, target, weight)")
    parser.add_argument("--cache", type=Path, default=Path("results/companions"))
    parser.add_argument("--table", type=Path, default=Path("resources/genesets/companions.tsv"))
    parser.add_argument("--families", type=Path, default=Path("resources/nomenclature/families.tsv"))
    chosen = parser.parse_args(arguments)
    try:
        found = companions(chosen.names, COMPANIONS.read(chosen.table), chosen.cache, chosen.families)
    except ResigError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    write_net(found, chosen.out)
    print(f"{len(found.signatures)} companions with {len(found.members)} genes in {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
