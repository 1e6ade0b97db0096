"""Data from the web, as a user has them: fetched once, scored as if they lay here, or one line if they do not come."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Ran, snakemake
from loopback import Server, serving, status, whole

pytestmark = pytest.mark.integration

BULK = ROOT / "resources/demo/toy_bulk"
MATRIX, SAMPLES = (BULK / "expression.tsv.gz").read_bytes(), (BULK / "samples.tsv").read_bytes()
CONFIG = """
datasets:
  toy_bulk:
    kind: bulk
    assay: total_rna
    matrix: {matrix}
    metadata: {metadata}
    sample: sample_id
    batch: batch
contrasts:
  after_therapy:
    datasets: [toy_bulk]
    groups: {{column: {column}, resistant: [post], sensitive: [pre]}}
    pair_by: patient
"""
TAKEN_IN = "results/toy_bulk/intake.json"
SCORES = "results/toy_bulk/scores.parquet"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def run(
    checkout: Path,
    folder: Path,
    matrix: str,
    metadata: str,
    *targets: str,
    dry: bool = False,
    column: str = "timepoint",
) -> Ran:
    folder.mkdir(exist_ok=True)
    (folder / "mine.yaml").write_text(CONFIG.format(matrix=matrix, metadata=metadata, column=column))
    options = ["--cores", "2", "--configfile", "mine.yaml", *(["-n"] if dry else []), "--", *targets]
    return snakemake(folder, *options, snakefile=checkout / "Snakefile", RESIG_OFFLINE="")


def test_data_from_the_web_score_as_data_from_here(checkout: Path, tmp_path: Path, demo: Ran, server: Server) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo("study/samples.tsv")
        info.size = len(SAMPLES)
        archive.addfile(info, io.BytesIO(SAMPLES))
    server.routes["/expression.tsv.gz"] = status(503, then=whole(MATRIX))
    server.routes["/study.tar"] = whole(packed.getvalue())
    matrix, metadata = server.url("/expression.tsv.gz"), server.url("/study.tar") + "!study/samples.tsv"

    dry = run(checkout, tmp_path, matrix, metadata, dry=True)
    assert dry.code == 0, dry.err[-3000:]
    assert server.asked == []

    first = run(checkout, tmp_path, matrix, metadata, SCORES)
    assert first.code == 0, first.err[-3000:]
    assert (tmp_path / SCORES).read_bytes() == (demo.folder / SCORES).read_bytes()
    assert "whole, sha256" in first.err
    assert "HTTP 503; try 2 of 6 in 1 s" in first.err
    told = json.loads((tmp_path / "results/toy_bulk/intake.json").read_text())["fetched"]
    assert [(each["key"], each["bytes"]) for each in told] == [
        ("matrix", len(MATRIX)),
        ("metadata", len(packed.getvalue())),
    ]
    assert sorted(path for path, _ in server.asked) == ["/expression.tsv.gz", "/expression.tsv.gz", "/study.tar"]

    again = snakemake(
        tmp_path,
        *("--cores", "2", "--configfile", "mine.yaml", "--forcerun", "intake", "--", TAKEN_IN),
        snakefile=checkout / "Snakefile",
        RESIG_OFFLINE="1",
    )
    assert again.code == 0, again.err[-3000:]
    assert len(server.asked) == 3


def test_a_wrong_column_is_found_once_the_table_is_there(checkout: Path, tmp_path: Path, server: Server) -> None:
    server.routes["/e.tsv.gz"], server.routes["/s.tsv"] = whole(MATRIX), whole(SAMPLES)
    urls = server.url("/e.tsv.gz"), server.url("/s.tsv")
    ran = run(checkout, tmp_path, *urls, column="timepont")
    problem = f"there is no column 'timepont' in {urls[1]}; did you mean 'timepoint'?"
    assert ran.code != 0
    assert ran.errors == [f"ERROR: config: contrasts.after_therapy.groups.column: {problem}"]
    assert "Traceback" not in ran.err
    assert not (tmp_path / "results/toy_bulk").exists() or not list((tmp_path / "results/toy_bulk").glob("*.json"))
    later = run(checkout, tmp_path, *urls, dry=True, column="timepont")
    assert f"ERROR: mine.yaml line 13: contrasts.after_therapy.groups.column: {problem}" in later.out + later.err


def test_files_that_do_not_come_are_one_line(checkout: Path, tmp_path: Path, server: Server) -> None:
    server.routes["/page.tsv"] = whole(b"<!doctype html><title>Moved</title>")
    ran = run(checkout, tmp_path, server.url("/page.tsv"), str(BULK / "samples.tsv"))
    assert ran.code != 0
    assert len(ran.errors) == 1
    assert "the server sends a web page ('Moved'), not the file" in ran.errors[0]
    assert "Traceback" not in ran.err
    offline = snakemake(
        tmp_path,
        *("--cores", "1", "--configfile", "mine.yaml"),
        snakefile=checkout / "Snakefile",
        RESIG_OFFLINE="1",
    )
    assert len(offline.errors) == 1
    assert "(offline); put the file at resources/downloads/127.0.0.1_" in offline.errors[0]


def test_a_file_put_there_by_hand_is_used(checkout: Path, tmp_path: Path, server: Server) -> None:
    folder = tmp_path / "resources/downloads/nowhere.invalid/data"
    folder.mkdir(parents=True)
    (folder / "e.tsv").write_bytes(gzip.decompress(MATRIX))
    ran = run(checkout, tmp_path, "https://nowhere.invalid/data/e.tsv", str(BULK / "samples.tsv"), TAKEN_IN)
    assert ran.code == 0, ran.err[-3000:]
    told = json.loads((tmp_path / TAKEN_IN).read_text())["fetched"]
    assert [each["sha256"] for each in told] == [hashlib.sha256((folder / "e.tsv").read_bytes()).hexdigest()]
