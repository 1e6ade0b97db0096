"""What the scripts of this folder share: reading tables, and writing gzip files without a time stamp."""

import csv
import gzip
import io
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
    """Write a tab-separated table; a `.gz` carries no time stamp, so equal content is an equal file."""
    lines = ["\t".join(header), *("\t".join(row) for row in body)]
    data = ("\n".join(lines) + "\n").encode("utf-8")
    if path.suffix == ".gz":
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=9) as handle:
            handle.write(data)
        data = packed.getvalue()
    path.write_bytes(data)
    print(f"{path.name}: {len(lines) - 1} rows, {len(data)} bytes")
