"""Positive and negative controls on real cohorts: what is expected stands in controls.tsv, written before any run.

The configs stand in tests/integration/cohorts; tests and the page of the benchmark read the same table and judge alike.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data"
CONFIGS = ROOT / "tests" / "integration" / "cohorts"
# Reference genes of doi 10.1038/s41598-021-98869-x, table 2, as far as its first page shows it.
HOUSEKEEPING = [
    *("SNW1", "CNOT4", "PUM1", "PCBP1", "IPO8", "HNRNPL", "TBP", "UBC", "PPIA", "RPL30", "RPL13A", "YWHAZ"),
    "ACTB",
]
HALLMARKS = ("HALLMARK_ESTROGEN_RESPONSE_EARLY", "HALLMARK_G2M_CHECKPOINT")
SINGLE = {"erbb2": "ERBB2", "esr1": "ESR1", "abcb1": "ABCB1"}
MIRNAS = {"mir221": "hsa-mir-221", "mir222": "hsa-mir-222", "mir155": "hsa-mir-155"}
PUBLISHED = ("HOLLEMAN_", "KANG_DOXORUBICIN", "GYORFFY_DOXORUBICIN", "YAGUE_")
CLAIMS = ("supported", "contradicted")  # a claim is a claim in either direction
RANDOM_SETS, RANDOM_SIZE = 40, 20


@dataclass(frozen=True)
class Judged:
    """One control: what was found, and whether it is what was expected."""

    found: str
    met: bool


def expectations() -> pd.DataFrame:
    """Read what is expected."""
    return pd.read_csv(HERE / "controls.tsv", sep="\t", dtype=str, keep_default_na=False)


def prepare(folder: Path, data: Path = DATA) -> None:
    """Lay out what the configs name: the data, sets of one gene, random and published sets, shuffled labels."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data").symlink_to(data)
    write_sets(folder / "mirnas.tsv", {name: [each] for name, each in MIRNAS.items()})
    genesets = read_gmt(data / "genesets" / "msigdb_c2_resistance_symbols.gmt")
    published = {name: genes for name, genes in genesets.items() if name.startswith(PUBLISHED)}
    write_sets(folder / "published.tsv", {"abcb1": ["ABCB1"]} | published)
    hallmarks = read_gmt(data / "genesets" / "h.all.v7.0.symbols.gmt")
    symbols = pd.read_csv(data / "scanb_gse96058/expr_genes_x_samples.csv.gz", usecols=[0]).iloc[:, 0].tolist()
    draw = np.random.default_rng(3)
    drawn = {f"random_{at:02}": draw.choice(symbols, RANDOM_SIZE, replace=False).tolist() for at in range(RANDOM_SETS)}
    single = {name: [gene] for name, gene in SINGLE.items() if name != "abcb1"}
    named = {name: hallmarks[name] for name in HALLMARKS}
    write_sets(folder / "controls.tsv", single | {"housekeeping": HOUSEKEEPING} | named | drawn)
    samples = pd.read_csv(data / "scanb_gse96058/samples.csv", dtype=str, keep_default_na=False)
    for seed, column in ((1, "her2_status"), (2, "er_status")):
        samples[f"{column}_shuffled"] = np.random.default_rng(seed).permutation(samples[column].to_numpy())
    samples.to_csv(folder / "scanb_samples.csv", index=False)


def config_of(cohort: str, folder: Path) -> Path:
    """Return a copy of the config of a cohort beside its data."""
    return Path(shutil.copy(CONFIGS / f"{cohort}.yaml", folder / f"{cohort}.yaml"))


def write_sets(path: Path, sets: Mapping[str, list[str]]) -> None:
    """Write sets as a net, all members up."""
    rows = [f"{name}\t{gene}\t1" for name, genes in sets.items() for gene in dict.fromkeys(genes)]
    path.write_text("\n".join(["signature\tsymbol\tweight", *rows, ""]))


def read_gmt(path: Path) -> dict[str, list[str]]:
    """Read sets; TABs only."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {name: [gene for gene in genes if gene] for name, _, *genes in lines}


def judge(expected: Mapping[str, str], contrasts: pd.DataFrame) -> Judged:
    """Hold the rows of a control against what was expected of them."""
    wanted = contrasts["signature"].map(lambda name: fnmatchcase(name, expected["signature"]))
    rows = contrasts[(contrasts["contrast"] == expected["contrast"]) & wanted & (contrasts["method"] == "zmean")]
    if rows.empty:
        return Judged("no row", False)
    called = int(rows["verdict"].isin(CLAIMS).sum())
    auroc = rows["auroc"].dropna()
    problems = []
    if expected["auroc_low"] and not auroc.between(float(expected["auroc_low"]), float(expected["auroc_high"])).all():
        problems.append("AUROC")
    if expected["verdicts"] and not set(rows["verdict"]) <= set(expected["verdicts"].split("|")):
        problems.append("verdict")
    if expected["most_called"] and called > float(expected["most_called"]) * len(rows):
        problems.append("calls")
    if len(rows) == 1:
        (row,) = rows.to_dict("records")
        found = f"AUROC {row['auroc']:.3f} ({row['auroc_low']:.3f} to {row['auroc_high']:.3f}), `{row['verdict']}`"
    else:
        said = ", ".join(f"{n} `{verdict}`" for verdict, n in rows["verdict"].value_counts().items())
        found = f"{len(rows)} sets: {said}"
        if len(auroc):
            found += f"; AUROC {auroc.min():.3f} to {auroc.max():.3f}"
    return Judged(found, not problems)
