"""What all pictures share: letters, lines, and how a figure is saved."""

import os
import re
import textwrap

import matplotlib
from matplotlib.figure import Figure

from resig.files import whole_file

Path_ = str | os.PathLike[str]
INK, FAINT = "#222222", "#999999"
DPI = 150

matplotlib.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 9,
        "text.color": INK,
        "axes.labelcolor": INK,
        "svg.hashsalt": "resig",
        "svg.fonttype": "path",
        "legend.frameon": False,
    }
)


def save(figure: Figure, *paths: Path_) -> None:
    """Save as SVG or PNG, by the name of each file; the same bytes for the same content."""
    figure.draw_without_rendering()
    figure._layout_engine = None  # type: ignore[attr-defined]  # laid out once: a placeholder would draw it all again
    box = figure.get_tightbbox().padded(0.15)
    for path in paths:
        kind = os.fspath(path).rsplit(".", 1)[-1]
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        with whole_file(path) as partial:
            figure.savefig(partial, format=kind, metadata=metadata, bbox_inches=box, dpi=DPI)
            if kind == "svg":
                partial.write_text(compact(partial.read_text(encoding="utf-8")), encoding="utf-8")


# Scales and turns stay as they are; all else is in hundredths of a point.
NUMBERS = re.compile(r"((?:scale|matrix|rotate)\([^)]*\))|(\.\d\d)\d+")
SPARE = (
    (re.compile(r"<!--.*?-->\s*", re.DOTALL), ""),
    (re.compile(r"\s*\n\s*"), "\n"),
    (re.compile(r'transform="translate\(([\d.]+) 0\)"/>'), r'x="\1"/>'),  # letters along a line
)


def compact(svg: str) -> str:
    """Return the same picture in fewer bytes."""
    svg = NUMBERS.sub(lambda found: found[1] or found[2], svg)
    for pattern, instead in SPARE:
        svg = pattern.sub(instead, svg)
    return svg.replace("DejaVuSans-", "D")


def shortened(name: str, width: int = 60) -> str:
    """Cut a name that is longer than the width, in its middle: beginnings and ends tell names apart."""
    if len(name) <= width:
        return name
    ahead = (width - 1) * 2 // 3
    return f"{name[:ahead]}…{name[len(name) - (width - 1 - ahead) :]}"


def plain(name: str) -> str:
    """Return a name without markup: matplotlib would read dollar signs as formulas."""
    return name.replace("$", r"\$")


def wrapped(name: str, width: int) -> str:
    """Break a long name into lines."""
    return plain(textwrap.fill(name, width, break_long_words=True))
