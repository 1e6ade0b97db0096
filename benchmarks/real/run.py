"""Hold scoring methods and controls against known truth in real data, and write docs/validation_real.md.

    python benchmarks/real/run.py [--quick] [--only controls truth planted agreement robustness]

Real cohorts are read from ../shared/data where that folder is; without it the demo's data are used and the page says
what was skipped. Everything random starts from seeds. `--quick` takes a tenth of the draws; `--only` measures some
parts anew and keeps the others from the last run.
"""

import argparse
import datetime
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "workflow" / "scripts")]

import controls  # noqa: E402
import data  # noqa: E402
import figures  # noqa: E402
import measure  # noqa: E402
import page  # noqa: E402
import pandas as pd  # noqa: E402

Result = dict[str, Any]
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
    else:
        truths = {each.name: each for each in measure.breast_truths(hallmarks())}
        chosen = [truths[name] for name in ("Oestrogen response early", "G2M checkpoint")]
        yield from measure.fewer_genes(breast, chosen, draws)
        yield from measure.wrong_labels(breast, chosen[0], draws, ("zmean", "singscore", "ssgsea"))
    sets = data.shipped_sets()
    if real is None:
        yield skipped("fewer reads in real cells (the demo's simulated ones stand in)")
    yield from measure.fewer_reads(real or data.toy_cells(), sets)
    yield from measure.fewer_cells(data.toy_cells(), sets, "donor", draws)


PARTS: dict[str, tuple[Callable[[int], Iterator[Result]], int]] = {
    "controls": (of_controls, 0),
    "truth": (truth, 0),
    "planted": (planted, 40),
    "agreement": (agreement, 0),
    "robustness": (robustness, 20),
}


def main() -> None:
    """Measure, keep the figures, draw, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the draws")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--data", type=Path, default=ROOT / ".bench" / "real.json")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    asked = parser.parse_args()
    kept = json.loads(asked.data.read_text()) if asked.data.exists() else {}
    for part in asked.only:
        measured, draws = PARTS[part]
        start = time.perf_counter()
        found = list(measured(max(draws // 10, 3) if asked.quick else draws))
        kept[part] = {"seconds": round(time.perf_counter() - start, 1), "results": found}
        print(f"{part}: {len(found)} figures in {kept[part]['seconds']:.0f} s", flush=True)
        for each in found:
            if each["part"] == "skipped":
                print(f"  skipped: {each['what']}")
        asked.data.parent.mkdir(parents=True, exist_ok=True)
        asked.data.write_text(json.dumps(kept, indent=1))
    results = [each for part in PARTS if part in kept for each in kept[part]["results"]]
    (asked.docs / "images").mkdir(parents=True, exist_ok=True)
    figures.draw(results, asked.docs / "images")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    (asked.docs / "validation_real.md").write_text(page.render(results, today), encoding="utf-8")
    print(f"{asked.docs / 'validation_real.md'}: {len(results)} figures")


if __name__ == "__main__":
    main()
