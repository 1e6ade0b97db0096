"""The page of results: what was measured, on which machine, how noisy it was."""

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from sitting import table

Result = dict[str, Any]
PEERS = ("pyucell", "decoupler", "scanpy", "gseapy", "anndata", "numba", "numpy", "h5py")


def render(results: Sequence[Result], commands: Sequence[str], date: str) -> str:
    """Return docs/performance.md."""
    parts = [HEAD.format(machine=machine(), versions=versions(), commands="\n".join(commands), date=date)]
    peers = [each for each in results if each["kind"] == "peer"]
    if peers:
        parts += ["## Beside the peers\n", PEER_NOTE, table(PEER_COLUMNS, map(peer_row, peers))]
    alone = [each for each in results if each["kind"] == "alone"]
    if alone:
        parts += ["## Ours\n", ALONE_NOTE, table(ALONE_COLUMNS, map(alone_row, alone)), *memory_and_start(alone)]
    parts += ["## What the figures mean\n", MEANING]
    return "\n".join(parts)


PEER_COLUMNS = (
    *("method", "data", "peer", "peer, s", "ours, s", "ratio", "CPU ratio"),
    *("whole process, ratio", "peer MB", "ours MB", "times the floor", "largest difference"),
)
INTO_A_FILE = "zmean, ucell into a file"
ALONE_COLUMNS = ("what", "data", "wall, s", "CPU, s", "whole process, s", "MB", "times the floor")


def peer_row(result: Result) -> list[str]:
    """One method beside its peer."""
    peer, ours, floor = result["peer"], result["ours"], result["floor"]
    return [
        result["method"],
        result["data"],
        result["name"],
        spread(peer, "wall"),
        spread(ours, "wall"),
        f"**{middle(peer, 'wall') / middle(ours, 'wall'):.0f}x**",
        f"{middle(peer, 'cpu') / max(middle(ours, 'cpu'), 1e-3):.0f}x",
        f"{middle(peer, 'process') / middle(ours, 'process'):.1f}x",
        f"{middle(peer, 'rss'):,.0f}",
        f"{middle(ours, 'rss'):,.0f}",
        f"{middle(ours, 'wall') / middle(floor, 'wall'):.1f}" if floor else "",
        result["difference"],
    ]


def alone_row(result: Result) -> list[str]:
    """One measurement of ours."""
    ours, floor = result["ours"], result["floor"]
    return [
        result["method"],
        result["data"],
        spread(ours, "wall"),
        f"{middle(ours, 'cpu'):.2f}",
        spread(ours, "process"),
        f"{middle(ours, 'rss'):,.0f}",
        f"{middle(ours, 'wall') / middle(floor, 'wall'):.1f}" if floor else "",
    ]


def memory_and_start(alone: Sequence[Result]) -> Iterator[str]:
    """Say how memory grows with the cells, what an import costs, and how busy the machine was."""
    peak = {each["data"]: middle(each["ours"], "rss") for each in alone if each["method"] == INTO_A_FILE}
    small, large = "200,000 cells", "1,000,000 cells"
    if small in peak and large in peak:
        yield (
            f"Memory, *{INTO_A_FILE}*: {peak[large]:,.0f} MB at {large}, {peak[large] / peak[small] - 1:+.1%} beside "
            f"{peak[small]:,.0f} MB at {small}.\n"
        )
    runs = [run for each in alone for run in each["ours"] if "import_cpu" in run]
    if runs:
        yield f"Importing what a scoring job needs: {spread(runs, 'import_cpu')} seconds of CPU.\n"
        yield (
            f"Load of the machine beside these runs (1 minute, they among it): {spread(runs, 'load')}. Where it is "
            "above the number of cores others were at work: CPU then says more than wall.\n"
        )


def middle(runs: Sequence[Result], key: str) -> float:
    """Median over runs."""
    return median(each[key] for each in runs)


def spread(runs: Sequence[Result], key: str) -> str:
    """Median with the smallest and the largest value."""
    values = sorted(each[key] for each in runs)
    if len(values) == 1:
        return f"{values[0]:.2f} (one run)"
    return f"{median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f}, {len(values)} runs)"


def machine() -> str:
    """Processor, cores and memory."""
    import psutil

    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}"


def versions() -> str:
    """Versions of peers and of what both build on."""
    return ", ".join(f"{name} {version(name)}" for name in PEERS)


HEAD = """# Performance

Rendered by `make bench`; do not edit. Measured on {date} by

```
{commands}
```

Machine: {machine}. Versions: {versions}.
"""

PEER_NOTE = """Each peer and ours in turn, each in a process of its own, reading the file included; 50 sets of 5 to 200
genes, 20,000 genes, 7.4 % of the values not zero. Seconds are medians (smallest to largest), after a small dataset was
scored in the same process, so that compiled code is loaded on both sides; the whole process is everything, imports too.
"""

ALONE_NOTE = """Scores of all sets with their up and down parts; *into a file* writes scores.parquet as the workflow
does; *with null* adds z against matched sets. zmean and score_genes include the pass that measures the genes
(the workflow has done that at intake).
"""

MEANING = """- **Times the floor**: beside the time to read the same bytes (values and columns) with the same reader and
  do nothing.
- **MB**: peak resident memory, of the process and of those it starts, sampled 10 times a second.
- **Largest difference**: pyucell rounds to float32. AUCell: ours averages over ties, decoupler breaks them in the
  order of (shuffled) genes; `aucell_ordered` takes that order and gives the same bits. score_genes was given the
  controls that scanpy drew. ssGSEA likewise averages over ties where gseapy takes the later gene first; with gseapy's
  order they are equal (tests).
- **Files** are in the page cache when a run begins: they are read through before it, outside of its time. From a cold
  disk everybody waits for the disk besides.
- **Noise**: smallest and largest run stand beside each median. The floor was measured anew for each row.
- 1,000,000 cells are 200,000 distinct ones five times over.
"""
