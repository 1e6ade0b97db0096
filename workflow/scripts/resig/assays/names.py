"""Names of antibodies and analytes, matched exactly after rules of spelling; nothing is matched by likeness."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from resig.ledger import listed

_ANTIBODY = re.compile(r"[-_.](?:R|M|G|C)[-_.](?:V|C|E|NA|QC)(?:_GBL\d+)?$")
_LEADING_X = re.compile(r"^X(?=\d)")


def key_of(name: str) -> str:
    """Return what two spellings of one name have in common.

    Of `AKT1 AKT2 AKT3|Akt_pS473-R-V` the part behind the bar counts; the antibody's species and validation are taken
    off, and R's X before a digit; case, blanks, dashes, dots, colons, slashes and underscores do not count.
    """
    last = name.strip().rpartition("|")[2]
    bare = _LEADING_X.sub("", _ANTIBODY.sub("", last))
    return re.sub(r"[-_. :/]", "", bare).lower()


@dataclass(frozen=True)
class Match:
    """What a feature of a table of proteins or sera was taken for: a read-out, or none, and why."""

    feature: str
    readout: str
    how: str


def match(features: Sequence[str], rules: pd.DataFrame) -> list[Match]:
    """Match features to the read-outs of one assay; the first feature stands for a read-out, later ones are told."""
    exact: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for row in rules.itertuples():
        for name in listed(row.names):
            exact.setdefault(name, row.readout)
            spelt.setdefault(key_of(name), row.readout)
    taken: dict[str, str] = {}
    found = []
    for feature in sorted(features, key=lambda name: name.strip() not in exact):  # names as written come first
        name = feature.strip()
        readout = exact.get(name) or spelt.get(key_of(name), "")
        how = "not_in_table" if not readout else "name" if name in exact else "respelled"
        if readout and readout in taken:
            how = "duplicate"
        elif readout:
            taken[readout] = feature
        found.append(Match(feature, readout, how))
    order = {feature: at for at, feature in enumerate(features)}
    return sorted(found, key=lambda each: order[each.feature])
