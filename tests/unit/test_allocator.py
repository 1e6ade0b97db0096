"""Freed memory stays with the process: pages are not asked for again and again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
FAULTS = """
import resource, threading
import numpy as np
from resig.allocator import keep_freed_memory
agreed = {keep}keep_freed_memory()
def work():
    for size in (1, 2, 1, 4) * 50:
        arrays = [np.ones(size << 17) for _ in range(3)]
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
thread = threading.Thread(target=work)
thread.start()
thread.join()
print(agreed, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(keep: bool) -> tuple[bool, int]:
    """Return whether the C library agreed, and how many pages a thread is given that works on megabytes."""
    code = FAULTS.format(keep="" if keep else "False and ")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
    )
    agreed, pages = done.stdout.split()
    return agreed == "True", int(pages)


def test_pages_are_kept() -> None:
    agreed, kept = faults(keep=True)
    if not agreed:
        pytest.skip("not the C library of GNU")
    assert kept < faults(keep=False)[1] / 3
