"""The demo's multi-omic cohort: made by its script, and read as it was planted, call by call."""

import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import ROOT
from shared_alterations import BOOK, PLACES, RESOLVER, SCHEMA

from resig.alterations.calls import call_alterations
from resig.alterations.take import Source, take_alterations
from resig.config import fill

OMICS = ROOT / "resources/demo/toy_omics"
SAMPLES = [f"O{at:02d}" for at in range(1, 25)]


@pytest.fixture(scope="module")
def source() -> Source:
    config = fill(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")), SCHEMA)
    spec = config["datasets"]["toy_omics"]["alterations"]
    return take_alterations(spec, lambda path: ROOT / path, SAMPLES, RESOLVER, BOOK, PLACES)


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return pd.read_csv(OMICS / "truth_alterations.tsv", sep="\t", dtype=str)


def test_the_script_makes_the_same_files_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "resources/demo")
    import make_omics

    assert make_omics.main(["--out", str(tmp_path)]) == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "toy_omics").iterdir()}
    assert [name for name, content in made.items() if (OMICS / name).read_bytes() != content] == []
    for name in ("make_omics", "make_demo"):
        sys.modules.pop(name, None)


def test_every_call_is_the_planted_one(source: Source, truth: pd.DataFrame) -> None:
    calls = pd.DataFrame(call_alterations(source, BOOK, SAMPLES, 0.5))
    joined = truth.merge(calls, on=["sample", "alteration"], suffixes=("_planted", ""), validate="one_to_one")
    assert len(joined) == len(calls) == len(SAMPLES) * len(BOOK)
    wrong = joined[joined["call"] != joined["call_planted"]]
    assert wrong.empty, wrong[["sample", "alteration", "call_planted", "call", "seen", "reason"]].to_string()
    assert joined["call"].value_counts()["present"] == 70


def test_what_does_not_count_is_told(source: Source) -> None:
    events = pd.DataFrame(source.events).set_index(["sample", "change"]).sort_index()
    assert events.loc[("O01", "p.T790M"), ["status", "note"]].values.tolist() == [
        ["used", ""],
        ["duplicate", "as row 14"],
    ]
    assert events.xs("p.P36=", level="change")["status"].tolist() == ["silent"]
    rows = pd.DataFrame(call_alterations(source, BOOK, SAMPLES, 0.5)).set_index(["sample", "alteration"])
    assert rows.loc[("O06", "bcl2_a103t"), "seen"] == "BCL2 p.A103T (row 27), not matched"
    assert rows.loc[("O18", "flt3_itd"), ["call", "seen"]].tolist() == ["absent", "FLT3 p.D835Y (row 39), not counted"]
    assert rows.loc[("O23", "kras_mutation"), "reason"] == "sample not examined for variants"
    (variants,) = [each for each in source.inputs if each["assay"] == "variant"]
    assert (variants["n_duplicates"], variants["not_examined"], variants["n_samples"]) == (1, "O23", 23)
