"""What deploys the workflow names what exists: rules in the Slurm profile, files in the Dockerfile, targets in CI."""

import re
from typing import Any

import yaml
from conftest import ROOT

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
