"""The ledger: complete, clean, and every rule of the lint bites."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from resig.build_genesets import main as build_main
from resig.derive import derive
from resig.errors import ResigError
from resig.ledger import (
    ACCOUNTING,
    LEDGER,
    MECHANISMS,
    flags_of,
    lint,
    listed,
    read_sources,
    why_no_member,
)
from resig.lint import main as lint_main
from resig.nomenclature import Mirnas, Resolver
from resig.tables import read_text_table

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "genesets"
NOMENCLATURE = ROOT / "resources" / "nomenclature"
GENES = Resolver.load(NOMENCLATURE / "hgnc.tsv")
MIRNAS = Mirnas.load(NOMENCLATURE / "mirna.tsv")
CURATED = {"trastuzumab": 160, "venetoclax": 142, "dtc_nets": 72, "exosome_ncrna": 148, "hgf_met": 108}


@pytest.fixture(scope="module")
def sources():
    return read_sources(FOLDER)


@pytest.fixture(scope="module")
def built(sources):
    return derive(sources)


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "genesets"))


def edit(path: Path, row: str, column: str, value: str, key: str = "id") -> None:
    table = read_text_table(path)
    assert (table[key] == row).sum() == 1
    table.loc[table[key] == row, column] = value
    table.to_csv(path, sep="\t", index=False)


def test_the_shipped_ledger_is_clean():
    assert lint(FOLDER, GENES, MIRNAS) == []


def test_all_curated_assertions_are_accounted_for(sources):
    accounting = ACCOUNTING.read(FOLDER / "evidence" / "accounting.tsv")
    for name, count in CURATED.items():
        rows = accounting[accounting["curation"] == name]
        assert sorted(rows["row"]) == list(range(1, count + 1))
    assert len(accounting) == 630
    carried = set(accounting["ledger"]) - {""}
    assert carried == set(sources.ledger["id"])
    assert (accounting[accounting["outcome"] == "kept"]["ledger"]).is_unique
    by_id = sources.ledger.set_index("id")["mechanism"]
    kept = accounting[accounting["outcome"] == "kept"]
    assert (kept["ledger"].map(by_id).to_numpy() == kept["mechanism"].to_numpy()).all()
    rejected = accounting[accounting["outcome"] == "rejected"]
    assert (rejected["ledger"] == "").all()
    assert (rejected["reason"].str.len() > 20).all()


def test_identifiers_follow_their_document(sources):
    prefix = sources.ledger["id"].str.slice(0, 3)
    pairs = pd.DataFrame({"prefix": prefix, "document": sources.ledger["document"]}).drop_duplicates()
    assert dict(zip(pairs["prefix"], pairs["document"].str.slice(0, 3), strict=True)) == {
        "TRA": "000",
        "VEN": "001",
        "DTC": "002",
        "EXO": "003",
        "HGF": "004",
    }
    assert sources.ledger["id"].str.fullmatch(r"[A-Z]{3}-\d{3}").all()


def test_evidence_is_in_english(sources):
    for column in ("evidence", "name", "relation", "section"):
        chinese = sources.ledger[column].str.contains(r"[\u4e00-\u9fff]")
        assert not chinese.any(), sources.ledger[chinese]["id"].tolist()


def test_every_row_is_in_a_signature_or_says_why_not(sources, built):
    mechanisms = sources.mechanisms.set_index("mechanism")
    for _, row in sources.ledger.iterrows():
        assert (row["id"] in built.taken) == (why_no_member(row, built.taken, mechanisms) == "")


def test_every_member_rests_on_rows_of_its_document_with_its_sign(sources, built):
    ledger = sources.ledger.set_index("id")
    document = sources.definitions.set_index("signature")["document"]
    for member in built.members.itertuples():
        ids = re.findall(r"\(([A-Z]{3}-\d{3})[,)]", member.evidence)
        assert ids
        for row in ids:
            assert ledger.at[row, "symbol"] == member.symbol
            assert ledger.at[row, "document"] == document[member.signature]
            assert (ledger.at[row, "direction"] == "up") == (member.weight > 0)


def test_retracted_papers_are_off_by_default(built):
    retracted = built.members[built.members["flags"].str.contains("retracted")]
    assert set(retracted["symbol"]) == {
        "hsa-miR-567",
        "ATG5",
        "ATG10",
        "AFAP1-AS1",
        "SNHG14",
        "BCL2",
        "BAX",
    }
    assert set(retracted["signature"]) == {
        "exo_mir_tzmab",
        "exo_mir_bc_all",
        "exo_lnc_tzmab",
        "exo_lnc_bc_all",
        "fp_tzmab",
        "fp_derepressed_all",
    }


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("tras_stat3_feedback", "+EGF +FN1 +IL6 +MUC4"),
        ("tras_jag1_notch_il6", "+HEY1 +HEY2 +IL6 +JAG1"),
        ("tras_snail_yy1_rkip_pten", "-PEBP1 -PTEN +SNAI1 +YY1"),
        ("ven_apoptosis_balance_union", "-BAX -BBC3 +BCL2L1 -BCL2L11 +MCL1"),
        ("ven_bcl2_shift_aml", "-BCL2 +BCL2L1 +MCL1"),
        ("ven_nrf2_fth1", "+FTH1 +NFE2L2"),
        ("dtc_fibro_senescence_sasp", "+C3 +CDKN1A +CXCL1 +GLB1 +MIF"),
        ("dtc_niche_bulk", "+C3 +CDKN1A +CXCL1 +ELANE +MIF +MMP9"),
        ("dtc_integrin_pair", "+ITGA3 +ITGB1"),
        ("exo_mir_ptx", "+hsa-miR-155-5p -hsa-miR-340-3p +hsa-miR-378a-3p +hsa-miR-378d"),
        ("exo_lnc_tzmab", "+AFAP1-AS1 +AGAP2-AS1 +OIP5-AS1 +SNHG14"),
        ("exo_lnc_h19", "+H19"),
        ("fp_dox", "-CDH1 -CEBPB -DKK3 -NUMB -PIK3R1 +SNAI1 +SNAI2"),
        ("fp_tam", "-ADIPOQ -E2F1 -ESR1"),
        ("hgf_met_expr3", "+HGF +MET +VEGFA"),
        ("pten_loss_proxy", "-PTEN"),
    ],
)
def test_the_rules_give_what_was_read_in_the_documents(built, signature, expected):
    rows = built.members[built.members["signature"] == signature]
    assert " ".join(("+" if row.weight > 0 else "-") + row.symbol for row in rows.itertuples()) == expected


@pytest.mark.parametrize(
    ("signature", "symbol", "flags"),
    [
        ("exo_mir_tzmab", "hsa-miR-567", "stated;retracted;contradicted"),
        ("exo_lnc_h19", "H19", "stated;contradicted"),
        ("exo_lnc_tzmab", "OIP5-AS1", "stated;contradicted"),
        ("exo_mir_dox", "hsa-miR-221-3p", "inferred;contradicted"),
        ("fp_dox", "PIK3R1", "inferred;contradicted"),
        ("tras_snail_yy1_rkip_pten", "YY1", "inferred;outside"),
        ("met_gain_proxy", "MET", "stated;proxy"),
        ("hgf_ligand", "HGF", "stated"),
    ],
)
def test_flags(built, signature, symbol, flags):
    member = built.members[(built.members["signature"] == signature) & (built.members["symbol"] == symbol)]
    assert member["flags"].tolist() == [flags]


def test_families_without_a_named_gene_are_never_members(built):
    families = {
        "STAT3",
        "AKT1",
        "MAPK14",
        "NOTCH1",
        "TGFB1",
        "RELA",
        "NFKB1",
        "WNT1",
        "MAP1LC3B",
        "PLCG1",
        "HRAS",
    }
    assert not families & set(built.members["symbol"])


@pytest.mark.parametrize(
    "words",
    [
        "miR-567",
        "H19",
        "OIP5-AS1",
        "miR-221-3p",
        "A103T",
        "61%",
        "P=0.259",
        "EGFR-DEPENDENT",
        "VEGF2",
        "FISH",
        "LC3-II",
    ],
)
def test_known_contradictions_stand_with_both_readings(sources, words):
    table = sources.contradictions
    text = table["one_reading"] + table["other_reading"] + table["used"]
    found = table[text.str.contains(words, regex=False)]
    assert len(found)
    assert (found["one_reading"] != found["other_reading"]).all()
    assert (found["why"] != "").all()


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "words"),
    [
        ("venetoclax", "VEN-040", "symbol", "BCL-2", "not an approved name"),
        ("venetoclax", "VEN-040", "symbol", "NRF2", "not an approved name"),
        ("exosome_ncrna", "EXO-025", "symbol", "hsa-miR-155", "not an approved name"),
        ("exosome_ncrna", "EXO-025", "gene", "MIRN155", "not an approved symbol"),
        ("venetoclax", "VEN-043", "direction", "down", "goes both up and down"),
        ("venetoclax", "VEN-043", "direction_from", "", "go together"),
        ("venetoclax", "VEN-043", "mechanism", "venetoclax_nothing", "there is no mechanism"),
        ("venetoclax", "VEN-043", "assay", "western blot", "not an expression assay"),
        ("venetoclax", "VEN-046", "assay", "mrna", "must say what data it would need"),
        ("venetoclax", "VEN-043", "id", "VEN-044", "used twice"),
        ("exosome_ncrna", "EXO-078", "status", "ok", "disagree about a retraction"),
        ("exosome_ncrna", "EXO-104", "contradiction", "", "says why"),
        ("hgf_met", "HGF-069", "contradiction", "CON-99", "there is no contradiction"),
        ("hgf_met", "HGF-058", "document", "005", "there is no document"),
        ("hgf_met", "HGF-005", "scorable", "no", "no ledger row supports PTEN"),
    ],
)
def test_each_defect_is_named_with_file_and_line(copy, file, row, column, value, words):
    path = copy / "evidence" / f"{file}.tsv"
    line = read_text_table(path).query("id == @row").index[0] + 2
    edit(path, row, column, value)
    if column == "id":
        with pytest.raises(ResigError, match="repeats id=VEN-044"):
            lint(copy, GENES, MIRNAS)
        return
    problems = lint(copy, GENES, MIRNAS)
    assert any(words in problem for problem in problems), problems
    if "support" not in words and "both" not in words:
        assert any(f"{file}.tsv:{line}" in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("file", "key", "row", "column", "value", "words"),
    [
        ("definitions.tsv", "signature", "exo_mir_tzmab", "min_members", "3", "needs 3 members, has 2"),
        ("definitions.tsv", "signature", "hgf_ligand", "symbols", "HGF;EGFR", "no ledger row supports EGFR"),
        (
            "definitions.tsv",
            "signature",
            "hgf_ligand",
            "companions",
            "HALLMARK_NOTHING",
            "not in companions.tsv",
        ),
        ("definitions.tsv", "signature", "met_cascade_members", "symbols", "TP53", "is about TP53"),
        ("mechanisms.tsv", "mechanism", "venetoclax_bcl2_mutation", "reason", "", "does not say why"),
        ("mechanisms.tsv", "mechanism", "venetoclax_wnt5a_ror1", "signatures", "", "but the rules give"),
        (
            "contradictions.tsv",
            "contradiction",
            "CON-40",
            "ledger",
            "EXO-999;EXO-132",
            "no ledger row 'EXO-999'",
        ),
    ],
)
def test_defects_of_the_other_tables_are_named(copy, file, key, row, column, value, words):
    edit(copy / file, row, column, value, key)
    problems = lint(copy, GENES, MIRNAS)
    assert any(words in problem and problem.startswith(file) for problem in problems), problems


def test_a_mechanism_without_a_row_is_named(copy):
    path = copy / "mechanisms.tsv"
    table = MECHANISMS.read(path)
    extra = table.iloc[[0]].assign(mechanism="trastuzumab_new", signatures="", reason="none", needs="none")
    MECHANISMS.write(pd.concat([table, extra]), path)
    assert any("no ledger row is about it" in problem for problem in lint(copy, GENES, MIRNAS))


def test_an_unaccounted_assertion_is_named(copy):
    path = copy / "evidence" / "accounting.tsv"
    table = ACCOUNTING.read(path)
    table.loc[0, "ledger"] = "TRA-999"
    ACCOUNTING.write(table, path)
    assert any("no ledger row 'TRA-999'" in problem for problem in lint(copy, GENES, MIRNAS))


def test_a_wrong_value_is_refused_with_file_row_and_column(copy):
    edit(copy / "evidence" / "hgf_met.tsv", "HGF-001", "direction", "upp")
    with pytest.raises(ResigError, match=r"hgf_met\.tsv: row 2, column 'direction': 'upp'.*did you mean 'up'"):
        lint(copy, GENES, MIRNAS)


def test_flags_weigh_all_rows_of_a_member(sources):
    rows = sources.ledger[sources.ledger["id"].isin(["EXO-014", "EXO-015"])]
    assert flags_of(rows) == ["stated", "retracted", "contradicted"]
    mixed = sources.ledger[sources.ledger["id"].isin(["EXO-014", "EXO-027"])]
    assert flags_of(mixed) == ["stated"]


def test_lists_in_cells():
    assert listed("a; b;;c ") == ["a", "b", "c"]


def test_lint_command(copy, capsys):
    options = ["--genesets", str(copy), "--nomenclature", str(NOMENCLATURE)]
    assert lint_main(options) == 0
    assert capsys.readouterr().out.startswith("0 defects")
    (copy / "resistance.gmt").write_text("changed\n", encoding="utf-8")
    assert lint_main(options) == 1
    assert "resistance.gmt: does not follow from the ledger" in capsys.readouterr().out
    (copy / "mechanisms.tsv").unlink()
    assert lint_main(options) == 1
    assert "ERROR: " in capsys.readouterr().err


def test_build_command(copy, capsys):
    assert build_main([str(copy), "--check"]) == 0
    edit(copy / "evidence" / "hgf_met.tsv", "HGF-058", "evidence", "Something else.")
    assert build_main([str(copy), "--check"]) == 1
    assert "members.tsv is out of date" in capsys.readouterr().out
    assert build_main([str(copy)]) == 0
    assert build_main([str(copy), "--check"]) == 0


def test_a_ledger_is_read_as_it_is_written(tmp_path, sources):
    for name in sources.documents["ledger"]:
        path = FOLDER / "evidence" / f"{name}.tsv"
        LEDGER.write(LEDGER.read(path), tmp_path / "again.tsv")
        assert (tmp_path / "again.tsv").read_bytes() == path.read_bytes()
