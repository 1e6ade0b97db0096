"""One contrast in one dataset, as its pictures need it: finished tables, and the rows that are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from resig.plots.sides import entered
from resig.plots.style import Path_
from resig.tables import (
    COMPARED,
    CONTRASTS,
    DRIVERS,
    NUISANCE,
    NULLS,
    SAMPLE_SCORES,
    SIGNATURES,
    Table,
    read_text_table,
)

KEY = ["signature", "cell_type"]
EFFECTS = {"hedges_g": "g", "trend_g": "g", "spearman": "rho", "log_hr": "log HR"}
MEANINGS = {
    "hedges_g": "Hedges g (lower in resistant  ← 0 →  higher in resistant)",
    "spearman": "Spearman's rho (lower with resistance  ← 0 →  higher with resistance)",
    "log_hr": "log hazard ratio per SD (later events  ← 0 →  earlier events at high scores)",
    "trend_g": "change from first to last level in SD (falls  ← 0 →  rises)",
}


@dataclass(frozen=True)
class Asked:
    """Tables of one contrast in one dataset, rows of the leading method alone."""

    table: pd.DataFrame
    signatures: pd.DataFrame
    scores: pd.DataFrame
    compared: pd.DataFrame
    spec: Mapping[str, Any]
    method: str
    samples: pd.DataFrame | None = None
    batch: str | None = None
    nulls: pd.DataFrame | None = None
    genes: pd.DataFrame | None = None
    nuisance: pd.DataFrame | None = None

    @property
    def title(self) -> str:
        """What is asked, where, and by which method."""
        return f"{self.table['contrast'].iloc[0]} in {self.table['dataset'].iloc[0]}, scored by {self.method}"

    @property
    def file(self) -> str:
        """The table of all rows."""
        return f"{self.table['dataset'].iloc[0]}/contrasts/{self.table['contrast'].iloc[0]}"

    @property
    def effect_type(self) -> str:
        """What the effects are."""
        return str(self.table["effect_type"].iloc[0])

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of signatures for people."""
        return dict(zip(self.signatures["signature"], self.signatures["name"], strict=True))

    def clearest(
        self, most: int, known: str = "effect", among: pd.DataFrame | None = None, suffix: str = ".tsv"
    ) -> tuple[pd.DataFrame, str]:
        """Return the rows of the smallest p and, where that is not all of them, words for what is left out."""
        rows = self.table[self.table[known].notna()]
        if among is not None:
            rows = rows.merge(among[KEY].drop_duplicates(), on=KEY)
        order = rows.assign(size=rows["effect"].abs().fillna(0))
        order = order.sort_values(["p", "size", *KEY], ascending=[True, False, True, True], kind="stable")
        shown = order.drop(columns="size").head(most)
        left_out = len(rows) - len(shown)
        said = f"The {len(shown)} of {len(rows)} with the smallest p; the other {left_out}: {self.file}{suffix}"
        return shown, said if left_out else ""

    def samples_of(self, row: Any) -> pd.DataFrame:
        """Return the samples that a row rests on, with their scores, in the order of their names."""
        here = self.compared[self.compared["cell_type"] == row.cell_type]
        own = self.scores[(self.scores["signature"] == row.signature) & (self.scores["cell_type"] == row.cell_type)]
        return entered(here, own, bool(self.spec["pair_by"]))


def read_asked(files: Mapping[str, Path_], params: Mapping[str, Any]) -> Asked:
    """Read the tables that are among the files."""

    def read(name: str, table: Table) -> pd.DataFrame | None:
        if files.get(name) is None:
            return None
        whole = table.read(files[name])
        return whole[whole["method"] == params["method"]].reset_index(drop=True)

    table, scores = read("contrast", CONTRASTS), read("scores", SAMPLE_SCORES)
    assert table is not None and scores is not None
    return Asked(
        table,
        SIGNATURES.read(files["signatures"]),
        scores,
        COMPARED.read(files["compared"]),
        params["spec"],
        params["method"],
        samples=read_text_table(files["samples"]) if files.get("samples") else None,
        batch=params.get("batch"),
        nulls=read("null", NULLS),
        genes=read("genes", DRIVERS),
        nuisance=read("nuisance", NUISANCE),
    )
