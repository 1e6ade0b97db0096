"""The samples behind one row of a contrast table, as pictures and pages show them; light to import."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from resig.plots.palette import RESISTANT, SENSITIVE, blend


def entered(compared: pd.DataFrame, scores: pd.DataFrame, paired: bool) -> pd.DataFrame:
    """Return the samples of a contrast that have a score, with it, in the order of their names."""
    found = compared.merge(scores[["sample", "score"]], on="sample")
    found = found[found["score"].notna()]
    if paired:  # a sample without its partner takes no part
        found = found[found.groupby("block")["arm"].transform("nunique") > 1]
    return found.sort_values("sample", ignore_index=True)


def colours_of(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the arms, or the levels of a trend, in their order, with their colours."""
    if not spec["trend"]:
        return {"sensitive": SENSITIVE, "resistant": RESISTANT}
    levels = [str(level) for level in spec["trend"]["order"]]
    return {level: blend(at / (len(levels) - 1)) for at, level in enumerate(levels)}
