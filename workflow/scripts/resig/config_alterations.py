"""What a config says of alterations: which files they are, and what can be wrong before any job starts."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from resig.errors import ResigError
from resig.intake.remote import is_brought

FILES = (
    "variants",
    "variants_genes",
    "variants_samples",
    "copy_number",
    "fusions",
    "fusions_samples",
    "methylation",
    "samples_map",
)
WORDS = ("listed", "all")
UNKNOWN = "unknown"
ASSAYS = ("variants", "copy_number", "fusions", "methylation")
Problem = tuple[tuple[str, ...], str]


def alteration_files(dataset: Mapping[str, Any]) -> list[str]:
    """Return the files that a dataset names under `alterations`, as the config writes them."""
    spec = dataset.get("alterations") or {}
    return [spec[key] for key in FILES if spec.get(key) and spec[key] not in WORDS]


def alteration_problems(
    dataset: Mapping[str, Any], locate: Callable[[str], str], nearest_file: Callable[[str], str]
) -> Iterator[Problem]:
    """Name what is wrong: files that are not there, keys without what they belong to, segments without a genome."""
    spec = dataset.get("alterations")
    if spec is None:
        return
    if not any(spec[key] for key in ASSAYS):
        yield ("alterations",), f"names no data; give one of {', '.join(ASSAYS)}, or leave the block out"
    if dataset["organism"] != "human":
        yield ("alterations",), "residues and places are those of human genes; leave the block out for mouse data"
    for key, whole in (
        ("variants_genes", "variants"),
        ("variants_samples", "variants"),
        ("fusions_samples", "fusions"),
    ):
        if spec[key] not in (None, "listed") and not spec[whole]:
            yield ("alterations", key), f"has no meaning without {whole}; remove it, or name the file of {whole}"
    low, lost, gained, high = spec["log2_cuts"]
    if not low <= lost < 0 < gained <= high:
        yield ("alterations", "log2_cuts"), "must rise: deleted, lost (both below 0), gained, amplified (both above 0)"
    for key in FILES:
        path = spec[key]
        if not path or path in WORDS:
            continue
        if is_brought(path):
            yield ("alterations", key), f"'{path}' is an address; download it first, alterations are read from files"
        elif not Path(locate(path)).is_file():
            yield ("alterations", key), f"file '{path}' does not exist; {nearest_file(path)}"
        elif key == "copy_number" and spec["genome"] == UNKNOWN and _is_segments(locate(path), path):
            yield ("alterations", "genome"), "copy_number holds segments; say genome: GRCh37 or GRCh38"


def _is_segments(path: str, called: str) -> bool:
    from resig.alterations.readers.lines import Lines
    from resig.alterations.readers.segments import is_segments

    try:
        return is_segments(Lines(path, called))
    except ResigError:  # the job that reads it says what is wrong
        return False


def said_of_alterations(dataset: Mapping[str, Any]) -> list[str]:
    """Say what a run will read of alterations, and what its absences will take for granted."""
    spec = dataset.get("alterations")
    if not spec:
        return []
    lines = [f"  alterations: {', '.join(key.replace('_', ' ') for key in ASSAYS if spec[key])}"]
    if spec["variants"] and not spec["variants_genes"]:
        lines.append("    no variants_genes: every gene will count as sequenced")
    for key, what in (("variants", "a mutation"), ("fusions", "a fusion")):
        if spec[key] and spec[f"{key}_samples"] == "listed":
            lines.append(f"    {key}_samples: listed: samples without {what} in the file are not measured")
    return lines
