"""Trim the table of every name that a human miRNA accession has had to mirna.tsv.

Usage: python make_mirna.py mirbase_v6_v22_human_aliases.tsv
"""

import sys
from pathlib import Path

from make_common import rows, write_table

HEADER = ("accession", "name", "current", "kind")

if __name__ == "__main__":
    source = rows(Path(sys.argv[1]))
    body = sorted({(row["acc"], row["sym"], row["cur"], row["type"].replace("NA", "withdrawn")) for row in source})
    write_table(Path(__file__).with_name("mirna.tsv"), HEADER, body)
