"""The report as one file, made by Snakemake itself, which knows what belongs into it."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from resig.errors import ResigError
from resig.files import whole_file


def make_report(command: Sequence[str], style: str | os.PathLike[str], path: str | os.PathLike[str]) -> str:
    """Run the command, with the paths of the report and its style behind it; return a line that says what was made."""
    with whole_file(path) as partial:
        named = partial.with_suffix(".html")  # Snakemake looks at the ending
        done = subprocess.run([*command, str(named), "--report-stylesheet", str(style)], capture_output=True, text=True)
        print(done.stdout + done.stderr)
        if done.returncode or not named.is_file():
            last = [line for line in done.stderr.splitlines() if line.strip()][-3:]
            raise ResigError(f"the report could not be made: {' '.join(last)}", where=str(path))
        named.replace(partial)
    return f"Report: {Path(path).resolve()} ({Path(path).stat().st_size / 1e6:.1f} MB)"
