"""The demo, run as shipped: it finds what was planted, nothing else, and knows when there is nothing to do."""

import base64
import gzip
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, Ran, snakemake

pytestmark = pytest.mark.integration


def tables(folder: Path) -> dict[str, bytes]:
    found = sorted((folder / "results").rglob("*.tsv")) + sorted((folder / "results").rglob("*.json"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def jobs(ran: Ran) -> set[str]:
    """Rules that a dry run would run, from its table of jobs."""
    rows = [line.split() for line in (ran.out + ran.err).splitlines()]
    counted = rows[rows.index(["job", "count"]) + 2 :]
    return {row[0] for row in counted[: counted.index(next(row for row in counted if row[:1] == ["total"]))]}


@pytest.fixture(scope="module")
def answers(demo: Ran) -> pd.DataFrame:
    return pd.read_csv(demo.folder / "results/summary/verdicts.tsv", sep="\t", keep_default_na=False)


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return pd.read_csv(ROOT / "resources/demo/truth.tsv", sep="\t", keep_default_na=False)


def test_every_verdict_the_truth_expects_is_given(answers: pd.DataFrame, truth: pd.DataFrame) -> None:
    key = ["dataset", "contrast", "cell_type", "signature"]
    expected = truth[truth["expected"] != ""].assign(cell_type=lambda t: t["cell_type"].replace("", "bulk"))
    joined = expected.merge(answers, on=key, how="left", validate="one_to_one")
    wrong = joined[joined["expected"] != joined["verdict"]]
    assert wrong.empty, wrong[[*key, "expected", "verdict", "effect", "fdr"]].to_string()
    assert set(expected["expected"]) == {"supported", "contradicted", "not_separable", "not_measurable"}


def planted_in_rna() -> pd.DataFrame:
    """Signatures of the omics cohort's RNA assays that hold an RNA planted there."""
    truth = pd.read_csv(ROOT / "resources/demo/toy_omics/truth_assays.tsv", sep="\t")
    rnas = truth[(truth["what"] == "contrast") & truth["assay"].isin(["small_rna", "circ_rna"])]
    members = pd.read_csv(ROOT / "resources/genesets/members.tsv", sep="\t", keep_default_na=False)
    held = members.merge(rnas, left_on="symbol", right_on="readout")
    held = held.assign(dataset="toy_omics." + held["assay"], contrast="tki_response", cell_type="bulk")
    return held[["dataset", "contrast", "cell_type", "signature"]].drop_duplicates()


def test_nothing_is_called_where_nothing_was_planted(answers: pd.DataFrame, truth: pd.DataFrame) -> None:
    called = answers[answers["verdict"].isin(["supported", "contradicted"])]
    planted = truth[truth["planted"] != "none"].assign(cell_type=lambda t: t["cell_type"].replace("", "bulk"))
    key = ["dataset", "contrast", "cell_type", "signature"]
    planted = pd.concat([planted[key], planted_in_rna()])
    surprise = called.merge(planted, on=key, how="left", indicator=True).query("_merge == 'left_only'")
    assert surprise.empty, surprise[key].to_string()


def test_the_real_cohort_gets_the_honest_answer(answers: pd.DataFrame) -> None:
    real = answers[answers["dataset"] == "all_chiaretti"]
    assert set(real["verdict"]) == {"not_separable", "not_measurable"}


def test_every_planted_alteration_is_called_and_every_mechanism_told(demo: Ran) -> None:
    planted = pd.read_csv(ROOT / "resources/demo/toy_omics/truth_alterations.tsv", sep="\t")
    calls = pd.read_csv(demo.folder / "results/toy_omics/alterations.tsv", sep="\t", keep_default_na=False)
    joined = planted.merge(calls, on=["sample", "alteration"], how="outer", suffixes=("_planted", ""))
    assert joined[joined["call"] != joined["call_planted"]].empty
    told = pd.read_csv(demo.folder / "results/summary/mechanisms.tsv", sep="\t", keep_default_na=False)
    ledger = [path for path in (ROOT / "resources/genesets/evidence").glob("*.tsv") if path.name != "accounting.tsv"]
    asserted = pd.concat([pd.read_csv(path, sep="\t", keep_default_na=False) for path in ledger])
    assert set(told["mechanism"]) == set(asserted["mechanism"])
    assert ((told["measured"] == "yes") | (told["needs"] != "")).all()


def test_a_second_run_has_nothing_to_do(demo: Ran) -> None:
    again = snakemake(demo.folder, "--cores", "2")
    assert again.code == 0
    assert "Nothing to be done" in again.out + again.err


def test_one_core_in_another_folder_gives_the_same_bytes(demo: Ran, tmp_path: Path) -> None:
    alone = snakemake(
        tmp_path,
        *tables(demo.folder),
        "--cores",
        "1",
        "--configfile",
        demo.folder / "config/config.yaml",
        snakefile=demo.folder / "Snakefile",
    )
    assert alone.code == 0, alone.err[-4000:]
    mine, theirs = tables(tmp_path), tables(demo.folder)
    assert set(mine) == set(theirs)
    assert [name for name in mine if mine[name] != theirs[name]] == []


def test_an_edited_module_reruns_what_depends_on_it_and_a_comment_reruns_nothing(demo: Ran, tmp_path: Path) -> None:
    folder = tmp_path / "resig"
    shutil.copytree(demo.folder, folder, symlinks=False)
    touched = snakemake(folder, "--cores", "1", "--touch")
    assert touched.code == 0, touched.err[-2000:]
    config = folder / "config/config.yaml"
    config.write_text(config.read_text() + "\n# a comment\n")
    assert "Nothing to be done" in (ran := snakemake(folder, "-n")).out + ran.err
    module = folder / "workflow/scripts/resig/coverage.py"
    module.write_text(module.read_text() + "\n# edited\n")
    assert {"measure_coverage", "score", "contrast", "synthesis", "plot_verdicts"} <= jobs(snakemake(folder, "-n"))


def test_validate_prints_the_plan_and_computes_nothing(checkout: Path, tmp_path: Path) -> None:
    ran = snakemake(
        tmp_path, "validate", "--configfile", checkout / "config/config.yaml", snakefile=checkout / "Snakefile"
    )
    assert ran.code == 0, ran.err[-2000:]
    for line in (
        "contrast after_therapy: resistant (timepoint: post) against sensitive (timepoint: pre), within patient",
        "  toy_bulk: 16 pairs",
        "  all_chiaretti: 24 against 101 samples",
    ):
        assert line in ran.out.splitlines()
    assert "needs small RNA data; this dataset is mRNA: exo_mir_dox" in ran.out
    assert not (tmp_path / "results").exists()


def test_the_table_page_holds_each_answer_once(demo: Ran, answers: pd.DataFrame) -> None:
    page = (demo.folder / "results/summary/verdicts.html").read_text(encoding="utf-8")
    packed, held = re.search(r'<script type="application/json" id="data"( data-packed="gzip")?>([^<]*)<', page).groups()
    data = json.loads(gzip.decompress(base64.b64decode(held)) if packed else held)
    verdicts = [data["words"]["verdict"]["of"][at] for at in data["words"]["verdict"]["at"]]
    leading = [verdict for verdict, leads in zip(verdicts, data["leading"], strict=True) if leads]
    assert sorted(leading) == sorted(answers["verdict"])


def test_the_report_is_made_and_holds_every_category(demo: Ran) -> None:
    ran = snakemake(demo.folder, "--report", "results/report.html")
    assert ran.code == 0, ran.err[-2000:]
    page = (demo.folder / "results/report.html").read_text(encoding="utf-8")
    for category in ("Verdicts", "Coverage", "Contrasts", "Evidence"):
        assert f'"category": "{category}"' in page or f">{category}<" in page or f'"{category}"' in page
    assert "System Message" not in page  # what docutils writes into a page that it cannot parse
    assert len(page) < 15e6


def test_every_module_is_delivered(checkout: Path) -> None:
    listed = (checkout / "workflow/rules/common.smk").read_text()
    package = checkout / "workflow/scripts/resig"
    on_disk = {str(path.relative_to(package).with_suffix("")) for path in package.rglob("*.py")}
    named = set(re.findall(r'^        "([a-z0-9_/]+)",$', listed, re.MULTILINE))
    assert named == on_disk


def test_docs_name_every_file_and_column(checkout: Path, demo: Ran) -> None:
    from resig import tables as known

    text = (checkout / "docs/outputs.md").read_text()
    for table in vars(known).values():
        if isinstance(table, known.Table):
            assert table.name in text
            section = text.split(f"### `{table.name}`", 1)[1].split("\n### ", 1)[0]
            assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == table.names
    made = {path.name for path in (demo.folder / "results").rglob("*") if path.is_file()}
    for contrast in ("after_therapy", "chemo", "multidrug_resistance", "tki_response", "survival"):
        made = {re.sub(rf"^{contrast}\.", "{contrast}.", name) for name in made}
    assert "Every picture lies there twice: as `.svg`" in text
    assert [name for name in sorted(made) if name not in text and f"{name.removesuffix('.png')}.svg" not in text] == []
