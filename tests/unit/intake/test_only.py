"""`only:` of a dataset: the same as handing in a table from which all others were cut by hand."""

import json
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import sparse

from resig.config import ConfigError, complete_config, load_schema
from resig.errors import ResigError
from resig.intake.run import Targets, take_in

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = pd.DataFrame(
    {
        "sample": [f"s{at}" for at in range(8)],
        "arm": ["A", "A", "B", "B", "A", "C", "C", ""],
        "time": ["pre", "post"] * 4,
        "pcr": ["1", "0", "1", "0", "0", "0", "1", "1"],
    }
)
VALUES = np.random.default_rng(1).normal(8, 2, (8, 5)).round(3)


def bulk(folder: Path, samples: pd.DataFrame = SAMPLES, **more: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    pd.DataFrame(VALUES.T, index=list("VWXYZ"), columns=SAMPLES["sample"]).to_csv(folder / "m.tsv", sep="\t")
    samples.to_csv(folder / "samples.tsv", sep="\t", index=False)
    given = {"kind": "bulk", "assay": "mrna", "organism": "human", "values": "log", "sample": "sample", "batch": None}
    return given | {"matrix": str(folder / "m.tsv"), "metadata": str(folder / "samples.tsv"), "cell_type": None} | more


def taken(spec: dict[str, Any], folder: Path) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    names = ("matrix.h5ad", "genes.tsv", "observations.parquet", "samples.tsv", "intake.json")
    out = Targets(*(folder / name for name in names))
    take_in("d", spec, out)
    return {
        "genes": Path(out.genes).read_text(),
        "observations": pd.read_parquet(out.observations),
        "samples": Path(out.samples).read_text(),
        "report": json.loads(Path(out.report).read_text()),
    }


@pytest.mark.parametrize(
    ("only", "kept"),
    [
        ({"arm": ["A"]}, [0, 1, 4]),
        ({"arm": ["A", "B"], "time": ["pre"]}, [0, 2, 4]),
        ({"pcr": [1]}, [0, 2, 6, 7]),  # YAML reads 1 as a number
    ],
)
def test_only_is_a_table_cut_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], only: dict[str, list[Any]], kept: list[int]
) -> None:
    asked = taken(bulk(tmp_path / "whole", only=only), tmp_path / "asked")
    cut = taken(bulk(tmp_path / "cut", SAMPLES.iloc[kept]), tmp_path / "by_hand")
    assert (asked["genes"], asked["samples"]) == (cut["genes"], cut["samples"])
    pd.testing.assert_frame_equal(asked["observations"], cut["observations"])
    assert asked["report"]["samples"]["only_in_matrix"] == {"n": 0, "names": []}  # left out on purpose, no surprise
    assert asked["report"]["metadata"]["only"]["rows_kept"] == len(kept)
    assert f"NOTE: {len(kept)} of 8 are used, those that `only` asks for" in capsys.readouterr().out


def test_one_drug_of_a_long_table_is_one_row_a_sample(tmp_path: Path) -> None:
    long = pd.concat([SAMPLES.assign(drug=drug, auc=auc) for drug, auc in (("Venetoclax", "9"), ("Other", "5"))])
    with pytest.raises(ResigError, match="sample 's0' stands in 2 rows"):
        taken(bulk(tmp_path / "long", long), tmp_path / "out")
    found = taken(bulk(tmp_path / "long", long, only={"drug": ["Venetoclax"]}), tmp_path / "out")
    assert len(found["observations"]) == 8
    assert "Other" not in found["samples"]


def test_cells_that_are_not_asked_for_are_left_out(tmp_path: Path) -> None:
    obs = pd.DataFrame({"donor": [f"d{at % 4}" for at in range(40)]}, index=[f"c{at}" for at in range(40)])
    obs["time"] = obs["donor"].map({"d0": "pre", "d1": "post", "d2": "pre", "d3": "post"})
    counts = sparse.csr_matrix(np.random.default_rng(2).poisson(3.0, (40, 6)).astype(float))
    whole = anndata.AnnData(counts, obs=obs, var=pd.DataFrame(index=list("UVWXYZ")))
    whole.write_h5ad(tmp_path / "whole.h5ad")
    whole[whole.obs["time"] == "pre"].copy().write_h5ad(tmp_path / "cut.h5ad")
    spec = {"kind": "single_cell", "assay": "mrna", "organism": "human", "values": "counts", "metadata": None}
    spec |= {"sample": "donor", "cell_type": None, "batch": None}
    asked = taken(spec | {"matrix": str(tmp_path / "whole.h5ad"), "only": {"time": ["pre"]}}, tmp_path / "asked")
    cut = taken(spec | {"matrix": str(tmp_path / "cut.h5ad")}, tmp_path / "by_hand")
    assert (asked["genes"], asked["samples"]) == (cut["genes"], cut["samples"])
    columns = ["observation", "sample", "depth", "detected_genes"]
    pd.testing.assert_frame_equal(asked["observations"][columns], cut["observations"][columns])


@pytest.mark.parametrize(
    ("only", "said"),
    [
        ({"arms": ["A"]}, "there is no column 'arms' that `only` names; did you mean 'arm'?"),
        ({"arm": ["D"]}, "level 'D' that `only` names never occurs in column 'arm'; levels there: 'A', 'B', 'C'"),
        ({"arm": ["C"], "pcr": [0], "time": ["pre"]}, "no sample carries all levels that `only` names; ask for less"),
    ],
)
def test_what_cannot_be_asked_for_is_one_line(tmp_path: Path, only: dict[str, list[Any]], said: str) -> None:
    spec = bulk(tmp_path / "d", only=only)
    with pytest.raises(ResigError) as refused:
        taken(spec, tmp_path / "out")
    assert said in str(refused.value)
    given = {key: spec[key] for key in ("kind", "matrix", "metadata", "sample", "only")}
    text = yaml.safe_dump({"datasets": {"d": given}})
    with pytest.raises(ConfigError) as checked:
        complete_config(yaml.safe_load(text), load_schema(ROOT / "workflow/schemas/config.schema.yaml"))
    assert len(checked.value.problems) == 1 and said in checked.value.problems[0]


def test_the_platform_table_of_geo_is_a_map_of_probes(tmp_path: Path) -> None:
    from resig.intake.labels import read_labels

    head = "^Annotation\n!Annotation_date = Jan 01 2020\n#ID = ID from Platform\n!platform_table_begin\n"
    rows = 'ID\tGene title\tGene symbol\n1_at\t5" end\tMET\n2_at\ttwo\tHGF///GAB1\n3_at\tnone\n'
    (tmp_path / "GPL1.annot").write_text(f"{head}{rows}!platform_table_end\n")
    found = read_labels(tmp_path / "GPL1.annot")
    assert found.columns == ["ID", "Gene title", "Gene symbol"]
    assert [found.load(title) for title in found.columns] == [
        ["1_at", "2_at", "3_at"], ['5" end', "two", "none"], ["MET", "HGF///GAB1", ""],
    ]  # fmt: skip
