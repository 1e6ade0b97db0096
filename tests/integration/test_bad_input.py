"""What a user sees after a mistake: one line, where it is, what was expected, the nearest valid value; no traceback."""

from pathlib import Path

import pytest
from conftest import Ran, snakemake

pytestmark = pytest.mark.integration

GOOD = """
datasets:
  trial:
    kind: bulk
    matrix: matrix.tsv
    metadata: samples.tsv
contrasts:
  response:
    datasets: [trial]
    groups: {column: response, resistant: [PD, SD], sensitive: [CR]}
"""
SAMPLES = "sample_id\tresponse\nA-1\tPD\nA-2\tSD\nA-3\tCR\nA-4\tCR\n"
MATRIX = "gene\tA-1\tA-2\tA-3\tA-4\nCDH1\t1.5\t2\t3\t4\nSNAI1\t4\t3\t2\t1.5\nHGF\t1\t2\t1\t2.5\n"


def run(checkout: Path, folder: Path, config: str, *arguments: str, **files: str) -> Ran:
    for name, text in {"samples": SAMPLES, "matrix": MATRIX, **files}.items():
        (folder / f"{name}.tsv").write_text(text)
    (folder / "mine.yaml").write_text(config)
    return snakemake(folder, *arguments, "--configfile", "mine.yaml", snakefile=checkout / "Snakefile")


CONFIGS = {
    "unknown key": (
        ("matrix: matrix.tsv", "matirx: matrix.tsv"),
        "ERROR: mine.yaml line 5: datasets.trial.matirx: unknown key 'matirx'; did you mean 'matrix'?",
    ),
    "wrong type": (
        ("datasets:\n", "inference: {permutations: many}\ndatasets:\n"),
        "ERROR: mine.yaml line 2: inference.permutations: 'many' is text; expected a whole number",
    ),
    "missing file": (
        ("metadata: samples.tsv", "metadata: sample.tsv"),
        "ERROR: mine.yaml line 6: datasets.trial.metadata: file 'sample.tsv' does not exist; "
        "did you mean 'samples.tsv'?",
    ),
    "name with a space": (
        ("  trial:", "  my trial:"),
        "ERROR: mine.yaml line 3: datasets.my trial: name 'my trial' has characters that cannot stand in a file name; "
        "use letters, digits, '_', '-' and '.', such as 'my_trial'",
    ),
    "level that never occurs": (
        ("sensitive: [CR]", "sensitive: [CRR]"),
        "ERROR: mine.yaml line 10: contrasts.response.groups.sensitive: level 'CRR' never occurs in column 'response' "
        "of samples.tsv; did you mean 'CR'?",
    ),
    "column that is not there": (
        ("column: response", "column: respons"),
        "ERROR: mine.yaml line 10: contrasts.response.groups.column: there is no column 'respons' in samples.tsv; "
        "did you mean 'response'?",
    ),
    "dataset that is not there": (
        ("datasets: [trial]", "datasets: [trail]"),
        "ERROR: mine.yaml line 9: contrasts.response.datasets: there is no dataset 'trail'; did you mean 'trial'?",
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_bad_config_stops_before_any_job(name: str, checkout: Path, tmp_path: Path) -> None:
    (old, new), line = CONFIGS[name]
    assert old in GOOD
    ran = run(checkout, tmp_path, GOOD.replace(old, new), "--cores", "1")
    assert ran.code != 0
    assert line in ran.errors
    assert "Traceback" not in ran.out + ran.err
    assert not (tmp_path / "results").exists()


JOBS = {
    "no shared sample": (
        {"matrix": MATRIX.replace("A-", "A.")},
        "ERROR: matrix.tsv: shares no sample with samples.tsv; 'A-1' there looks like 'A.1' here: "
        "make the ids the same (dots for dashes)",
    ),
    "a value that is no number": (
        {"matrix": MATRIX.replace("4\t3\t2", "4\tn/a\t2")},
        "ERROR: matrix.tsv: row 'SNAI1', column 'A-2': the value is missing (1 such values); "
        "every value must be a finite number; impute or remove that gene or sample first",
    ),
}


@pytest.mark.parametrize("name", JOBS)
def test_bad_data_stop_the_job_with_one_line(name: str, checkout: Path, tmp_path: Path) -> None:
    files, line = JOBS[name]
    ran = run(checkout, tmp_path, GOOD, "--cores", "1", **files)
    assert ran.code != 0
    assert ran.errors == [line]
    assert "Traceback" not in ran.out + ran.err
    assert not (tmp_path / "results/trial/genes.tsv").exists()


@pytest.mark.parametrize("quiet", [(), ("--quiet", "all")], ids=["plain", "quiet"])
def test_the_error_of_a_job_stands_last_and_no_summary(checkout: Path, tmp_path: Path, quiet: tuple[str, ...]) -> None:
    ran = run(checkout, tmp_path, GOOD, "--cores", "1", *quiet, matrix=MATRIX.replace("2.5", "x"))
    assert ran.code != 0
    assert ran.err.splitlines()[-1].startswith("ERROR: matrix.tsv: row 'HGF', column 'A-4': the value is 'x'")
    assert "Results:" not in ran.out and "Traceback" not in ran.out + ran.err and "TypeError" not in ran.err
