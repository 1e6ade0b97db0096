"""What the tables of samples say about the contrasts of a config: columns, levels, numbers, confounding."""

from collections.abc import Iterator, Mapping
from typing import Any

from resig.errors import ResigError, nearest
from resig.inference import KINDS
from resig.inference.confounding import ConfoundedError, refuse_confounded
from resig.intake.labels import Labels

PHENOTYPES = {"continuous": ("column",), "survival": ("time", "event")}
Path = tuple[str | int, ...]
Problem = tuple[Path, str]


def shape_problems(contrast: Mapping[str, Any]) -> Iterator[Problem]:
    """Find what no table is needed to see."""
    asked = [kind for kind in KINDS if contrast[kind] is not None]
    if len(asked) != 1:
        found = f"asks {' and '.join(asked)} at once" if asked else "asks nothing"
        yield (), f"{found}; exactly one of {', '.join(KINDS)} is needed"
        return
    if groups := contrast["groups"]:
        both = sorted({str(level) for level in groups["resistant"]} & {str(level) for level in groups["sensitive"]})
        if both:
            yield ("groups",), f"level '{both[0]}' stands in both arms; a sample can be in one arm only"
    if isinstance(contrast["cell_types"], str) and contrast["cell_types"] != "all":
        yield ("cell_types",), f"'{contrast['cell_types']}' is text; expected a list of cell types, or all"
    if asked[0] in PHENOTYPES and contrast["pair_by"] is not None:
        yield ("pair_by",), f"has no meaning for {asked[0]}: each sample has its own; use block_by, or leave it out"
    seen: dict[str, Path] = {}
    for path, column in columns_of(contrast):
        if column in seen:
            yield path, f"'{column}' stands under {'.'.join(map(str, seen[column]))} already; name it once"
        seen.setdefault(column, path)


def table_problems(contrast: Mapping[str, Any], dataset: Mapping[str, Any], table: Labels) -> Iterator[Problem]:
    """Find what does not fit the samples of one dataset."""
    missing = False
    for path, column in columns_of(contrast):
        if column == "sample" != dataset["sample"]:
            yield path, f"'sample' is what resig calls its sample ids; rename that column of {table.source}"
        if column not in table.columns:
            missing = True
            yield path, no_column(column, table)
    if missing:
        return
    for path, column, level in _levels(contrast):
        present = table.levels(column)
        if level not in present:
            hint = nearest(level, present, "levels there")
            yield path, f"level '{level}' never occurs in column '{column}' of {table.source}; {hint}"
    yield from _phenotypes(contrast, table)
    for position, covariate in enumerate(contrast["covariates"]):
        if not isinstance(covariate, str) and covariate["kind"] == "numbers":
            odd = next((level for level in table.levels(covariate["column"]) if not _is_number(level)), None)
            if odd is not None:
                yield (
                    ("covariates", position),
                    f"column '{covariate['column']}' of {table.source} has '{odd}', which is no number; "
                    "say kind: levels, or correct it",
                )
    if dataset["kind"] == "bulk":  # the metadata of cells are long, and some of it may differ within a sample
        yield from _confounding(contrast, dataset, table)


def columns_of(contrast: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """List the columns that a contrast names, with the key that names each."""
    for kind in ("groups", "trend", "continuous"):
        if contrast[kind]:
            yield (kind, "column"), contrast[kind]["column"]
    if contrast["survival"]:
        yield from ((("survival", key), contrast["survival"][key]) for key in ("time", "event"))
    for key in ("pair_by", "block_by"):
        if contrast[key] is not None:
            yield (key,), contrast[key]
    for position, covariate in enumerate(contrast["covariates"]):
        yield ("covariates", position), covariate if isinstance(covariate, str) else covariate["column"]


def no_column(column: str, table: Labels) -> str:
    """Say that a column is not there, and which one is nearest."""
    return f"there is no column '{column}' in {table.source}; {nearest(column, table.columns, 'columns there')}"


def _phenotypes(contrast: Mapping[str, Any], table: Labels) -> Iterator[Problem]:
    """Read the numbers, times and events that a contrast asks about, for the sake of what is wrong with them."""
    asked = [(kind, part) for kind, parts in PHENOTYPES.items() if contrast[kind] for part in parts]
    if not asked:
        return
    from resig.inference import phenotypes

    read = {"column": phenotypes.numbers, "time": phenotypes.times, "event": phenotypes.events}
    for kind, part in asked:
        column = contrast[kind][part]
        try:
            phenotypes.check(read[part], column, table.levels(column), table.source)
        except ResigError as problem:
            yield (kind, part), str(problem)


def _levels(contrast: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    if groups := contrast["groups"]:
        for arm in ("resistant", "sensitive"):
            for level in groups[arm]:
                yield ("groups", arm), groups["column"], str(level)
    if trend := contrast["trend"]:
        for level in trend["order"]:
            yield ("trend", "order"), trend["column"], str(level)


def _confounding(contrast: Mapping[str, Any], dataset: Mapping[str, Any], table: Labels) -> Iterator[Problem]:
    """Refuse arms or levels that a batch, block or covariate of levels tells apart by itself."""
    asked = contrast["groups"] or contrast["trend"]
    if not asked:
        return
    if contrast["groups"]:
        order = ["resistant", "sensitive"]
        arm_of = {str(level): arm for arm in order for level in asked[arm]}
    else:
        order = [str(level) for level in asked["order"]]
        arm_of = {level: level for level in order}
    arms = [arm_of.get(level, "") for level in table.load(asked["column"])]
    named = {column: path for path, column in columns_of(contrast) if path[0] in ("block_by", "covariates")}
    if dataset["batch"] in table.columns:
        named.setdefault(dataset["batch"], (next(kind for kind in KINDS if contrast[kind]),))
    as_levels = {each["column"] for each in contrast["covariates"] if not isinstance(each, str)}
    for column, path in named.items():
        if column == asked["column"]:
            continue  # named twice: said already
        values = table.load(column)
        if path[0] == "covariates" and column not in as_levels and all(_is_number(each) for each in values if each):
            continue  # a number: whether it follows the arms is for the model to say
        known = [(arm, value) for arm, value in zip(arms, values, strict=True) if arm and value]
        try:
            refuse_confounded([arm for arm, _ in known], [value for _, value in known], order, column, table.source)
        except ConfoundedError as problem:
            yield path, str(problem)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False
