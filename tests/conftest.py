"""What all tests share: a checkout to run in, and a way to run Snakemake in it as a user would."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 3600  # seconds of one run: a machine may have other work
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".snakemake", "results", "logs", "__pycache__", ".*_cache", ".hypothesis"
)


@dataclass(frozen=True)
class Ran:
    """A finished Snakemake run."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def errors(self) -> list[str]:
        """The lines a user is meant to read, each once."""
        return list(dict.fromkeys(line for line in self.err.splitlines() if line.startswith("ERROR: ")))


def snakemake(folder: Path, *arguments: str | Path, snakefile: Path | None = None, **environment: str) -> Ran:
    """Run Snakemake in a folder; without a Snakefile named, the one there."""
    command = [sys.executable, "-m", "snakemake", *(["-s", str(snakefile)] if snakefile else []), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment}, timeout=LIMIT
    )
    return Ran(done.returncode, done.stdout, done.stderr, folder)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that tests may change."""
    folder = tmp_path_factory.mktemp("checkout") / "resig"
    shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)
    return folder


@pytest.fixture(scope="session")
def demo(checkout: Path) -> Ran:
    """The shipped demo, run once on two cores."""
    ran = snakemake(checkout, "--cores", "2")
    assert ran.code == 0, ran.err[-4000:]
    return ran
