"""What deploys the workflow names what exists: rules in the Slurm profile, files in the Dockerfile, targets in CI."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT

from resig import __version__

PROFILE: dict[str, Any] = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text())
RULES = {
    rule
    for path in (ROOT / "workflow/rules").glob("*.smk")
    for rule in re.findall(r"^rule (\w+):", path.read_text(), flags=re.M)
}


def test_the_slurm_profile_names_rules_that_exist_and_no_site() -> None:
    named = {*PROFILE["set-resources"], *PROFILE["groups"]}
    assert named <= RULES
    assert set(PROFILE["groups"].values()) == set(PROFILE["group-components"])
    text = (ROOT / "profiles/slurm/config.yaml").read_text()
    assert not re.search(r"^\s*slurm_(partition|account)", text, flags=re.M)


def test_what_holds_in_the_default_profile_holds_on_slurm_too() -> None:
    default = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text())
    assert default.items() <= PROFILE.items()


def test_each_retry_asks_for_more() -> None:
    class Input:
        size_mb = 100.0

    for asked in (PROFILE["default-resources"], *PROFILE["set-resources"].values()):
        for name, amount in asked.items():
            if name == "turn":
                continue
            text = str(amount).split("#")[0]
            tries = [eval(text, {"attempt": attempt, "input": Input, "max": max, "min": min}) for attempt in (1, 2, 3)]  # noqa: S307
            assert tries[0] < tries[1] < tries[2], (name, amount)


def test_the_image_holds_what_a_run_reads() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+) ", dockerfile, flags=re.M)
    assert all((ROOT / path).exists() for path in copied)
    assert {"requirements.lock", "Snakefile", "config", "profiles", "resources", "workflow"} <= set(copied)
    assert "--require-hashes -r /tmp/requirements.lock" in dockerfile
    python = re.search(r"FROM python:(3\.\d+)", dockerfile)
    assert python is not None
    assert python[1] in (ROOT / ".github/workflows/ci.yml").read_text()


def test_github_runs_what_ci_runs() -> None:
    steps = (ROOT / ".github/workflows/ci.yml").read_text()
    for command in re.findall(r"run: (?:sudo env \S+ \S+ )?((?:bash )?\S+/\S+)", steps):
        assert (ROOT / command.removeprefix("bash ")).exists(), command
    assert "bash .ci/run" in steps
    assert set(re.findall(r'"(3\.\d+)"', steps.split("steps:")[0])) == {"3.11", "3.12", "3.13"}


def test_the_version_is_the_same_everywhere_and_has_notes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
    assert newest is not None and {project, citation, newest[1]} == {__version__}
    assert f'tag="v{__version__}"' in (ROOT / "README.md").read_text()


def test_a_tag_publishes_the_notes_of_its_version_alone(tmp_path: Path) -> None:
    steps = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]["release"]["steps"]
    (take,) = (step["run"] for step in steps if "CHANGELOG" in step.get("run", ""))
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.2.0\n\n- New.\n\n## 0.1.0\n\n- First.\n")
    for tag, notes in {"v0.2.0": "- New.", "v0.1.0": "- First.", "v0.1": None}.items():
        done = subprocess.run(["bash", "-ec", take], cwd=tmp_path, env={"GITHUB_REF_NAME": tag}, capture_output=True)
        assert (done.returncode == 0) == (notes is not None)
        if notes:
            assert (tmp_path / "notes.md").read_text().strip() == notes
