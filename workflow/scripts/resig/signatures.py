"""The signatures of a run: shipped, own and companion collections, narrowed down, and written in one format."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from resig.companions import companions
from resig.errors import ResigError
from resig.genesets import Collection, read_built, read_collection, select, with_symbols, write_gmt
from resig.names import Names
from resig.tables import MEMBERS, NOTICES, SIGNATURES, read_text_table

Path_ = str | os.PathLike[str]
SHIPPED = "resistance"


def build_signatures(
    config: Mapping[str, Any],
    shipped: Sequence[Path_],
    own: Sequence[Path_],
    companion_files: Sequence[Path_],
    signatures_out: Path_,
    members_out: Path_,
    gmt_out: Path_,
    notices_out: Path_,
    names: Names,
) -> None:
    """Write the signatures of a run, their members, the same as GMT, and what was noticed on reading own sets."""
    collection, notices = gather(config, shipped, own, companion_files, names)
    SIGNATURES.write(collection.signatures, signatures_out)
    MEMBERS.write(collection.members, members_out)
    write_gmt(collection, gmt_out)
    NOTICES.write(notices, notices_out)


def gather(
    config: Mapping[str, Any],
    shipped: Sequence[Path_],
    own: Sequence[Path_],
    companion_files: Sequence[Path_],
    names: Names,
) -> tuple[Collection, pd.DataFrame]:
    """Read all collections that `signatures` in the config asks for; return them as one, and the notices.

    `shipped` are signatures.tsv and members.tsv, `own` the user's files in the order of the config,
    `companion_files` companions.tsv and families.tsv. Filters narrow down the shipped and own collections; companions
    are asked for by name. `names` finds out what members of own sets and companions are called.
    """
    files = iter(own)
    found = [
        read_built(shipped[0], shipped[1], SHIPPED)
        if name == SHIPPED
        else read_collection(next(files), Path(name).name, names)
        for name in config["collections"]
    ]
    _refuse_shared_names(found)
    merged = select(_joined(found), config["include"])
    if merged.signatures.empty:
        asked = ", ".join(f"{key}: {value}" for key, value in config["include"].items() if value)
        raise ResigError("no signature is left", where="signatures.include", todo=f"loosen one of {asked}")
    if config["companions"]:
        table = read_text_table(companion_files[0])
        wanted = table["companion"].tolist() if config["companions"] == ["all"] else config["companions"]
        beside = with_symbols(companions(wanted, table, config["companion_cache"], companion_files[1]), names)
        _refuse_shared_names([merged, beside])
        merged = _joined([merged, beside])
    rows = [
        {"collection": each.name, "line": notice.line, "problem": notice.problem, "action": notice.action}
        for each in found
        for notice in each.notices
    ]
    return merged, pd.DataFrame(rows, columns=NOTICES.names)


def _joined(collections: Sequence[Collection]) -> Collection:
    return Collection(
        "+".join(each.name for each in collections),
        pd.concat([each.signatures for each in collections], ignore_index=True),
        pd.concat([each.members for each in collections], ignore_index=True),
    )


def _refuse_shared_names(collections: Sequence[Collection]) -> None:
    owner: dict[str, str] = {}
    for collection in collections:
        for signature in collection.signatures["signature"]:
            if signature in owner:
                raise ResigError(
                    f"signature '{signature}' stands in {owner[signature]} and in {collection.name}",
                    where="signatures.collections",
                    todo="rename one of the two",
                )
            owner[signature] = collection.name
