"""What several files say must be the same: lock and environments, schema and its description, registry and schema."""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from conftest import ROOT

from resig.config import load_schema
from resig.scoring import METHODS


def locked() -> set[tuple[str, str]]:
    text = (ROOT / "requirements.lock").read_text()
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==([^ ;\\]+)", text, flags=re.M))


def test_the_conda_environment_has_the_pins_of_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "workflow/envs/resig.yaml").read_text())
    pins = {tuple(pin.split("==")) for pin in environment["dependencies"][-1]["pip"]}
    assert pins <= locked()
    wanted = re.findall(
        r'^  "([a-z0-9]+)', (ROOT / "pyproject.toml").read_text().split("[project.optional")[0], flags=re.M
    )
    assert {name for name, _ in pins} >= set(wanted)


def test_every_locked_package_has_hashes_and_no_file_names_a_package_index() -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text())
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    index = re.compile(r"--(extra-)?index-url|--find-links|py" + r"pi\.org|python" + "hosted")
    files = [
        path
        for path in ROOT.rglob("*")
        if path.suffix in {".toml", ".lock", ".yaml", ".cfg"} or path.name == "Makefile"
    ]
    own = [path for path in files if ".venv" not in path.parts and ".snakemake" not in path.parts]
    assert [str(path) for path in own if index.search(path.read_text(errors="replace"))] == []


def keys(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for key, part in schema.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        yield here, part
        yield from keys(part, here)
        if isinstance(part.get("additionalProperties"), dict):
            yield from keys(part["additionalProperties"], f"{here}.<name>")


def test_each_key_of_the_schema_is_described_in_schema_and_readme() -> None:
    schema = load_schema(ROOT / "workflow/schemas/config.schema.yaml")
    rows = dict(
        re.findall(r"^\| `([^`]+)` \| [^|]*\| ([^|]+) \|$", (ROOT / "config/README.md").read_text(), flags=re.M)
    )
    assert list(rows) == [path for path, _ in keys(schema)]
    for path, part in keys(schema):
        assert rows[path].startswith(part["description"])


def test_optional_keys_have_defaults() -> None:
    schema = load_schema(ROOT / "workflow/schemas/config.schema.yaml")

    def optional(node: dict[str, Any]) -> Iterator[str]:
        for key, part in node.get("properties", {}).items():
            if key not in node.get("required", []) and "default" not in part and key != "pathvars":
                yield key
            yield from optional(part)
            if isinstance(part.get("additionalProperties"), dict):
                yield from optional(part["additionalProperties"])

    assert list(optional(schema)) == []


def test_each_method_of_the_schema_is_registered_and_the_other_way_round() -> None:
    scoring = load_schema(ROOT / "workflow/schemas/config.schema.yaml")["properties"]["scoring"]["properties"]
    offered = {name for kind in ("bulk", "single_cell") for name in scoring[kind]["items"]["anyOf"][0]["enum"]}
    assert offered == set(METHODS)
