"""`snakemake cohorts`: lists, fetches once and takes in what the manifest says, or says in one line what is missing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Ran, snakemake
from loopback import Server, serving, whole

pytestmark = pytest.mark.integration

BULK = ROOT / "resources/demo/toy_bulk"
FIELDS = {
    "id": "loop",
    "document": "000_trastuzumab_resistance",
    "column": "timepoint",
    "resistant": "post",
    "sensitive": "pre",
    "only": "patient=P01|P02|P03",
    "verified": "yes",
}
EXAMPLE = """
datasets:
  loop:
    kind: bulk
    assay: total_rna
    matrix: {matrix}
    metadata: {metadata}
    sample: sample_id
    only: {{patient: [P01, P02, P03]}}
contrasts:
  loop_therapy:
    datasets: [loop]
    groups: {{column: timepoint, resistant: [post], sensitive: [pre]}}
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def manifest(checkout: Path, server: Server) -> Iterator[None]:
    """A further cohort, whose files a server on loopback has."""
    server.routes["/e.tsv.gz"] = whole((BULK / "expression.tsv.gz").read_bytes())
    server.routes["/s.tsv"] = whole((BULK / "samples.tsv").read_bytes())
    table, example = checkout / "resources/cohorts/cohorts.tsv", checkout / "config/examples/loop.yaml"
    before = table.read_text()
    columns = before.splitlines()[0].split("\t")
    table.write_text(before + "\t".join(FIELDS.get(column, "") for column in columns) + "\n")
    example.write_text(EXAMPLE.format(matrix=server.url("/e.tsv.gz"), metadata=server.url("/s.tsv")))
    yield
    table.write_text(before)
    example.unlink()


def cohorts(checkout: Path, folder: Path, *arguments: str, offline: str = "") -> Ran:
    command = ["cohorts", "--cores", "2", *arguments]
    return snakemake(folder, *command, snakefile=checkout / "Snakefile", RESIG_OFFLINE=offline)


def test_without_a_choice_the_cohorts_are_listed(checkout: Path, tmp_path: Path) -> None:
    ran = cohorts(checkout, tmp_path)
    assert ran.code == 0, ran.err[-2000:]
    assert "GSE25066 (ready; taxane; anthracycline; breast cancer)" in ran.out
    assert "GSE37946 (not verified; trastuzumab; breast cancer)" in ran.out
    assert not (tmp_path / "results").exists()


@pytest.mark.usefixtures("manifest")
def test_a_chosen_cohort_is_fetched_once_and_taken_in(checkout: Path, tmp_path: Path, server: Server) -> None:
    first = cohorts(checkout, tmp_path, "--until", "intake", "--config", "cohorts=loop")
    assert first.code == 0, first.err[-3000:]
    assert sorted(path for path, _ in server.asked) == ["/e.tsv.gz", "/s.tsv"]
    told = json.loads((tmp_path / "results/loop/intake.json").read_text())
    assert [each["key"] for each in told["fetched"]] == ["matrix", "metadata"]
    assert told["metadata"]["only"]["wanted"] == {"patient": ["P01", "P02", "P03"]}
    assert told["samples"]["used"] == told["metadata"]["only"]["rows_kept"] == 6
    assert not (tmp_path / "results/toy_bulk").exists()  # the demo is not run along with it
    again = cohorts(checkout, tmp_path, "-n", "--config", "cohorts=loop", offline="1")
    assert again.code == 0, again.err[-3000:]
    assert len(server.asked) == 2


@pytest.mark.usefixtures("manifest")
def test_offline_and_wrong_names_are_one_line(checkout: Path, tmp_path: Path, server: Server) -> None:
    ran = cohorts(checkout, tmp_path, "--config", "cohorts=loop", offline="1")
    assert ran.code != 0
    (said,) = [line for line in (ran.out + ran.err).splitlines() if line.startswith("ERROR: ")]
    assert said.startswith("ERROR: cohorts: 2 files of loop are not here, and nothing is fetched (offline)")
    assert server.asked == []
    for name, words in (("GSE2506", "did you mean 'GSE25066'?"), ("GSE37946", "'GSE37946' is not verified")):
        wrong = cohorts(checkout, tmp_path, "--config", f"cohorts={name}")
        assert wrong.code != 0
        assert words in wrong.out + wrong.err and "Traceback" not in wrong.out + wrong.err
