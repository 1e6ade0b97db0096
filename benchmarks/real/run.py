"""Hold scoring methods and controls against known truth in real data, and write that half of
docs/validation.md.

    python benchmarks/real/run.py [--quick] [--only controls truth planted agreement robustness]

Real cohorts are read from ../shared/data where that folder is; without it the demo's data are used and the page says
what was skipped. Everything random starts from seeds. `--quick` takes a tenth of the draws; `--only` measures some
parts anew and keeps the others from the last run.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT / "workflow" / "scripts")]

import controls  # noqa: E402
import data  # noqa: E402
import figures  # noqa: E402
import measure  # noqa: E402
import page  # noqa: E402
import pandas as pd  # noqa: E402
import reads  # noqa: E402
from sitting import Half, Parts, Result, sit  # noqa: E402

RUNS = ROOT / ".bench" / "controls"


def skipped(what: str) -> Result:
    """Say what could not be measured."""
    return {"part": "skipped", "what": what}


def of_controls(_: int) -> Iterator[Result]:
    """Run the workflow on each cohort, and judge each control."""
    if not controls.DATA.is_dir():
        yield skipped(f"all controls on real cohorts ({controls.DATA.name} is not at hand)")
        return
    tables: dict[str, pd.DataFrame] = {}
    for row in controls.expectations().to_dict("records"):
        cohort = row["cohort"]
        if cohort not in tables:
            tables[cohort] = contrasts_of(cohort)
        judged = controls.judge(row, tables[cohort])
        yield {"part": "controls", **row, "found": judged.found, "met": judged.met}


def contrasts_of(cohort: str) -> pd.DataFrame:
    """Run one cohort in a folder of its own; what is there and up to date is taken as it is."""
    folder = RUNS / cohort
    if not folder.exists():
        controls.prepare(folder)
    config = controls.config_of(cohort, folder)
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--configfile", str(config), "--cores", "2", "--quiet", "all", "--", "results/summary/verdicts.tsv"]
    subprocess.run(command, check=True)
    return pd.read_csv(folder / "results/summary/contrasts.tsv", sep="\t")


def truth(_: int) -> Iterator[Result]:
    """Known truth in whatever cohorts are there."""
    leukaemias = data.leukaemias()
    yield from measure.known_truth(leukaemias, measure.leukaemia_truths(leukaemias.labels["BT"]))
    breast, mirnas = data.breast_cancers(), data.mirnas()
    if breast is None or mirnas is None:
        yield skipped("known truth in SCAN-B and in TCGA miRNA")
        return
    yield from measure.known_truth(breast, measure.breast_truths(hallmarks()))
    yield from measure.known_truth(mirnas, measure.mirna_truths())


def hallmarks() -> dict[str, list[str]]:
    """The Hallmark sets beside the project."""
    return controls.read_gmt(controls.DATA / "genesets" / "h.all.v7.0.symbols.gmt")


def planted(draws: int) -> Iterator[Result]:
    """Planted effects in real expression."""
    yield from measure.planted(data.leukaemias(), draws)


def agreement(_: int) -> Iterator[Result]:
    """Agreement of methods."""
    yield from measure.agreement(data.leukaemias())
    breast = data.breast_cancers()
    if breast is None:
        yield skipped("agreement of methods in SCAN-B")
    else:
        yield from measure.agreement(breast)


def robustness(draws: int) -> Iterator[Result]:
    """What scores withstand."""
    breast, real = data.breast_cancers(), data.real_cells()
    if breast is None:
        leukaemias = data.leukaemias()
        truths = measure.leukaemia_truths(leukaemias.labels["BT"])
        yield skipped("fewer genes and wrong labels in SCAN-B (the demo's leukaemias stand in)")
        yield from measure.fewer_genes(leukaemias, truths, draws)
        yield from measure.wrong_labels(leukaemias, truths[0], draws, ("zmean", "singscore", "ssgsea"))
        yield skipped("fewer reads of bulk samples (the demo's cohorts are no reads)")
    else:
        truths = {each.name: each for each in measure.breast_truths(hallmarks())}
        chosen = [truths[name] for name in ("Oestrogen response early", "G2M checkpoint")]
        yield from measure.fewer_genes(breast, chosen, draws)
        yield from measure.wrong_labels(breast, chosen[0], draws, ("zmean", "singscore", "ssgsea"))
        chosen = [truths[name] for name in ("ERBB2 (1 gene)", "ESR1 (1 gene)", *(each.name for each in chosen))]
        yield from reads.shallow(breast, chosen, data.shipped_sets(1))
    sets = data.shipped_sets()
    if real is None:
        yield skipped("fewer reads in real cells (the demo's simulated ones stand in)")
    yield from reads.fewer_reads(real or data.toy_cells(), sets)
    yield from reads.fewer_cells(data.toy_cells(), sets, "donor", draws)


def cells(draws: int) -> Iterator[Result]:
    """Effects planted in cells."""
    real = data.real_cells()
    if real is None:
        yield skipped("effects planted in real cells (the demo's simulated ones stand in)")
    else:
        yield from reads.planted_in_cells(real, draws)
    yield from reads.planted_in_cells(data.toy_cells(), draws)


PARTS: Parts = {
    "controls": (of_controls, 0),
    "truth": (truth, 0),
    "planted": (planted, 40),
    "cells": (cells, 20),
    "agreement": (agreement, 0),
    "robustness": (robustness, 20),
}


if __name__ == "__main__":
    sit(Half("real", PARTS, figures.draw, page.render, ("numpy", "scipy", "pandas", "gseapy")), __doc__)
