"""Several assays of the same samples in a config: each RNA assay becomes a dataset of its own, beside its parent.

`datasets.trial.assays.small_rna` is read, scored and compared as dataset `trial.small_rna`, with the parent's table of
samples; every contrast asked of the parent is asked of it too. Tables of proteins and sera are no expression matrices:
they give read-outs of the parent.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Any
Path_ = tuple[str | int, ...]
RNA, TABLES = ("small_rna", "circ_rna"), ("protein", "serum")
OWN = ("matrix", "layer", "sha256", "values", "probes", "sample")
INHERITED = ("organism", "metadata", "sample", "only", "batch", "purity")


def name_of(dataset: str, assay: str) -> str:
    """Return the name that an assay of a dataset has among the datasets."""
    return f"{dataset}.{assay}"


def assays_of(spec: Mapping[str, Json], kinds: Iterable[str] = (*RNA, *TABLES)) -> list[str]:
    """Return the further assays of a dataset, of these kinds, in a fixed order."""
    return [kind for kind in kinds if kind in (spec.get("assays") or {})]


def parents_of(datasets: Mapping[str, Json]) -> dict[str, str]:
    """Return the parent of each dataset that is a further assay of another one."""
    return {name_of(name, assay): name for name, spec in datasets.items() for assay in assays_of(spec, RNA)}


def assay_spec(parent: Mapping[str, Json], assay: str, blank: Mapping[str, Json]) -> dict[str, Json]:
    """Return an assay of a dataset as a dataset of its own; `blank` is a dataset with all keys at their defaults."""
    block = parent["assays"][assay]
    inherited = {key: parent[key] for key in INHERITED}
    if parent["metadata"] is None and isinstance(parent["matrix"], str):
        inherited["metadata"] = parent["matrix"]  # which says by itself what its samples are
    own = {key: block[key] for key in OWN if key != "sample" or block["sample"] is not None}
    return dict(blank) | inherited | {"kind": "bulk", "assay": assay} | own


def with_assays(config: Mapping[str, Json], blank: Mapping[str, Json], kinds: Iterable[str] = RNA) -> dict[str, Json]:
    """Return a filled config in which the assays of each dataset stand as datasets, and are asked what it is asked."""
    kinds = tuple(kinds)
    datasets: dict[str, Json] = {}
    beside: dict[str, list[str]] = {}
    for name, spec in config["datasets"].items():
        datasets.setdefault(name, spec)
        if spec["kind"] != "bulk":
            continue
        for assay in assays_of(spec, kinds):
            datasets[name_of(name, assay)] = assay_spec(spec, assay, blank)
        beside[name] = [name_of(name, assay) for assay in assays_of(spec, RNA)]
    contrasts = {
        name: spec
        | {"datasets": list(dict.fromkeys(each for own in spec["datasets"] for each in (own, *beside.get(own, []))))}
        for name, spec in config["contrasts"].items()
    }
    return dict(config) | {"datasets": datasets, "contrasts": contrasts}


def assay_problems(datasets: Mapping[str, Json], blank: Mapping[str, Json]) -> Iterator[tuple[Path_, str]]:
    """Say what about the assays of datasets cannot be, without looking at files."""
    for name, spec in datasets.items():
        here: Path_ = ("datasets", name, "assays")
        if assays_of(spec) and spec["kind"] != "bulk":
            yield here, "has no meaning for kind: single_cell; sum cells to samples and give these as kind: bulk"
        for assay in assays_of(spec):
            other = datasets.get(name_of(name, assay))
            if assay == spec["assay"]:
                yield (*here, assay), f"is what the dataset itself is (assay: {assay}); remove one of them"
            if other is not None and other != assay_spec(spec, assay, blank):
                yield (
                    (*here, assay),
                    f"its results go to '{name_of(name, assay)}', which is a dataset too; rename that one",
                )
            if assay in TABLES and spec["assays"][assay]["values"] == "counts":
                yield (*here, assay, "values"), f"'counts' has no meaning for {assay} data; say linear or log"


def told_at_home(problems: Iterable[tuple[Path_, str]], config: Mapping[str, Json]) -> Iterator[tuple[Path_, str]]:
    """Move problems of assays to where the user has written them; what they share with the parent is told there."""
    homes = {
        name_of(name, assay): (name, assay) for name, spec in config["datasets"].items() for assay in assays_of(spec)
    }
    seen = set()
    for path, text in problems:
        home = homes.get(str(path[1])) if len(path) > 1 and path[0] == "datasets" else None
        if home is None:
            told: Path_ | None = path
        else:
            name, assay = home
            block = config["datasets"][name]["assays"][assay]
            key = path[2] if len(path) > 2 else ""
            mine = key in OWN and (key != "sample" or block.get("sample") is not None)
            told = ("datasets", name, "assays", assay, *path[2:]) if mine else None
        if told is not None and (told, text) not in seen:
            seen.add((told, text))
            yield told, text
