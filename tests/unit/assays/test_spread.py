"""Several assays of a dataset: what the config becomes, and what it may not say."""

from pathlib import Path

import pytest
import yaml

from resig.assays.spread import parents_of, with_assays
from resig.config import ConfigError, blank_dataset, complete_config, load_schema

SCHEMA = load_schema(Path(__file__).resolve().parents[3] / "workflow/schemas/config.schema.yaml")
GOOD = """\
datasets:
  trial:
    kind: bulk
    matrix: expression.tsv
    metadata: samples.tsv
    batch: site
    assays:
      small_rna: {matrix: mirna.tsv}
      protein: {matrix: rppa.tsv, sample: rppa_id}
contrasts:
  response:
    datasets: [trial]
    groups: {column: response, resistant: [PD], sensitive: [CR]}
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("expression.tsv").write_text("gene\ts1\ts2\ts3\ts4\nEGFR\t1\t2\t3\t4\n")
    Path("mirna.tsv").write_text("gene\ts1\ts2\ts3\ts4\nhsa-miR-155-5p\t1\t2\t3\t4\n")
    Path("rppa.tsv").write_text("sample\tAkt_pS473\nP1\t0.5\n")
    Path("samples.tsv").write_text(
        "sample_id\tresponse\tsite\trppa_id\ns1\tPD\ta\tP1\ns2\tCR\tb\tP2\ns3\tPD\tb\tP3\ns4\tCR\ta\tP4\n"
    )


def problems(text: str) -> list[str]:
    Path("mine.yaml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        complete_config(yaml.safe_load(text), SCHEMA, ["mine.yaml"])
    return refused.value.problems


def test_rna_assays_are_datasets_that_are_asked_the_same() -> None:
    filled = complete_config(yaml.safe_load(GOOD), SCHEMA)
    assert list(filled["datasets"]) == ["trial", "trial.small_rna"]  # a table of proteins is no dataset
    child, parent = filled["datasets"]["trial.small_rna"], filled["datasets"]["trial"]
    assert set(child) == set(parent)
    assert {key: child[key] for key in ("assay", "matrix", "metadata", "sample", "batch", "assays")} == {
        "assay": "small_rna",
        "matrix": "mirna.tsv",
        "metadata": "samples.tsv",
        "sample": "sample_id",
        "batch": "site",
        "assays": {},
    }
    assert filled["contrasts"]["response"]["datasets"] == ["trial", "trial.small_rna"]
    assert parents_of(filled["datasets"]) == {"trial.small_rna": "trial"}


def test_doing_it_twice_changes_nothing() -> None:
    filled = complete_config(yaml.safe_load(GOOD), SCHEMA)
    assert with_assays(filled, blank_dataset(SCHEMA)) == filled
    assert complete_config(filled, SCHEMA) == filled


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "mirna.tsv}",
            "mirnas.tsv}",
            "8: datasets.trial.assays.small_rna.matrix: file 'mirnas.tsv' does not exist; did you mean 'mirna.tsv'?",
        ),
        (
            "rppa_id}",
            "rpa_id}",
            "9: datasets.trial.assays.protein.sample: there is no column 'rpa_id' in samples.tsv; "
            "did you mean 'rppa_id'?",
        ),
        (
            "small_rna: {",
            "smallrna: {",
            "8: datasets.trial.assays: 'smallrna' is not one of small_rna, circ_rna, protein, serum; "
            "did you mean 'small_rna'?",
        ),
        (
            "rppa.tsv,",
            "rppa.tsv, values: counts,",
            "9: datasets.trial.assays.protein.values: 'counts' has no meaning for protein data; say linear or log",
        ),
        (
            "    kind: bulk\n",
            "    kind: bulk\n    assay: small_rna\n",
            "9: datasets.trial.assays.small_rna: is what the dataset itself is (assay: small_rna); remove one of them",
        ),
        (
            "contrasts:",
            "  trial.small_rna: {kind: bulk, matrix: expression.tsv, metadata: samples.tsv}\ncontrasts:",
            "8: datasets.trial.assays.small_rna: its results go to 'trial.small_rna', which is a dataset too; "
            "rename that one",
        ),
        (  # the parent's own problem is told once, where it stands
            "batch: site",
            "batch: sites",
            "6: datasets.trial.batch: there is no column 'sites' in samples.tsv; did you mean 'site'?",
        ),
        (
            "resistant: [PD]",
            "resistant: [PX]",
            "13: contrasts.response.groups.resistant: level 'PX' never occurs in column 'response' of samples.tsv; "
            "levels there: 'CR', 'PD'",
        ),
    ],
)
def test_each_problem_is_one_line_where_the_user_wrote_it(old: str, new: str, expected: str) -> None:
    found = problems(GOOD.replace(old, new))
    assert len(found) == 1
    assert found[0].startswith("mine.yaml line ")
    assert found[0].split(": ", 1)[1] == expected.split(": ", 1)[1]


def test_cells_have_no_further_assays() -> None:
    import anndata
    import numpy as np
    import pandas as pd

    obs = pd.DataFrame({"sample_id": ["s1", "s2"]}, index=["c1", "c2"])
    anndata.AnnData(np.eye(2), obs=obs, var=pd.DataFrame(index=["A", "B"])).write_h5ad("cells.h5ad")
    text = (
        "datasets:\n  cells:\n    kind: single_cell\n    matrix: cells.h5ad\n    assays: {serum: {matrix: rppa.tsv}}\n"
    )
    assert [each.split(": ", 1)[1] for each in problems(text)] == [
        "datasets.cells.assays: has no meaning for kind: single_cell; sum cells to samples and give these as kind: bulk"
    ]
