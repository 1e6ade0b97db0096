"""One place where a job's words go: its log file, and one line on the terminal when it fails."""

import errno
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from resig.errors import ResigError

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def log_to(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Send everything this process and its children print to `path`; end on one clear line if it fails.

    A `ResigError` becomes `ERROR: …` in the log and on the terminal. Anything else is a defect of
    resig: the traceback goes to the log, the terminal gets one line that says where it stands.
    Yield the terminal, for a job that has to say there how far it is.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    terminal = os.fdopen(os.dup(2), "w")
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    started = time.monotonic()
    try:
        yield terminal
        print(f"done in {time.monotonic() - started:.1f} s", flush=True)
    except ResigError as error:
        _fail(f"ERROR: {error}", terminal)
    except Exception as error:
        traceback.print_exc()
        if _is_full(error):
            _fail(f"ERROR: the disk is full ({_one_line(error)}); free some space and run again", terminal)
        _fail(f"ERROR: unexpected {type(error).__name__}: {_one_line(error)}; see {path}", terminal)
    finally:
        terminal.close()


@contextmanager
def answer_errors() -> Iterator[None]:
    """End on one clear line, for commands that answer on the terminal."""
    try:
        yield
    except ResigError as error:
        sys.exit(f"ERROR: {error}")


def said(seconds: float) -> str:
    """Say a time in seconds or in minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _fail(line: str, terminal: TextIO) -> None:
    for stream in (sys.stderr, terminal):
        print(line, file=stream, flush=True)
    sys.exit(1)


def _is_full(error: Exception) -> bool:
    """Tell a full disk, also where the HDF5 library found it: then the number stands in the words alone."""
    told = re.search(r"errno = (\d+)", str(error))
    return getattr(error, "errno", None) in FULL or (told is not None and int(told[1]) in FULL)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
