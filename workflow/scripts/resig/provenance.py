"""Where the numbers of a run come from: config, command, versions, data files with checksums, time and memory of "
"jobs."""

import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import resig
from resig.files import sha256_of, write_text
from resig.page import Markup, page, table, text

LARGE = 2 * 2**30  # bytes; summing up a larger file takes longer than the report is worth
SHOWN = 12  # files of a folder that are listed
PACKAGES = (
    "snakemake",
    "numpy",
    "scipy",
    "pandas",
    "anndata",
    "h5py",
    "numba",
    "scanpy",
    "decoupler",
    "gseapy",
    "statsmodels",
    "lifelines",
    "pydeseq2",
    "matplotlib",
    "pyarrow",
)
FETCHED = ("dataset", "from", "member", "bytes", "sha256")
RUN, CHECKOUT = "RESIG_COMMAND", "RESIG_CHECKOUT"  # set by common.smk; jobs on other machines may not know them


def versions() -> dict[str, str]:
    """Return the versions of resig, of Python and of the packages that a run uses."""
    found = {"resig": resig.__version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def write_provenance(
    config: Mapping[str, Any],
    data: Iterable[tuple[str, str]],
    intakes: Mapping[str, Mapping[str, Any]],
    lock: str | os.PathLike[str],
    benchmarks: str | os.PathLike[str],
    style: str,
    path: str | os.PathLike[str],
) -> None:
    """Write the page; `data` are datasets with their files, matrix and metadata."""
    run = {
        "made": _time(datetime.now()),
        "command": _code(os.environ.get(RUN, "not recorded (this job ran on another machine)")),
        "resig": f"{resig.__version__}{_described(os.environ.get(CHECKOUT, ''))}",
        "lock file": _code(f"requirements.lock, sha256 {sha256_of(lock)}"),
        "system": f"{platform.system()} {platform.machine()}",
    }
    sources = [row for name, path in data for row in _files(name, Path(path))]
    fetched = [
        [
            name,
            each.get("url") or each.get("archive", ""),
            each.get("member", ""),
            each.get("bytes", ""),
            each["sha256"],
        ]
        for name, intake in intakes.items()
        for each in intake["fetched"]
    ]
    parts = [
        "<h1>Provenance</h1>",
        table(["what", "this run"], run.items()),
        "<h2>Data</h2>",
        table(["dataset", "file", "date of the file", "bytes", "sha256"], sources),
        f"<h3>Fetched</h3>{table(FETCHED, fetched)}" if fetched else "",
        "<h2>Versions</h2>",
        table(["package", "version"], versions().items()),
        "<h2>Time and memory</h2>",
        _costs(benchmarks),
        "<h2>Config, with all defaults</h2>",
        f"<pre>{text(as_yaml(config))}</pre>",
    ]
    write_text(path, page("resig: provenance", "\n".join(parts), style))


def as_yaml(config: Mapping[str, Any]) -> str:
    """Return the config as a file that could be run again."""
    return yaml.safe_dump(_bare(config), sort_keys=False, allow_unicode=True, width=110)


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _bare(each) for key, each in value.items()}
    return [_bare(each) for each in value] if isinstance(value, list | tuple) else value


def _described(checkout: str) -> str:
    """Return what git calls the checkout; nothing where there is none, or where it is not resig's own."""
    if not checkout or not (Path(checkout) / ".git").exists():
        return ""
    try:
        command = ["git", "-C", str(checkout), "describe", "--always", "--tags", "--dirty"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
    return f" (git {said})"


def _files(dataset: str, path: Path) -> list[list[str]]:
    inside = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    rows = [[dataset, *_file(each)] for each in inside[:SHOWN]]
    more = len(inside) - SHOWN
    return [*rows, [dataset, f"{path}: {more} more files", "", "", ""]] if more > 0 else rows


def _file(path: Path) -> list[str]:
    status = path.stat()
    day = _time(datetime.fromtimestamp(status.st_mtime))
    total = sha256_of(path) if status.st_size <= LARGE else "not taken: a large file"
    return [_code(path), day, f"{status.st_size:,}", _code(total)]


def _time(moment: datetime) -> Markup:
    return Markup(f'<span class="time">{text(moment.astimezone().strftime("%Y-%m-%d %H:%M %Z"))}</span>')


def _code(words: object) -> Markup:
    return Markup(f"<code>{text(words)}</code>")


def _costs(folder: str | os.PathLike[str]) -> str:
    """Return seconds and megabytes of the jobs of each rule, from the benchmarks Snakemake wrote."""
    rows = []
    for path in sorted(Path(folder).rglob("*.tsv")):
        rule = path.relative_to(folder).parts[0].removesuffix(".tsv")
        measured = pd.read_csv(path, sep="\t", na_values="-")
        rows.append((rule, float(measured["s"].sum()), float(pd.to_numeric(measured["max_rss"]).max())))
    if not rows:
        return "<p>No benchmarks were found.</p>"
    jobs = pd.DataFrame(rows, columns=["rule", "seconds", "megabytes"])
    summed = jobs.groupby("rule").agg(n=("seconds", "size"), seconds=("seconds", "sum"), megabytes=("megabytes", "max"))
    slowest = summed.sort_values("seconds", ascending=False)
    shown = [
        [
            re.sub("_", " ", str(row.Index)),
            row.n,
            f"{row.seconds:.1f}",
            "" if pd.isna(row.megabytes) else f"{row.megabytes:.0f}",
        ]
        for row in slowest.itertuples()
    ]
    return table(["step", "jobs", "seconds together", "most memory of one job (MB)"], shown)
