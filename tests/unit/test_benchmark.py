"""The benchmark's sets come from a seed, and its page says what was measured, with the spread of the runs."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    for name in [name for name in sys.modules if name == "scoring" or name.startswith("scoring.")]:
        monkeypatch.delitem(sys.modules, name)


def test_sets_are_seeded(tmp_path: Path) -> None:
    from scoring import data

    data.make_sets(tmp_path / "a.json")
    data.make_sets(tmp_path / "b.json", signs_kept=False)
    signed, up = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert len(signed) == 50 and signed["S0"][0] == ["G16074", 1]
    assert {sign for own in signed.values() for _, sign in own} == {1, -1}
    assert [gene for gene, _ in signed["S9"]] == [gene for gene, sign in up["S9"] if sign == 1]


def test_the_page_shows_medians_spreads_and_ratios() -> None:
    from scoring import report

    def runs(*walls: float) -> list[dict[str, float]]:
        return [{"wall": wall, "cpu": 2 * wall, "process": wall + 1, "rss": 300.0} for wall in walls]

    pair = {"kind": "peer", "method": "UCell", "data": "9 cells", "name": "pyucell", "difference": "0"}
    alone = {"kind": "alone", "method": "ucell", "data": "9 cells", "ours": runs(0.5), "floor": runs(0.25)}
    pair |= {"peer": runs(20, 10, 30), "ours": runs(0.5, 0.4), "floor": runs(0.1)}
    page = report.render([pair, alone], ["python benchmarks/run.py"], "2026-11-21")
    assert (
        "| UCell | 9 cells | pyucell | 20.00 (10.00 to 30.00, 3 runs) | 0.45 (0.40 to 0.50, 2 runs) | **44x** |" in page
    )
    assert "| ucell | 9 cells | 0.50 (one run) | 1.00 | 1.50 (one run) | 300 | 2.0 |" in page
