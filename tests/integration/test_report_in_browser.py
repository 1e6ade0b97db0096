"""The report, opened as a user opens it: each category, a picture, a filter; no error, no request to anywhere."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from browser import Tab, chromium, tab
from conftest import Ran, snakemake

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine (apt-get install chromium)"),
]
NAMES = ("<script>alert(1)</script>", '"quoted" & <b>bold</b> βκ→ of sixty characters, more or less so')
CATEGORIES = {
    *("Verdicts", "Coverage", "Scores", "Contrasts", "Nulls and QC"),
    *("Survival", "Meta-analysis", "Evidence", "Methods", "Provenance"),
}
MENU = "[...document.querySelectorAll('#app a')]"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Tab]:
    with tab(tmp_path / "profile") as opened:
        yield opened


@pytest.fixture(scope="module")
def report(demo: Ran) -> Path:
    ran = snakemake(demo.folder, "report", "--cores", "2")
    assert ran.code == 0, ran.err[-3000:]
    assert f"Report: {demo.folder}/results/report.html" in ran.out.splitlines()[-1]
    return demo.folder / "results/report.html"


def press(window: Tab, text: str) -> None:
    window.wait(f"{MENU}.some(each => each.textContent.trim() === '{text}')")
    window.run(f"{MENU}.find(each => each.textContent.trim() === '{text}').click()")


def answers(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "results/summary/verdicts.tsv", sep="\t", keep_default_na=False)


def test_the_first_page_answers_and_each_category_opens(report: Path, demo: Ran, window: Tab) -> None:
    assert report.stat().st_size < 15e6
    window.open(report)
    counted = Counter(answers(demo.folder)["verdict"].str.replace("_", " "))
    shown = window.run(
        "[...document.querySelectorAll('.resig table.verdicts tr')].map(row => [...row.cells].map(c => c.innerText))"
    )
    assert {row[1]: int(row[0]) for row in shown if int(row[0])} == counted
    assert window.run("document.querySelector('.resig h1').getBoundingClientRect().top") >= 0
    categories = window.run("Object.keys(categories)")
    assert set(categories) == CATEGORIES
    results = window.run("Object.entries(results).map(([path, entry]) => [path, entry.mime_type])")
    for category in categories:
        window.run("app.setView({navbarMode: 'menu'})")
        press(window, category)
        window.wait("document.querySelectorAll('#app table tbody tr').length > 0")
        paths = window.run(f"Object.values(categories['{category}']).flat()")
        assert paths
        for path, kind in results:
            if path in paths and kind.startswith("image/"):
                window.run(
                    f"app.setView({{content: 'img', contentPath: results['{path}'].data_uri, resultPath: '{path}'}})"
                )
                shown = f"each.src === results['{path}'].data_uri && each.naturalWidth > 200"
                shown += " && each.getBoundingClientRect().top >= 0"  # a tall picture begins within the window
                window.wait(f"[...document.querySelectorAll('#app img')].some(each => {shown})")
                break
    assert (window.errors, window.outside) == ([], [])


def test_the_table_opens_inside_the_report_and_a_filter_leaves_what_it_should(
    report: Path, demo: Ran, window: Tab
) -> None:
    window.open(report)
    path = window.run("Object.keys(results).find(path => path.endsWith('summary/verdicts.html'))")
    window.run(f"app.setView({{content: 'html', contentPath: results['{path}'].data_uri, resultPath: '{path}'}})")
    frame = window.frame("data:text/html")
    window.wait("document.querySelectorAll('tr.answer').length > 0", inside=frame)
    window.run("document.querySelector('.chips button[data-verdict=supported]').click()", inside=frame)
    expected = int((answers(demo.folder)["verdict"] == "supported").sum())
    assert window.run("document.querySelectorAll('tr.answer').length", inside=frame) == expected
    window.run("document.querySelector('tr.answer').click()", inside=frame)
    assert window.run("document.querySelectorAll('tr.details svg').length", inside=frame) == 3
    assert (window.errors, window.outside) == ([], [])


def test_every_page_opens_by_itself_without_an_error_or_a_request(report: Path, window: Tab) -> None:
    for name in ("start", "verdicts", "evidence", "methods", "provenance"):
        window.open(report.parent / f"summary/{name}.html")
        window.wait("document.body.innerText.length > 500")
        assert window.run("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert (window.errors, window.outside) == ([], [])


def test_names_of_a_user_are_words_in_the_whole_report(checkout: Path, tmp_path: Path, window: Tab) -> None:
    genes = ["TP53", "BAX", "MDM2", "MYC", "EGFR", "IL6", "STAT3", "MUC4", *(f"G{at}" for at in range(40))]
    arms = ("</script><b>R", "S & 'β'")
    ids = [f"s<{at}>&" for at in range(8)]
    values = [
        [gene, *(f"{(7 * at * row) % 11 / 2 + row % 5:.1f}" for at in range(1, 9))] for row, gene in enumerate(genes)
    ]
    for name, rows in (
        ("e.tsv", [["gene", *ids], *values]),
        ("s.tsv", [["sample_id", "arm"], *([each, arms[at % 2]] for at, each in enumerate(ids))]),
        ("own.gmt", [[NAMES[0], "na", "TP53", "BAX", "MDM2"], [NAMES[1], "na", "EGFR", "IL6", "STAT3"]]),
    ):
        (tmp_path / name).write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    contrast = {"datasets": ["toy"], "groups": {"column": "arm", "resistant": [arms[0]], "sensitive": [arms[1]]}}
    config = {
        "signatures": {"collections": ["own.gmt"]},
        "inference": {"permutations": 100, "matched_sets": 100},
        "datasets": {"toy": {"kind": "bulk", "matrix": "e.tsv", "metadata": "s.tsv", "values": "log"}},
        "contrasts": {"c": contrast},
    }
    (tmp_path / "mine.yaml").write_text(json.dumps(config), encoding="utf-8")
    ran = snakemake(tmp_path, "report", "--cores", "2", "--configfile", "mine.yaml", snakefile=checkout / "Snakefile")
    assert ran.code == 0, ran.err[-3000:]
    window.open(tmp_path / "results/report.html")
    assert arms[0] in window.run("document.querySelector('.resig').innerText")
    window.open(tmp_path / "results/summary/verdicts.html")
    window.wait("document.querySelectorAll('tr.answer').length > 0")
    told = window.run("[...document.querySelectorAll('td.name b')].map(each => each.textContent)")
    assert {each.replace("_", " ") for each in told} == set(NAMES)
    window.run("document.querySelector('tr.answer').click()")
    assert window.run("document.querySelectorAll('.resig script, tbody script, tbody b b').length") == 0
    assert (window.errors, window.outside) == ([], [])
