"""Contrasts without arms, and contexts: each problem in one line before any job starts."""

from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
import yaml

from resig.config import ConfigError, complete_config, load_schema

SCHEMA = load_schema(Path(__file__).resolve().parents[2] / "workflow/schemas/config.schema.yaml")
TRIAL = {"kind": "bulk", "matrix": "expression.tsv", "metadata": "samples.tsv"}
CELLS = {"kind": "single_cell", "matrix": "cells.h5ad", "sample": "donor", "cell_type": "type"}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("expression.tsv").write_text("gene\ts1\ts2\ts3\nA\t1\t2\t3\n")
    table = "sample_id\tauc\tdose\tdays\tearly\tdead\tstatus\tcoded\n"
    table += "s1\t0.5\tlow\t12\t-3\t1\tdead\t1\ns2\t\t1\t30\t5\t0\talive\t2\ns3\t0.9\t2\tNA\t7\t0\talive\t1\n"
    Path("samples.tsv").write_text(table)
    obs = pd.DataFrame({"donor": ["a", "b"], "type": ["CAF", "B cell"]}, index=["c1", "c2"])
    anndata.AnnData(np.eye(2), obs=obs, var=pd.DataFrame(index=["A", "B"])).write_h5ad("cells.h5ad")


def problems(asked: dict[str, Any], **dataset: Any) -> list[str]:
    datasets = {"trial": TRIAL, "cells": CELLS | dataset}
    config = {"datasets": datasets, "contrasts": {"c": {"datasets": ["trial"]} | asked} if asked else {}}
    try:
        complete_config(yaml.safe_load(yaml.safe_dump(config)), SCHEMA)
    except ConfigError as refused:
        return refused.problems
    return []


def number(column: str, **more: Any) -> dict[str, Any]:
    return {"continuous": {"column": column, "higher_means": "resistant"}} | more


def death(time: str, event: str, **more: Any) -> dict[str, Any]:
    return {"survival": {"time": time, "event": event}} | more


def test_good_ones_are_good() -> None:
    assert problems(number("auc", covariates=["dead"])) == []
    assert problems(death("days", "dead", block_by="status")) == []
    assert problems({}, contexts={"fibroblast": ["CAF"]}) == []


@pytest.mark.parametrize(
    ("asked", "place", "text"),
    [
        (number("aucs"), "contrasts.c.continuous.column", "no column 'aucs' in samples.tsv; did you mean 'auc'?"),
        (number("dose"), "contrasts.c.continuous.column", "column 'dose' holds 'low', which is no number"),
        (number("auc", pair_by="status"), "contrasts.c.pair_by", "has no meaning for continuous"),
        (number("auc", covariates=["purty"]), "contrasts.c.covariates", "no column 'purty'"),
        (number("auc", datasets=["tril"]), "contrasts.c.datasets", "no dataset 'tril'; did you mean 'trial'?"),
        (death("early", "dead"), "contrasts.c.survival.time", "column 'early' holds the negative time -3"),
        (death("days", "status"), "contrasts.c.survival.event", "holds 'alive', 'dead'; events are 0 or 1"),
        (death("days", "coded"), "contrasts.c.survival.event", "subtract 1"),
        (death("days", "deat"), "contrasts.c.survival.event", "did you mean 'dead'?"),
        (death("days", "dead") | number("auc"), "contrasts.c", "asks continuous and survival at once"),
    ],
)
def test_each_problem_is_one_line(asked: dict[str, Any], place: str, text: str) -> None:
    (found,) = problems(asked)
    assert place in found and text in found and "\n" not in found


@pytest.mark.parametrize(
    ("dataset", "text"),
    [
        ({"contexts": {"fibroblast": ["CAFs"]}}, "cell type 'CAFs' never occurs in column 'type'"),
        ({"contexts": {"fibroblast": ["CAF"]}, "cell_type": None}, "names cell types, but the dataset has none"),
    ],
)
def test_contexts_name_cell_types_that_are_there(dataset: dict[str, Any], text: str) -> None:
    (found,) = problems({}, **dataset)
    assert "datasets.cells.contexts.fibroblast" in found and text in found
