"""What tests of alterations share: the curated list, the nomenclature, and a way to read files as a run does."""

from pathlib import Path
from typing import Any

import pandas as pd
from conftest import ROOT

from resig.alterations.book import ALTERATIONS, COORDINATES
from resig.alterations.calls import call_alterations
from resig.alterations.take import Source, take_alterations
from resig.config import fill, load_schema
from resig.nomenclature import Resolver

GENESETS = ROOT / "resources/genesets"
NAMES = ROOT / "resources/nomenclature"
RESOLVER = Resolver.load(NAMES / "hgnc.tsv", NAMES / "ambiguous.tsv")
BOOK = ALTERATIONS.read(GENESETS / "alterations.tsv")
PLACES = COORDINATES.read(GENESETS / "gene_coordinates.tsv")
SCHEMA = load_schema(ROOT / "workflow/schemas/config.schema.yaml")
SAMPLES = ["S1", "S2", "S3"]


def spec_of(**given: Any) -> dict[str, Any]:
    """Return the block `alterations` of a config, with defaults filled in."""
    config = {"datasets": {"d": {"kind": "bulk", "matrix": "m.tsv", "alterations": given}}}
    return fill(config, SCHEMA)["datasets"]["d"]["alterations"]


def take(samples: list[str] = SAMPLES, **given: Any) -> Source:
    """Read the files of a block."""
    return take_alterations(spec_of(**given), str, samples, RESOLVER, BOOK, PLACES)


def calls(samples: list[str] = SAMPLES, **given: Any) -> pd.DataFrame:
    """Return the calls, alterations x samples."""
    spec = spec_of(**given)
    rows = pd.DataFrame(call_alterations(take(samples, **given), BOOK, samples, spec["methylated_from"]))
    return rows.pivot(index="alteration", columns="sample", values="call")


def told(samples: list[str] = SAMPLES, **given: Any) -> pd.DataFrame:
    """Return all rows of calls."""
    spec = spec_of(**given)
    rows = pd.DataFrame(call_alterations(take(samples, **given), BOOK, samples, spec["methylated_from"]))
    return rows.set_index(["sample", "alteration"])


def write(path: Path, *lines: str) -> str:
    """Write lines and return the path."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
