"""Tables of proteins and sera: names, units, missing values, and the lint of the shipped table."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resig.assays.evidence import NCRNA_RULES, RULES, lint_readouts
from resig.assays.names import match
from resig.assays.proteins import logged, read_measured, units_of
from resig.assays.readouts import Assay, assays_table, read_table, readouts_table
from resig.errors import ResigError
from resig.ledger import read_sources
from resig.nomenclature import Resolver

ROOT = Path(__file__).resolve().parents[3]
GENESETS = ROOT / "resources" / "genesets"
SHIPPED = RULES.read(GENESETS / "readouts.tsv")
NCRNA = NCRNA_RULES.read(GENESETS / "ncrna.tsv")
PROTEIN = SHIPPED[SHIPPED["assay"] == "protein"]


@pytest.mark.parametrize(
    ("feature", "readout", "how"),
    [
        ("Akt_pS473", "AKT_pS473", "name"),
        ("AKT_pS473", "AKT_pS473", "respelled"),  # TCPA level 4
        ("AKT1 AKT2 AKT3|Akt_pS473-R-V", "AKT_pS473", "respelled"),  # Firehose
        ("Akt_pS473-R-V_GBL9023420", "AKT_pS473", "respelled"),
        ("HER2_pY1248", "HER2_pY1248", "name"),
        ("ERBB2|HER2-M-V", "HER2", "respelled"),
        ("MAPK_pT202Y204", "ERK_pT202_Y204", "respelled"),
        ("c.Met_pY1235", "MET_pY1235", "respelled"),  # R's dots
        ("CMET_pY1235", "MET_pY1235", "respelled"),
        ("Akt", "", "not_in_table"),  # total protein is not its phosphorylation
        ("Akt_pT308", "AKT_pT308", "name"),
        ("HER2_pY1221", "", "not_in_table"),
        ("c-Met", "", "not_in_table"),
        ("Bcl-2", "BCL2", "name"),
        ("BCL2A1", "", "not_in_table"),
        ("PTEN2", "", "not_in_table"),
    ],
)
def test_antibodies_are_matched_exactly_after_rules_of_spelling(feature: str, readout: str, how: str) -> None:
    found = match([feature], PROTEIN)[0]
    assert (found.readout, found.how) == (readout, how)


def test_of_two_features_the_name_as_written_stands_for_the_readout() -> None:
    found = match(["AKT_pS473", "Akt_pS473", "X53BP1"], PROTEIN)
    assert [(each.feature, each.how) for each in found] == [
        ("AKT_pS473", "duplicate"),
        ("Akt_pS473", "name"),
        ("X53BP1", "not_in_table"),
    ]


def test_the_shipped_table_follows_from_the_ledger() -> None:
    genes = Resolver.load(ROOT / "resources/nomenclature/hgnc.tsv")
    assert list(lint_readouts(GENESETS, read_sources(GENESETS), genes)) == []


@pytest.mark.parametrize(
    ("readout", "column", "value", "said"),
    [
        ("FAK_pY397", "direction", "down", "direction is 'down', the ledger says up"),
        ("FAK_pY397", "evidence", "DTC-999", "there is no ledger row 'DTC-999'"),
        ("FAK_pY397", "mechanism", "dtcnets_serum_marker", "DTC-035 is about dtcnets_dtc_integrin_fak_erk, not"),
        ("FAK_pY397", "gene", "PTK9", "gene 'PTK9' is not an approved symbol"),
        ("FAK_pY397", "gene", "SRC", "its ledger rows are about PTK2, not SRC"),
        ("FAK_pY397", "names", "Src;Akt-pS473", "'Akt-pS473' is a name of AKT_pS473 too"),
        ("p95HER2", "flags", "", "flags are '', the ledger gives 'contradicted'"),
    ],
)
def test_lint_names_what_does_not_follow(tmp_path: Path, readout: str, column: str, value: str, said: str) -> None:
    for name in ("readouts.tsv",):
        shutil.copy(GENESETS / name, tmp_path / name)
    table = SHIPPED.copy()
    table.loc[table["readout"] == readout, column] = value
    RULES.write(table, tmp_path / "readouts.tsv")
    genes = Resolver.load(ROOT / "resources/nomenclature/hgnc.tsv")
    found = list(lint_readouts(tmp_path, read_sources(GENESETS), genes))
    assert any(said in each and each.startswith("readouts.tsv:") for each in found), found


@pytest.mark.parametrize(
    ("values", "declared", "assay", "units"),
    [
        ([-0.2, 0.5], "auto", "protein", "log"),
        ([20.0, 31.5], "auto", "protein", "log"),  # log2 intensities
        ([2e5, 3e6], "auto", "protein", "linear"),
        ([0.4, 3.0], "auto", "serum", "linear"),
        ([-0.4, 3.0], "auto", "serum", "log"),
        ([0.4, 3.0], "log", "serum", "log"),
        ([0.4, np.nan, 3.0], "linear", "protein", "linear"),
    ],
)
def test_units(values: list[float], declared: str, assay: str, units: str) -> None:
    assert units_of(np.array(values), declared, assay, "x") == units


@pytest.mark.parametrize(
    ("values", "declared", "said"),
    [
        ([-1.0, 2.0], "linear", "values: linear was declared, but there are values below zero (-1); set log"),
        ([1.0, 99.0], "log", "values: log was declared, but the largest value is 99; set linear"),
        ([-1.0, 99.0], "auto", "values from -1 to 99 are below zero in part, and too large for logs; give"),
        ([np.nan], "auto", "has no value in any sample of the metadata; is it the right table?"),
    ],
)
def test_units_that_cannot_be(values: list[float], declared: str, said: str) -> None:
    with pytest.raises(ResigError) as refused:
        units_of(np.array(values), declared, "serum", "serum.csv")
    assert str(refused.value).startswith(f"serum.csv: {said}")


def test_logs_of_concentrations_zero_is_half_the_smallest_and_missing_stays() -> None:
    raw = pd.DataFrame({"C3": [0.0, 8.0, np.nan, 2.0], "MIF": [1.0, 1.0, 1.0, 1.0]})
    found, zeros = logged(raw)
    assert zeros == 1
    np.testing.assert_array_equal(found["C3"], [0.0, 3.0, np.nan, 1.0])
    np.testing.assert_array_equal(found["MIF"], [0.0] * 4)


def spec(folder: Path, **more: object) -> dict[str, object]:
    return {
        "kind": "bulk",
        "assay": "serum",
        "matrix": str(folder / "serum.csv"),
        "metadata": str(folder / "samples.tsv"),
        "sample": "sample_id",
        "values": "linear",
        "layer": None,
    } | more


def write(folder: Path, serum: str) -> None:
    (folder / "samples.tsv").write_text("sample_id\tserum_id\na\tS1\nb\tS2\nc\tS3\n")
    (folder / "serum.csv").write_text(serum)


def test_read_outs_by_hand(tmp_path: Path) -> None:
    write(tmp_path, "id,C3,MIF,strange\nS1,1,4,1\nS2,4,,1\nS3,16,1,1\n")
    found = read_table("serum", spec(tmp_path, sample="serum_id"), "serum.csv", "sample_id", SHIPPED)
    table = readouts_table("trial", found.levels, NCRNA, SHIPPED)
    rows = table.set_index(["readout", "sample"])
    assert set(table["mechanism"]) == {"dtcnets_serum_marker"}
    assert rows.loc["serum_C3", "value"].to_dict() == {"a": 0.0, "b": 2.0, "c": 4.0}
    assert rows.loc["serum_C3", "z"].to_dict() == {"a": -1.0, "b": 0.0, "c": 1.0}
    assert rows.loc["serum_MIF", "value"].isna().to_dict() == {"a": False, "b": True, "c": False}
    assert rows.loc["serum_MIF", "z"].to_dict() == pytest.approx(
        {"a": 0.5**0.5, "b": np.nan, "c": -(0.5**0.5)}, nan_ok=True
    )
    assert rows.loc[("serum_C3", "a"), ["direction", "evidence"]].tolist() == ["up", "DTC-042"]
    how = found.features.set_index(found.features["feature"] + found.features["readout"])["how"]
    assert how["strange"] == "not_in_table"
    assert how["serum_HGF"] == "not_measured"


@pytest.mark.parametrize(
    ("serum", "said"),
    [
        ("id,C3\na,<0.5\nb,1\n", "row 'a', column 'C3': the value is '<0.5' (1 such values); every value must be"),
        ("id,C3\nA,1\nB,1\nC,2\n", "shares no sample with"),
        ("id,C3,C3\na,1,2\nb,1,2\n", "feature 'C3' stands there more than once; keep one of them"),
        ("id,XX1,XX2\na,1,2\nb,1,2\n", "none of its 2 features ('XX1', 'XX2') is a read-out that resig knows"),
    ],
)
def test_bad_tables_are_one_clear_line(tmp_path: Path, serum: str, said: str) -> None:
    write(tmp_path, serum)
    with pytest.raises(ResigError) as refused:
        read_table("serum", spec(tmp_path), "serum.csv", "sample_id", SHIPPED)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    if serum.startswith("id,C3\nA"):
        assert "'a' there looks like 'A' here: make the ids the same (case)" in str(refused.value)


def test_a_sample_without_the_datasets_id_is_named(tmp_path: Path) -> None:
    write(tmp_path, "id,C3\nS1,1\nS2,2\nS3,3\n")
    (tmp_path / "samples.tsv").write_text("sample_id\tserum_id\na\tS1\n\tS2\nc\tS3\n")
    with pytest.raises(ResigError, match="sample 'S2' has no value in column 'sample_id'"):
        read_table("serum", spec(tmp_path, sample="serum_id"), "serum.csv", "sample_id", SHIPPED)


def test_an_h5ad_is_read_like_the_text(tmp_path: Path) -> None:
    import anndata

    write(tmp_path, "id,C3,MIF\na,1,4\nb,4,2\nc,16,1\n")
    text = read_measured(spec(tmp_path), "serum.csv").log
    values = pd.DataFrame({"C3": [1.0, 4, 16], "MIF": [4.0, 2, 1]}, index=["a", "b", "c"])
    anndata.AnnData(values).write_h5ad(tmp_path / "serum.h5ad")
    found = read_measured(spec(tmp_path, matrix=str(tmp_path / "serum.h5ad")), "serum.h5ad").log
    pd.testing.assert_frame_equal(found, text, check_names=False)


def test_ids_that_differ_between_assays_are_counted_with_the_likely_reason() -> None:
    own = {"assay": "mrna", "file": "m", "values": "log", "n_features": 9, "not_in_metadata": 0, "likely_reason": ""}
    own["samples"] = {"TCGA-A1-A0SB", "TCGA-A1-A0SD", "p3"}
    about = dict(own, samples={"TCGA-A1-A0SB-01A", "TCGA-A1-A0SD-01A", "p3"})
    features = pd.DataFrame({"feature": ["PTEN"], "readout": ["PTEN"], "how": ["name"], "note": [""]})
    row = assays_table("d", own, {"protein": Assay([], features, about)}).set_index("assay").loc["protein"]
    assert (row["n_samples"], row["n_shared"], row["only_here"], row["only_in_dataset"]) == (3, 1, 2, 2)
    assert row["names"] == "TCGA-A1-A0SB-01A, TCGA-A1-A0SD-01A, TCGA-A1-A0SB, TCGA-A1-A0SD"
    assert "'TCGA-A1-A0SB' there looks like 'TCGA-A1-A0SB-01A' here" in row["likely_reason"]
