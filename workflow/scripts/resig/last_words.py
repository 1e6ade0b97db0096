"""What stands last on the terminal when a run has ended: the answers, or the errors. Light, for the main process."""

import os
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path


def after_success(summary: str | os.PathLike[str], report: str | os.PathLike[str], make_report: str) -> str:
    """Return the summary that the run has written, where the results are, and where the report is or how to make it."""
    written = Path(summary)
    if not written.is_file():
        return ""
    made = Path(report)
    there = made.is_file() and made.stat().st_mtime >= written.stat().st_mtime
    lines = [
        written.read_text(encoding="utf-8").rstrip(),
        f"Results: {written.resolve().parents[1]}",
        f"Report: {made.resolve()}" if there else f"Report: {make_report} (then open {made})",
    ]
    return "\n".join(["", *lines])


def after_failure(logs: str | os.PathLike[str], since: float) -> str:
    """Return the errors of this run, each once: those in the logs that were written since it began."""
    written = sorted(path for path in Path(logs).rglob("*.log") if path.stat().st_mtime >= since)
    errors = dict.fromkeys(line for path in written for line in _errors(path))
    return "\n".join(["", *errors]) if errors else ""


def _errors(log: Path) -> list[str]:
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in said if line.startswith("ERROR: ")]


def report_command(
    python: str, snakefile: str, folder: str, configfiles: Iterable[str | os.PathLike[str]], config: Sequence[str]
) -> list[str]:
    """Return the command that makes the report of a run; the path of the report comes last."""
    files = [str(Path(path).resolve()) for path in configfiles]
    return [
        *(python, "-m", "snakemake", "--snakefile", snakefile, "--directory", folder, "--quiet", "all"),
        *(["--configfile", *files] if files else []),
        *(["--config", *config] if config else []),
        "--report",
    ]


def asked_again(target: str, configfiles: Iterable[str | os.PathLike[str]], config: Sequence[str]) -> str:
    """Return what a user types to ask for another target of the same run."""
    files = [str(path) for path in configfiles]
    words = [*(["--configfile", *files] if files else []), *(["--config", *config] if config else [])]
    return shlex.join(["snakemake", "--cores", "1", target, *words])
