"""Compiled kernels: where their machine code is kept, and the decorator that makes them.

numba keeps compiled code beside the source, or in the home directory. In a read-only install on a node without a
writable home both fail, at import. So the folder is chosen here, before numba is imported.
"""

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def choose_cache(environ: dict[str, str] | None = None) -> str | None:
    """Return the first folder that only this user can write to; None where there is none.

    In turn: `NUMBA_CACHE_DIR` as the user has set it, the user's cache directory, the job's temporary directory.
    """
    known = dict(os.environ) if environ is None else environ
    if known.get("NUMBA_CACHE_DIR"):
        return known["NUMBA_CACHE_DIR"] if _writable(Path(known["NUMBA_CACHE_DIR"])) else None
    return next((str(folder) for folder in _candidates(known) if _writable(folder) and _own(folder)), None)


def _candidates(known: dict[str, str]) -> Iterator[Path]:
    if known.get("XDG_CACHE_HOME"):
        yield Path(known["XDG_CACHE_HOME"]) / "resig" / "kernels"
    if known.get("HOME"):
        yield Path(known["HOME"]) / ".cache" / "resig" / "kernels"
    yield Path(known.get("TMPDIR") or tempfile.gettempdir()) / f"resig-kernels-{os.getuid()}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _own(folder: Path) -> bool:
    """Cached code is executed: it must not come from a folder that others can write to."""
    seen = folder.stat()
    return seen.st_uid == os.getuid() and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


CACHE = choose_cache()
if CACHE is not None:
    os.environ["NUMBA_CACHE_DIR"] = CACHE
else:
    os.environ.pop("NUMBA_CACHE_DIR", None)

import numba  # noqa: E402


def kernel(function: Function) -> Function:
    """Compile a function that runs without the interpreter lock; its code is cached where a folder allows."""
    return cast(Function, numba.njit(nogil=True, cache=CACHE is not None)(function))


def inlined(function: Function) -> Function:
    """Compile a small function into each kernel that calls it."""
    return cast(Function, numba.njit(nogil=True, inline="always")(function))
