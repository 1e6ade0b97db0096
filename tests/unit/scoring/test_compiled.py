"""Compiled code is kept where this user alone can write; where that is nowhere, scoring still works."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from toolbox import without_home

from resig.compiled import choose_cache

SCRIPTS = Path(__file__).resolve().parents[3] / "workflow" / "scripts"
TRY = """
import numpy as np
from resig.compiled import CACHE
from resig.stored import expand_lzf
target = np.zeros(2, np.uint8)
assert expand_lzf(np.array([1, 65, 66], np.uint8), target) == 2 and target.tolist() == [65, 66]
print(CACHE)
"""


def test_takes_what_the_user_names(tmp_path: Path) -> None:
    assert choose_cache({"NUMBA_CACHE_DIR": str(tmp_path / "mine"), "HOME": str(tmp_path)}) == str(tmp_path / "mine")


def test_prefers_the_cache_directory_then_home_then_the_jobs_folder(tmp_path: Path) -> None:
    known = {"XDG_CACHE_HOME": str(tmp_path / "xdg"), "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    for folder in ("xdg", "home", "tmp"):
        assert str(choose_cache(known)).startswith(str(tmp_path / folder))
        shutil.rmtree(tmp_path / folder)
        (tmp_path / folder).write_text("not a folder", encoding="utf-8")
    assert choose_cache(known) is None


def test_does_not_run_code_from_a_folder_of_others(tmp_path: Path) -> None:
    known = {"TMPDIR": str(tmp_path)}
    chosen = Path(str(choose_cache(known)))
    assert chosen.is_dir() and chosen.stat().st_mode & 0o077 == 0
    chosen.chmod(0o777)
    assert choose_cache(known) is None


@pytest.mark.parametrize("room", ["job", "nowhere"])
def test_works_in_a_read_only_install_without_a_home(tmp_path: Path, room: str) -> None:
    """As root nothing is read-only, so the places where a cache could lie are taken by files."""
    install = tmp_path / "install"
    shutil.copytree(SCRIPTS / "resig", install / "resig", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (install / "resig", install / "resig" / "scoring"):
        (folder / "__pycache__").write_text("taken", encoding="utf-8")
    taken = tmp_path / "taken"
    taken.write_text("taken", encoding="utf-8")
    job = tmp_path / "job"
    job.mkdir()
    tmpdir = str(job if room == "job" else taken)
    known = without_home(HOME=str(taken), TMPDIR=tmpdir, PYTHONPATH=str(install), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run([sys.executable, "-c", TRY], env=known, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    kept = list(job.rglob("*.nbi"))
    assert (done.stdout.strip() == "None", bool(kept)) == ((False, True) if room == "job" else (True, False))
    assert os.access(tmp_path, os.W_OK)


def test_no_adapter_is_called_like_a_module_that_numba_looks_for() -> None:
    """Scripts lie on the path of each job; numba takes a module named `coverage` where it finds one."""
    assert not (SCRIPTS / "coverage.py").exists()
