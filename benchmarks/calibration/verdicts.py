"""Verdicts where nothing is there to be found."""

from collections.abc import Iterator
from typing import Any

Result = dict[str, Any]


def null_runs(replicates: int) -> Iterator[Result]:
    """Yield nothing yet."""
    yield from ()
