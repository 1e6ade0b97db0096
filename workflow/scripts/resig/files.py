"""Files that are whole or absent: written under a temporary name, then renamed."""

import glob
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from resig.errors import ResigError


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its name only when the block ends well."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    for stale in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        stale.unlink(missing_ok=True)  # of a job that was killed
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield partial
        settle(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def settle(partial: Path, target: Path) -> None:
    """Give a finished file its name, after its bytes have reached the disk."""
    with partial.open("rb") as handle:
        os.fsync(handle.fileno())
    partial.replace(target)


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Return the sha256 sum of a file."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@contextmanager
def unchanged(paths: Iterable[str | os.PathLike[str]]) -> Iterator[None]:
    """Refuse what was made from files that somebody wrote to meanwhile: it would pass for up to date."""
    before = {Path(path): _stamp(path) for path in paths}
    yield
    for path, stamp in before.items():
        if _stamp(path) != stamp:
            raise ResigError("changed while it was being read", where=str(path), todo="run again when it is complete")


def _stamp(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def read_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file whole."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
