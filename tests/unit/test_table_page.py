"""The table page: words of the user's are words there, never markup, and its figures are those of the tables."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from blanks import blank
from conftest import ROOT

from resig import tables
from resig.flags import in_words
from resig.page import as_json, page, table
from resig.plots.palette import VERDICT_COLOURS
from resig.table_page import write_table_page
from resig.table_rows import DOTS, KEY, Finished, left_out, page_data, sources_of

NASTY = "<script>alert(1)</script> \"quoted\" 'single' AT&T &lt; β-catenin → {x} \\n <!-- ]]> \u2028 ${y}"
INFERENCE = {"fdr": 0.05, "null_alpha": 0.05, "min_cells": 10, "matched_sets": 1000}
GROUPS = {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}
KINDS = ("groups", "trend", "continuous", "survival")


def spec(**asked: Any) -> dict[str, Any]:
    return dict.fromkeys((*KINDS, "pair_by", "block_by")) | {"covariates": []} | asked


def finished(word: str = "word", n: int = 4, kind: str = "groups", **row: Any) -> Finished:
    key = {"dataset": "d", "contrast": "c", "cell_type": "bulk", "signature": "s", "method": "zmean"}
    contrasts = pd.concat(
        [
            blank(tables.CONTRASTS, **key | {"flags": f"paired;{word}"} | row),
            blank(tables.CONTRASTS, **key | {"method": "ucell"}),
        ]
    )
    names = [f"x{at:04d}" for at in range(n)]
    scores = pd.concat(
        [blank(tables.SAMPLE_SCORES, **key, sample=name, score=at / 7) for at, name in enumerate(names)],
        ignore_index=True,
    )
    enters = {
        "groups": {"arm": [("resistant", "sensitive")[at % 2] for at in range(n)]},
        "continuous": {"value": [at * 2.5 for at in range(n)]},
        "survival": {"value": [10.0 * at + 1 for at in range(n)], "event": [at % 2 for at in range(n)]},
    }
    pairs = [f"p{at // 2}" for at in range(n)]
    compared = pd.DataFrame({"dataset": "d", "contrast": "c", "cell_type": "bulk", "sample": names, "block": pairs})
    compared = compared.assign(**enters[kind]).reindex(columns=tables.COMPARED.names)
    members = pd.concat(
        [
            blank(tables.MEMBERS, signature="s", symbol="TP53", flags="stated;contradicted", evidence=word),
            blank(tables.MEMBERS, signature="other", symbol="NO"),
        ]
    )
    return Finished(
        contrasts=contrasts.reset_index(drop=True),
        verdicts=blank(tables.VERDICT_TABLE, **key, why=word, caveat=word, name=word),
        coverage=blank(tables.COVERAGE, dataset="d", signature="s", missing="BAX,MDM2"),
        signatures=blank(tables.SIGNATURES, signature="s", name=word, caveat=word, drug=word, cancer=word),
        members=members,
        left_out=blank(tables.MEMBERS, signature="s", symbol="GONE", flags="retracted"),
        documents={"word": word},
        nulls=blank(tables.NULLS, **key, reason=word),
        genes=blank(tables.DRIVERS, **key, symbol="TP53"),
        nuisance=blank(tables.NUISANCE, **key, reason=word),
        scores={"d": scores},
        compared=compared,
    )


class Page(HTMLParser):
    """Collect tags in their order, and what the data element holds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self.holds = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self.holds = dict(attributes).get("id") == "data"

    def handle_data(self, data: str) -> None:
        if self.holds:
            self.data += data
            self.holds = False


def written(tables_of_run: Finished, folder: Path, **asked: Any) -> tuple[Page, dict[str, Any]]:
    style, script = ((ROOT / f"workflow/report/table.{kind}").read_text("utf-8") for kind in ("css", "js"))
    write_table_page(
        tables_of_run, {"c": spec(**(asked or {"groups": GROUPS}))}, INFERENCE, style, script, folder / "x.html"
    )
    parsed = Page()
    parsed.feed((folder / "x.html").read_text(encoding="utf-8"))
    parsed.close()
    return parsed, json.loads(parsed.data)


def test_words_of_the_users_change_no_tag_and_come_back_as_they_were(tmp_path: Path) -> None:
    plain, _ = written(finished(), tmp_path)
    nasty, data = written(finished(NASTY), tmp_path)
    assert nasty.tags == plain.tags
    assert data["signatures"]["s"]["name"] == data["signatures"]["s"]["drug"] == NASTY
    assert data["signatures"]["s"]["members"][0][4] == NASTY
    assert data["answers"]["why"]["0"] == NASTY
    assert set(NASTY.split(";")) < set(data["flags"])


def test_names_of_datasets_levels_and_samples_are_text_too(tmp_path: Path) -> None:
    run = finished()
    run.compared["sample"] = run.scores["d"]["sample"] = [f"{NASTY}{at}" for at in range(4)]
    parsed, data = written(run, tmp_path)
    assert parsed.tags == written(finished(), tmp_path)[0].tags
    assert set(data["places"][0]["who"]) == {f"{NASTY}{at}" for at in range(4)}


def test_the_page_can_fetch_nothing(tmp_path: Path) -> None:
    parsed, _ = written(finished(), tmp_path)
    assert not [found for _, found in parsed.tags if found.keys() & {"src", "href", "action"}]
    policy = [found["content"] for tag, found in parsed.tags if found.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"]
    text = (tmp_path / "x.html").read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text.replace("http-equiv", "") and "import(" not in text and "url(" not in text


def test_each_row_comes_back_with_its_figures_and_its_own_details() -> None:
    data = page_data(finished(effect=1.23456, fdr=np.nan), {"c": spec(groups=GROUPS)}, INFERENCE)
    decoded = json.loads(as_json(data))
    assert [decoded["words"]["method"]["of"][at] for at in decoded["words"]["method"]["at"]] == ["zmean", "ucell"]
    assert decoded["figures"]["effect"] == [1.235, 0.5] and decoded["figures"]["fdr"] == [None, 0.5]
    assert decoded["leading"] == [1, 0]
    assert set(decoded["strips"]) == set(decoded["genes"]) == set(decoded["nuisance"]) == set(decoded["null"]) == {"0"}
    about = decoded["signatures"]["s"]
    assert [each[0] for each in about["members"]] == ["TP53"] and [each[0] for each in about["left_out"]] == ["GONE"]
    assert decoded["coverage"]["d"]["s"] == [4, 4, "BAX,MDM2"]


def test_dots_stand_on_the_side_of_their_arm_at_their_score() -> None:
    run = finished(n=7)
    data = page_data(run, {"c": spec(groups=GROUPS)}, INFERENCE)
    place, strip = data["places"][0], data["strips"][0]
    assert [side[:2] for side in place["sides"]] == [["sensitive", 3], ["resistant", 4]]
    arm = run.compared.set_index("sample")["arm"]
    score = run.scores["d"].set_index("sample")["score"]
    for name, side, value in zip(place["who"], place["side"], strip["values"], strict=True):
        assert place["sides"][side][0] == arm[name]
        assert value == score[name]
    for arm_name, box in zip(["sensitive", "resistant"], strip["boxes"], strict=True):
        assert box == pytest.approx(np.percentile(score[arm[arm == arm_name].index], [25, 50, 75]))


def test_pairs_are_joined_and_no_others() -> None:
    run = finished(n=6)
    place = page_data(run, {"c": spec(groups=GROUPS, pair_by="pair")}, INFERENCE)["places"][0]
    pair = run.compared.set_index("sample")["block"]
    joined = [sorted({pair[place["who"][at]] for at in line}) for line in place["lines"]]
    assert joined == [["p0"], ["p1"], ["p2"]] and all(len(line) == 2 for line in place["lines"])
    assert not page_data(run, {"c": spec(groups=GROUPS, block_by="pair")}, INFERENCE)["places"][0]["lines"]


def test_a_sample_without_a_score_takes_its_partner_along() -> None:
    run = finished(n=6)
    run.scores["d"].loc[3, "score"] = np.nan
    place = page_data(run, {"c": spec(groups=GROUPS, pair_by="pair")}, INFERENCE)["places"][0]
    assert sorted(place["who"]) == ["x0000", "x0001", "x0004", "x0005"]
    place = page_data(run, {"c": spec(groups=GROUPS)}, INFERENCE)["places"][0]
    assert sorted(place["who"]) == ["x0000", "x0001", "x0002", "x0004", "x0005"]


def test_phenotypes_and_follow_up_are_those_of_the_samples() -> None:
    asked: dict[str, Any] = {
        "continuous": {"column": "auc", "higher_means": "resistant"},
        "survival": {"time": "days", "event": "event"},
    }
    for kind, said in asked.items():
        run = finished(n=6, kind=kind)
        rows = run.compared.set_index("sample")
        place = page_data(run, {"c": spec(**{kind: said})}, INFERENCE)["places"][0]
        assert place["x"] == [rows.at[name, "value"] for name in place["who"]] and place["n"] == 6
        assert place.get("event") == ([rows.at[name, "event"] for name in place["who"]] if kind == "survival" else None)


def test_too_many_dots_are_thinned_but_quartiles_are_of_all() -> None:
    run = finished(n=1000)
    data = page_data(run, {"c": spec(groups=GROUPS)}, INFERENCE)
    place, strip = data["places"][0], data["strips"][0]
    assert 0.5 * DOTS <= len(place["who"]) <= DOTS and [side[1] for side in place["sides"]] == [500, 500]
    score = run.scores["d"].set_index("sample")["score"].to_numpy()
    assert strip["boxes"][1] == pytest.approx(np.percentile(score[::2], [25, 50, 75]))


def test_what_a_run_leaves_out_is_what_is_retracted() -> None:
    folder = ROOT / "resources/genesets"
    signatures, shipped = tables.SIGNATURES.read(folder / "signatures.tsv"), tables.MEMBERS.read(folder / "members.tsv")
    used = shipped[~shipped["flags"].str.contains("retracted")]
    assert set(left_out(shipped, signatures, used)["flags"].str.contains("retracted")) == {True}
    assert len(left_out(shipped, signatures, used)) == len(shipped) - len(used) > 0
    own = signatures.assign(collection="mine.gmt")
    assert left_out(shipped, own, used).empty
    documents = sources_of(tables.read_text_table(folder / "documents.tsv"))
    assert set(signatures["document"]) <= set(documents)


@pytest.mark.parametrize("value", [np.nan, np.inf, pd.NA, None, np.float64("nan")])
def test_missing_numbers_are_null(value: object) -> None:
    assert as_json({"a": [value, 1.0]}) == '{"a":[null,1.0]}'


def test_json_within_a_page_has_no_markup() -> None:
    said = as_json({"x": NASTY})
    assert not set("<>&\u2028") & set(said) and json.loads(said)["x"] == NASTY


def test_tables_and_titles_are_text() -> None:
    parsed = Page()
    parsed.feed(page(NASTY, table([NASTY], [[NASTY]]), ""))
    assert [tag for tag, _ in parsed.tags].count("script") == 0


def test_every_flag_of_the_docs_reads_as_words() -> None:
    lines = (
        (ROOT / "docs/outputs.md").read_text("utf-8").split("## Flags of a contrast")[1].split("\n## ")[0].splitlines()
    )
    flags = [each for line in lines if line.startswith("| `") for each in line.split("|")[1].split("`")[1::2]]
    assert len(flags) > 20
    for flag in flags:
        said = in_words(
            flag.replace("N_", "3_").replace("_M_", "_10_").replace("METHOD", "ssgsea").replace("SYMBOL", "FN1")
        )
        assert "_" not in said and (said[0].islower() or said[0].isdigit())
    assert in_words("one_gene:HLA-A") == "less than half of the effect is left without HLA-A"
    assert in_words("3_samples_below_10_cells") == "3 samples have fewer than 10 cells of this type and take no part"
    assert in_words("no_matched_null:too_few_matched_sets") == "not held against random genes: too few matched sets"


def test_keys_of_the_page_are_those_of_the_tables() -> None:
    assert tables.CONTRASTS.key == ("dataset", "contrast", "cell_type", "signature", "method")
    assert sorted(KEY) == sorted(tables.CONTRASTS.key)
    assert set(VERDICT_COLOURS) == set(tables.VERDICTS)
