"""What is asked of every effect besides its p: random sets, single genes, nuisances, and members that move together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from resig.inference.design import Design
from resig.inference.nuisance import Nuisance, screen, summarised
from resig.inference.specificity import Background, examine

COLUMNS: dict[str, Any] = {
    "null_p": np.nan,
    "null_percentile": np.nan,
    "top_genes": "",
    "loo_min_effect": np.nan,
    "adjusted_effect": np.nan,
    "confounded_by": "",
}


@dataclass
class Scrutiny:
    """Examines the scores of one contrast, and collects the tables that say how it came to its answers."""

    background: Background
    nuisances: Mapping[str, Sequence[Nuisance]]
    incoherent: frozenset[tuple[str, str]]
    permutations: int
    seed: int
    fdr: float
    nulls: list[dict[str, Any]] = field(default_factory=list)
    genes: list[dict[str, Any]] = field(default_factory=list)
    screened: list[dict[str, Any]] = field(default_factory=list)

    def __call__(
        self, design: Design, method: str, cell_type: str, scores: pd.DataFrame, p: Mapping[str, float]
    ) -> dict[str, tuple[dict[str, Any], list[str]]]:
        """Return for each score (a column, rows are the samples of the design) further columns and flags.

        One gene that an effect hangs on is flagged where there is an effect: p at most the FDR asked for.
        """
        found = examine(self.background, method, cell_type, design.samples, design.effects, list(scores.columns))
        screened = screen(design, scores, self.nuisances.get(cell_type, []), self.permutations, self.seed)
        where = {"method": method, "cell_type": cell_type}
        self.screened += [row | where for row in screened]
        answers = {}
        for name in scores.columns:
            each = found[name]
            flags = [flag for flag in each.flags if p[name] <= self.fdr or not flag.startswith("one_gene:")]
            flags += ["incoherent"] if (cell_type, name) in self.incoherent else []
            columns = COLUMNS | each.contrast | summarised([row for row in screened if row["signature"] == name])
            answers[str(name)] = columns, flags
            self.nulls.append(each.null | where | {"signature": name})
            self.genes += [row | where | {"signature": name} for row in each.genes]
        return answers
