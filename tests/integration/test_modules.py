"""The workflow as a module of somebody else's: by a local path, and as a github repository (a bare clone stands in)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import snakemake

pytestmark = pytest.mark.integration

SNAKEFILE = """
configfile: "config/config.yaml"


module resig:
    snakefile:
        {source}
    config:
        config


use rule * from resig
"""
TWICE = """
configfile: "config/config.yaml"


module first:
    snakefile:
        {source}
    config:
        config
    pathvars:
        results="results/first",
        logs="logs/first",


use rule * from first as first_*


module second:
    snakefile:
        {source}
    config:
        config
    pathvars:
        results="results/second",
        logs="logs/second",


use rule * from second as second_*


rule both:
    default_target: True
    input:
        rules.first_all.input,
        rules.second_all.input,
"""
CONFIG = """
signatures: {include: {id: [fp_dox, dtc_fibro_senescence_sasp, tras_jag1_notch_il6]}}
datasets:
  mine:
    kind: bulk
    matrix: data/expression.tsv.gz
    metadata: data/samples.tsv
contrasts:
  therapy:
    datasets: [mine]
    groups: {column: timepoint, resistant: [post], sensitive: [pre]}
    pair_by: patient
"""


def own_folder(folder: Path, data: Path, source: str, text: str = SNAKEFILE) -> Path:
    """A user's folder as snakedeploy lays it out: config/config.yaml and workflow/Snakefile; and data."""
    (folder / "config").mkdir(parents=True)
    (folder / "workflow").mkdir()
    shutil.copytree(data, folder / "data")
    (folder / "config/config.yaml").write_text(CONFIG)
    (folder / "workflow/Snakefile").write_text(text.format(source=source))
    return folder


@pytest.fixture(scope="module")
def local(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = checkout / "resources/demo/toy_bulk"
    folder = own_folder(tmp_path_factory.mktemp("local") / "own", data, f'"{checkout}/workflow/Snakefile"')
    ran = snakemake(folder, "--cores", "2")
    assert ran.code == 0, ran.err[-4000:]
    return folder


def test_a_local_module_uses_the_users_config_alone(local: Path) -> None:
    assert sorted(path.name for path in (local / "results").iterdir()) == ["mine", "signatures", "summary"]
    lines = (local / "results/summary/verdicts.tsv").read_text().splitlines()
    verdicts = {line.split("\t")[3]: line.split("\t")[6] for line in lines[1:]}
    assert verdicts == {
        "fp_dox": "supported",
        "dtc_fibro_senescence_sasp": "contradicted",
        "tras_jag1_notch_il6": "not_separable",
    }


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_github_module_used_twice_gives_the_same_tables(local: Path, checkout: Path, tmp_path: Path) -> None:
    work, bare = tmp_path / "work", tmp_path / "resig.git"
    shutil.copytree(checkout, work, ignore=shutil.ignore_patterns(".snakemake", "results", "logs", ".git"))
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        [*identity, "commit", "-qm", "all"],
        ["tag", "v0.0.1"],
        ["clone", "-q", "--bare", ".", str(bare)],
    ):
        subprocess.run(["git", *command], cwd=work, check=True)
    source = 'github("resig-test/resig", path="workflow/Snakefile", tag="v0.0.1")'
    folder = own_folder(tmp_path / "own", checkout / "resources/demo/toy_bulk", source, TWICE)
    redirect = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{bare}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/resig-test/resig",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    ran = snakemake(folder, "--cores", "2", **redirect)
    assert ran.code == 0, ran.err[-4000:]
    for table in ("summary/verdicts.tsv", "summary/meta.tsv", "mine/coverage.tsv", "mine/sample_scores.tsv"):
        for prefix in ("first", "second"):
            assert (folder / "results" / prefix / table).read_bytes() == (local / "results" / table).read_bytes(), table
    again = snakemake(folder, "--cores", "2", **redirect)
    assert "Nothing to be done" in again.out + again.err


def without_privileges() -> list[str]:
    """What makes file permissions hold for root too; nothing is needed for others."""
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_a_read_only_checkout_under_an_odd_path_without_a_home(local: Path, checkout: Path, tmp_path: Path) -> None:
    place = tmp_path / "β 実験 (neu)" / "resig"
    shutil.copytree(checkout, place, ignore=shutil.ignore_patterns(".snakemake", "results", "logs", "__pycache__"))
    home = tmp_path / "home"
    home.mkdir()
    for each in [place.parent, *place.rglob("*"), place, home]:
        each.chmod(each.stat().st_mode & ~0o222)
    folder = tmp_path / "mein Ordner für Läufe"
    (folder / "config").mkdir(parents=True)
    shutil.copytree(checkout / "resources/demo/toy_bulk", folder / "data")
    (folder / "mine.yaml").write_text(CONFIG)
    command = [*without_privileges(), sys.executable, "-m", "snakemake", "-s", str(place / "Snakefile")]
    command += ["--configfile", "mine.yaml", "--cores", "2"]
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    for table in ("summary/verdicts.tsv", "summary/meta.tsv", "mine/coverage.tsv", "mine/sample_scores.tsv"):
        assert (folder / "results" / table).read_bytes() == (local / "results" / table).read_bytes(), table
    for each in [place.parent, place, home, *(path for path in place.rglob("*") if path.is_dir())]:
        each.chmod(0o755)  # so that pytest can clear up
