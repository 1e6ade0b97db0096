"""The signatures of a run: collections read, narrowed down, and written in one format."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from resig.errors import ResigError, nearest
from resig.files import write_text
from resig.tables import MEMBERS, SIGNATURES

Path_ = str | os.PathLike[str]
SHIPPED = "resistance"


def build_signatures(
    collections: Sequence[str],
    include: Mapping[str, Any],
    shipped: Sequence[Path_],
    own: Sequence[Path_],
    signatures_out: Path_,
    members_out: Path_,
    gmt_out: Path_,
) -> None:
    """Read the collections, keep what `include` names, and write signatures, members and GMT."""
    signatures, members = read_collections(collections, include, shipped, own)
    SIGNATURES.write(signatures, signatures_out)
    MEMBERS.write(members, members_out)
    write_text(gmt_out, gmt(signatures, members))


def read_collections(
    collections: Sequence[str], include: Mapping[str, Any], shipped: Sequence[Path_], own: Sequence[Path_]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return signatures and members of all collections, narrowed down by `include`."""
    return select(SIGNATURES.read(shipped[0]), MEMBERS.read(shipped[1]), include)


def select(
    signatures: pd.DataFrame, members: pd.DataFrame, include: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the signatures that every given filter keeps; leave out retracted members unless they are asked for."""
    keep = pd.Series(True, index=signatures.index)
    for wanted in include["id"]:
        if wanted not in set(signatures["signature"]):
            hint = nearest(wanted, signatures["signature"], "signatures")
            raise ResigError(f"there is no signature '{wanted}'", where="signatures.include.id", todo=hint)
    if include["id"]:
        keep &= signatures["signature"].isin(include["id"])
    if include["tier"]:
        keep &= signatures["tier"].isin(include["tier"])
    for column in ("document", "drug", "cancer"):
        if include[column]:
            keep &= signatures[column].str.lower().map(lambda text, words=include[column]: _names_any(text, words))
    if not keep.any():
        asked = ", ".join(f"{key}: {value}" for key, value in include.items() if value)
        raise ResigError("no signature is left", where="signatures.include", todo=f"loosen one of: {asked}")
    signatures = signatures[keep].reset_index(drop=True)
    members = members[members["signature"].isin(signatures["signature"])]
    if not include["retracted"]:
        members = members[~members["flags"].str.split(";").map(lambda flags: "retracted" in flags)]
    sign = members["weight"].gt(0).groupby(members["signature"])
    counts = pd.DataFrame({"n_up": sign.sum(), "n_down": sign.size() - sign.sum()}).reindex(signatures["signature"])
    signatures[["n_up", "n_down"]] = counts.fillna(0).to_numpy(dtype=int)
    return signatures, members.reset_index(drop=True)


def gmt(signatures: pd.DataFrame, members: pd.DataFrame) -> str:
    """Return GMT text: up members as `<id>_UP`, down members as `<id>_DN`, separated by TABs."""
    lines = []
    for signature, name in zip(signatures["signature"], signatures["name"], strict=True):
        own = members[members["signature"] == signature]
        for suffix, side in (("UP", own[own["weight"] > 0]), ("DN", own[own["weight"] < 0])):
            if len(side):
                lines.append("\t".join([f"{signature}_{suffix}", name, *side["symbol"]]))
    return "".join(f"{line}\n" for line in lines)


def _names_any(text: str, words: Sequence[str]) -> bool:
    return any(word.lower() in text for word in words)
