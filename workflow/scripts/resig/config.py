"""The user's config: checked as a whole, defaults filled in, every problem in one line of its own."""

import copy
import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from resig.assays.spread import RNA, TABLES, assay_problems, told_at_home, with_assays
from resig.config_alterations import alteration_problems
from resig.config_contrasts import no_column, shape_problems, table_problems
from resig.errors import ResigError, nearest
from resig.intake.labels import Labels
from resig.intake.remote import archive_here, files_of, is_brought, problem_with, sum_problems
from resig.intake.several import parts_of
from resig.intake.who import know, says_more
from resig.space.tissue import space_problems

Json = Any
KEYWORDS = {
    "string": "text",
    "object": "a block of keys",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}
OWN_FOLDERS = ("signatures", "summary")


def complete_config(
    config: Mapping[str, Json],
    schema: Mapping[str, Json],
    files: Iterable[str | os.PathLike[str]] = (),
    locate: Callable[[str], str] = str,
) -> dict[str, Json]:
    """Return the config with defaults filled in; raise `ConfigError` with one line for each problem.

    `files` are the YAML files it came from, for line numbers; `locate` finds the file that a path means.
    """
    lines = _line_numbers(files)
    problems = list(_name_problems(config, ())) or list(_schema_problems(config, schema))
    if not problems:
        filled, blank = fill(config, schema), blank_dataset(schema)
        problems = list(assay_problems(filled["datasets"], blank))
        problems += told_at_home(_cross_problems(with_assays(filled, blank, (*RNA, *TABLES)), locate), filled)
    named = [f"{_place(path, lines, config)}: {text}" for path, text in problems]
    twice = [line for file in files for line in duplicate_keys(file)]
    if named or twice:
        raise ConfigError(twice + named)
    return with_assays(fill(config, schema), blank_dataset(schema))


def refuse_late_problems(config: Mapping[str, Json], dataset: str, located: Mapping[str, str]) -> None:
    """Check what waited for a dataset's files from the web: its columns, and the contrasts that ask for it."""
    spec = config["datasets"][dataset]
    if not any(is_brought(named) for _, named in files_of(spec)):
        return
    labels: dict[str, Labels] = {}
    problems = list(_dataset_problems(dataset, spec, labels, lambda path: located.get(path, path)))
    for name, contrast in config["contrasts"].items():
        if dataset in contrast["datasets"]:
            problems += _contrast_problems(name, contrast | {"datasets": [dataset]}, {dataset: spec}, labels)
    if problems:
        raise ResigError("; ".join(f"{'.'.join(map(str, path))}: {text}" for path, text in problems), where="config")


def config_to_describe(
    asked: Mapping[str, str], schema: Mapping[str, Json], locate: Callable[[str], str]
) -> dict[str, Json]:
    """Return the config of `snakemake describe`: no dataset, all defaults; refuse files that are not there."""
    problems = [
        problem_with(path) or f"file '{path}' does not exist; {_nearest_file(path)}"
        for path in asked.values()
        if problem_with(path) or not (is_brought(path) or Path(locate(path)).exists())
    ]
    if problems:
        raise ConfigError(problems)
    return fill({"datasets": {}}, schema)


def folder_of_downloads(config: Mapping[str, Json], schema: Mapping[str, Json]) -> str:
    """Return the folder of downloads, also of a config that is not checked yet."""
    given = config.get("downloads")
    folder = given.get("folder") if isinstance(given, Mapping) else None
    default = schema["properties"]["downloads"]["properties"]["folder"]["default"]
    return folder if isinstance(folder, str) and folder else default


class ConfigError(ResigError):
    """All problems of a config, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(f"ERROR: {problem}" for problem in self.problems)


def load_schema(path: str | os.PathLike[str]) -> dict[str, Json]:
    """Read the JSON schema (kept as YAML)."""
    return yaml.load(Path(path).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def blank_dataset(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Return a dataset in which every key that has a default carries it."""
    return fill({}, schema["properties"]["datasets"]["additionalProperties"])


def fill(value: Json, schema: Mapping[str, Json]) -> Json:
    """Return a copy of `value` in which every key left out, or left empty, carries the schema's default."""
    if value is None and "default" in schema:
        value = copy.deepcopy(schema["default"])
    if not isinstance(value, Mapping):
        return value
    known = schema.get("properties", {})
    filled = {key: fill(value.get(key), part) for key, part in known.items() if key in value or "default" in part}
    other = schema.get("additionalProperties")
    rest = {
        key: fill(part, other) if isinstance(other, Mapping) else part
        for key, part in value.items()
        if key not in known
    }
    return filled | rest


# --- what the schema says ---

Path_ = tuple[str | int, ...]


def _name_problems(value: Json, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Find names that YAML reads as something other than text, such as 2023, NO or a date."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                yield (*path, key), f"YAML reads the name '{key}' as {_kind_of(key)}, not as text; put it in quotes"
            yield from _name_problems(part, (*path, key))


def _schema_problems(config: Mapping[str, Json], schema: Mapping[str, Json]) -> Iterator[tuple[Path_, str]]:
    from jsonschema import Draft202012Validator

    errors = sorted(
        Draft202012Validator(schema).iter_errors(_no_blanks(config, schema)),
        key=lambda error: list(map(str, error.path)),
    )
    for error in errors:
        path = tuple(error.path)
        match error.validator:
            case "additionalProperties":
                known = error.schema["properties"]
                for key in sorted(set(error.instance) - set(known), key=str):
                    yield (*path, key), f"unknown key '{key}'; {nearest(key, known, 'known keys')}"
            case "required":
                # One error for each missing key; only its message says which.
                key = next(each for each in error.validator_value if error.message.startswith(f"'{each}'"))
                about = error.schema["properties"][key].get("description", "")
                yield path, f"key '{key}' is missing" + (f"; it says: {about}" if about else "")
            case "pattern":
                yield (
                    (*path, error.instance),
                    (
                        f"name '{error.instance}' has characters that cannot stand in a file name; "
                        f"use letters, digits, '_', '-' and '.', such as '{_safe_name(error.instance)}'"
                    ),
                )
            case "enum":
                if isinstance(error.instance, bool):
                    yield path, _type_problem(error.instance, "string")
                    continue
                allowed = error.validator_value
                hint = nearest(error.instance, allowed, "allowed")
                yield path, f"'{error.instance}' is not one of {', '.join(allowed)}; {hint}"
            case "anyOf":
                allowed = next(part["enum"] for part in error.validator_value if "enum" in part)
                hint = nearest(error.instance, allowed, "allowed")
                yield path, f"'{error.instance}' is not one of {', '.join(allowed)}, nor a .py file; {hint}"
            case "type":
                yield path, _type_problem(error.instance, error.validator_value)
            case "minProperties" | "minItems":
                yield path, "is empty; at least one entry is needed"
            case _:
                yield path, f"{error.message}; {error.schema.get('description', '')}".strip("; ")


def _type_problem(value: Json, wanted: str | list[str]) -> str:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    expected = " or ".join(KEYWORDS.get(kind, f"a {kind}") for kind in kinds)
    if isinstance(value, bool) and "boolean" not in kinds:
        return f"YAML reads this word (yes, no, on, off, true, false) as {str(value).lower()}; put it in quotes"
    if value is None:
        return f"is empty; expected {expected}"
    return f"'{value}' is {_kind_of(value)}; expected {expected}"


def _kind_of(value: Json) -> str:
    kinds: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        (Mapping, "a block of keys"),
        (datetime.date, "a date"),
    ]
    return next((name for kind, name in kinds if isinstance(value, kind)), "a list")


def _no_blanks(value: Json, schema: Mapping[str, Json]) -> Json:
    """Drop known keys that are written but left empty: they take their default like keys left out."""
    if not isinstance(value, Mapping):
        return value
    known, other = schema.get("properties", {}), schema.get("additionalProperties")
    inside = other if isinstance(other, Mapping) else {}
    return {
        key: _no_blanks(part, known.get(key, inside))
        for key, part in value.items()
        if part is not None or key not in known
    }


def _safe_name(name: str) -> str:
    return (
        "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_.-") else "_" for letter in name).strip(
            "_.-"
        )
        or "my_data"
    )


# --- what only the data can say ---


def _cross_problems(config: Mapping[str, Json], locate: Callable[[str], str]) -> Iterator[tuple[Path_, str]]:
    labels: dict[str, Labels] = {}
    for collection in config["signatures"]["collections"]:
        if collection != "resistance" and not Path(collection).is_file():
            hint = nearest(collection, ["resistance"], "shipped collection")
            yield (
                ("signatures", "collections"),
                f"'{collection}' is neither a shipped collection nor a file; {hint}",
            )
    for kind in ("bulk", "single_cell"):
        for position, method in enumerate(config["scoring"][kind]):
            if method.endswith(".py") and not Path(locate(method)).is_file():
                yield (
                    ("scoring", kind, position),
                    f"file '{method}' does not exist; {_nearest_file(method)}",
                )
    for name, dataset in config["datasets"].items():
        yield from _dataset_problems(name, dataset, labels, locate)
    for name, contrast in config["contrasts"].items():
        yield from _contrast_problems(name, contrast, config["datasets"], labels)
    yield from _gsea_problems(config["gsea"], config["contrasts"], locate)


def _dataset_problems(
    name: str, dataset: Mapping[str, Json], labels: dict[str, Labels], locate: Callable[[str], str]
) -> Iterator[tuple[Path_, str]]:
    here = ("datasets", name)
    missing = False
    if name in OWN_FOLDERS:
        yield here, f"the name '{name}' is kept for a folder of the results; choose another one"
    files = [(key, dataset[key]) for key in ("metadata", "probes")]
    try:
        files = [*(("matrix", path) for path in parts_of(dataset["matrix"]).values()), *files]
    except ResigError as error:
        missing = True
        yield (*here, "matrix"), str(error)
    for key, path in files:
        problem = problem_with(path) if path is not None else None
        if problem:
            missing = True
            yield (*here, key), problem
        elif path is not None and (archive := archive_here(path)) and not Path(locate(archive)).is_file():
            missing = True
            yield (*here, key), f"file '{archive}' does not exist; {_nearest_file(archive)}"
        elif path is not None and is_brought(path):
            missing = missing or not Path(locate(path)).exists()  # checked again as soon as it is there
        elif path is not None and not Path(locate(path)).exists():
            missing = True
            yield (*here, key), f"file '{path}' does not exist; {_nearest_file(path)}"
    yield from (((*here, "sha256"), problem) for problem in sum_problems(dataset))
    yield from (((*here, *path), text) for path, text in alteration_problems(dataset, locate, _nearest_file))
    if dataset["kind"] == "bulk" and dataset["cell_type"] is not None:
        yield (*here, "cell_type"), "has no meaning for kind: bulk; remove it, or set kind: single_cell"
    if missing:
        return
    try:
        if dataset["metadata"] is None and not says_more(dataset, locate):
            yield here, f"key 'metadata' is missing; {_wanted_table(dataset)}"
            return
        labels[name] = know(dataset, locate).labels
    except ResigError as error:
        about_table = dataset["metadata"] and error.where in (dataset["metadata"], locate(dataset["metadata"]))
        yield (*here, "metadata" if about_table else "matrix"), str(error)
        return
    for word, types in dataset["contexts"].items():
        yield from _context_problems((*here, "contexts", word), types, dataset, labels[name])
    yield from (((*here, "space", key), text) for key, text in space_problems(dataset, labels[name], locate))
    for key in ("sample", "cell_type", "batch", "purity"):
        column = dataset.get(key)
        optional = dataset["kind"] == "bulk" and key == "sample" and dataset["metadata"] is None
        if column is not None and column not in labels[name].columns and not optional:
            yield (*here, key), no_column(column, labels[name])
        elif column is not None and key == "purity":
            yield from _not_numbers((*here, key), column, labels[name])


def _not_numbers(here: Path_, column: str, labels: Labels) -> Iterator[tuple[Path_, str]]:
    for level in labels.levels(column):
        try:
            float(level)
        except ValueError:
            if level.strip().lower() not in ("", "na", "nan"):
                yield here, f"'{level}' in column '{column}' of {labels.source} is not a number"
                return


def _context_problems(
    here: Path_, types: Sequence[str], dataset: Mapping[str, Json], table: Labels
) -> Iterator[tuple[Path_, str]]:
    column = dataset["cell_type"]
    if column is None:
        yield here, "names cell types, but the dataset has none; name its cell_type column"
    elif column in table.columns:
        present = table.levels(column)
        for each in types:
            if each not in present:
                hint = nearest(each, present, "cell types there")
                yield here, f"cell type '{each}' never occurs in column '{column}' of {table.source}; {hint}"


def _contrast_problems(
    name: str, contrast: Mapping[str, Json], datasets: Mapping[str, Json], labels: Mapping[str, Labels]
) -> Iterator[tuple[Path_, str]]:
    here: Path_ = ("contrasts", name)
    shape = list(shape_problems(contrast))
    yield from (((*here, *path), text) for path, text in shape)
    if any(not path for path, _ in shape):  # no question, or several: what it asks for cannot be looked up
        return
    for position, dataset in enumerate(contrast["datasets"]):
        if dataset not in datasets:
            yield (
                (*here, "datasets", position),
                f"there is no dataset '{dataset}'; {nearest(dataset, datasets, 'datasets')}",
            )
            continue
        table = labels.get(dataset)
        if table is None:
            continue
        for path, text in table_problems(contrast, datasets[dataset], table):
            yield (*here, *path), text
        wanted = contrast["cell_types"]
        column = datasets[dataset]["cell_type"]
        if isinstance(wanted, list) and column is None:
            yield (*here, "cell_types"), f"dataset '{dataset}' has no cell types; name its cell_type column, or say all"
        if isinstance(wanted, list) and column in table.columns:
            types = table.levels(column)
            for each in wanted:
                if each not in types:
                    yield (
                        (*here, "cell_types"),
                        (
                            f"cell type '{each}' never occurs in column '{column}' of {table.source}; "
                            f"{nearest(each, types, 'cell types there')}"
                        ),
                    )


def _wanted_table(dataset: Mapping[str, Json]) -> str:
    if dataset["kind"] == "bulk":
        return "a text matrix needs a table of its samples"
    return (
        "this matrix does not say which sample a cell is from: name a table of its cells, or write the sample before "
        f"the file, as in matrix: {{my_sample: {dataset['matrix']}}}"
    )


def _gsea_problems(
    gsea: Mapping[str, Json], contrasts: Mapping[str, Json], locate: Callable[[str], str]
) -> Iterator[tuple[Path_, str]]:
    for position, name in enumerate(gsea["sets"]):
        if Path(name).suffix and not Path(locate(name)).is_file():
            yield ("gsea", "sets", position), f"file '{name}' does not exist; {_nearest_file(name)}"
    if gsea["min_size"] > gsea["max_size"]:
        yield (
            ("gsea", "min_size"),
            f"{gsea['min_size']} is more than max_size, {gsea['max_size']}; no set could be tested",
        )
    if isinstance(gsea["contrasts"], str) and gsea["contrasts"] != "all":
        yield ("gsea", "contrasts"), f"'{gsea['contrasts']}' is text; expected a list of contrasts, or all"
        return
    for position, name in enumerate([] if gsea["contrasts"] == "all" else gsea["contrasts"]):
        here = ("gsea", "contrasts", position)
        if name not in contrasts:
            yield here, f"there is no contrast '{name}'; {nearest(name, contrasts, 'contrasts')}"
        elif not (contrasts[name].get("groups") or contrasts[name].get("trend")):
            yield here, f"contrast '{name}' has neither groups nor a trend; genes are ranked for these two only"


def _nearest_file(path: str) -> str:
    folder = Path(path).parent
    if path.startswith("resources/demo/") and not folder.is_dir():
        return "the demo's data come with a clone of resig, not with a module: name files of your own"
    if not folder.is_dir():
        return f"its folder '{folder}' does not exist either (paths are relative to {Path.cwd()})"
    return nearest(Path(path).name, [each.name for each in folder.iterdir()], f"files in '{folder}'")


# --- where it stands in the file ---


def _line_numbers(files: Iterable[str | os.PathLike[str]]) -> dict[Path_, str]:
    """Map each key path to `file line N`; later files win, as they do in Snakemake."""
    lines: dict[Path_, str] = {}
    for file in files:
        try:
            node = yaml.compose(Path(file).read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError, UnicodeDecodeError):
            continue
        name = _short(file)
        lines[()] = name
        if node is not None:
            lines.update((path, f"{name} line {line}") for path, line in _walk(node, ()))
    return lines


def _walk(node: yaml.Node, path: Path_) -> Iterator[tuple[Path_, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, _as_read(key))
            yield here, key.start_mark.line + 1
            yield from _walk(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield (*path, position), value.start_mark.line + 1
            yield from _walk(value, (*path, position))


def _as_read(key: yaml.Node) -> Json:
    """Return a key as YAML reads it: NO is False, 2023 is a number."""
    return key.value if key.tag.endswith((":str", ":merge")) else yaml.safe_load(key.value)


def duplicate_keys(file: str | os.PathLike[str]) -> list[str]:
    """Name the keys that a YAML file gives twice; YAML keeps only the last of them."""
    try:
        node = yaml.compose(Path(file).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return []
    seen: set[Path_] = set()
    again: set[Path_] = set()
    problems = []
    for path, line in _walk(node, ()) if node is not None else ():
        if path in seen and path[:-1] not in again:
            dotted = ".".join(map(str, path))
            problems.append(f"{_short(file)} line {line}: key '{dotted}' stands there twice; keep one of them")
        if path in seen or path[:-1] in again:
            again.add(path)
        seen.add(path)
    return problems


def _short(file: str | os.PathLike[str]) -> str:
    path = Path(file).absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _place(path: Path_, lines: Mapping[Path_, str], config: Json) -> str:
    """Say where a problem is: file, line and keys; positions in a list are left out."""
    named = []
    for part in path:
        if not isinstance(config, list):
            named.append(str(part))
        try:
            config = config[part]
        except (KeyError, IndexError, TypeError):
            config = None
    dotted = ".".join(named) or "config"
    known = next((lines[path[:depth]] for depth in range(len(path), -1, -1) if path[:depth] in lines), "")
    return f"{known}: {dotted}" if known else f"config: {dotted}"
