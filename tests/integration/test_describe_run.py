"""`snakemake describe`, from nothing to a run: describe, paste, validate, run."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Ran, snakemake
from loopback import serving, whole

pytestmark = pytest.mark.integration

GENES = ["SNAI1", "SNAI2", "CEBPB", "CDH1", "DKK3", "NUMB", "PIK3R1", "MET", "HGF", "EGFR", "ERBB2", "BCL2", "MCL1"]


def write(folder: Path) -> tuple[Path, Path]:
    """A matrix and its samples, in two folders with spaces in their names."""
    values = np.random.default_rng(1).normal(6, 2, (len(GENES), 8)).round(3)
    samples = [f"S{at}" for at in range(8)]
    matrix, table = folder / "my data/matrix.tsv", folder / "my labels/samples.tsv"
    for path in (matrix, table):
        path.parent.mkdir()
    pd.DataFrame(values, index=pd.Index(GENES, name="gene"), columns=samples).to_csv(matrix, sep="\t")
    pd.DataFrame({"id": samples, "response": ["PD", "CR"] * 4}).to_csv(table, sep="\t", index=False)
    return matrix.relative_to(folder), table.relative_to(folder)


def describe(checkout: Path, folder: Path, *config: str) -> Ran:
    return snakemake(folder, "describe", "--config", *config, snakefile=checkout / "Snakefile")


def test_describe_paste_validate_run(checkout: Path, tmp_path: Path) -> None:
    matrix, table = write(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("this: [is, broken")  # somebody's draft must not be in the way
    ran = describe(checkout, tmp_path, f"file={matrix}", f"metadata={table}")
    assert ran.code == 0, ran.err[-3000:]
    assert "8 samples x 13 features" in ran.out
    (tmp_path / "mine.yaml").write_text(ran.out.partition("(paste it into mine.yaml):\n")[2])
    options = ["--configfile", "mine.yaml"]
    validated = snakemake(tmp_path, "validate", *options, snakefile=checkout / "Snakefile")
    assert validated.code == 0, validated.err[-3000:]
    assert "4 against 4 samples" in validated.out
    target = "results/my_data/contrasts/response.tsv"
    done = snakemake(tmp_path, "--cores", "2", *options, "--", target, snakefile=checkout / "Snakefile")
    assert done.code == 0, done.err[-3000:]
    assert set(pd.read_csv(tmp_path / target, sep="\t")["n_resistant"].dropna()) == {4}


def test_what_goes_wrong_is_one_line(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "matrix.tsv").write_text("just words\n")
    missing = describe(checkout, tmp_path, "file=matrx.tsv")
    assert missing.code != 0
    assert "ERROR: file 'matrx.tsv' does not exist; did you mean 'matrix.tsv'?" in missing.out + missing.err
    words = describe(checkout, tmp_path, "file=matrix.tsv")
    assert words.code != 0
    assert words.errors == [
        "ERROR: matrix.tsv: is not a matrix: 1 columns and 0 rows when split at TABs; genes and samples are expected "
        "in rows and columns; the name (.csv or .tsv) says the separator"
    ]
    nothing = snakemake(tmp_path, "describe", snakefile=checkout / "Snakefile")
    assert nothing.code != 0
    assert nothing.errors == [
        "ERROR: say which file; snakemake describe --config file=PATH, and metadata=PATH if there is a table"
    ]
    for ran in (missing, words, nothing):
        assert "Traceback" not in ran.out + ran.err


def test_a_file_from_the_web(checkout: Path, tmp_path: Path) -> None:
    matrix, _ = write(tmp_path)
    with serving() as server:
        server.routes["/m.tsv"] = whole((tmp_path / matrix).read_bytes())
        ran = describe(checkout, tmp_path, f"file={server.url('/m.tsv')}")
    assert ran.code == 0, ran.err[-3000:]
    assert "8 samples x 13 features" in ran.out
