"""Pictures as files: fewer bytes, the same picture."""

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from resig.plots.style import compact


def test_a_compact_picture_has_every_letter_where_it_stood(tmp_path: Path) -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot([0, 1 / 3, 2], [1e-3, 0.5, 7])
    axes.set_xlabel("Effekt γ, n = 12", fontsize=8.25)
    axes.text(0.5, 0.5, "turned", rotation=33, transform=axes.transAxes)
    figure.savefig(tmp_path / "x.svg")
    whole = (tmp_path / "x.svg").read_text()
    small = compact(whole)
    assert len(small) < 0.9 * len(whole)
    number = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"

    def letters(svg: str) -> list[tuple[str, float]]:
        found = re.findall(
            rf'href="#(?:DejaVuSans-|D)(\w+)"(?: transform="translate\(({number}) 0\)"| x="({number})")?/>', svg
        )
        return [(glyph, float(moved or x or 0)) for glyph, moved, x in found]

    assert [glyph for glyph, _ in letters(small)] == [glyph for glyph, _ in letters(whole)]
    for pattern in (r"(?:scale|rotate|matrix)\([^)]*\)", rf"[ML] ({number}) ({number})"):
        for mine, theirs in zip(re.findall(pattern, small), re.findall(pattern, whole), strict=True):
            if isinstance(mine, str):
                assert mine == theirs
            else:
                assert [float(each) for each in mine] == pytest.approx([float(each) for each in theirs], abs=0.011)
    for (_, mine), (_, theirs) in zip(letters(small), letters(whole), strict=True):
        assert mine == pytest.approx(theirs, abs=0.011)
