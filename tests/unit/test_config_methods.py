"""Names of scoring methods in the config: the nearest one is shown, and a user's own file is taken."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from resig.config import ConfigError, complete_config, load_schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


def config_with(methods: list[str]) -> dict[str, Any]:
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    config["scoring"]["bulk"] = methods
    return config


def test_a_misspelt_method_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(ConfigError, match=r"'sinscore' is not one of zmean, .*; did you mean 'singscore'\?"):
        complete_config(config_with(["zmean", "sinscore"]), SCHEMA)


def test_a_file_of_ones_own_is_taken_where_it_exists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    own = tmp_path / "detection.py"
    with pytest.raises(ConfigError, match=r"scoring\.bulk: file '.*detection\.py' does not exist"):
        complete_config(config_with(["zmean", str(own)]), SCHEMA)
    own.write_text("", encoding="utf-8")
    filled = complete_config(config_with(["zmean", str(own)]), SCHEMA)
    assert filled["scoring"]["bulk"] == ["zmean", str(own)]
    assert filled["scoring"]["cell_null"] is False and filled["scoring"]["scored_h5ad"] is False
