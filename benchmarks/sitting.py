"""What both halves of docs/validation.md share: measure the parts asked for, keep their figures, write one half.

Figures are kept in .bench, so that one part can be measured anew; the other half of the page stays as it is.
"""

import argparse
import datetime
import json
import platform
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Result = dict[str, Any]
Parts = Mapping[str, tuple[Callable[[int], Iterator[Result]], int]]  # how a part is measured, and how many draws it has
HALVES = ("real", "calibration")
MARK = "<!-- {} -->\n"
HEAD = """# Validation

Does resig tell the truth? Asked in two ways: [on real data](#on-real-data), where something is known from elsewhere,
and [in worlds of known truth](#in-worlds-of-known-truth), made by simulation. Each half begins with what failed.
Rendered by `make bench`; do not edit.

"""


@dataclass(frozen=True)
class Half:
    """One half of the page: its name, its parts, and how its figures become pictures and text."""

    name: str
    parts: Parts
    draw: Callable[[Sequence[Result], Path], None]
    render: Callable[[Sequence[Result], str], str]  # figures, and when they were measured -> text
    packages: tuple[str, ...]


def sit(half: Half, words: str | None) -> None:
    """Measure, keep the figures, draw, and write the half."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the draws")
    parser.add_argument("--only", nargs="*", choices=half.parts, default=list(half.parts))
    parser.add_argument("--data", type=Path, default=ROOT / ".bench" / f"{half.name}.json")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    asked = parser.parse_args()
    kept = json.loads(asked.data.read_text()) if asked.data.exists() else {}
    missing = [part for part in half.parts if part not in {*kept, *asked.only}]
    if missing:
        parser.error(f"{asked.data} has no figures of {', '.join(missing)}: measure these as well, or leave --only out")
    for part in asked.only:
        kept[part] = measured(half.parts[part], asked.quick)
        print(f"{part}: {len(kept[part]['results'])} figures in {kept[part]['seconds']:.0f} s", flush=True)
        for each in kept[part]["results"]:
            if each["part"] == "skipped":
                print(f"  skipped: {each['what']}")
        asked.data.parent.mkdir(parents=True, exist_ok=True)
        asked.data.write_text(json.dumps(kept, indent=1))
    results = [each for part in half.parts for each in kept[part]["results"]]
    (asked.docs / "images").mkdir(parents=True, exist_ok=True)
    half.draw(results, asked.docs / "images")
    page = asked.docs / "validation.md"
    put(page, half.name, half.render(results, when([kept[part] for part in half.parts], half.packages)))
    print(f"{page}: {len(results)} figures")


def measured(part: tuple[Callable[[int], Iterator[Result]], int], quick: bool) -> Result:
    """Measure a part; its figures with the seconds, the date and the share of the draws."""
    measure, draws = part
    start, today = time.perf_counter(), datetime.datetime.now(datetime.UTC).date().isoformat()
    results = list(measure(max(draws // 10, 3) if quick else draws))
    return {"seconds": round(time.perf_counter() - start, 1), "date": today, "quick": quick, "results": results}


def when(kept: Sequence[Result], packages: Sequence[str]) -> str:
    """Say when, how long and with which versions; a quick look is called one."""
    dates = sorted({part["date"] for part in kept})
    minutes = sum(part["seconds"] for part in kept) / 60
    versions = ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)])
    quick = " **A quick look: a tenth of the draws.**" if any(part["quick"] for part in kept) else ""
    return f"Measured on {' to '.join(dates[:: max(len(dates) - 1, 1)])} in {minutes:.0f} minutes; {versions}.{quick}"


def put(page: Path, name: str, text: str) -> None:
    """Write one half into the page; the other stays as it was."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    pieces = re.split("^" + MARK.format("(" + "|".join(HALVES) + ")"), before, flags=re.MULTILINE)
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True)) | {name: text.rstrip() + "\n\n"}
    halves = [MARK.format(each) + found[each] for each in HALVES if each in found]
    page.write_text((HEAD + "".join(halves)).rstrip() + "\n", encoding="utf-8")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"
