"""A scoring job as a rule sees it: files in, a Parquet file out."""

import os
from collections.abc import Sequence
from typing import TextIO

from resig.files import read_json
from resig.matrix import open_matrix
from resig.scoring import find_methods
from resig.scoring.inputs import build_panel, read_observations, read_signatures, read_universe
from resig.scoring.run import Plan, score_dataset

Path_ = str | os.PathLike[str]


def score_files(
    matrix: Path_,
    report: Path_,
    genes: Path_,
    observations: Path_,
    members: Path_,
    coverage: Path_,
    target: Path_,
    *,
    methods: Sequence[str],
    own_methods: Sequence[str],
    cell_null: bool,
    null_draws: int,
    seed: int,
    threads: int,
    shard: tuple[int, int] = (1, 1),
    terminal: TextIO | None = None,
) -> None:
    """Score a dataset, or one shard of its rows, as intake and coverage left it."""
    about = read_json(report)
    universe = read_universe(genes)
    signatures = read_signatures(members, coverage)
    score_dataset(
        matrix,
        units=about["values"]["found"],
        kind=about["kind"],
        universe=universe,
        observations=read_observations(observations, open_matrix(matrix).shape[0]),
        panel=build_panel(signatures, universe.genes, seed),
        signatures=signatures.all,
        plan=Plan(find_methods(methods, own_methods), cell_null and about["kind"] == "single_cell", null_draws),
        target=target,
        threads=threads,
        shard=shard,
        terminal=terminal,
        called=about["dataset"],
    )
