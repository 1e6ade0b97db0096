"""Whole runs of the workflow for the long tests (cluster/run, interruptions/run): started, waited for, compared."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = [sys.executable, "-m", "snakemake"]
LIMIT = 2400
SMALL = """
signatures: {{include: {{id: [fp_dox, dtc_fibro_senescence_sasp, tras_jag1_notch_il6]}}}}
datasets:
  toy_bulk:
    kind: bulk
    matrix: {matrix}
    metadata: {metadata}
    shards: {shards}
contrasts:
  after_therapy:
    datasets: [toy_bulk]
    pair_by: patient
    groups: {{column: timepoint, resistant: [post], sensitive: [pre]}}
"""


def small_config(path: Path, shards: int = 1, data: Path = ROOT / "resources/demo/toy_bulk") -> Path:
    """Write a config of one bulk dataset and three signatures."""
    text = SMALL.format(matrix=data / "expression.tsv.gz", metadata=data / "samples.tsv", shards=shards)
    path.write_text(text, encoding="utf-8")
    return path


def demo_config(path: Path, shards: int = 1, method: Path | None = None) -> Path:
    """Write the demo's config, its cells in shards, and perhaps a method of one's own for bulk data."""
    text = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    if method:
        text = text.replace("bulk: [zmean,", f"bulk: [{method}, zmean,")
    cut = re.sub(r"^(  toy_cells:[^\n]*\n)", rf"\1    shards: {shards}\n", text, flags=re.M)
    path.write_text(cut, encoding="utf-8")
    return path


def start(folder: Path, config: Path, *how: str) -> subprocess.Popen[bytes]:
    """Start Snakemake in a folder of its own; what it says goes to said.txt there."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [*SNAKEMAKE, "-s", str(ROOT / "Snakefile"), "--configfile", str(config), "--directory", str(folder), *how]
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)


def finished(run: subprocess.Popen[bytes]) -> bool:
    """Wait for a run; true when it ended well."""
    try:
        return run.wait(LIMIT) == 0
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        return False


def unlocked(folder: Path, config: Path) -> bool:
    """Take away the lock that a killed Snakemake left."""
    return finished(start(folder, config, "--unlock"))


def timed(name: str, part: Callable[[], bool]) -> bool:
    """Run one part and say how it ended and how long it took."""
    began = time.monotonic()
    well = part()
    print(f"{name}: {'ended well' if well else 'FAILED'} after {time.monotonic() - began:.0f} s", flush=True)
    return well


def wait_until(true: Callable[[], bool], seconds: float, every: float = 0.5) -> bool:
    """Ask again and again, for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(every)
    return False


def checksums(results: Path) -> dict[str, str]:
    """Return the checksum of each file of the results, but for the page that tells when and how they were made."""
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.name != "provenance.html"
    }


def same(expected: dict[str, str], found: dict[str, str]) -> bool:
    """Say which files differ."""
    differing = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    print(f"  {len(expected)} files, {len(differing)} differ: {', '.join(differing) or 'none'}", flush=True)
    return bool(expected) and not differing
