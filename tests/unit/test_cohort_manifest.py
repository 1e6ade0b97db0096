"""The manifest of public cohorts: its lint finds what is wrong, and each config reads files as pages describe them."""

import gzip
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT

from resig.cohorts import chosen_cohorts, lint_cohorts, list_cohorts, listed, only_of, read_cohorts, refuse_offline
from resig.config import complete_config, load_schema, refuse_late_problems
from resig.errors import ResigError
from resig.intake.remote import local_path
from resig.intake.run import Targets, take_in
from resig.names import Names

MANIFEST, EXAMPLES = ROOT / "resources/cohorts/cohorts.tsv", ROOT / "config/examples"
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
ROWS = {row["id"]: row for row in read_cohorts(MANIFEST)}
VERIFIED = [name for name, row in ROWS.items() if row["verified"] == "yes"]
DOCUMENTS = pd.read_csv(ROOT / "resources/genesets/documents.tsv", sep="\t")["document"].tolist()
GENES = ["ERBB2", "MET", "HGF", "BCL2", "MCL1", "TP53", "EGFR", "ABCB1"]


def test_the_shipped_manifest_is_clean_and_has_each_document() -> None:
    assert list(lint_cohorts(MANIFEST, EXAMPLES, SCHEMA, DOCUMENTS)) == []
    assert {row["document"] for row in ROWS.values()} == set(DOCUMENTS)
    assert sorted(path.stem for path in EXAMPLES.glob("*.yaml")) == sorted(VERIFIED)


@pytest.mark.parametrize(
    ("name", "column", "value", "said"),
    [
        ("GSE25066", "document", "005_x", "there is no document '005_x'"),
        ("GSE25066", "verified", "maybe", "verified is 'maybe', neither yes nor no"),
        ("GSE25066", "citation", "", "citation is empty"),
        ("GSE25066", "n_resistant", "500", "more samples in the arms than there are"),
        ("GSE25066", "n", "many", "n is no number"),
        ("GSE25066", "sha256", "abc", "sha256 'abc' is no checksum"),
        ("GSE25066", "sensitive", "pCR|RD", "a level stands in both arms"),
        ("GSE25066", "resistant", "rd", "contrast GSE25066_pcr: its column or levels are not those of the manifest"),
        ("GSE25066", "matrix", "GSE25055", "its matrix is not that of the manifest"),
        ("GSE76360", "only", "timepoint=post", "its `only` is not that of the manifest"),
        ("beataml2_venetoclax", "resistant", "low", "its column or levels are not those of the manifest"),
        ("GSE37946", "not_verified", "", "not_verified is empty"),
        ("GSE37946", "verified", "yes", "GSE37946.yaml is not there"),
        ("GSE25066", "verified", "no", "GSE25066.yaml is there"),
        ("GSE25066", "id", "GSE32646", "GSE32646 stands there 2 times"),
    ],
)
def test_each_defect_is_named(tmp_path: Path, name: str, column: str, value: str, said: str) -> None:
    table = pd.read_csv(MANIFEST, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    table.loc[table["id"] == name, column] = value
    table.to_csv(tmp_path / "c.tsv", sep="\t", index=False, quoting=3)
    assert any(said in problem for problem in lint_cohorts(tmp_path / "c.tsv", EXAMPLES, SCHEMA, DOCUMENTS))


def test_a_config_without_a_row_and_a_config_with_a_slip_are_named(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    (tmp_path / "examples/GSE1.yaml").write_text("datasets: {}\n")
    slip = (EXAMPLES / "GSE25066.yaml").read_text().replace("sample: geo", "sampl: geo")
    (tmp_path / "examples/GSE25066.yaml").write_text(slip)
    found = list(lint_cohorts(MANIFEST, tmp_path / "examples", SCHEMA, DOCUMENTS))
    assert len(found) == 2
    assert any("GSE1.yaml: no row" in each for each in found)
    assert any("unknown key 'sampl'; did you mean 'sample'?" in each for each in found)


def test_choices() -> None:
    rows = list(ROWS.values())
    assert chosen_cohorts(None, rows) == chosen_cohorts("", rows) == []
    assert chosen_cohorts("GSE25066, GSE32646,GSE25066", rows) == ["GSE25066", "GSE32646"]
    assert chosen_cohorts(["GSE25066"], rows) == ["GSE25066"]
    assert chosen_cohorts("all", rows) == VERIFIED
    with pytest.raises(ResigError, match="there is no cohort 'GSE2506'; did you mean 'GSE25066'"):
        chosen_cohorts("GSE2506", rows)
    with pytest.raises(ResigError, match="'GSE37946' is not verified"):
        chosen_cohorts("GSE37946", rows)
    text = list_cohorts(rows)
    assert all(name in text for name in ROWS)
    refuse_offline(["a"], [], "here")
    with pytest.raises(ResigError, match=r"2 files of a, b are not here.*put them into 'here' by hand \(x, y\)"):
        refuse_offline(["a", "b"], ["x", "y"], "here")


# --- files of the shape that the manifest describes: columns, levels, platform, names ---


def series_matrix(row: dict[str, str], config: dict[str, Any]) -> str:
    """Eight samples of each combination of arm and used part, and two that are not asked for."""
    (used,) = list(only_of(row).items()) or [("", [""])]
    arms = [*listed(row["resistant"]), *listed(row["sensitive"])]
    labels = [(level, part) for level in arms for part in used[1] for _ in range(4)] + [("other", "left out")] * 2
    ids = [f"GSM{at}" for at in range(len(labels))]
    blocks = {spec["block_by"] for spec in config["contrasts"].values() if spec.get("block_by")} - {used[0]}
    lines = [("!Sample_title", ids), ("!Sample_geo_accession", ids)]
    lines.append(("!Sample_characteristics_ch1", [f"{row['column']}: {level}" for level, _ in labels]))
    if used[0]:
        lines.append(("!Sample_characteristics_ch1", [f"{used[0]}: {part}" for _, part in labels]))
    for block in blocks:
        lines.append(("!Sample_characteristics_ch1", [f"{block}: {'PN'[at % 2]}" for at in range(len(ids))]))
    values = np.random.default_rng(0).normal(8, 1, (len(GENES), len(ids))).round(3)
    table = [["ID_REF", *ids]] + [[f"{gene}_at", *map(str, each)] for gene, each in zip(GENES, values, strict=True)]
    head = ["\t".join([name, *(f'"{word}"' for word in words)]) for name, words in lines]
    rows = ["\t".join(each) for each in table]
    return "\n".join([*head, "!series_matrix_table_begin", *rows, "!series_matrix_table_end", ""])


def annotation() -> str:
    rows = [f"{gene}_at\ttitle\t{gene}" for gene in GENES]
    return "\n".join(["!x", "!platform_table_begin", "ID\tGene title\tGene symbol", *rows, "!platform_table_end", ""])


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def leukaemias() -> tuple[str, str]:
    ids = [f"BA{at:04}R" for at in range(1, 10)]
    head = "\t".join(["stable_id", "display_label", "description", "biotype", *ids])
    genes = [("ENSG00000171791", "BCL2"), ("ENSG00000143384", "MCL1"), ("ENSG00000141510", "TP53")]
    rows = [f"{ensembl}\t{name}\ta gene\tprotein_coding\t" + "\t".join("123456789") for ensembl, name in genes]
    fits = ["dbgap_subject_id\tdbgap_rnaseq_sample\tinhibitor\tauc"]
    for drug in ("Venetoclax", "Other"):
        fits += [f"{at}\t{each}\t{drug}\t{10 * at}" for at, each in enumerate(ids)]
    return "\n".join([head, *rows, ""]), "\n".join([*fits, "9\t\tVenetoclax\t5", ""])


def cells(name: str) -> str:
    ids = [f"{name}ACGT{at}" for at in range(12)]
    rows = ["\t".join([gene, *map(str, np.random.default_rng(at).poisson(3, 12))]) for at, gene in enumerate(GENES)]
    return "\n".join(["\t".join(["GENE", *ids]), *rows, ""])


def laid_out(row: dict[str, str], config: dict[str, Any], downloads: str) -> None:
    """Put files where they would lie once fetched."""
    (spec,) = config["datasets"].values()
    if row["id"] == "GSE134839":
        for path in spec["matrix"].values():
            put(Path(local_path(path, downloads)), cells(path[-14:-11]))
    elif row["id"] == "beataml2_venetoclax":
        for path, text in zip((spec["matrix"], spec["metadata"]), leukaemias(), strict=True):
            put(Path(local_path(path, downloads)), text)
    else:
        put(Path(local_path(spec["matrix"], downloads)), series_matrix(row, config))
        put(Path(local_path(spec["probes"], downloads)), annotation())


@pytest.fixture(scope="module")
def names() -> Names:
    folder = ROOT / "resources/nomenclature"
    kept = ("hgnc", "ambiguous", "mirna", "orthologs", "mouse")
    return Names.of([folder / f"{each}.tsv" for each in kept])


@pytest.mark.parametrize("name", VERIFIED)
def test_each_config_reads_files_as_they_are_described(tmp_path: Path, names: Names, name: str) -> None:
    row, downloads = ROWS[name], str(tmp_path / "downloads")
    given = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text())
    laid_out(row, given, downloads)
    config = complete_config(given, load_schema(SCHEMA), locate=lambda path: local_path(path, downloads))
    spec = config["datasets"][name]
    files = [each for key in ("matrix", "metadata", "probes") for each in _paths(spec[key])]
    refuse_late_problems(config, name, {path: local_path(path, downloads) for path in files})
    here = {key: _located(spec[key], downloads) for key in ("matrix", "metadata", "probes")}
    wanted = ("matrix.h5ad", "genes.tsv", "observations.parquet", "samples.tsv", "intake.json")
    out = Targets(*(tmp_path / each for each in wanted))
    take_in(name, spec | here, out, called=str(spec["matrix"]), names=names)
    samples = pd.read_csv(out.samples, sep="\t", dtype=str)
    genes = pd.read_csv(out.genes, sep="\t")
    assert set(genes.loc[genes["used"] == "yes", "symbol"]) <= set(GENES) and (genes["used"] == "yes").sum() >= 3
    if row["resistant"] in ("high", "low"):
        assert len(samples) == 9 and set(samples["inhibitor"]) == {"Venetoclax"}
        return
    levels = samples[row["column"]].value_counts()
    assert set(levels.index) - {"other"} == {*listed(row["resistant"]), *listed(row["sensitive"])}
    if row["only"]:
        assert "other" not in levels


def _paths(value: Any) -> list[str]:
    return list(value.values()) if isinstance(value, dict) else [value] if value else []


def _located(value: Any, downloads: str) -> Any:
    if isinstance(value, dict):
        return {key: local_path(path, downloads) for key, path in value.items()}
    return local_path(value, downloads) if value else None
