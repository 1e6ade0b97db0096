"""Verdicts where nothing is there: a real cohort, its labels drawn at random, asked as the workflow asks."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from measure import LEVEL, share
from worlds import GROUPS, question

from resig.inference.contrast import compare
from resig.inference.scrutiny import Scrutiny
from resig.inference.set_scores import scorer_of
from resig.inference.specificity import Background, read_background
from resig.pseudobulk import Pseudobulk
from resig.scoring import find_methods
from resig.tables import COVERAGE

Result = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".bench" / "calibration"
MATCHED_SETS = 200
CONFIG = {
    "scoring": {"bulk": ["zmean"]},
    "datasets": {
        "all": {
            "kind": "bulk",
            "matrix": str(ROOT / "resources/demo/all_chiaretti/expression.csv.gz"),
            "values": "log",
            "metadata": str(ROOT / "resources/demo/all_chiaretti/samples.csv"),
            "sample": "sample",
        }
    },
}


@dataclass(frozen=True)
class Cohort:
    """Real expression of 128 leukaemias and the signatures that can be read in it."""

    background: Background
    coverage: pd.DataFrame

    def scores(self, pseudobulk: Pseudobulk, rows: np.ndarray) -> pd.DataFrame:
        """Score samples by the leading method, as sample_scores.tsv has it."""
        panel = self.background.panel
        method = self.background.methods["zmean"]
        values = scorer_of(method, pseudobulk, rows, True)(method.panel(panel))
        wide = pd.DataFrame(values, index=pseudobulk.units["sample"].iloc[rows], columns=panel.signatures)
        long = wide.rename_axis("sample").reset_index().melt("sample", var_name="signature", value_name="score")
        return long.assign(method="zmean", cell_type="bulk", n_cells=1)


def null_runs(replicates: int) -> Iterator[Result]:
    """Yield shares of `supported`: with labels at random, and with a shift of the whole expression along them."""
    cohort = read_cohort()
    for shift in (0.0, 0.5):
        for size in (5, 10, 30):
            generator = np.random.default_rng([size, int(10 * shift)])
            yield {"part": "verdicts"} | runs(cohort, size, shift, replicates, generator)


def read_cohort() -> Cohort:
    """Take the cohort in as the workflow does, and read what it wrote."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    wanted = [f"results/all/{name}" for name in ("pseudobulk.h5ad", "coverage.tsv")]
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--directory", str(FOLDER)]
    command += ["--configfile", str(FOLDER / "config.yaml"), "--cores", "2", "--quiet", "all", "--", *wanted]
    subprocess.run(command, check=True)
    coverage = FOLDER / wanted[1]
    background = read_background(
        FOLDER / wanted[0],
        FOLDER / "results/signatures/members.tsv",
        coverage,
        bulk=True,
        matched_sets=MATCHED_SETS,
        null_alpha=LEVEL,
        seed=1,
        methods=find_methods(["zmean"], []),
    )
    return Cohort(background, COVERAGE.read(coverage))


def runs(cohort: Cohort, size: int, shift: float, replicates: int, generator: np.random.Generator) -> Result:
    """Ask one contrast after another: `size` samples an arm, drawn at random; genes shift along the arms."""
    known = cohort.background.pseudobulk
    found = [one_run(cohort, known, size, shift, generator) for _ in range(replicates)]
    supported = np.array([np.mean(each["verdict"] == "supported") for each in found])
    called = np.array([np.mean((each["fdr"] <= LEVEL) & (each["effect"] > 0)) for each in found])
    return {
        "world": "labels at random" if shift == 0 else "all expression shifts along the labels",
        "size": f"{size} v {size}",
        "runs": replicates,
        "answers": sum(map(len, found)),
        "rows": over_runs(supported, found),
        "any": share(supported > 0),
        "without_null": over_runs(called, found),
    }


def one_run(cohort: Cohort, known: Pseudobulk, size: int, shift: float, generator: np.random.Generator) -> pd.DataFrame:
    """Return the answers to one contrast, of all signatures that can be measured."""
    rows = generator.choice(len(known.units), 2 * size, replace=False)
    resistant = np.isin(np.arange(len(known.units)), rows[:size])
    # Each gene moves by an amount of its own, half a standard deviation on average: what a batch can do.
    moved = generator.normal(shift, shift, len(known.genes)) * known.genes.sd
    there = replace(known, log=known.log + np.outer(resistant, moved))
    samples = pd.DataFrame({"sample": known.units["sample"].iloc[rows], "arm": ["R"] * size + ["S"] * size})
    scrutiny = Scrutiny(
        replace(cohort.background, pseudobulk=there), {}, frozenset(), permutations=1999, seed=1, fdr=LEVEL
    )
    table = compare(
        "all",
        "random",
        question(groups=GROUPS),
        cohort.scores(there, rows),
        samples.sort_values("sample"),
        cohort.coverage,
        {},
        permutations=1999,
        fdr=LEVEL,
        min_cells=1,
        seed=1,
        scrutiny=scrutiny,
    )
    return table[table["verdict"] != "not_measurable"]


def over_runs(shares: np.ndarray, found: list[pd.DataFrame]) -> dict[str, float]:
    """Return a mean over runs; the answers of one run depend on each other, so the runs give its error."""
    error = max(float(shares.std(ddof=1) / np.sqrt(len(shares))), 1 / sum(map(len, found)))
    return {"share": float(shares.mean()), "replicates": len(shares), "mc_error": error}
