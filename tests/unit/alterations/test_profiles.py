"""The profile and the list of mechanisms: the written rules, recomputed; none is missing, names are escaped."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shared_alterations import BOOK, GENESETS

from resig.alterations.book import REVERSAL
from resig.alterations.mechanisms import DISCLAIMER, summarise
from resig.alterations.profile import judge, judge_calls, profile, standardised
from resig.ledger import MECHANISMS, read_sources
from resig.profile_page import write_profile_page
from resig.tables import MECHANISM_SUMMARY, PROFILE, SIGNATURES

ALL = MECHANISMS.read(GENESETS / "mechanisms.tsv")
REVERSING = REVERSAL.read(GENESETS / "reversal.tsv")
SHIPPED = SIGNATURES.read(GENESETS / "signatures.tsv")
SAMPLES = [f"s{at}" for at in range(8)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "not_measured"),
        ([np.nan], "not_measured"),
        ([1.0], "for"),
        ([0.99], "neither"),
        ([-1.0, 0.2], "against"),
        ([1.2, -3.0], "mixed"),
        ([2.0, np.nan], "for"),
    ],
)
def test_scores_speak_from_one_standard_deviation_on(values: list[float], said: str) -> None:
    assert judge(values) == said


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ("", "not_measured"),
        ("not_measured/resistant", "not_measured"),
        ("absent/resistant not_measured/resistant", "neither"),
        ("absent/resistant absent/resistant", "against"),
        ("absent/resistant present/resistant not_measured/resistant", "for"),
        ("present/context", "not_measured"),
        ("present/context absent/resistant", "against"),
        ("present/sensitive", "against"),
        ("present/sensitive present/resistant", "mixed"),
        ("absent/sensitive", "neither"),
    ],
)
def test_calls_speak_by_the_written_rules(calls: str, said: str) -> None:
    assert judge_calls(tuple(each.split("/")) for each in calls.split()) == said


def scores(**of: list[float]) -> pd.DataFrame:
    rows = [
        ("d", sample, "bulk", signature, "zmean", value)
        for signature, values in of.items()
        for sample, value in zip(SAMPLES, values, strict=False)
    ]
    return pd.DataFrame(rows, columns=["dataset", "sample", "cell_type", "signature", "method", "score"])


def test_z_and_percentile_are_those_within_the_dataset() -> None:
    values = [1.0, 4.0, 2.0, 8.0, np.nan, 3.0]
    found = standardised(scores(hgf_ligand=values, met_gain_proxy=[1.0, 2.0, 3.0, 4.0]), "zmean").set_index("sample")
    known = np.array([1.0, 4.0, 2.0, 8.0, 3.0])
    assert set(found["signature"]) == {"hgf_ligand"}  # four samples are too few
    np.testing.assert_allclose(found["z"], (known - known.mean()) / known.std(ddof=1))
    np.testing.assert_allclose(found["rank"], [0.1, 0.7, 0.3, 0.9, 0.5])


def a_profile() -> pd.DataFrame:
    calls = pd.DataFrame(
        [
            (
                "s0",
                "egfr_t790m",
                "hgfmet_egfr_t790m",
                "EGFR T790M",
                "resistant",
                "present",
                "EGFR p.T790M",
                "HGF-067",
            ),
            ("s1", "egfr_t790m", "hgfmet_egfr_t790m", "EGFR T790M", "resistant", "absent", "", "HGF-067"),
            ("s0", "bcl2_a103t", "venetoclax_bcl2_mutation", "A103T", "resistant", "not_measured", "<b>", "VEN-047"),
        ],
        columns=["sample", "alteration", "mechanism", "name", "direction", "call", "seen", "ledger"],
    )
    readouts = pd.DataFrame(
        [
            ("s0", "hgfmet_hgf_overexpression", "serum", "HGF", 5.0, 1.5, "up", ""),
            ("s1", "hgfmet_hgf_overexpression", "serum", "HGF", 1.0, -1.5, "up", ""),
            ("s0", "exosome_autophagy_mir567_atg5", "small_rna", "hsa-miR-567", 1.0, -2.0, "down", "retracted"),
            ("s0", "exosome_wnt_mir1236_slc9a1", "small_rna", "hsa-miR-1236-3p", 1.0, -2.0, "down", "contradicted"),
        ],
        columns=["sample", "mechanism", "assay", "readout", "value", "z", "direction", "flags"],
    )
    table = scores(hgf_ligand=[9.0, 1, 1, 1, 1, 1, 1, 1])
    return profile("d", SAMPLES, ALL, table, "zmean", SHIPPED, {"hgf_ligand": "supported"}, calls, readouts, BOOK)


def test_each_assay_speaks_for_itself() -> None:
    found = PROFILE.check(a_profile(), "profile").set_index(["sample", "mechanism"])
    assert len(found) == len(SAMPLES) * len(ALL)
    said = found.loc[("s0", "hgfmet_hgf_overexpression")]
    assert said[["expression", "alteration", "ncrna", "protein", "serum"]].tolist() == [
        "for", "not_measured", "not_measured", "not_measured", "for",
    ]  # fmt: skip
    assert said["expression_seen"] == "hgf_ligand z +2.47 (percentile 94, verdict supported)"
    assert said[["n_for", "n_against", "n_measured", "conflict"]].tolist() == [2, 0, 2, "no"]
    assert found.loc[("s1", "hgfmet_hgf_overexpression"), ["expression", "serum", "conflict"]].tolist() == [
        "neither", "against", "no",
    ]  # fmt: skip
    t790m = found.loc[("s0", "hgfmet_egfr_t790m")]
    assert t790m[["alteration", "alteration_seen"]].tolist() == [
        "for",
        "EGFR T790M present: EGFR p.T790M [HGF-067]",
    ]
    assert found.loc[("s1", "hgfmet_egfr_t790m"), "alteration"] == "against"
    assert found.loc[("s0", "venetoclax_bcl2_mutation"), "alteration"] == "not_measured"  # text is no measurement
    mir1236 = found.loc[("s0", "exosome_wnt_mir1236_slc9a1")]
    assert mir1236["ncrna"] == "for"  # low, and low goes with resistance
    assert mir1236["ncrna_seen"] == "hsa-miR-1236-3p z -2.00 (expected down, contradicted)"
    assert found.loc[("s0", "exosome_autophagy_mir567_atg5"), "ncrna"] == "neither"  # retracted: shown, not counted


def test_pooled_sets_are_shown_and_do_not_speak_for_one_mechanism() -> None:
    high, low = [9.0, 1, 1, 1, 1, 1, 1, 1], [-9.0, 1, 1, 1, 1, 1, 1, 1]
    table = scores(tras_jag1_notch_il6=low, tras_gastric_il6_axis_union=high)
    found = profile("d", SAMPLES, ALL, table, "zmean", SHIPPED, {}, None, None, BOOK).set_index(["sample", "mechanism"])
    jagged = found.loc[("s0", "trastuzumab_jag1_notch_il6")]
    assert jagged["expression"] == "against"
    assert (
        "tras_gastric_il6_axis_union z +2.47 (percentile 94, shared by 4 mechanisms, not counted)"
        in jagged["expression_seen"]
    )
    alone = profile("d", SAMPLES, ALL, scores(tras_gastric_il6_axis_union=high), "zmean", SHIPPED, {}, None, None, BOOK)
    alone = alone.set_index(["sample", "mechanism"])
    assert alone.loc[("s0", "trastuzumab_jag1_notch_il6"), "expression"] == "for"  # nothing better was scored


def test_turning_all_scores_round_turns_the_evidence_round() -> None:
    values = [3.0, -2.0, 0.1, 0.2, 0.0, -0.1, 1.0, -1.5]
    rules = (ALL, "zmean", SHIPPED, {}, None, None, BOOK)

    def said(sign: float) -> list[str]:
        table = scores(hgf_ligand=[sign * value for value in values])
        found = profile("d", SAMPLES, rules[0], table, *rules[1:])
        return found.loc[found["mechanism"] == "hgfmet_hgf_overexpression", "expression"].tolist()

    turned = {"for": "against", "against": "for", "neither": "neither"}
    assert said(1) == [turned[each] for each in said(-1)]
    assert {"for", "against", "neither"} == set(said(1))


class Page(HTMLParser):
    """Collects text, addresses and anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [str(given[key]) for key in ("href", "src") if key in given]
        self.ids |= {str(given["id"])} if "id" in given else set()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_escapes_names_needs_no_network_and_gives_no_advice(tmp_path: Path) -> None:
    table = a_profile().replace({"sample": {"s0": "<script>alert(1)</script>"}})
    write_profile_page("a <i>b</i>", table, ALL, REVERSING, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    for heading, opened in json.loads(re.search(r'id="data">(.*?)</script>', text)[1]):
        page.feed(heading + opened)
    assert "<script>alert" not in text
    assert "<i>b</i>" not in text
    assert {"<script>alert(1)</script>", *SAMPLES[1:]} <= set(page.text)
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert "http:" not in text and "https:" not in text
    assert "Research software, no treatment advice." in text
    for row in REVERSING.itertuples():
        assert f"[{row.ledger}]" in text


def mechanisms(coverage: pd.DataFrame, calls: dict, readouts: dict) -> pd.DataFrame:
    ledger = read_sources(GENESETS).ledger
    found = summarise(ALL, ledger, SHIPPED, coverage, calls, readouts, REVERSING)
    return MECHANISM_SUMMARY.check(found, "mechanisms").set_index("mechanism")


NOTHING = pd.DataFrame(columns=["dataset", "signature", "scorable"])


def test_no_mechanism_of_the_ledger_is_missing_whatever_was_measured() -> None:
    ledger = read_sources(GENESETS).ledger
    found = mechanisms(NOTHING, {}, {})
    assert set(found.index) == set(ledger["mechanism"])
    assert (found["measured"] == "no").all()
    assert (found["needs"] != "").all()
    assert found["n_assertions"].sum() == len(ledger)


def test_each_way_of_measuring_is_told() -> None:
    coverage = pd.DataFrame(
        [("a", "hgf_ligand", "low_power"), ("b", "hgf_ligand", "no"), ("a", "exo_mir_dox", "yes")],
        columns=["dataset", "signature", "scorable"],
    )
    calls = pd.DataFrame(
        [("egfr_t790m", "hgfmet_egfr_t790m", "absent"), ("bcl2_g101v", "venetoclax_bcl2_mutation", "not_measured")],
        columns=["alteration", "mechanism", "call"],
    )
    readouts = pd.DataFrame(
        [("hgfmet_hgf_overexpression", "serum", "HGF", 1.0), ("hgfmet_hgf_biology", "protein", "HGF", np.nan)],
        columns=["mechanism", "assay", "readout", "value"],
    )
    found = mechanisms(coverage, {"t": calls}, {"t": readouts})
    assert found.loc["hgfmet_hgf_overexpression", ["measured_by", "signatures", "readouts"]].tolist() == [
        "expression;serum", "hgf_ligand (a)", "t: HGF",
    ]  # fmt: skip
    assert found.loc["exosome_mir222_dox", "measured_by"] == "ncrna"
    assert found.loc["hgfmet_egfr_t790m", ["measured", "alterations"]].tolist() == ["yes", "t: egfr_t790m"]
    assert found.loc["venetoclax_bcl2_mutation", "measured"] == "no"
    assert found.loc["hgfmet_hgf_biology", "measured"] == "no"


def test_every_reversing_drug_is_told_and_called_literature() -> None:
    found = mechanisms(NOTHING, {}, {})
    for row in REVERSING.itertuples():
        assert row.drug in found.loc[row.mechanism, "reversal"]
        assert row.ledger in found.loc[row.mechanism, "reversal"]
    assert set(found["reversal_note"]) == {"", DISCLAIMER}
    assert ((found["reversal"] != "") == (found["reversal_note"] != "")).all()
    assert "no treatment advice" in DISCLAIMER
