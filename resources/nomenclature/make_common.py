"""What the scripts of this folder share: reading and writing tables."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def rows(path: Path, delimiter: str = "\t") -> Iterator[dict[str, str]]:
    """Yield each row of a table as a dictionary."""
    csv.field_size_limit(10**7)
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle, delimiter=delimiter)


def installed(package: str, inside: str) -> Path:
    """Return the path of a file inside an installed package, without importing the package."""
    from importlib.util import find_spec

    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is not installed; give the path of {Path(inside).name} instead")
    return Path(spec.submodule_search_locations[0]) / inside


def write_table(path: Path, header: Sequence[str], body: Iterable[Sequence[str]]) -> None:
    """Write a tab-separated table: plain text, because a github module of Snakemake carries no other files whole."""
    lines = ["\t".join(header), *("\t".join(row) for row in body)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(lines) - 1} rows, {path.stat().st_size} bytes")
