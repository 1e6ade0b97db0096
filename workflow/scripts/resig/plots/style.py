"""What all pictures share: letters, lines, and how a figure is saved."""

import os
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from resig.files import whole_file

INK, FAINT = "#222222", "#999999"

plt.rcParams.update(
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


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Save as SVG, the same bytes for the same content."""
    with whole_file(path) as partial:
        figure.savefig(partial, format="svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=0.15)
    plt.close(figure)


def plain(name: str) -> str:
    """Return a name without markup: matplotlib would read dollar signs as formulas."""
    return name.replace("$", r"\$")


def wrapped(name: str, width: int) -> str:
    """Break a long name into lines."""
    return plain(textwrap.fill(name, width, break_long_words=True))
