"""The demo's omics cohort: planted read-outs come out, exactly, and nothing else does."""

import pandas as pd
import pytest
from conftest import ROOT, Ran

pytestmark = pytest.mark.integration


def table(folder, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, sep="\t", keep_default_na=False, na_values=["NA"])


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return table(ROOT / "resources/demo/toy_omics", "truth_assays.tsv")


def test_planted_read_outs_are_high_in_the_planted_samples_and_nowhere_else(demo: Ran, truth: pd.DataFrame) -> None:
    readouts = table(demo.folder / "results/toy_omics", "readouts.tsv")
    for row in truth[truth["what"] == "high"].itertuples():
        own = readouts[readouts["readout"] == row.readout].drop_duplicates("sample").set_index("sample")["value"]
        high = own[own > own.median() + 1.5]
        assert sorted(high.index) == row.truth.split(), row.readout


def test_planted_differences_are_called_and_no_others(demo: Ran, truth: pd.DataFrame) -> None:
    found = table(demo.folder / "results/toy_omics/contrasts", "tki_response.readouts.tsv")
    called = found[found["answer"].isin(["as_expected", "opposite", "differs"])]
    planted = truth[truth["what"] == "contrast"]
    assert sorted(called["readout"]) == sorted(planted["readout"])
    assert set(called["answer"]) == {"as_expected"}


def test_planted_footprints_have_their_sign(demo: Ran, truth: pd.DataFrame) -> None:
    found = table(demo.folder / "results/toy_omics", "ncrna.tsv").set_index(["ncrna", "footprint"])
    planted = truth[truth["what"].str.startswith("pair ")]
    targets = dict(zip(planted["readout"], planted["what"].str.removeprefix("pair "), strict=True))
    for row in planted.itertuples():
        assert found.at[(row.readout, targets[row.readout]), "answer"] == row.truth
    members = table(ROOT / "resources/genesets", "members.tsv")
    for (name, footprint), row in found[found["answer"].isin(["as_expected", "opposite"])].iterrows():
        held = set(members.loc[members["signature"] == footprint, "symbol"]) | {footprint}
        assert targets.get(name) in held, (name, footprint, row["rho"])  # a signature that holds the planted target


def test_samples_that_lack_an_assay_are_named_and_have_no_value(demo: Ran) -> None:
    assays = table(demo.folder / "results/toy_omics", "assays.tsv").set_index("assay")
    assert assays["names"].to_dict() == {
        "mrna": "",
        "small_rna": "O24",
        "circ_rna": "",
        "protein": "O05, O06",
        "serum": "O17, O18, O19, O20",
    }
    readouts = table(demo.folder / "results/toy_omics", "readouts.tsv")
    mif = readouts[readouts["readout"] == "serum_MIF"].set_index("sample")["value"]
    assert mif.index[mif.isna()].tolist() == ["O03"]
    assert not {"O17", "O18", "O19", "O20"} & set(mif.index)


def test_the_host_gene_of_a_circle_is_not_read_as_it(demo: Ran) -> None:
    genes = table(demo.folder / "results/toy_omics.circ_rna", "genes.tsv").set_index("feature")
    assert genes.at["HIPK3", "symbol"] == "HIPK3"
    assert genes.at["hsa_circ_0000284", "symbol"] == "circHIPK3"


def test_small_rna_is_scored_with_its_own_level_sets(demo: Ran) -> None:
    coverage = table(demo.folder / "results/toy_omics.small_rna", "coverage.tsv")
    assert coverage["signature"].str.startswith("exo_mir_").all()
    assert (coverage["scorable"] != "no").any()


def test_the_demo_tables_are_made_by_their_script(tmp_path) -> None:
    import subprocess
    import sys

    script = ROOT / "resources/demo/make_omics_assays.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True)
    for name in ("mirna", "circles", "protein", "serum", "truth_assays"):
        made = (tmp_path / "toy_omics" / f"{name}.tsv").read_bytes()
        assert made == (ROOT / "resources/demo/toy_omics" / f"{name}.tsv").read_bytes(), name
