"""Ask resig questions in worlds where the truth is known, and write that half of docs/validation.md.

    python benchmarks/calibration/run.py [--quick] [--only null coverage power cells verdicts meta]

Everything starts from seeds: the same versions give the same page. `--quick` takes a tenth of the replicates; `--only`
measures some parts anew and keeps the others from the last run.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "workflow" / "scripts")]

import figures  # noqa: E402
import measure  # noqa: E402
import page  # noqa: E402
import pooling  # noqa: E402
import verdicts  # noqa: E402
import worlds  # noqa: E402
from sitting import Half, Parts, Result, sit  # noqa: E402

PERMUTATIONS = 1999


def null(replicates: int) -> Iterator[Result]:
    """Yield shares of p at or below 5 % without any effect."""
    pairs = [(3, 3), (4, 4), (5, 5), (10, 10), (5, 20), (50, 50)]
    every = [
        *(worlds.unpaired(*each) for each in pairs),
        *(worlds.unpaired(*each, noise="skewed") for each in [(5, 5), (10, 10), (5, 20), (50, 50)]),
        *(worlds.unpaired(*each, noise="heavy") for each in [(5, 5), (10, 10), (5, 20), (50, 50)]),
        *(worlds.unpaired(*each, ratio=3) for each in [(10, 10), (50, 50), (20, 5), (5, 20)]),
        *(worlds.paired(n) for n in (3, 5, 6, 10, 20, 50)),
        *(worlds.covariate(*each) for each in [(3, 3), (5, 5), (10, 10), (25, 25), (50, 50)]),
        *(worlds.blocked(n) for n in (1, 2, 4, 8)),
        *(worlds.trend(n) for n in (3, 5, 10, 30)),
        *(worlds.continuous(n) for n in (6, 10, 30, 100)),
        *(worlds.continuous(n, adjusted=True) for n in (10, 30, 100)),
        *(worlds.survival(n) for n in (10, 20, 50, 100)),
    ]
    for at, world in enumerate(every):
        yield {"part": "null"} | measure.false_positives(world, replicates, PERMUTATIONS, 100 + at)


def coverage(replicates: int) -> Iterator[Result]:
    """Yield shares of 95 % intervals that hold the truth."""
    arms = [(3, 3), (5, 5), (10, 10), (5, 20), (50, 50)]
    linear = [
        *(worlds.unpaired(*each) for each in arms),
        *(worlds.paired(n) for n in (5, 10, 50)),
        *(worlds.covariate(*each) for each in [(5, 5), (10, 10), (50, 50)]),
        *(worlds.blocked(n) for n in (1, 8)),
        *(worlds.trend(n) for n in (5, 30)),
    ]
    for at, world in enumerate(linear):
        for effect in (0.0, 0.5, 1.0, 2.0):
            yield {"part": "coverage"} | measure.covered(world, effect, effect, replicates, 300 + at)
    for n in (10, 30, 100):
        for r in (0.0, 0.3, 0.6):
            several = [worlds.continuous(n, seed=seed) for seed in range(40)]
            yield {"part": "coverage"} | measure.covered_over(several, r, measure.spearman_of(r), replicates, 400 + n)
    for n in (20, 50, 100):
        for effect in (0.0, 0.5, 1.0):
            several = [worlds.survival(n, seed=seed) for seed in range(10)]
            yield {"part": "coverage"} | measure.covered_over(several, effect, effect, replicates, 500 + n)


def power(replicates: int) -> Iterator[Result]:
    """Yield shares of planted effects that are found."""
    every = [
        *(worlds.unpaired(n, n) for n in (5, 10, 20, 50)),
        *(worlds.paired(n) for n in (6, 10, 20, 50)),
        *(worlds.continuous(n) for n in (10, 20, 50, 100)),
        *(worlds.survival(n) for n in (20, 50, 100)),
    ]
    for at, world in enumerate(every):
        grid = [0.0, 0.2, 0.4, 0.6, 0.8] if world.design == "continuous" else [0.0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5]
        for effect in grid[:6] if world.design == "survival" else grid:
            yield {"part": "power"} | measure.power(world, effect, replicates, PERMUTATIONS, 600 + at)


def cells(replicates: int) -> Iterator[Result]:
    """Yield what donors and what cells say, from the same draws."""
    for donors in (3, 4, 5, 10, 20):
        for between in (0.0, 0.25, 0.5):
            drawn = worlds.Cells(donors, between)
            yield {"part": "cells"} | measure.cells_against_donors(drawn, 0.0, replicates, PERMUTATIONS, 700 + donors)
    for donors in (5, 10, 20):
        drawn = worlds.Cells(donors, 0.5, few_in_resistant=True)
        yield {"part": "cells"} | measure.cells_against_donors(drawn, 0.0, replicates, PERMUTATIONS, 720 + donors)
    for donors in (5, 10, 20):
        for effect in (0.25, 0.5, 0.75, 1.0, 1.5):
            drawn = worlds.Cells(donors, 0.5)
            yield {"part": "cells"} | measure.cells_against_donors(
                drawn, effect, replicates, PERMUTATIONS, 740 + donors
            )


PARTS: Parts = {
    "null": (null, 4000),
    "coverage": (coverage, 4000),
    "power": (power, 1000),
    "cells": (cells, 1000),
    "verdicts": (verdicts.null_runs, 300),
    "meta": (pooling.intervals, 4000),
}


if __name__ == "__main__":
    packages = ("numpy", "scipy", "pandas", "lifelines")
    sit(Half("calibration", PARTS, figures.draw, page.render, packages), __doc__)
