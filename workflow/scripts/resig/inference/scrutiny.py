"""What is asked of every effect besides its p: random sets, single genes, nuisances, and members that move together."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from resig.inference.design import Design
from resig.inference.nuisance import Nuisance, nuisances_of, screen, summarised
from resig.inference.specificity import Background, examine, read_background, unknown
from resig.scoring.method import Method
from resig.tables import CONFOUNDERS, DRIVERS, NUISANCE, NULLS, QUALITY, read_text_table

UNSEEN: dict[str, Any] = {
    "null_p": np.nan,
    "null_percentile": np.nan,
    "top_genes": "",
    "loo_min_effect": np.nan,
    "adjusted_effect": np.nan,
    "confounded_by": "",
}

Path_ = str | os.PathLike[str]


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
        found = {name: found.get(name) or unknown("not_scored_from_pseudobulk") for name in scores.columns}
        screened = screen(design, scores, self.nuisances.get(cell_type, []), self.permutations, self.seed)
        where = {"method": method, "cell_type": cell_type}
        self.screened += [row | where for row in screened]
        answers = {}
        for name in scores.columns:
            each = found[name]
            flags = [flag for flag in each.flags if p[name] <= self.fdr or not flag.startswith("one_gene:")]
            flags += ["incoherent"] if (cell_type, name) in self.incoherent else []
            columns = UNSEEN | each.contrast | summarised([row for row in screened if row["signature"] == name])
            answers[str(name)] = columns, flags
            self.nulls.append(each.null | where | {"signature": name})
            self.genes += [row | where | {"signature": name} for row in each.genes]
        return answers

    def write(self, dataset: str, contrast: str, null: Path_, genes: Path_, nuisance: Path_) -> None:
        """Write the tables."""
        for table, rows, path in (
            (NULLS, self.nulls, null),
            (DRIVERS, self.genes, genes),
            (NUISANCE, self.screened, nuisance),
        ):
            frame = pd.DataFrame(rows, columns=table.names).assign(dataset=dataset, contrast=contrast)
            order = [name for name in ("cell_type", "method") if name in table.names]
            table.write(frame.sort_values(order, kind="stable"), path)


def read_scrutiny(
    files: Mapping[str, Path_],
    spec: Mapping[str, Any],
    inference: Mapping[str, Any],
    methods: Sequence[Method],
) -> Scrutiny:
    """Read what a contrast's effects are held against; `spec` is the dataset's part of the config."""
    background = read_background(
        files["pseudobulk"],
        files["members"],
        files["coverage"],
        bulk=spec["kind"] == "bulk",
        matched_sets=inference["matched_sets"],
        null_alpha=inference["null_alpha"],
        seed=inference["seed"],
        methods=methods,
    )
    nuisances = nuisances_of(
        background.pseudobulk,
        CONFOUNDERS.read(files["confounders"]),
        read_text_table(files["samples"]),
        read_text_table(files["proliferation"])["symbol"].tolist(),
        spec["batch"],
        spec["purity"],
    )
    incoherent = incoherent_in(QUALITY.read(files["quality"]))
    return Scrutiny(background, nuisances, incoherent, inference["permutations"], inference["seed"], inference["fdr"])


def incoherent_in(quality: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Return cell type and signature where members move together no more than random genes do."""
    flagged = quality[quality["flags"].map(lambda flags: "incoherent" in flags.split(";")).astype(bool)]
    return frozenset(zip(flagged["cell_type"], flagged["signature"], strict=True))
