"""A user's own sets: every defect is named by its line, and repaired only where it is certain."""

import time
from pathlib import Path

import gseapy
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resig.errors import ResigError
from resig.genesets import Collection, Notice, read_built, read_collection, select, write_gmt, write_net
from resig.tables import MEMBERS, SIGNATURES

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "genesets"


def read(tmp_path: Path, name: str, content: str | bytes) -> Collection:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_collection(path, "mine")


def signed(collection: Collection) -> dict[str, dict[str, float]]:
    return {
        name: dict(zip(rows["symbol"], rows["weight"], strict=True))
        for name, rows in collection.members.groupby("signature")
    }


def said(collection: Collection) -> list[tuple[int, str]]:
    return [(notice.line, f"{notice.problem}: {notice.action}") for notice in collection.notices]


@pytest.mark.parametrize("ending", ["DN", "DOWN", "dn", "Down"])
def test_pairs_become_one_signed_signature(tmp_path, ending):
    found = read(tmp_path, "a.gmt", f"X_UP\tna\tA\tB\nX_{ending}\tna\tC\n")
    assert signed(found) == {"X": {"A": 1.0, "B": 1.0, "C": -1.0}}
    assert found.notices == []
    row = found.signatures.iloc[0]
    assert (row["tier"], row["collection"], row["n_up"], row["n_down"]) == ("U", "mine", 2, 1)


def test_a_pair_may_stand_in_any_order_and_apart(tmp_path):
    one = read(tmp_path, "a.gmt", "X_UP\tna\tA\nY\tna\tQ\nX_DN\tna\tB\n")
    two = read(tmp_path, "b.gmt", "X_DN\tna\tB\nX_UP\tna\tA\nY\tna\tQ\n")
    assert signed(one) == signed(two) == {"X": {"A": 1.0, "B": -1.0}, "Y": {"Q": 1.0}}


def test_gmt_is_split_on_tabs_only(tmp_path):
    found = read(tmp_path, "a.gmt", "S\ta description with spaces\tTP53\tEGFR\n")
    assert signed(found) == {"S": {"TP53": 1.0, "EGFR": 1.0}}


def test_a_lone_down_set_is_not_turned_round(tmp_path):
    found = read(tmp_path, "a.gmt", "X_DN\tna\tA\n")
    assert signed(found) == {"X_DN": {"A": 1.0}}
    assert said(found) == [(1, "set 'X_DN' has no partner: read as a set of its own, 'X_DN', all members up")]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("S\tna\n", 1, "set 'S' is empty: set left out"),
        ("S\n", 1, "no tab on the line"),
        ("S na TP53 EGFR\n", 1, "no tab on the line"),
        ("\tna\tTP53\n", 1, "the set has no name: set left out"),
        ("S\tna\tA\nS\tna\tB\n", 2, "set 'S' stands on line 1 already: this one left out"),
        ("S\tna\tA\nS\tna\tA\n", 2, "set 'S' stands on line 1 already, with the same genes: kept once"),
        ("S\tna\tA\tA\n", 1, "A stands 2 times in 'S': kept once"),
        ("S\tna\tA \tB\n", 1, "spaces around 'A': left out"),
        ("my set\tna\tA\n", 1, "set name 'my set' holds a space: read as 'my_set'"),
        ("S\tna\tHLA A\tB\n", 1, "'HLA A' holds a space: kept as written"),
        ("X_UP\tna\tA\tB\nX_DN\tna\tA\tC\n", 2, "A is both up and down in 'X': left out of both sides"),
        ("X\tna\tA\nX_UP\tna\tB\nX_DN\tna\tC\n", 2, "'X' is a set too, so 'X_UP' cannot be joined"),
        ("X_DN\tna\tA\nX_DOWN\tna\tB\nX_UP\tna\tC\n", 1, "sets 'X_DN' and 'X_DOWN' are the same side"),
    ],
)
def test_defects_of_gmt_are_named_by_line(tmp_path, content, line, words):
    found = read(tmp_path, "a.gmt", content + "GOOD\tna\tTP53\n")
    assert any(number == line and text.startswith(words) for number, text in said(found)), said(found)
    assert "GOOD" in signed(found)


def test_blank_lines_and_comments_do_not_shift_the_lines(tmp_path):
    found = read(tmp_path, "a.gmt", "# mine\n\nS\tna\tTP53\n\nT\tna\n")
    assert said(found) == [(5, "set 'T' is empty: set left out")]


def test_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path):
    plain = "X_UP\tna\tA\tB\nX_DN\tna\tC\n"
    expected = signed(read(tmp_path, "plain.gmt", plain))
    marked = read(tmp_path, "bom.gmt", b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode())
    assert signed(marked) == expected
    assert [notice.line for notice in marked.notices] == [1, 1]
    assert "byte-order mark" in marked.notices[0].problem
    assert "line ends" in marked.notices[1].problem


@pytest.mark.parametrize(
    ("mangled", "symbol"),
    [
        ("2-Sep", "SEPTIN2"),
        ("14-Sep", "SEPTIN14"),
        ("Sep-07", "SEPTIN7"),
        ("3-Mar", "MARCHF3"),
        ("11-Mar", "MARCHF11"),
        ("2021-09-02", "SEPTIN2"),
        ("2021-09-02 00:00:00", "SEPTIN2"),
    ],
)
def test_spreadsheet_dates_are_undone_where_one_gene_fits(tmp_path, mangled, symbol):
    found = read(tmp_path, "a.gmt", f"S\tna\tTP53\t{mangled}\n")
    assert signed(found) == {"S": {"TP53": 1.0, symbol: 1.0}}
    [(line, text)] = said(found)
    assert line == 1
    assert mangled in text
    assert text.endswith(f"read as {symbol}")


@pytest.mark.parametrize(
    "mangled", ["1-Mar", "2-Mar", "1-Dec", "15-Sep", "13-Sep", "12-Mar", "44256", "1-Oct", "Mar-01"]
)
def test_spreadsheet_dates_are_left_out_where_it_is_not_certain(tmp_path, mangled):
    found = read(tmp_path, "a.gmt", f"S\tna\tTP53\t{mangled}\n")
    assert signed(found) == {"S": {"TP53": 1.0}}
    [(line, text)] = said(found)
    assert line == 1
    assert mangled in text
    assert "left out" in text


def test_entrez_numbers_are_numbers_when_all_are(tmp_path):
    found = read(tmp_path, "a.gmt", "S\tna\t7157\t44256\t1956\n")
    assert set(signed(found)["S"]) == {"7157", "44256", "1956"}
    assert found.notices == []


@pytest.mark.parametrize("header", ["source\ttarget\tweight", "signature\tsymbol\tweight", "weight\tsymbol\tsignature"])
def test_nets_keep_their_weights(tmp_path, header):
    values = {"source": "S", "signature": "S", "target": "A", "symbol": "A", "weight": "-2.5"}
    line = "\t".join(values[name] for name in header.split("\t"))
    assert signed(read(tmp_path, "a.tsv", f"{header}\n{line}\n")) == {"S": {"A": -2.5}}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("S\tA\tmuch", "weight 'much' is not a number: line left out"),
        ("S\tA\t", "weight '' is not a number: line left out"),
        ("S\tA\t0", "weight 0 says neither up nor down: line left out"),
        ("S\tA", "2 cells where 3 are needed: line left out"),
        ("S\t\t1", "the signature or the gene is not named: line left out"),
        ("S\tTP53\t-1", "TP53 is both up and down in 'S': left out of both sides"),
        ("S\tTP53\t2", "TP53 stands 2 times in 'S': weight 1 of line 2 kept"),
    ],
)
def test_defects_of_nets_are_named_by_line(tmp_path, row, words):
    found = read(tmp_path, "a.tsv", f"source\ttarget\tweight\nS\tTP53\t1\nS\tEGFR\t1\n{row}\n")
    assert (4, words) in said(found)


def test_a_net_without_its_columns_says_which(tmp_path):
    with pytest.raises(ResigError, match="column 'weight' is missing"):
        read(tmp_path, "a.tsv", "source\ttarget\nS\tA\n")


@pytest.mark.parametrize("content", ["", "\n\n", "S\tna\n", "S\n"])
def test_a_file_without_a_set_is_refused(tmp_path, content):
    with pytest.raises(ResigError, match="no usable gene set"):
        read(tmp_path, "a.gmt", content)


def test_a_compressed_or_missing_file_is_one_clear_line(tmp_path):
    with pytest.raises(ResigError, match="not UTF-8"):
        read(tmp_path, "a.gmt", b"\x1f\x8b\x08\xff")
    with pytest.raises(ResigError, match="file not found"):
        read_collection(tmp_path / "none.gmt", "mine")


def test_the_kind_of_molecule_gives_the_assay(tmp_path):
    found = read(tmp_path, "a.gmt", "M\tna\thsa-miR-155-5p\nC\tna\tcircHIPK3\nG\tna\tTP53\n")
    assay = dict(zip(found.signatures["signature"], found.signatures["assay"], strict=True))
    assert assay == {"M": "small_rna", "C": "circ_rna", "G": "mrna"}


def test_a_ledger_of_ones_own_becomes_signatures_by_mechanism():
    found = read_collection(SHIPPED / "evidence" / "dtc_nets.tsv", "mine")
    assert signed(found)["dtcnets_sasp_net_induction"] == {"C3": 1.0, "CXCL1": 1.0, "MIF": 1.0}
    assert set(found.signatures["tier"]) == {"U"}
    assert all(notice.line >= 2 for notice in found.notices)


def test_ten_thousand_sets_are_read_in_seconds(tmp_path):
    lines = [
        f"SET{i}_{side}\tna\t" + "\t".join(f"G{i}{side}{j}" for j in range(20))
        for i in range(5000)
        for side in ("UP", "DN")
    ]
    started = time.perf_counter()
    found = read(tmp_path, "a.gmt", "\n".join(lines))
    write_gmt(found, tmp_path / "b.gmt")
    assert len(found.signatures) == 5000
    assert time.perf_counter() - started < 15


SYMBOLS = st.text("ABCDEFGHIJ0123456789-", min_size=2, max_size=8).filter(lambda text: text[0].isalpha())
SETS = st.dictionaries(
    st.text("ABCDEFGH", min_size=1, max_size=5).map(lambda text: f"SET{text}"),
    st.dictionaries(SYMBOLS, st.sampled_from([1.0, -1.0]), min_size=2, max_size=6).filter(
        lambda members: len(set(members.values())) == 2
    ),
    min_size=1,
    max_size=4,
)


@given(SETS)
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_read_again(tmp_path_factory, sets):
    folder = tmp_path_factory.mktemp("sets")
    rows = [(name, symbol, weight) for name, members in sets.items() for symbol, weight in members.items()]
    net = "source\ttarget\tweight\n" + "".join(f"{name}\t{symbol}\t{weight:g}\n" for name, symbol, weight in rows)
    first = read(folder, "a.tsv", net)
    write_gmt(first, folder / "b.gmt")
    write_net(first, folder / "b.tsv")
    assert signed(first) == sets
    assert signed(read_collection(folder / "b.gmt", "mine")) == sets
    assert signed(read_collection(folder / "b.tsv", "mine")) == sets
    by_gseapy = gseapy.parser.read_gmt(str(folder / "b.gmt"))
    ups = {name: {symbol for symbol, weight in members.items() if weight > 0} for name, members in sets.items()}
    assert {name[:-3]: set(genes) for name, genes in by_gseapy.items() if name.endswith("_UP")} == ups


@pytest.fixture(scope="module")
def shipped() -> Collection:
    return read_built(SHIPPED / "signatures.tsv", SHIPPED / "members.tsv", "resistance")


def test_what_is_read_fits_the_promised_tables(tmp_path, shipped):
    mine = read(tmp_path, "a.gmt", "X_UP\tna\tA\nX_DN\tna\tB\n")
    for found in (mine, shipped, select(shipped, {})):
        SIGNATURES.check(found.signatures, "signatures")
        MEMBERS.check(found.members, "members")


def test_a_folder_of_artefacts_is_a_collection(shipped):
    found = read_collection(SHIPPED, "resistance")
    pd.testing.assert_frame_equal(found.members, shipped.members)


def test_retracted_members_are_off_unless_asked_for(shipped):
    off, on = select(shipped, {}), select(shipped, {"retracted": True})
    assert not off.members["flags"].str.contains("retracted").any()
    assert {"hsa-miR-567", "AFAP1-AS1", "SNHG14", "ATG5", "BCL2", "BAX"} <= set(on.members["symbol"])
    of = {"signature": "exo_mir_tzmab"}
    assert set(off.members[off.members["signature"] == of["signature"]]["symbol"]) == {
        "hsa-miR-381-3p",
        "hsa-miR-582-3p",
    }
    counts = on.signatures.set_index("signature")[["n_up", "n_down"]].loc["exo_mir_tzmab"]
    assert tuple(counts) == (0, 3)
    assert list(off.signatures["signature"]) == list(on.signatures["signature"])


def test_a_signature_that_falls_short_keeps_its_row_and_says_so(shipped):
    needy = shipped.signatures.assign(
        min_members=shipped.signatures["min_members"].where(shipped.signatures["signature"] != "exo_mir_tzmab", 3)
    )
    found = select(Collection("r", needy, shipped.members), {"id": "exo_mir_tzmab"})
    assert "Too few members" in found.signatures["caveat"].iloc[0]
    asked = select(Collection("r", needy, shipped.members), {"id": "exo_mir_tzmab", "retracted": True})
    assert "Too few members" not in asked.signatures["caveat"].iloc[0]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ({"id": "hgf_*"}, {"hgf_ligand", "hgf_met_pair", "hgf_met_expr3"}),
        ({"id": ["hgf_ligand", "fp_cis"]}, {"hgf_ligand", "fp_cis"}),
        ({"tier": "X"}, {"met_cascade_members"}),
        ({"drug": "cisplatin", "document": "003"}, {"exo_mir_cis", "fp_cis", "fp_derepressed_all"}),
        ({"cancer": "gastric", "tier": ["A"]}, {"tras_jag1_notch_il6"}),
        ({"id": [], "drug": None, "cancer": "multiple myeloma", "tier": "B"}, {"ven_mcl1_myeloma"}),
    ],
)
def test_filters(shipped, include, expected):
    assert set(select(shipped, include).signatures["signature"]) == expected


@pytest.mark.parametrize(
    ("include", "words"),
    [
        ({"drugs": "cisplatin"}, "did you mean 'drug'"),
        ({"drug": "cisplatn"}, "did you mean 'cisplatin'"),
        ({"id": "hgf_ligan"}, "did you mean 'hgf_ligand'"),
        ({"retracted": "yes"}, "not true or false"),
    ],
)
def test_a_filter_that_names_nothing_is_refused_with_the_nearest(shipped, include, words):
    with pytest.raises(ResigError, match=words):
        select(shipped, include)


def test_a_notice_reads_as_one_line():
    assert str(Notice(3, "set 'S' is empty", "set left out")) == "line 3: set 'S' is empty: set left out"
