"""The verdict page: words of the user's are words there, never markup; read back with html.parser."""

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from resig.plots.palette import VERDICT_COLOURS
from resig.table_page import COLUMNS, write_verdict_page

NASTY = "<script>alert(1)</script> \"quoted\" 'single' AT&T &lt; β-catenin → @ROWS@ {x} \\n"
VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """Collect rows of cells, attributes and the nesting of tags."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.kinds: list[str | None] = []
        self.sorts: list[list[str | None]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
            self.sorts.append([])
            self.kinds.append(found.get("class"))
        if tag == "td":
            self.rows[-1].append("")
            self.sorts[-1].append(found.get("data-sort"))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open:
            self.rows[-1][-1] += data


def verdicts(**changed: object) -> pd.DataFrame:
    row = {
        "dataset": "trial",
        "contrast": "c",
        "cell_type": "T cell",
        "signature": "sig",
        "name": "Signature",
        "tier": "A",
        "verdict": "supported",
        "method": "zmean",
        "effect": 1.234567,
        "effect_type": "hedges_g",
        "auroc": 0.987654,
        "fdr": 0.000123456,
        "methods_agreeing": "2 of 2",
        "why": "because",
        "caveat": "",
    }
    return pd.DataFrame([row | changed])


def members(**changed: object) -> pd.DataFrame:
    row = {"signature": "sig", "symbol": "TP53", "weight": 1, "flags": "stated", "section": "2", "evidence": "seen"}
    return pd.DataFrame([row | changed])


def page(table: pd.DataFrame, own: pd.DataFrame, folder: Path, **about: str) -> Page:
    facts = {"drug": "", "cancer": "", "context": ""} | about
    signatures = table[["signature"]].drop_duplicates().assign(**facts)
    write_verdict_page(table, signatures, own, folder / "page.html")
    parsed = Page()
    parsed.feed((folder / "page.html").read_text(encoding="utf-8"))
    parsed.close()
    assert parsed.open == []
    return parsed


def shape(parsed: Page) -> list[str]:
    return [tag for tag, _ in parsed.tags]


@pytest.mark.parametrize(
    "column", ["dataset", "contrast", "cell_type", "name", "tier", "methods_agreeing", "why", "caveat"]
)
def test_words_of_the_verdicts_are_text(tmp_path: Path, column: str) -> None:
    plain = page(verdicts(**{column: "word"}), members(), tmp_path)
    nasty = page(verdicts(**{column: NASTY}), members(), tmp_path)
    assert shape(nasty) == shape(plain)
    assert [[cell.replace(NASTY, "word") for cell in row] for row in nasty.rows] == plain.rows
    assert nasty.rows != plain.rows


@pytest.mark.parametrize("column", ["drug", "cancer", "context"])
def test_words_of_the_signatures_are_text(tmp_path: Path, column: str) -> None:
    plain = page(verdicts(), members(), tmp_path, **{column: "word"})
    nasty = page(verdicts(), members(), tmp_path, **{column: NASTY})
    assert shape(nasty) == shape(plain)
    assert nasty.rows[-1][0].replace(NASTY, "word") == plain.rows[-1][0] != nasty.rows[-1][0]


@pytest.mark.parametrize("column", ["symbol", "section", "evidence"])
def test_words_of_the_members_are_text(tmp_path: Path, column: str) -> None:
    plain = page(verdicts(), members(**{column: "word"}), tmp_path)
    nasty = page(verdicts(), members(**{column: NASTY}), tmp_path)
    assert shape(nasty) == shape(plain)
    assert nasty.rows[-1][0].replace(NASTY, "word") == plain.rows[-1][0] != nasty.rows[-1][0]


def test_a_signature_called_like_markup_is_text(tmp_path: Path) -> None:
    parsed = page(verdicts(signature=NASTY), members(signature=NASTY), tmp_path)
    assert parsed.rows[1][1] == f"Signature{NASTY}"
    assert "TP53" in parsed.rows[2][0]


def test_rows_show_the_figures_and_sort_by_their_full_value(tmp_path: Path) -> None:
    table = pd.concat(
        [verdicts(), verdicts(effect=float("nan"), auroc=float("nan"), fdr=float("nan"), verdict="not_measurable")]
    )
    parsed = page(table, members(), tmp_path)
    assert parsed.kinds == [None, "answer", "details", "answer", "details"]
    at = {name: position for position, name in enumerate(COLUMNS)}
    shown = [[parsed.rows[row][at[name]] for name in ("effect", "auroc", "fdr", "verdict")] for row in (1, 3)]
    assert shown == [["g 1.23", "0.99", "0.00012", "supported"], ["", "", "", "not measurable"]]
    assert [float(parsed.sorts[1][at[name]] or "nan") for name in ("effect", "fdr")] == [1.234567, 0.000123456]
    assert parsed.sorts[3][at["effect"]] == ""


def test_details_carry_reason_caveat_and_signed_members_of_that_signature_only(tmp_path: Path) -> None:
    own = pd.concat(
        [members(), members(symbol="BAX", weight=-1, flags="stated;proxy"), members(signature="x", symbol="NO")]
    )
    details = page(verdicts(caveat="mind the gap"), own, tmp_path).rows[2][0]
    assert details == "becauseCaveat: mind the gap+ TP53 stated · 2 · seen\N{MINUS SIGN} BAX stated, proxy · 2 · seen"


def test_chips_count_the_verdicts(tmp_path: Path) -> None:
    kinds = ["supported", "supported", "underpowered"]
    parsed = page(pd.concat([verdicts(verdict=each) for each in kinds]), members(), tmp_path)
    chips = [found["data-verdict"] for tag, found in parsed.tags if tag == "button"]
    assert chips == [each for each in VERDICT_COLOURS if each in kinds]
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "supported: 2<" in text and "underpowered: 1<" in text


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    parsed = page(verdicts(), members(), tmp_path)
    assert not [found for _, found in parsed.tags if found.keys() & {"src", "href", "action"}]
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "http" not in text and "import(" not in text and "url(" not in text
