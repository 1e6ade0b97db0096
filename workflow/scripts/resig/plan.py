"""What a run would do: what is scored, compared and skipped, and why, without computing any of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from resig.coverage import measure_coverage
from resig.inference.contexts import contexts_of
from resig.inference.contrast import asked_columns
from resig.inference.covariates import columns_of
from resig.inference.design import Design, design_of, kind_of
from resig.inference.survival import Survival
from resig.inference.two_groups import split_arms
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
    for name, dataset in config["datasets"].items():
        labels[name] = know(dataset, locate).labels
        features, others = features_of(dataset, locate)
        asked = dataset | {"probes": probes.get(name)}
        identified = identify_features(features, others, asked, dataset["matrix"], names)
        lines += ["", *_dataset_lines(name, dataset, config, signatures, members, identified)]
        lines += _context_lines(dataset, signatures, labels[name])
    for name, contrast in config["contrasts"].items():
        lines += ["", f"contrast {name}: {_question(contrast)}"]
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


def _question(contrast: Mapping[str, Any]) -> str:
    match kind_of(contrast):
        case "groups":
            return f"{_arm(contrast, 'resistant')} against {_arm(contrast, 'sensitive')}"
        case "trend":
            return f"trend of {contrast['trend']['column']}: {', '.join(map(str, contrast['trend']['order']))}"
        case "continuous":
            asked = contrast["continuous"]
            return f"{asked['column']}, where a high number means {asked['higher_means']} (Spearman)"
        case _:
            asked = contrast["survival"]
            return f"time to event {asked['time']}, {asked['event']} (Cox's model, per SD of the score)"


def _arm(contrast: Mapping[str, Any], arm: str) -> str:
    levels = ", ".join(str(level) for level in contrast["groups"][arm])
    return f"{arm} ({contrast['groups']['column']}: {levels})"


def _numbers(design: Design) -> str:
    events = f", {int(design.event.sum())} events" if isinstance(design, Survival) else ""
    notes = [flag.replace("_", " ") for flag in design.flags]
    if design.too_few:
        notes.append(f"no p-value: {design.too_few.replace('_', ' ')}, the verdict will be underpowered")
    return "; ".join([f"{len(design.samples)} samples{events}", *notes])


def _sizes(contrast: Mapping[str, Any], dataset: Mapping[str, Any], labels: Labels) -> str:
    columns = list(dict.fromkeys([*asked_columns(contrast), *columns_of(contrast)]))
    sample = dataset["sample"] if dataset["sample"] in labels.columns else labels.columns[0]
    samples = pd.DataFrame({"sample": labels.load(sample)} | {column: labels.load(column) for column in columns})
    samples = samples[samples["sample"] != ""].drop_duplicates()
    varying = samples.loc[samples["sample"].duplicated(), "sample"]
    if len(varying):
        return f"cannot be compared: {' or '.join(columns)} changes within sample '{varying.iloc[0]}'"
    if contrast["groups"] is None:
        return _numbers(design_of(contrast, samples, labels.source))
    arms = split_arms(samples, contrast, labels.source)
    sizes = f"{len(arms.resistant)} against {len(arms.sensitive)} samples"
    said = f"{len(arms.resistant)} pairs" if arms.paired else sizes
    notes = [flag.replace("_", " ") for flag in arms.flags if flag != "paired"]
    if min(len(arms.resistant), len(arms.sensitive)) < 2:
        notes.append("no p-value: fewer than 2 in an arm, the verdict will be underpowered")
    return "; ".join([said, *notes])
