"""`describe` sees what is there, and the config it gives passes the check as it stands."""

import gzip
import re
import socket
from pathlib import Path
from typing import Any

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from scipy import sparse

from resig.config import complete_config, load_schema
from resig.describe import describe
from resig.errors import ResigError
from resig.intake.remote import files_of, is_brought, local_path
from resig.names import Names

SCHEMA = load_schema(ROOT / "workflow/schemas/config.schema.yaml")
SHARED = ROOT.parent / "shared" / "data"
GENES = ["TP53", "EGFR", "MET", "KRAS", "CDH1", "SNAI1", "ERBB2", "BCL2", "MCL1", "HGF"]


@pytest.fixture(scope="module")
def names() -> Names:
    tables = ("hgnc", "ambiguous", "mirna", "orthologs", "mouse")
    return Names.of([ROOT / f"resources/nomenclature/{table}.tsv" for table in tables])


def pasted(text: str) -> dict[str, Any]:
    """Check the block as a user's whole config, and return it."""
    block = text.partition("(paste it into mine.yaml):\n")[2]
    assert block, text
    Path("mine.yaml").write_text(block)
    return complete_config(yaml.safe_load(block), SCHEMA, ["mine.yaml"])


def matrix(n: int, genes: list[str] = GENES) -> pd.DataFrame:
    values = np.random.default_rng(1).normal(6, 2, (len(genes), n)).round(3)
    return pd.DataFrame(values, index=pd.Index(genes, name="gene"), columns=[f"S{at}" for at in range(n)])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", ["my trial.tsv", "a.csv", "b.tsv.gz"])
def test_text_in_either_orientation_with_and_without_its_table(
    here: Path, names: Names, turned: bool, name: str
) -> None:
    data = matrix(8).T if turned else matrix(8)
    data.to_csv(name, sep="," if ".csv" in name else "\t")
    alone = describe(name, names)
    assert "8 samples x 10 features" in alone
    assert "10 of 10 (100%) are known" in alone
    assert "no table of samples: name it as well" in alone
    table = pd.DataFrame({"id": [f"S{at}" for at in range(8)], "response": ["PD", "CR"] * 4})
    table.to_csv("the samples.tsv", sep="\t", index=False)
    beside, given = describe(name, names), describe(name, names, "the samples.tsv")
    for text in (beside, given):
        config = pasted(text)
        (dataset,) = config["datasets"].values()
        assert dataset["matrix"] == name
        assert dataset["metadata"] == "the samples.tsv"
        assert dataset["sample"] == "id"
        assert dataset["values"] == "log"
        (contrast,) = config["contrasts"].values()
        assert contrast["groups"] == {"column": "response", "resistant": ["PD"], "sensitive": ["CR"]}
    assert "'the samples.tsv' beside it has the same samples" in beside


def test_names_that_yaml_would_misread(here: Path, names: Names) -> None:
    matrix(6).to_csv("2023.tsv", sep="\t")
    table = pd.DataFrame(
        {
            "the id: 'x'": [f"S{at}" for at in range(6)],
            "response?": ["NO", "YES"] * 3,
            "mdr #2": ["1", "0"] * 3,
            "Ärzte": ["pre", "post"] * 3,
        }
    )
    table.to_csv("samples.csv", index=False)
    config = pasted(describe("2023.tsv", names))
    assert list(config["datasets"]) == ["my_data_2023"]
    assert config["datasets"]["my_data_2023"]["sample"] == "the id: 'x'"
    assert {each["groups"]["column"]: each["groups"]["resistant"] for each in config["contrasts"].values()} == {
        "response?": ["NO"],
        "mdr #2": ["1"],
        "Ärzte": ["post"],
    }


def test_pairs_and_repeated_patients(here: Path, names: Names) -> None:
    matrix(8).to_csv("m.tsv", sep="\t")
    table = pd.DataFrame(
        {
            "sample_id": [f"S{at}" for at in range(8)],
            "patient": [f"P{at // 2}" for at in range(8)],
            "timepoint": ["pre", "post"] * 4,
            "response": ["PD"] * 4 + ["CR"] * 4,
        }
    )
    table.to_csv("samples.tsv", sep="\t", index=False)
    text = describe("m.tsv", names)
    config = pasted(text)
    assert config["contrasts"]["timepoint"]["pair_by"] == "patient"
    assert config["contrasts"]["response"]["pair_by"] is None
    assert "4 levels of 'patient' gave 8 samples, which are not independent" in text


def test_trends_and_survival(here: Path, names: Names) -> None:
    matrix(12).to_csv("m.tsv", sep="\t")
    table = pd.DataFrame(
        {
            "sample_id": [f"S{at}" for at in range(12)],
            "patient": [f"P{at // 3}" for at in range(12)],
            "visit": ["pre", "on", "post"] * 4,
            "os_days": [str(100 + 10 * at) for at in range(12)],
            "os_event": ["0", "1"] * 6,
            "pfs_days": [str(50 + 10 * at) for at in range(12)],
            "pfs_event": ["1", "2"] * 6,
        }
    )
    table.to_csv("samples.tsv", sep="\t", index=False)
    config = pasted(describe("m.tsv", names))
    assert config["contrasts"]["visit"]["trend"] == {"column": "visit", "order": ["pre", "on", "post"]}
    assert config["contrasts"]["visit"]["pair_by"] == "patient"
    assert config["contrasts"]["os_days"]["survival"] == {"time": "os_days", "event": "os_event"}
    assert "pfs_days" not in config["contrasts"]  # events coded 1 and 2: not for us to say which is which


def cells(n: int = 300, **obs: list[str]) -> ad.AnnData:
    counts = np.random.default_rng(1).poisson(0.4, (n, len(GENES))).astype(np.float32)
    rng = np.random.default_rng(2)
    index = ["".join(rng.choice(list("ACGT"), 16)) + "-1" for _ in range(n)]
    data = ad.AnnData(sparse.csr_matrix(counts), obs=pd.DataFrame(obs, index=index), var=pd.DataFrame(index=GENES))
    data.layers["scaled"] = counts - counts.mean(axis=0)
    return data


@pytest.mark.parametrize("layout", ["csr", "csc", "dense"])
def test_cells(here: Path, names: Names, layout: str) -> None:
    data = cells(
        donor=[f"D{at % 6}" for at in range(300)],
        cell_type=[["T cell", "B cell"][at // 6 % 2] for at in range(300)],
        condition=[["control", "osimertinib"][at % 2] for at in range(300)],
    )
    data.X = {"csr": data.X, "csc": sparse.csc_matrix(data.X), "dense": data.X.toarray()}[layout]
    data.write_h5ad("cells.h5ad")
    text = describe("cells.h5ad", names)
    share = f"{(data.X.toarray() if layout != 'dense' else data.X).__eq__(0).mean():.0%} zeros"
    assert f"h5ad, stored as {layout}: 300 cells x 10 features, {share}" in text
    assert "layer 'scaled': log" in text
    config = pasted(text)
    (dataset,) = config["datasets"].values()
    assert (dataset["kind"], dataset["values"], dataset["sample"]) == ("single_cell", "counts", "donor")
    assert dataset["cell_type"] == "cell_type"
    assert config["contrasts"]["condition"]["groups"]["resistant"] == ["osimertinib"]


def test_cells_without_a_donor(here: Path, names: Names) -> None:
    cells(condition=[["control", "drug"][at % 2] for at in range(300)]).write_h5ad("cells.h5ad")
    text = describe("cells.h5ad", names)
    assert "no column names the donor or biopsy: with this one each of its 2 levels is one sample" in text
    assert pasted(text)["datasets"]["cells"]["sample"] == "condition"
    cells(quality=[str(at / 7) for at in range(300)]).write_h5ad("cells.h5ad")
    assert "no config: no column of obs names the biological sample" in describe("cells.h5ad", names)


def test_counts_in_a_layer_are_taken_where_x_is_scaled(here: Path, names: Names) -> None:
    data = cells(donor=[f"D{at % 6}" for at in range(300)])
    data.layers["counts"], data.X = data.X.copy(), data.layers["scaled"]
    data.write_h5ad("cells.h5ad")
    dataset = pasted(describe("cells.h5ad", names))["datasets"]["cells"]
    assert (dataset["layer"], dataset["values"]) == ("counts", "counts")


def write_10x(path: str, data: ad.AnnData) -> None:
    """As Cell Ranger 3 writes it."""
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        matrix = sparse.csr_matrix(data.X)
        group["data"], group["indices"], group["indptr"] = matrix.data.astype(np.int32), matrix.indices, matrix.indptr
        group["shape"] = np.array(matrix.shape[::-1])
        group["barcodes"] = data.obs_names.to_numpy().astype("S")
        features = group.create_group("features")
        features["id"] = features["name"] = data.var_names.to_numpy().astype("S")
        features["feature_type"] = np.array(["Gene Expression"] * data.n_vars, dtype="S")
        features["genome"] = np.array(["GRCh38"] * data.n_vars, dtype="S")


SERIES = """!Series_title\t"A series"
!Sample_title\t"one"\t"two"\t"three"\t"four"
!Sample_geo_accession\t"GSM1"\t"GSM2"\t"GSM3"\t"GSM4"
!Sample_characteristics_ch1\t"response: PD"\t"response: CR"\t"response: PD"\t"response: CR"
!series_matrix_table_begin
"ID_REF"\t"GSM1"\t"GSM2"\t"GSM3"\t"GSM4"
"""


def test_other_formats(here: Path, names: Names) -> None:
    write_10x("filtered.h5", cells())
    config = pasted(describe("filtered.h5", names))
    assert config["datasets"]["filtered"]["matrix"] == {"filtered": "filtered.h5"}
    assert config["datasets"]["filtered"]["kind"] == "single_cell"
    rows = "".join(f'"{gene}"\t{at}.5\t{at + 1}.25\t{at}.75\t{at + 2}.5\n' for at, gene in enumerate(GENES))
    Path("GSE1_series_matrix.txt").write_text(SERIES + rows + "!series_matrix_table_end\n")
    text = describe("GSE1_series_matrix.txt", names)
    assert "GEO series matrix, genes in rows: 4 samples x 10 features" in text
    config = pasted(text)
    (contrast,) = config["contrasts"].values()
    assert contrast["groups"]["resistant"] == ["PD"]
    data = matrix(6)
    data.reset_index().to_parquet("m.parquet")
    pd.DataFrame({"s": data.columns, "response": ["PD", "CR"] * 3}).to_csv("s.csv", index=False)
    assert "Parquet, genes in rows: 6 samples x 10 features" in describe("m.parquet", names, "s.csv")
    assert pasted(describe("m.parquet", names, "s.csv"))["datasets"]["m"]["sample"] == "s"


def test_mirnas_are_small_rna(here: Path, names: Names) -> None:
    matrix(6, ["hsa-miR-21-5p", "hsa-miR-155-5p", "hsa-let-7a-5p", "MIMAT0000076"]).to_csv("m.tsv", sep="\t")
    pd.DataFrame({"s": [f"S{at}" for at in range(6)], "x": ["a", "b"] * 3}).to_csv("s.tsv", sep="\t", index=False)
    config = pasted(describe("m.tsv", names))
    assert config["datasets"]["m"]["assay"] == "small_rna"
    assert config["contrasts"] == {}


def test_a_table_of_samples_is_told_from_a_matrix(here: Path, names: Names) -> None:
    pd.DataFrame({"s": [f"S{at}" for at in range(6)], "sex": ["F", "M"] * 3, "response": ["PD", "CR"] * 3}).to_csv(
        "s.csv", index=False
    )
    text = describe("s.csv", names)
    assert "a table of samples rather than a matrix" in text
    assert "response: response: CR 3, PD 3" in text


BAD: dict[str, tuple[bytes, str]] = {
    "empty.tsv": (b"", "is empty"),
    "words.tsv": (b"just some words\nand more\n", "is not a matrix: 1 columns and 1 rows when split at TABs"),
    "binary.tsv": (bytes(range(128, 256)) * 10, "not UTF-8 text"),
    "cut.tsv.gz": (gzip.compress(b"gene\ta\nTP53\t1\n" * 500)[:-30], "cannot be read whole"),
    "cut.h5ad": (b"\x89HDF\r\n\x1a\n" + bytes(50), "cannot be read as HDF5"),
    "ragged.tsv": (b"gene\ta\tb\nTP53\t1\t2\nEGFR\t1\n", "row 3 has 2 fields, expected 3"),
    "hole.tsv": (b"gene\ta\tb\nTP53\t1\t2\nEGFR\t1\t\n", "the value is missing"),
    "page.tsv": (b"<!doctype html>\n<html></html>\n", "is a web page, not data"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_one_line(here: Path, names: Names, name: str) -> None:
    raw, says = BAD[name]
    Path(name).write_bytes(raw)
    with pytest.raises(ResigError) as raised:
        describe(name, names)
    assert says in str(raised.value)
    assert str(raised.value).startswith(f"{name}: ")


def test_a_table_of_other_samples_says_why(here: Path, names: Names) -> None:
    matrix(6).rename(columns=lambda name: f"GSM-{name}").to_csv("m.tsv", sep="\t")
    pd.DataFrame({"s": [f"gsm.S{at}" for at in range(6)]}).assign(x="a").to_csv("s.tsv", sep="\t", index=False)
    with pytest.raises(ResigError, match=r"'gsm.S0' there looks like 'GSM-S0' here"):
        describe("m.tsv", names, "s.tsv")


REAL = {
    "scanb_gse96058/expr_genes_x_samples.csv.gz": ("400 samples x 10,000 features", "mrna", 1),
    "all_chiaretti/expr_genes_x_samples.csv.gz": ("128 samples x 9,040 features", "mrna", 3),
    "tcga_brca_mixomics/mirna.csv.gz": ("220 samples x 184 features", "small_rna", 0),
    "pc9_erlotinib_sc/pc9_d11_min500umi.h5ad": ("1,516 cells x 25,077 features", "mrna", 1),
}


@pytest.mark.parametrize("name", REAL)
def test_real_data(here: Path, names: Names, name: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    text = describe(str(SHARED / name), names)
    shape, assay, contrasts = REAL[name]
    assert shape in text
    config = pasted(text)
    (dataset,) = config["datasets"].values()
    assert dataset["assay"] == assay
    assert len(config["contrasts"]) >= contrasts


def test_the_recipes_of_the_docs_pass_the_check_without_a_network(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the check of a config asked the network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    Path("data").mkdir()
    Path("data/samples.tsv").write_text("geo_accession\tresponse\nGSM1\tPD\n")
    blocks = re.findall(r"```yaml\n(datasets:.*?)```", (ROOT / "docs/add_a_dataset.md").read_text(), flags=re.S)
    from_the_web = [block for block in blocks if "https://" in block or "GSE" in block]
    assert len(from_the_web) == 3
    for block in from_the_web:
        config = complete_config(yaml.safe_load(block), SCHEMA, [], lambda path: local_path(path, "downloads"))
        assert any(is_brought(named) for spec in config["datasets"].values() for _, named in files_of(spec))
