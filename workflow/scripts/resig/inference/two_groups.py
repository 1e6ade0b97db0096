"""Who is in which arm of a two-group contrast, and who is whose partner."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resig.errors import ResigError

ARMS = ("resistant", "sensitive")


@dataclass(frozen=True)
class Arms:
    """Samples of the two arms, in a fixed order; in paired designs the same row is the same pair."""

    resistant: list[str]
    sensitive: list[str]
    paired: bool
    flags: tuple[str, ...]


def split_arms(samples: pd.DataFrame, spec: Mapping[str, Any], dataset: str) -> Arms:
    """Sort samples into arms by their level; in paired designs keep complete pairs only."""
    groups = spec["groups"]
    arm_of = {str(level): arm for arm in ARMS for level in groups[arm]}
    labelled = (
        samples.assign(arm=samples[groups["column"]].astype(str).map(arm_of))
        .dropna(subset=["arm"])
        .sort_values("sample")
    )
    elsewhere = len(samples) - len(labelled)
    flags = (f"{elsewhere}_samples_in_neither_arm",) if elsewhere else ()
    pair = spec["pair_by"]
    if pair is None:
        names = {arm: labelled.loc[labelled["arm"] == arm, "sample"].tolist() for arm in ARMS}
        return Arms(names["resistant"], names["sensitive"], False, flags)
    known = labelled[labelled[pair].astype(str) != ""]
    twice = known[known.duplicated([pair, "arm"])]
    if len(twice):
        raise ResigError(
            f"pair '{twice[pair].iloc[0]}' has more than one {twice['arm'].iloc[0]} sample "
            f"('{twice['sample'].iloc[0]}' is one)",
            where=f"dataset {dataset}, column '{pair}'",
            todo="keep one sample for each pair and arm",
        )
    wide = known.pivot(index=pair, columns="arm", values="sample").reindex(columns=list(ARMS))
    whole = wide.dropna().sort_index()
    left_out = len(labelled) - 2 * len(whole)
    alone = (f"{left_out}_samples_without_partner",) if left_out else ()
    return Arms(whole["resistant"].tolist(), whole["sensitive"].tolist(), True, ("paired", *flags, *alone))
