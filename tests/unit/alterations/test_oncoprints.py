"""The oncoprint: as many coloured cells as there are calls, by kind of data."""

from pathlib import Path

import pandas as pd
from conftest import ROOT
from shared_alterations import BOOK

from resig.alterations.match import read_rule
from resig.plots.oncoprint import draw_oncoprint
from resig.plots.palette import ALTERATION_COLOURS, RESISTANT


def test_each_call_is_drawn_once(tmp_path: Path) -> None:
    truth = pd.read_csv(ROOT / "resources/demo/toy_omics/truth_alterations.tsv", sep="\t")
    arms = dict.fromkeys(["O01", "O02"], "resistant") | {"O13": "sensitive"}
    draw_oncoprint(truth, BOOK, arms, "an $odd$ name", tmp_path / "a.svg")
    picture = (tmp_path / "a.svg").read_text(encoding="utf-8").lower()
    drawn = truth[truth["call"] == "present"].merge(BOOK.drop_duplicates("match"), on="alteration")
    kinds = drawn["match"].map(lambda rule: read_rule(rule).conditions[0].assay).value_counts()
    for kind, colour in ALTERATION_COLOURS.items():
        assert picture.count(f"fill: {colour.lower()}") == kinds[kind] + 1, kind  # and one in the legend
    assert picture.count(f"fill: {RESISTANT.lower()}") == 2 + 1
    draw_oncoprint(truth, BOOK, arms, "an $odd$ name", tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_nothing_present_is_a_picture_too(tmp_path: Path) -> None:
    truth = pd.read_csv(ROOT / "resources/demo/toy_omics/truth_alterations.tsv", sep="\t").assign(call="absent")
    draw_oncoprint(truth, BOOK, {}, "none", tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000
