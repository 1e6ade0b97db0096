"""Make the further assays of the demo's multi-omic cohort: miRNA, circRNA, protein and serum, and what they must show.

    python resources/demo/make_omics_assays.py

Runs after make_omics.py: miRNAs with a planted footprint are made from the expression of their target there.
`truth_assays.tsv` says which read-outs were planted in which samples, and which pairs of RNA and target. Each feature
draws from a random stream of its own, as in make_demo.py.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from make_demo import HERE, stream, write_table
from make_omics import COPY_NUMBER, RESISTANT, SAMPLES

MIRNAS = "221-3p 222-3p 340-3p 378a-3p 381-3p 582-3p 1246"  # not 9-5p and 200a-3p: exo_mir_tam cannot be scored
BACKGROUND = (
    "21-5p 16-5p 22-3p 24-3p 26a-5p 27a-3p 29a-3p 30a-5p 92a-3p 93-5p 99a-5p 101-3p 103a-3p 125b-5p 126-3p "
    "141-3p 143-3p 145-5p 148a-3p 150-5p 182-5p 186-5p 191-5p 195-5p 197-3p 210-3p 214-3p 223-3p 320a-3p 342-3p"
)
FOOTPRINTS = {"hsa-miR-155-5p": ("CEBPB", -1), "hsa-miR-205-5p": ("E2F1", 1)}  # as expected, and the opposite
NOT_SEQUENCED = frozenset({"O24"})  # not a column of the miRNA table

CIRCLES = {"hsa_circ_0000284": ("O01", "O02", "O03"), "hsa_circ_0005728": ()}  # circHIPK3 is planted, circUBE2D2 is not
HOST = "HIPK3"  # linear counts of the host gene, high where the circle is not: never to be read as it

PLANTED = {  # read-out of resources/genesets/readouts.tsv, name in the table, samples in which it is high
    "MET_pY1235": ("c-Met_pY1235", tuple(each for each, copies in COPY_NUMBER["MET"].items() if copies == 2)),
    "AKT_pS473": ("Akt_pS473-R-V", ("O22", "O24")),  # PTEN is lost or mutated there
    "HER2": ("HER2", ("O13",)),
    "p95HER2": ("p95HER2", ("O14",)),
    "STAT3_pY705": ("STAT3_pY705", ()),
}
TRAPS = ["Akt", "HER2_pY1221", "c-Met", "GAPDH-M-C", "53BP1"]  # high where nothing is planted; no read-outs
NO_PROTEIN = frozenset({"O05", "O06"})  # not in the table of proteins
SERA = ["C3", "MIF", "HGF", "MPO-DNA", "albumin"]
NO_SERUM = frozenset({"O17", "O18", "O19", "O20"})
SERUM_UP, FOLD = "HGF", 6.0  # higher in resistant patients
NO_MIF = "O03"  # an empty cell


def level(kind: str, feature: str, mean: float, spread: float) -> np.ndarray:
    """Noise about a mean, one value a sample."""
    return mean + spread * stream("toy_omics", kind, feature).normal(size=len(SAMPLES))


def within(samples: object) -> np.ndarray:
    """One for each of these samples, zero elsewhere."""
    return np.array([each in samples for each in SAMPLES], dtype=float)  # type: ignore[operator]


def mirnas(expression: pd.DataFrame) -> pd.DataFrame:
    """Log2 levels, miRNAs x samples."""
    names = [f"hsa-miR-{name}" for name in f"{MIRNAS} {BACKGROUND}".split()]
    rows = {name: level("mirna", name, 6 + 0.2 * at, 0.7) for at, name in enumerate(names)}
    rows["hsa-miR-222-3p"] += 3 * within(RESISTANT)
    for name, (target, sign) in FOOTPRINTS.items():
        own = expression.loc[target]
        rows[name] = 8 + sign * ((own - own.mean()) / own.std()).to_numpy() + level("mirna", name, 0, 0.25)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=SAMPLES).drop(columns=list(NOT_SEQUENCED))
    return table.clip(0).round(3).rename_axis("mirna")


def circles() -> pd.DataFrame:
    """Counts of back-splice junctions, circles x samples, and of one linear gene that must not be read."""
    rows = {}
    for name, high in CIRCLES.items():
        rows[name] = stream("toy_omics", "circle", name).poisson(20 + 180 * within(high))
    for at in range(30):
        name = f"chr{1 + at % 22}:{1000000 + 7919 * at}|{1004000 + 7919 * at}"
        rows[name] = stream("toy_omics", "circle", name).poisson(np.full(len(SAMPLES), 30.0))
    rows[HOST] = stream("toy_omics", "circle", HOST).poisson(400 - 300 * within(CIRCLES["hsa_circ_0000284"]))
    return pd.DataFrame.from_dict(rows, orient="index", columns=SAMPLES).rename_axis("circle")


def proteins() -> pd.DataFrame:
    """Log ratios as RPPA tables have them, samples x antibodies."""
    columns = {
        name: level("protein", name, 0, 0.3).clip(-0.6, 0.6) + 3 * within(high) for name, high in PLANTED.values()
    }
    columns |= {name: level("protein", name, 0, 0.3) + 3 * within({"O19", "O20", "O21"}) for name in TRAPS}
    columns |= {
        name: level("protein", name, 0, 0.3).clip(-0.6, 0.6) for name in ("PTEN", "EGFR_pY1068", "beta-Catenin")
    }
    table = pd.DataFrame(columns, index=pd.Index(SAMPLES, name="sample"))
    return table.drop(index=list(NO_PROTEIN)).round(4)


def sera() -> pd.DataFrame:
    """Concentrations, patients x analytes."""
    columns = {name: np.exp(level("serum", name, 1 + 0.5 * at, 0.3)) for at, name in enumerate(SERA)}
    columns[SERUM_UP] = columns[SERUM_UP] * FOLD ** within(RESISTANT)
    table = pd.DataFrame(columns, index=pd.Index(SAMPLES, name="patient"))
    table.loc[NO_MIF, "MIF"] = np.nan
    return table.drop(index=list(NO_SERUM)).round(3)


def truth() -> pd.DataFrame:
    """What was planted: read-outs in samples, differences between arms, and pairs of RNA and target."""
    rows = [("protein", name, "high", " ".join(high)) for name, (_, high) in PLANTED.items()]
    rows += [("circ_rna", "circHIPK3", "high", " ".join(CIRCLES["hsa_circ_0000284"]))]
    rows += [("small_rna", "hsa-miR-222-3p", "contrast", "up"), ("serum", "serum_HGF", "contrast", "up")]
    # Five of the twelve resistant tumours have MET copies and three the circle; none of the others do.
    rows += [("protein", "MET_pY1235", "contrast", "up"), ("circ_rna", "circHIPK3", "contrast", "up")]
    said = {-1: "as_expected", 1: "opposite"}
    rows += [("small_rna", name, f"pair {target}", said[sign]) for name, (target, sign) in FOOTPRINTS.items()]
    return pd.DataFrame(rows, columns=["assay", "readout", "what", "truth"])


def main(arguments: list[str] | None = None) -> int:
    """Write everything below the output folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: beside this script)")
    out = parser.parse_args(arguments).out / "toy_omics"
    expression = pd.read_csv(HERE / "toy_omics" / "expression.tsv.gz", sep="\t", index_col=0)
    out.mkdir(parents=True, exist_ok=True)
    write_table(mirnas(expression), out / "mirna.tsv", index=True)
    write_table(circles(), out / "circles.tsv", index=True)
    write_table(proteins(), out / "protein.tsv", index=True)
    write_table(sera(), out / "serum.tsv", index=True, na_rep="NA")
    write_table(truth(), out / "truth_assays.tsv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
