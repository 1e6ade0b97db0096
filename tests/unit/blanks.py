"""Rows of the tables for tests: what is given, and the plainest value everywhere else."""

from typing import Any

import pandas as pd

from resig.tables import Table

PLAIN = {"text": "word", "integer": 4, "number": 0.5}


def blank(known: Table, **given: Any) -> pd.DataFrame:
    """One checked row of a table."""
    row = {column.name: column.choices[0] if column.choices else PLAIN[column.kind] for column in known.columns}
    return known.check(pd.DataFrame([row | given]), "test")
