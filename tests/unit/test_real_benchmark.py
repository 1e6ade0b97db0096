"""The benchmark on real data: its scores are the workflow's, its arithmetic holds, its page hides nothing."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "real"))
    for name in ("controls", "data", "scores", "measure", "reads", "page", "figures"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def toy(n: int = 60, m: int = 200) -> Any:
    from data import Expression

    log = np.random.default_rng(1).normal(8, 1, (n, m))
    labels = pd.DataFrame({"arm": ["R"] * (n // 2) + ["S"] * (n - n // 2)})
    return Expression("toy", log, [f"G{at}" for at in range(m)], labels)


def test_scores_and_areas_are_those_of_plain_tools() -> None:
    from scores import auroc, score, spearman

    cohort = toy()
    sets = {"both": {"G1": 1.0, "G2": 1.0, "G3": -1.0}, "five": {f"G{at}": 1.0 for at in range(10, 15)}}
    found = score(cohort.log, cohort.symbols, sets, ("zmean", "ssgsea"))
    z = stats.zscore(cohort.log, axis=0, ddof=1)
    np.testing.assert_allclose(found["zmean"][:, 0], (z[:, 1] + z[:, 2] - z[:, 3]) / 3, rtol=1e-9)
    assert np.isnan(found["ssgsea"][:, 0]).all() and np.isfinite(found["ssgsea"][:, 1]).all()  # too small, and not
    resistant = (cohort.labels["arm"] == "R").to_numpy()
    u = stats.mannwhitneyu(found["zmean"][resistant], found["zmean"][~resistant]).statistic
    np.testing.assert_allclose(auroc(found["zmean"], resistant), u / (30 * 30))
    np.testing.assert_allclose(auroc(-found["zmean"], resistant), 1 - u / (30 * 30))
    one, other = found["zmean"], found["zmean"] ** 3 + z[:, :2]
    told = [stats.spearmanr(one[:, at], other[:, at]).statistic for at in range(2)]
    np.testing.assert_allclose(spearman(one, other), told)


def test_planted_effects_are_found_where_they_are_and_nowhere_else() -> None:
    from measure import planted

    rows = list(planted(toy(60, 1500), 40, 20, ("zmean",)))
    none = [row["auroc"]["zmean"] for row in rows if row["effect"] == 0]
    assert abs(np.mean(none) - 0.5) < 0.03
    whole = {
        (row["size"], row["effect"]): row["auroc"]["zmean"]
        for row in rows
        if (row["kind"], row["share"]) == ("random", 1)
    }
    # The mean of n independent genes that all move by d has effect d sqrt(n): P(R > S) is Phi(d sqrt(n / 2)).
    for (size, effect), area in whole.items():
        assert area == pytest.approx(stats.norm.cdf(effect * np.sqrt(size / 2)), abs=0.09)
    assert whole[20, 1.0] > whole[20, 0.5] > whole[20, 0.25]


def test_wrong_labels_leave_what_arithmetic_says() -> None:
    from measure import Truth, wrong_labels

    cohort = toy(400, 20)
    cohort.log[:200, 3] += 1.5
    truth = Truth("one", {"G3": 1.0}, "arm", ("R",), ("S",), "planted")
    for row in wrong_labels(cohort, truth, 60, ("zmean",)):
        assert row["auroc"]["zmean"] == pytest.approx(row["arithmetic"]["zmean"], abs=0.015)


def test_fewer_reads_are_thinned_counts() -> None:
    from data import Cells
    from reads import fewer_reads

    draw = np.random.default_rng(2)
    counts = draw.poisson(draw.gamma(0.5, 4, 80) * draw.lognormal(0, 0.5, (90, 1)))
    cells = Cells("toy", counts, [f"G{at}" for at in range(80)], pd.DataFrame(index=range(90)))
    rows = list(fewer_reads(cells, {"ten": {f"G{at}": 1.0 for at in range(10)}}))
    rho = [row["rho"]["zmean"] for row in rows]
    assert [row["share"] for row in rows] == [0.75, 0.5, 0.25, 0.1]
    assert 0.75 < rho[0] < 1 and rho == sorted(rho, reverse=True)


def test_reads_of_bulk_samples_are_drawn_by_their_share() -> None:
    from data import Expression
    from measure import Truth
    from reads import shallow

    draw = np.random.default_rng(4)
    fpkm = draw.lognormal(2, 1, 300) * draw.lognormal(0, 0.3, (80, 300))
    fpkm[:40, 7] *= 3
    labels = pd.DataFrame({"arm": ["R"] * 40 + ["S"] * 40})
    cohort = Expression("toy", np.log2(fpkm + 0.1), [f"G{at}" for at in range(300)], labels)
    truth = Truth("one", {"G7": 1.0}, "arm", ("R",), ("S",), "planted")
    sets = {"three": dict.fromkeys(("G1", "G2", "G3"), 1.0), "elsewhere": {"X": 1.0}}
    rows = list(shallow(cohort, [truth], sets))
    assert [row["reads"] for row in rows] == [None, 10_000_000, 1_000_000, 300_000, 100_000, 30_000, 10_000]
    area = [row["auroc"]["one"]["zmean"] for row in rows]
    u = stats.mannwhitneyu(fpkm[:40, 7], fpkm[40:, 7]).statistic / 1600
    assert area[0] == pytest.approx(u, abs=1e-4) and area[1] == pytest.approx(u, abs=0.01)
    assert rows[0]["auroc"]["one"]["ssgsea"] is None  # one gene is too few for it
    rho = [row["rho"]["1 to 4"]["zmean"] for row in rows]
    assert rows[0]["sets"] == {"1 to 4": 1, "5 and more": 0}  # a set without any measured gene is none
    assert rho[0] == 1 and rho[1] > 0.99 and rho == sorted(rho, reverse=True) and rho[-1] < 0.9


def test_effects_in_cells_are_thinned_reads_and_no_effect_gives_one_half() -> None:
    from data import Cells
    from reads import planted_in_cells

    draw = np.random.default_rng(5)
    counts = draw.poisson(draw.gamma(2, 1, 2000) * draw.lognormal(0, 0.4, (600, 1)))
    cells = Cells("toy", counts, [f"G{at}" for at in range(2000)], pd.DataFrame(index=range(600)))
    rows = {(row["size"], row["fold"]): row for row in planted_in_cells(cells, 4)}
    for size in (3, 10, 20, 50):
        whole = [rows[size, fold]["samples"]["zmean"] for fold in (1.0, 1.25, 1.5, 2.0)]
        assert abs(whole[0] - 0.5) < 0.2 and whole[1] > 0.8 and min(whole[2:]) > 0.95
        # Means of thirty cells tell more than one cell does.
        assert all(rows[size, fold]["samples"]["zmean"] > rows[size, fold]["cells"]["zmean"] for fold in (1.25, 1.5))
    assert "depth" in rows[20, 1.0] and "depth" not in rows[20, 2.0]


def test_controls_are_judged_by_what_was_written_before() -> None:
    from controls import expectations, judge

    table = expectations()
    assert set(table["sign"]) == {"positive", "negative"}
    assert not table["control"].duplicated().any() and (table[["expected", "source"]] != "").all(axis=None)
    rows = pd.DataFrame(
        {
            "contrast": "c",
            "signature": ["a", "random_1", "random_2", "random_3"],
            "method": "zmean",
            "auroc": [0.9, 0.5, 0.2, np.nan],
            "auroc_low": 0.1,
            "auroc_high": 0.95,
            "verdict": ["supported", "not_separable", "contradicted", "not_measurable"],
        }
    )
    asked = {"contrast": "c", "signature": "a", "auroc_low": "0.89", "auroc_high": "0.91", "verdicts": "supported"}
    asked |= {"most_called": ""}
    assert judge(asked, rows).met
    assert judge(asked, rows).found == "AUROC 0.900 (0.100 to 0.950), `supported`"
    assert not judge(asked | {"auroc_low": "0.91", "auroc_high": "1"}, rows).met
    assert not judge(asked | {"verdicts": "not_separable"}, rows).met
    assert not judge(asked | {"contrast": "d"}, rows).met  # nothing there is no success
    random = asked | {"signature": "random_*", "auroc_low": "", "verdicts": ""}
    assert judge(random | {"most_called": "0.34"}, rows).met
    assert not judge(random | {"most_called": "0.3"}, rows).met  # contradicted is a claim, too


def test_the_page_lists_failures_first() -> None:
    import page

    bad = {"part": "controls", "control": "X", "sign": "negative", "expected": "Nothing", "found": "much", "met": False}
    good = bad | {"control": "Y", "met": True}
    text = page.render(
        [each | {"source": "s"} for each in (good, bad)] + [{"part": "skipped", "what": "a cohort"}], "Measured then."
    )
    first = text.split("## What did not come out as expected")[1].split("\n## ")[0]
    assert "*X* (negative): expected nothing; found much" in first and "*Y*" not in first
    assert "## Skipped\n\n- a cohort" in text and "**not met**" in text


def test_the_page_of_the_repository_is_the_rendered_one() -> None:
    from controls import expectations
    from scores import DEFAULTS

    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    half = text.split("<!-- real -->\n")[1].split("<!-- calibration -->")[0]
    assert half.startswith("# On real data\n\nWritten by `python benchmarks/real/run.py`")
    assert "## Skipped" not in half
    for row in expectations().to_dict("records"):
        (line,) = [line for line in half.splitlines() if line.startswith(f"| {row['control']} |")]
        assert line.startswith(f"| {row['control']} | {row['sign']} | {row['expected']} |")
        assert " | met | " in line or (" | **not met** | " in line and f"- *{row['control']}*" in half)
    for name in ("truth", "planted", "withstand"):
        assert f"images/validation_{name}.svg" in half
        assert (ROOT / "docs" / "images" / f"validation_{name}.svg").stat().st_size > 5000
    assert DEFAULTS == {"bulk": ("zmean", "singscore"), "single_cell": ("zmean", "ucell")}
    assert "Bulk: `[zmean, singscore]`." in half and "Cells: `[zmean, ucell]`." in half


def test_halves_of_the_page_are_written_one_at_a_time(tmp_path: Path) -> None:
    from sitting import HEAD, put

    page = tmp_path / "validation.md"
    put(page, "calibration", "# B\n\nold")
    put(page, "real", "# A\n\n| x |\n")
    assert page.read_text() == HEAD + "<!-- real -->\n# A\n\n| x |\n\n<!-- calibration -->\n# B\n\nold\n"
    put(page, "calibration", "# B\n\nnew\n")
    assert page.read_text() == HEAD + "<!-- real -->\n# A\n\n| x |\n\n<!-- calibration -->\n# B\n\nnew\n"


def test_one_part_is_measured_anew_only_where_the_others_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sitting

    parts = {"a": (lambda n: iter([{"part": "a", "draws": n}]), 40), "b": (lambda n: iter([{"part": "b"}]), 0)}
    half = sitting.Half(
        "real", parts, lambda results, folder: None, lambda results, said: f"{len(results)}; {said}", ()
    )
    call = ["run.py", "--data", str(tmp_path / "kept.json"), "--docs", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", [*call, "--only", "a"])
    with pytest.raises(SystemExit):
        sitting.sit(half, "")
    assert "has no figures of b: measure these as well" in capsys.readouterr().err
    assert not (tmp_path / "validation.md").exists()
    monkeypatch.setattr(sys, "argv", [*call, "--quick"])
    sitting.sit(half, "")
    assert "2; Measured on 20" in (tmp_path / "validation.md").read_text()
    assert "**A quick look: a tenth of the draws.**" in (tmp_path / "validation.md").read_text()
    monkeypatch.setattr(sys, "argv", [*call, "--only", "a", "b"])
    sitting.sit(half, "")
    assert "quick" not in (tmp_path / "validation.md").read_text().split("<!-- real -->")[1]
