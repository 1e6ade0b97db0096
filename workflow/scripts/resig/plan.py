"""What a run would do: what is scored, compared and skipped, and why, without computing any of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from resig.assays.spread import assays_of, parents_of
from resig.config_alterations import said_of_alterations
from resig.config_contrasts import columns_of
from resig.coverage import measure_coverage, of_assay
from resig.errors import ResigError
from resig.inference.contexts import contexts_of
from resig.inference.design import Design, design_of, kind_of
from resig.inference.survival import Survival
from resig.inference.two_groups import ARMS
from resig.intake.genes import Identified, choose_genes
from resig.intake.labels import Labels
from resig.intake.run import identify_features
from resig.intake.several import files_asked
from resig.intake.who import features_of, know
from resig.names import Names
from resig.signatures import gather


def describe_plan(
    config: Mapping[str, Any],
    shipped: Sequence[str],
    own: Sequence[str],
    companion_files: Sequence[str],
    files: Sequence[str],
    names: Names,
    probes: Mapping[str, str],
) -> str:
    """Return the plan as text for the terminal.

    `files` are those of all datasets, in the order of the config; `probes` is the file of each dataset that has a map
    of probes.
    """
    named = [path for dataset in config["datasets"].values() for path in files_asked(dataset)]
    locate = dict(zip(named, files, strict=True)).__getitem__
    collection, notices = gather(config["signatures"], shipped, own, companion_files, names)
    signatures, members = collection.signatures, collection.members
    lines = [f"{len(signatures)} signatures with {len(members)} members"]
    lines += [f"  {row.collection} line {row.line}: {row.problem}: {row.action}" for row in notices.itertuples()]
    labels: dict[str, Labels] = {}
    beside = parents_of(config["datasets"])
    for name, dataset in config["datasets"].items():
        labels[name] = know(dataset, locate).labels
        features, others = features_of(dataset, locate)
        asked = dataset | {"probes": probes.get(name)}
        identified = identify_features(features, others, asked, dataset["matrix"], names)
        own = of_assay(signatures, dataset["assay"]) if name in beside else signatures
        lines += ["", *_dataset_lines(name, dataset, config, own, members, identified)]
        lines += [f"  beside it: {', '.join(assays_of(dataset))}"] * bool(assays_of(dataset))
        lines += _context_lines(dataset, signatures, labels[name])
        lines += said_of_alterations(dataset)
    for name, contrast in config["contrasts"].items():
        lines += ["", f"contrast {name}: {question(contrast)}"]
        for dataset in contrast["datasets"]:
            lines.append(f"  {dataset}: {_sizes(contrast, config['datasets'][dataset], labels[dataset])}")
    if not config["contrasts"]:
        lines += ["", "no contrasts: samples are scored, nothing is compared"]
    return "\n".join(lines)


def _dataset_lines(
    name: str,
    dataset: Mapping[str, Any],
    config: Mapping[str, Any],
    signatures: pd.DataFrame,
    members: pd.DataFrame,
    identified: Identified,
) -> list[str]:
    features = identified.features
    least = config["scoring"]["min_coverage"]
    gate = expected_coverage(name, dataset["assay"], signatures, members, identified, least)
    counts = gate["scorable"].value_counts()
    methods = ", ".join(config["scoring"][dataset["kind"]])
    lines = [
        f"dataset {name}: {dataset['kind']}, {dataset['assay']}, {len(features)} features, scored by {methods}",
        f"  features: {identified.report['kind']}, {identified.report['resolved']:.1%} known",
        *(f"  note: {remark}" for remark in identified.remarks),
        f"  scored: {counts.get('yes', 0)} signatures, with low power: {counts.get('low_power', 0)}",
        f"  skipped: {counts.get('no', 0)}",
    ]
    for reason, group in gate[gate["scorable"] == "no"].groupby("reason", sort=False):
        lines.append(f"    {reason}: {', '.join(group['signature'])}")
    return lines


def _context_lines(dataset: Mapping[str, Any], signatures: pd.DataFrame, labels: Labels) -> list[str]:
    """Say which cell types signatures are taken to be about."""
    if dataset["cell_type"] not in labels.columns:
        return []
    known = contexts_of(signatures, sorted(labels.levels(dataset["cell_type"])), dataset["contexts"])
    alike = Counter(
        (", ".join(each.cell_types) or "no cell type here", each.how) for each in known.values() if each.how
    )
    return [f"  {count} signatures are about {where} ({how})" for (where, how), count in alike.items()]


def expected_coverage(
    name: str,
    assay: str,
    signatures: pd.DataFrame,
    members: pd.DataFrame,
    identified: Identified,
    min_coverage: float,
) -> pd.DataFrame:
    """Return the coverage table of a run, but for members that turn out never to vary: values are not read."""
    alike = np.ones(len(identified.features))
    return measure_coverage(
        name, assay, signatures, members, choose_genes(identified, alike, alike, alike), min_coverage
    )


def question(contrast: Mapping[str, Any]) -> str:
    """Say what a contrast asks."""
    asked = contrast[kind_of(contrast)]
    match kind_of(contrast):
        case "groups":
            arms = (f"{arm} ({asked['column']}: {', '.join(map(str, asked[arm]))})" for arm in ARMS)
            said = " against ".join(arms)
        case "trend":
            said = f"trend over {asked['column']}: {', '.join(map(str, asked['order']))}"
        case "continuous":
            said = f"{asked['column']}, where higher means {asked['higher_means']}"
        case _:
            said = f"survival ({asked['time']}, {asked['event']})"
    within = [f"within {contrast[key]}" for key in ("pair_by", "block_by") if contrast[key]]
    given = [
        each if isinstance(each, str) else f"{each['column']} as {each['kind']}" for each in contrast["covariates"]
    ]
    return ", ".join([said, *within, *([f"adjusted for {', '.join(given)}"] if given else [])])


def _sizes(contrast: Mapping[str, Any], dataset: Mapping[str, Any], labels: Labels) -> str:
    columns = list(dict.fromkeys(column for _, column in columns_of(contrast)))
    batch = dataset["batch"] if dataset["kind"] == "bulk" and dataset["batch"] in labels.columns else None
    sample = dataset["sample"] if dataset["sample"] in labels.columns else labels.columns[0]
    further = [batch] if batch and batch not in columns else []
    samples = pd.DataFrame({"sample": labels.load(sample)} | {name: labels.load(name) for name in columns + further})
    samples = samples[samples["sample"] != ""].drop_duplicates()
    varying = samples.loc[samples["sample"].duplicated(), "sample"]
    if len(varying):
        return f"cannot be compared: {' or '.join(columns)} changes within sample '{varying.iloc[0]}'"
    try:
        design = design_of(contrast, samples, labels.source, batch)
    except ResigError as problem:
        return f"cannot be compared: {problem}"
    notes = [flag.replace("_", " ") for flag in design.flags if flag != "paired"]
    if design.too_few:
        notes.append(f"no p-value: {design.too_few.replace('_', ' ')}, the verdict will be underpowered")
    return "; ".join([_count(contrast, design), *notes])


def _count(contrast: Mapping[str, Any], design: Design) -> str:
    if design.n_resistant is None:
        events = f", {int(design.event.sum())} events" if isinstance(design, Survival) else ""
        return f"{len(design.samples)} samples{events}"
    if contrast["trend"]:
        return (
            f"{len(design.samples)} samples, {design.n_sensitive} at the first level, {design.n_resistant} at the last"
        )
    pairs = f"{design.n_resistant} pairs"
    return pairs if contrast["pair_by"] else f"{design.n_resistant} against {design.n_sensitive} samples"
