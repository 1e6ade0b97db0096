"""Public cohorts with resistance labels: the manifest (resources/cohorts/cohorts.tsv), and its rules.

A cohort is verified where its files, the column of its labels and their levels could be read on public pages that the
manifest names; it then has a config of its own in config/examples. All others say what could not be found.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from resig.errors import ResigError, nearest

Row = dict[str, str]
ALWAYS = ("id", "document", "drug", "cancer", "what", "url", "evidence")
VERIFIED = (
    *("matrix", "labels", "column", "resistant", "sensitive", "label_meaning", "platform", "n", "licence"),
    "citation",
)
COUNTS = ("n", "n_resistant", "n_sensitive")
COLUMNS = (
    *("id", "document", "drug", "cancer", "what", "accession", "url", "matrix", "labels", "column", "resistant"),
    *("sensitive", "only", "label_meaning", "platform", "n", "n_resistant", "n_sensitive", "licence", "citation"),
    *("sha256", "verified", "evidence", "not_verified"),
)
CONTINUOUS = ("high", "low")  # levels of a label that is a number: what a high and a low one stand for


def read_cohorts(path: str | os.PathLike[str]) -> list[Row]:
    """Read the manifest: TABs, no quotes, one row a cohort."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    header = tuple(lines[0].split("\t"))
    if header != COLUMNS:
        raise ResigError(f"columns are {', '.join(header)}", where=str(path), todo=f"expected {', '.join(COLUMNS)}")
    rows = [line.split("\t") for line in lines[1:]]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(COLUMNS):
            raise ResigError(f"row {number} has {len(row)} fields", where=str(path), todo=f"{len(COLUMNS)} are needed")
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def chosen_cohorts(asked: Any, rows: Sequence[Row]) -> list[str]:
    """Return the ids that `--config cohorts=ID,ID` names; `all` stands for every verified one."""
    if asked is None or asked == "":
        return []
    verified = [row["id"] for row in rows if row["verified"] == "yes"]
    given = asked if isinstance(asked, list) else str(asked).split(",")
    names = [str(each).strip() for each in given]
    if names == ["all"]:
        return verified
    known = {row["id"]: row for row in rows}
    for name in names:
        if name not in known:
            hint = nearest(name, verified, "verified cohorts")
            raise ResigError(f"there is no cohort '{name}'", where="cohorts", todo=hint)
        if name not in verified:
            raise ResigError(
                f"'{name}' is not verified ({known[name]['not_verified']})",
                where="cohorts",
                todo=f"write a config of your own for it; verified: {', '.join(verified)}",
            )
    return list(dict.fromkeys(names))


def refuse_offline(cohorts: Sequence[str], missing: Sequence[str], downloads: str) -> None:
    """Say in one line that nothing can be fetched."""
    if missing:
        raise ResigError(
            f"{len(missing)} files of {', '.join(cohorts)} are not here, and nothing is fetched (offline)",
            where="cohorts",
            todo=f"put them into '{downloads}' by hand ({', '.join(missing)}), or run where there is a network",
        )


def list_cohorts(rows: Sequence[Row]) -> str:
    """Return the cohorts as text for the terminal."""
    lines = ["Public cohorts with resistance labels (resources/cohorts/cohorts.tsv)"]
    for document in dict.fromkeys(row["document"] for row in rows):
        lines += ["", document]
        for row in (row for row in rows if row["document"] == document):
            state = "ready" if row["verified"] == "yes" else "not verified"
            lines += [f"  {row['id']} ({state}; {row['drug']}; {row['cancer']})", f"      {row['what']}"]
            if row["not_verified"]:
                lines.append(f"      not verified: {row['not_verified']}")
    lines += ["", "Run those that are ready: snakemake cohorts --cores 4 --config cohorts=ID,ID (or cohorts=all)"]
    return "\n".join(lines)


def answers_of(verdicts: str | os.PathLike[str]) -> str:
    """Count the verdicts of each contrast, for the terminal."""
    import pandas as pd

    table = pd.read_csv(verdicts, sep="\t", usecols=["dataset", "contrast", "verdict"])
    lines = []
    for (dataset, contrast), group in table.groupby(["dataset", "contrast"], sort=False):
        counts = group["verdict"].value_counts()
        lines.append(f"{dataset}, {contrast}: {', '.join(f'{n} {verdict}' for verdict, n in counts.items())}")
    return "\n".join([*lines, f"All answers: {Path(verdicts).with_suffix('.html')}"])


# --- lint ---


Path_ = str | os.PathLike[str]


def lint_cohorts(path: Path_, examples: Path_, schema: Path_, documents: Sequence[str]) -> Iterator[str]:
    """Say what is wrong with the manifest, and where it and the configs differ."""
    rows, folder = read_cohorts(path), Path(examples)
    for name, n in Counter(row["id"] for row in rows).items():
        if n > 1:
            yield f"{path}: {name} stands there {n} times"
    for number, row in enumerate(rows, start=2):
        where = f"{path}:{number}: {row['id']}"
        yield from (f"{where}: {problem}" for problem in _row_problems(row, documents))
        example = folder / f"{row['id']}.yaml"
        if example.exists() != (row["verified"] == "yes"):
            there = "is" if example.exists() else "is not"
            yield f"{where}: verified is '{row['verified']}', and {example} {there} there"
        elif example.exists():
            yield from (f"{example}: {problem}" for problem in _config_problems(row, example, schema))
    known = {row["id"] for row in rows}
    yield from (f"{each}: no row of {path}" for each in sorted(folder.glob("*.yaml")) if each.stem not in known)


def _row_problems(row: Row, documents: Sequence[str]) -> Iterator[str]:
    needed = (*ALWAYS, *(VERIFIED if row["verified"] == "yes" else ("not_verified",)))
    yield from (f"{column} is empty" for column in needed if not row[column])
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_]*", row["id"]):
        yield "an id has letters, digits and _ only"
    if row["document"] not in documents:
        yield f"there is no document '{row['document']}'"
    if row["verified"] not in ("yes", "no"):
        yield f"verified is '{row['verified']}', neither yes nor no"
    if not row["url"].startswith("https://"):
        yield f"url '{row['url']}' is no https address"
    yield from (f"{column} is no number" for column in COUNTS if not re.fullmatch(r"\d*", row[column]))
    n, resistant, sensitive = (int(row[column]) if row[column].isdigit() else 0 for column in COUNTS)
    if n < resistant + sensitive:
        yield "more samples in the arms than there are"
    sums = listed(row["sha256"])
    yield from (f"sha256 '{each}' is no checksum" for each in sums if not re.fullmatch("[0-9a-f]{64}", each))
    if set(listed(row["resistant"])) & set(listed(row["sensitive"])):
        yield "a level stands in both arms"


def _config_problems(row: Row, example: Path, schema: str | os.PathLike[str]) -> Iterator[str]:
    import yaml

    from resig.config import ConfigError, complete_config, load_schema

    config = yaml.safe_load(example.read_text(encoding="utf-8"))
    try:
        complete_config(config, load_schema(schema), [example])
    except ConfigError as wrong:
        yield from wrong.problems
        return
    if list(config["datasets"]) != [row["id"]]:
        yield f"its dataset is not called {row['id']}"
        return
    spec = config["datasets"][row["id"]]
    matrix = spec["matrix"]
    if (list(matrix.values()) if isinstance(matrix, Mapping) else [matrix]) != listed(row["matrix"]):
        yield "its matrix is not that of the manifest"
    asked = {column: [str(level) for level in levels] for column, levels in (spec.get("only") or {}).items()}
    if asked != only_of(row):
        yield "its `only` is not that of the manifest"
    for name, contrast in config["contrasts"].items():
        if not name.startswith(f"{row['id']}_"):
            yield f"contrast {name} does not begin with {row['id']}_"
        yield from (f"contrast {name}: {problem}" for problem in _contrast_problems(row, contrast))


def _contrast_problems(row: Row, contrast: Mapping[str, Any]) -> Iterator[str]:
    if "continuous" in contrast:
        told = contrast["continuous"]
        way = CONTINUOUS if told["higher_means"] == "resistant" else CONTINUOUS[::-1]
        same = told["column"] == row["column"] and way == (row["resistant"], row["sensitive"])
    else:
        told = contrast["groups"]
        arms = {arm: [str(level) for level in told[arm]] for arm in ("resistant", "sensitive")}
        same = told["column"] == row["column"] and all(levels == listed(row[arm]) for arm, levels in arms.items())
    if not same:
        yield "its column or levels are not those of the manifest"


def listed(cell: str) -> list[str]:
    """Return the parts of a cell."""
    return [part for part in cell.split("|") if part]


def only_of(row: Row) -> dict[str, list[str]]:
    """Return the part of the cohort that is used: column and levels."""
    column, _, levels = row["only"].partition("=")
    return {column: listed(levels)} if column else {}
