"""What a reader is given and what it hands back."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

OBSERVATIONS_IN_ROWS = "observations in rows"


@dataclass(frozen=True)
class Source:
    """A file (or folder) to read, and what the config says that helps to read it.

    `ids` are names that the metadata have for observations; they tell rows from columns in text.
    """

    path: str
    kind: str = "bulk"
    ids: Collection[str] = ()
    metadata: str = ""
    layer: str | None = None


@dataclass(frozen=True)
class Taken:
    """What was read: whether the values were copied, which way they lay, and facts for the report."""

    copied: bool
    orientation: str = OBSERVATIONS_IN_ROWS
    facts: dict[str, Any] = field(default_factory=dict)
