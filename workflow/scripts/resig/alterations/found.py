"""What a file of alterations says: records of a sample and a gene, or a table of genes and samples."""

from dataclasses import dataclass, field

import pandas as pd

from resig.alterations.protein_change import Change


@dataclass(frozen=True)
class Event:
    """One record as written: `change` of a protein, or partner of a fusion; `changes`: whether the protein differs.

    `missing`: the genotype of the sample is missing, so that it may have the change or not.
    """

    sample: str
    gene: str
    change: str
    place: str
    effect: str = ""
    parsed: Change | None = None
    changes: bool | None = None
    dropped: str = ""
    where: str = ""
    missing: bool = False


@dataclass
class Records:
    """What a file of records holds: `samples` are those it names; `n` counts all records, of any gene."""

    format: str
    events: list[Event]
    samples: list[str]
    n: int
    builds: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@dataclass
class Grid:
    """Genes x samples; `genes` as written, rows of `values` in their order, `places` say where they stand."""

    format: str
    genes: list[str]
    values: pd.DataFrame
    places: list[str]
    n: int
    samples: list[str]
    remarks: list[str] = field(default_factory=list)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
