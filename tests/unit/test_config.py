"""Every wrong config gets one line for each problem, with the right line number and the nearest valid value."""

from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
import yaml

from resig.config import ConfigError, complete_config, fill, load_schema

SCHEMA = load_schema(Path(__file__).resolve().parents[2] / "workflow/schemas/config.schema.yaml")
GOOD = """\
datasets:
  trial:
    kind: bulk
    matrix: expression.tsv
    metadata: samples.tsv
  cells:
    kind: single_cell
    matrix: cells.h5ad
    sample: donor
    cell_type: type
contrasts:
  response:
    datasets: [trial]
    groups: {column: response, resistant: [PD], sensitive: [CR, "1"]}
  chemo:
    datasets: [cells]
    groups: {column: condition, resistant: [chemo], sensitive: [control]}
    cell_types: [T cell]
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("expression.tsv").write_text("gene\ts1\ts2\ts3\nA\t1\t2\t3\n")
    Path("samples.tsv").write_text("sample_id\tresponse\tsample\tpatient\ns1\tPD\tx\ta\ns2\tCR\ty\tb\ns3\t1\tx\tc\n")
    obs = pd.DataFrame({"donor": ["a", "b"], "type": ["T cell", "B cell"], "condition": ["chemo", "control"]})
    obs.index = ["c1", "c2"]
    anndata.AnnData(np.eye(2), obs=obs, var=pd.DataFrame(index=["A", "B"])).write_h5ad("cells.h5ad")


def problems(text: str) -> list[str]:
    Path("mine.yaml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        complete_config(yaml.safe_load(text), SCHEMA, ["mine.yaml"])
    assert str(refused.value) == "\n".join(f"ERROR: {each}" for each in refused.value.problems)
    return refused.value.problems


def test_the_good_one_is_good() -> None:
    Path("mine.yaml").write_text(GOOD)
    assert complete_config(yaml.safe_load(GOOD), SCHEMA, ["mine.yaml"])["datasets"]["trial"]["values"] == "auto"


TO_QUOTE = "YAML reads this word (yes, no, on, off, true, false) as false; put it in quotes"
SAFE = "characters that cannot stand in a file name; use letters, digits, '_', '-' and '.', such as"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # keys
        (
            "kind: bulk\n",
            "kind: bulk\n    asay: mrna\n",
            "4: datasets.trial.asay: unknown key 'asay'; did you mean 'assay'?",
        ),
        ("contrasts:", "contrast:", "11: contrast: unknown key 'contrast'; did you mean 'contrasts'?"),
        (
            "contrasts:",
            "zzz:\ncontrasts:",
            "11: zzz: unknown key 'zzz'; known keys: 'contrasts', 'datasets', 'downloads', 'gsea', 'inference', "
            "'pathvars', 'scoring', 'signatures'",
        ),
        (
            "    kind: bulk\n",
            "",
            "2: datasets.trial: key 'kind' is missing; it says: bulk (one row a sample) or "
            "single_cell (one row a cell).",
        ),
        (
            "    kind: bulk\n",
            "    kind:\n",
            "2: datasets.trial: key 'kind' is missing; it says: bulk (one row a sample) or "
            "single_cell (one row a cell).",
        ),
        (
            "    metadata: samples.tsv\n",
            "",
            "2: datasets.trial: key 'metadata' is missing; a text matrix needs a table of its samples",
        ),
        (
            "    kind: bulk\n",
            "    kind: bulk\n    kind: bulk\n",
            "4: key 'datasets.trial.kind' stands there twice; keep one of them",
        ),
        (
            "contrasts:",
            "  trial: {kind: bulk, matrix: expression.tsv, metadata: samples.tsv}\ncontrasts:",
            "11: key 'datasets.trial' stands there twice; keep one of them",
        ),
        # types
        (
            "datasets:",
            "inference: {permutations: many}\ndatasets:",
            "1: inference.permutations: 'many' is text; expected a whole number",
        ),
        (
            "datasets:",
            "inference:\n  permutations: 99\ndatasets:",
            "2: inference.permutations: 99 is less than the minimum "
            "of 100; Arrangements of the labels; all of them when there are no more than this, else so many at random.",
        ),
        ("resistant: [PD]", "resistant: PD", "14: contrasts.response.groups.resistant: 'PD' is text; expected a list"),
        (
            "resistant: [PD]",
            "resistant: []",
            "14: contrasts.response.groups.resistant: is empty; at least one entry is needed",
        ),
        ("resistant: [PD]", "resistant: [PD, NO]", f"14: contrasts.response.groups.resistant: {TO_QUOTE}"),
        ("kind: bulk\n", "kind: bulk\n    values: off\n", f"4: datasets.trial.values: {TO_QUOTE}"),
        (
            "kind: bulk",
            "kind: Bulk",
            "3: datasets.trial.kind: 'Bulk' is not one of bulk, single_cell; did you mean 'bulk'?",
        ),
        (
            "[T cell]",
            "T cell",
            "18: contrasts.chemo.cell_types: 'T cell' is text; expected a list of cell types, or all",
        ),
        ("[T cell]", "[]", "18: contrasts.chemo.cell_types: is empty; at least one entry is needed"),
        ("contrasts:", "  empty:\ncontrasts:", "11: datasets.empty: is empty; expected a block of keys"),
        # names
        ("trial:", "my trial:", f"2: datasets.my trial: name 'my trial' has {SAFE} 'my_trial'"),
        ("  chemo:", "  chemo/2:", f"15: contrasts.chemo/2: name 'chemo/2' has {SAFE} 'chemo_2'"),
        ("  trial:", "  ../up:", f"2: datasets.../up: name '../up' has {SAFE} 'up'"),
        (
            "  trial:",
            "  2023:",
            "2: datasets.2023: YAML reads the name '2023' as a number, not as text; put it in quotes",
        ),
        (
            "  chemo:",
            "  NO:",
            "15: contrasts.False: YAML reads the name 'False' as true or false, not as text; put it in quotes",
        ),
        (
            "  trial:",
            "  2023-05-01:",
            "2: datasets.2023-05-01: YAML reads the name '2023-05-01' as a date, not as text; put it in quotes",
        ),
        # files
        (
            "expression.tsv",
            "expresion.tsv",
            "4: datasets.trial.matrix: file 'expresion.tsv' does not exist; did you mean 'expression.tsv'?",
        ),
        (
            "kind: single_cell\n    matrix: cells.h5ad",
            "kind: single_cell\n    matrix: expression.tsv",
            "6: datasets.cells: key 'metadata' is missing; this matrix does not say which sample a cell is from: name "
            "a table of its cells, or write the sample before the file, as in matrix: {my_sample: expression.tsv}",
        ),
        (
            "sample: donor",
            "sample: donor\n    metadata: samples.tsv",
            "10: datasets.cells.metadata: samples.tsv: names no cell of the matrix, and has no column 'donor' that "
            "obs of cells.h5ad has too; cells here begin with 'c1', its first column with 's1'",
        ),
        (
            "datasets:",
            "signatures: {collections: [resistence]}\ndatasets:",
            "1: signatures.collections: 'resistence' is "
            "neither a shipped collection nor a file; did you mean 'resistance'?",
        ),
        # from elsewhere
        (
            "expression.tsv",
            "expression.tar!a.tsv",
            "4: datasets.trial.matrix: file 'expression.tar' does not exist; did you mean 'expression.tsv'?",
        ),
        (
            "expression.tsv",
            "GSE1/GSE1_RAW.tar",
            "4: datasets.trial.matrix: 'GSE1/GSE1_RAW.tar' is an archive; name the file in it, such as "
            "'GSE1/GSE1_RAW.tar!path/in/archive'",
        ),
        (
            "expression.tsv",
            "https://me:word@host/e.tsv",
            "4: datasets.trial.matrix: 'host': an address with a user name or password is not read; "
            "download the file by hand",
        ),
        (
            "metadata: samples.tsv",
            "metadata: samples.tsv\n    sha256: {sample.tsv: " + 64 * "a" + "}",
            "6: datasets.trial.sha256: 'sample.tsv' is no file of this dataset; its files: expression.tsv, samples.tsv",
        ),
        # columns
        (
            "sample: donor",
            "sample: doner",
            "9: datasets.cells.sample: there is no column 'doner' in obs of cells.h5ad; did you mean 'donor'?",
        ),
        (
            "cell_type: type",
            "cell_type: typ",
            "10: datasets.cells.cell_type: there is no column 'typ' in obs of cells.h5ad; did you mean 'type'?",
        ),
        (
            "metadata: samples.tsv",
            "metadata: samples.tsv\n    sample: id",
            "6: datasets.trial.sample: there is no column "
            "'id' in samples.tsv; columns there: 'patient', 'response', 'sample', 'sample_id'",
        ),
        (
            "metadata: samples.tsv",
            "metadata: samples.tsv\n    batch: patiant",
            "6: datasets.trial.batch: there is no column 'patiant' in samples.tsv; did you mean 'patient'?",
        ),
        (
            "metadata: samples.tsv",
            "metadata: samples.tsv\n    purity: patient",
            "6: datasets.trial.purity: 'a' in column 'patient' of samples.tsv is not a number",
        ),
        (
            "column: response",
            "column: Respons",
            "14: contrasts.response.groups.column: there is no column 'Respons' in "
            "samples.tsv; did you mean 'response'?",
        ),
        (
            "  chemo:",
            "    pair_by: pat\n  chemo:",
            "15: contrasts.response.pair_by: there is no column 'pat' in samples.tsv; did you mean 'patient'?",
        ),
        (
            "  chemo:",
            "    pair_by: sample\n  chemo:",
            "15: contrasts.response.pair_by: 'sample' is what resig calls its "
            "sample ids; rename that column of samples.tsv",
        ),
        (
            "metadata: samples.tsv",
            "metadata: samples.tsv\n    cell_type: response",
            "6: datasets.trial.cell_type: has no meaning for kind: bulk; remove it, or set kind: single_cell",
        ),
        # levels
        (
            "resistant: [PD]",
            "resistant: [pd]",
            "14: contrasts.response.groups.resistant: level 'pd' never occurs in column "
            "'response' of samples.tsv; did you mean 'PD'?",
        ),
        (
            "resistant: [PD]",
            "resistant: [progressive]",
            "14: contrasts.response.groups.resistant: level 'progressive' never "
            "occurs in column 'response' of samples.tsv; levels there: '1', 'CR', 'PD'",
        ),
        (
            "resistant: [PD]",
            "resistant: [PD, CR]",
            "14: contrasts.response.groups: level 'CR' stands in both arms; a sample can be in one arm only",
        ),
        (
            "resistant: [PD]",
            "resistant: [PD, 1]",
            "14: contrasts.response.groups: level '1' stands in both arms; a sample can be in one arm only",
        ),
        (
            "datasets: [trial]",
            "datasets: [trail]",
            "13: contrasts.response.datasets: there is no dataset 'trail'; did you mean 'trial'?",
        ),
        (
            "[T cell]",
            "[B cell, T cells]",
            "18: contrasts.chemo.cell_types: cell type 'T cells' never occurs in column 'type' "
            "of obs of cells.h5ad; did you mean 'T cell'?",
        ),
        (
            "  chemo:",
            "    cell_types: [T cell]\n  chemo:",
            "15: contrasts.response.cell_types: dataset 'trial' has no cell "
            "types; name its cell_type column, or say all",
        ),
    ],
)
def test_one_line_for_each_wrong_config(old: str, new: str, expected: str) -> None:
    assert GOOD.count(old) == 1 or GOOD.index(old) < GOOD.index("contrasts:")
    assert problems(GOOD.replace(old, new, 1)) == [f"mine.yaml line {expected}"]


def test_two_missing_keys_are_two_lines() -> None:
    said = problems("datasets:\n  trial: {assay: mrna}\n")
    assert [line.split(";")[0] for line in said] == [
        "mine.yaml line 2: datasets.trial: key 'kind' is missing",
        "mine.yaml line 2: datasets.trial: key 'matrix' is missing",
    ]


@pytest.mark.parametrize("name", ["summary", "signatures"])
def test_folders_of_the_results_are_no_names_for_datasets(name: str) -> None:
    said = problems(GOOD.replace("trial", name))
    assert said == [
        f"mine.yaml line 2: datasets.{name}: the name '{name}' is kept for a folder of the results; choose another one"
    ]


def test_every_problem_is_said_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("expression.tsv", "nowhere/e.tsv").replace("sample: donor", "sample: doner")
    said = problems(text.replace("datasets: [cells]", "datasets: [cells, cels]"))
    assert [line.split(":")[0] for line in said] == ["mine.yaml line 4", "mine.yaml line 9", "mine.yaml line 16"]
    assert "its folder 'nowhere' does not exist either (paths are relative to " in said[0]


def test_duplicate_keys_are_said_beside_other_problems() -> None:
    text = GOOD.replace("kind: bulk\n", "kind: bulk\n    assay: mrna\n    assay: mrna\n").replace("[PD]", "[XX]")
    assert [line.split(":")[0] for line in problems(text)] == ["mine.yaml line 5", "mine.yaml line 16"]


def test_a_later_file_says_where() -> None:
    Path("first.yaml").write_text(GOOD)
    Path("second.yaml").write_text("\n\ninference: {fdr: 7}\n")
    config = yaml.safe_load(GOOD) | {"inference": {"fdr": 7}}
    with pytest.raises(ConfigError) as refused:
        complete_config(config, SCHEMA, ["first.yaml", "second.yaml"])
    assert refused.value.problems[0].startswith("second.yaml line 3: inference.fdr: 7 is ")


def test_a_key_of_the_command_line_has_no_line() -> None:
    with pytest.raises(ConfigError) as refused:
        complete_config(yaml.safe_load(GOOD) | {"inferance": {}}, SCHEMA)
    assert refused.value.problems == ["config: inferance: unknown key 'inferance'; did you mean 'inference'?"]


def test_a_table_that_cannot_be_read_is_said_by_its_own_line() -> None:
    Path("samples.tsv").write_text("sample_id\tresponse\ns1\tPD\textra\n")
    assert problems(GOOD) == [
        "mine.yaml line 5: datasets.trial.metadata: samples.tsv: row 2 has 3 fields, the header has 2; "
        "check the separators (TABs expected)"
    ]


# --- defaults ---


def walk(schema: dict[str, Any], filled: Any, path: str = "") -> list[str]:
    """Return the paths whose schema has a default of its own, by walking the schema beside the filled config."""
    wrong = []
    for key, part in schema.get("properties", {}).items():
        here = f"{path}.{key}"
        if "default" in part and part["default"] != {} and filled.get(key, "absent") != part["default"]:
            wrong.append(here)
        if part.get("type") == "object" and "default" in part:
            wrong += walk(part, filled[key], here)
    return wrong


def test_keys_left_out_or_left_empty_take_the_defaults_of_the_schema() -> None:
    needed = {"datasets": {"d": {"kind": "bulk", "matrix": "m"}}}
    filled = fill(needed, SCHEMA)
    assert walk(SCHEMA, filled) == []
    assert walk(SCHEMA["properties"]["datasets"]["additionalProperties"], filled["datasets"]["d"]) == []
    empty = needed | {"scoring": None, "inference": {"fdr": None}, "signatures": {"include": None}, "contrasts": None}
    assert fill(empty, SCHEMA) == filled


def test_filling_twice_changes_nothing_and_never_touches_the_schema() -> None:
    before = yaml.safe_dump(SCHEMA)
    once = fill(yaml.safe_load(GOOD), SCHEMA)
    assert fill(once, SCHEMA) == once
    once["scoring"]["bulk"].append("mine")
    assert yaml.safe_dump(SCHEMA) == before


def test_what_is_given_is_kept() -> None:
    given = yaml.safe_load(GOOD) | {"inference": {"fdr": 0.2}, "scoring": {"bulk": ["ucell"]}}
    filled = fill(given, SCHEMA)
    usual = {"permutations": 10000, "matched_sets": 1000, "null_alpha": 0.05, "min_cells": 10, "seed": 1}
    assert filled["inference"] == usual | {"fdr": 0.2}
    assert filled["scoring"]["bulk"] == ["ucell"]
    assert filled["datasets"]["cells"]["sample"] == "donor"


def test_the_shipped_config_says_nothing_but_the_defaults() -> None:
    shipped = yaml.safe_load((Path(__file__).resolve().parents[2] / "config/config.yaml").read_text(encoding="utf-8"))
    bare = {key: shipped[key] for key in ("datasets", "contrasts")}
    assert fill(shipped, SCHEMA) == fill(bare, SCHEMA)


SITES = """sample_id\tresponse\tpatient\tage\tsite\tdepth
A\tPD\tp1\t50\tnorth\t9
B\tPD\tp2\t61\tnorth\t8
C\tCR\tp1\t57\tsouth\tlow
D\tCR\tp2\t44\tsouth\t7
"""
TRIAL = """datasets:
  trial:
    kind: bulk
    matrix: matrix.tsv
    metadata: sites.tsv
contrasts:
  response:
    datasets: [trial]
    groups: {column: response, resistant: [PD], sensitive: [CR]}
"""
GROUPS = "    groups: {column: response, resistant: [PD], sensitive: [CR]}\n"
TABLE = "(north: 2 resistant, 0 sensitive | south: 0 resistant, 2 sensitive)"
REFUSED = (
    f"sites.tsv: fully confounded with 'site' {TABLE}; no analysis can tell the two apart: compare samples that share "
    "a level, or leave the column out"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            GROUPS,
            "",
            "7: contrasts.response: asks nothing; exactly one of groups, trend, continuous, survival is needed",
        ),
        (
            GROUPS,
            GROUPS + "    trend: {column: age, order: [1, 2, 3]}\n",
            "7: contrasts.response: asks groups and trend at once; exactly one of groups, trend, continuous, "
            "survival is needed",
        ),
        (
            GROUPS,
            GROUPS + "    covariates: [agee]\n",
            "10: contrasts.response.covariates: there is no column 'agee' in sites.tsv; did you mean 'age'?",
        ),
        (
            GROUPS,
            GROUPS + "    covariates: [response]\n",
            "10: contrasts.response.covariates: 'response' stands under groups.column already; name it once",
        ),
        (
            GROUPS,
            GROUPS + "    covariates: [{column: depth, kind: numbers}]\n",
            "10: contrasts.response.covariates: column 'depth' of sites.tsv has 'low', which is no number; say kind: "
            "levels, or correct it",
        ),
        (
            GROUPS,
            GROUPS + "    block_by: sit\n",
            "10: contrasts.response.block_by: there is no column 'sit' in sites.tsv; did you mean 'site'?",
        ),
        (
            GROUPS,
            "    trend: {column: age, order: [44, 50, 77]}\n",
            "9: contrasts.response.trend.order: level '77' never occurs in column 'age' of sites.tsv; "
            "levels there: '44', '50', '57', '61'",
        ),
        (GROUPS, GROUPS + "    covariates: [age, site]\n", f"10: contrasts.response.covariates: {REFUSED}"),
        (GROUPS, GROUPS + "    block_by: site\n", f"10: contrasts.response.block_by: {REFUSED}"),
        ("sites.tsv\n", "sites.tsv\n    batch: site\n", f"10: contrasts.response.groups: {REFUSED}"),
    ],
)
def test_designs_that_cannot_be_are_refused_before_any_job(
    old: str, new: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites.tsv").write_text(SITES)
    (tmp_path / "matrix.tsv").write_text("gene\tA\tB\tC\tD\nHGF\t1\t2\t3\t4\n")
    assert problems(TRIAL.replace(old, new)) == [f"mine.yaml line {expected}"]
