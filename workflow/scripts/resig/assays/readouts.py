"""Read-outs of mechanisms other than expression: levels of miRNAs and circRNAs, proteins, sera, sample by sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resig.assays.names import match
from resig.assays.proteins import read_measured
from resig.assays.spread import RNA
from resig.errors import ResigError
from resig.files import read_json
from resig.intake.mismatch import likely_reason
from resig.intake.samples import beside
from resig.intake.who import say
from resig.pseudobulk import read_pseudobulk
from resig.tables import ASSAYS, GENES, READOUT_FEATURES, READOUTS, read_text_table

SHOWN = 10


@dataclass(frozen=True)
class Level:
    """One thing that was measured: its values by sample of the dataset, log scale, and what to know of its name."""

    assay: str
    readout: str
    feature: str
    values: pd.Series
    note: str = ""


@dataclass(frozen=True)
class Assay:
    """One further assay: its levels, each feature with what it was taken for, and a row for the table of assays."""

    levels: list[Level]
    features: pd.DataFrame
    about: dict[str, Any]


def read_rna(assay: str, files: Mapping[str, str], parent_sample: str, ncrna: pd.DataFrame) -> Assay:
    """Read the levels of the ledger's non-coding RNAs from what intake and pseudobulk made of an assay."""
    samples = parent_ids(read_text_table(files["samples"]), parent_sample)
    bulk = read_pseudobulk(files["pseudobulk"])
    genes = GENES.read(files["genes"])
    used = genes[(genes["used"] == "yes") & (genes["symbol"] != "")].set_index("symbol")
    names = [samples[name] for name in bulk.units["sample"]]
    column = {symbol: at for at, symbol in enumerate(bulk.genes.symbols)}
    levels, rows = [], []
    for name in dict.fromkeys(ncrna.loc[ncrna["assay"] == assay, "ncrna"]):
        if name in column and name in used.index:
            row = used.loc[name]
            levels.append(Level(assay, name, row["feature"], pd.Series(bulk.log[:, column[name]], names), row["note"]))
            rows.append({"feature": row["feature"], "readout": name, "how": row["how"], "note": row["note"]})
        else:
            rows.append({"feature": "", "readout": name, "how": "not_measured", "note": ""})
    report = read_json(files["report"])
    about = {
        "file": report["matrix"]["file"],
        "values": report["values"]["found"],
        "n_features": report["matrix"]["features"],
        "samples": set(names),
        "not_in_metadata": report["samples"]["only_in_matrix"]["n"],
        "likely_reason": report["samples"]["likely_reason"],
    }
    return Assay(levels, pd.DataFrame(rows), about)


def parent_ids(samples: pd.DataFrame, parent_sample: str) -> dict[str, str]:
    """Return what the dataset calls each sample of an assay; its own name where the two share their ids."""
    column = beside(parent_sample)
    theirs = samples[column] if column in samples.columns else samples["sample"]
    unnamed = samples.loc[theirs == "", "sample"]
    if len(unnamed):
        raise ResigError(
            f"sample '{unnamed.iloc[0]}' has no value in column '{parent_sample}'",
            where="metadata",
            todo="each sample of an assay needs the id that the dataset's own matrix has, or would have",
        )
    return dict(zip(samples["sample"], theirs, strict=True))


def read_table(assay: str, spec: Mapping[str, Any], called: str, parent_sample: str, rules: pd.DataFrame) -> Assay:
    """Read a table of proteins or sera and match its features to the read-outs of the shipped table."""
    measured = read_measured(spec, called)
    own = rules[rules["assay"] == assay]
    ids = parent_ids(measured.join.samples, parent_sample)
    log = measured.log.set_axis([ids[name] for name in measured.log.index])
    for remark in measured.remarks:
        print(f"NOTE: {assay}: {remark}")
    found = match(list(log.columns), own)
    usable = {each.feature for each in found if each.how in ("name", "respelled") and log[each.feature].notna().any()}
    levels = [Level(assay, each.readout, each.feature, log[each.feature]) for each in found if each.feature in usable]
    rows = [
        {
            "feature": each.feature,
            "readout": each.readout,
            "how": each.how,
            "note": "no value in any sample" if each.readout and log[each.feature].isna().all() else "",
        }
        for each in found
    ]
    missing = [name for name in dict.fromkeys(own["readout"]) if name not in {each.readout for each in found}]
    rows += [{"feature": "", "readout": name, "how": "not_measured", "note": ""} for name in missing]
    if not levels:
        shown = ", ".join(f"'{name}'" for name in list(log.columns)[:3])
        raise ResigError(
            f"none of its {log.shape[1]} features ({shown}) is a read-out that resig knows",
            where=called,
            todo=f"the names are those of resources/genesets/readouts.tsv (assay {assay})",
        )
    about = {
        "file": called,
        "values": measured.units,
        "n_features": log.shape[1],
        "samples": set(log.index),
        "not_in_metadata": len(measured.join.only_in_matrix),
        "likely_reason": say(likely_reason(measured.join.only_in_metadata, measured.join.only_in_matrix)),
    }
    return Assay(levels, pd.DataFrame(rows), about)


def readouts_table(dataset: str, levels: Sequence[Level], ncrna: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each sample, level and mechanism it tells of."""
    said = pd.concat(
        [
            ncrna.rename(columns={"ncrna": "readout"}).assign(note=""),
            rules,
        ]
    )
    parts = []
    for level in levels:
        own = said[said["readout"] == level.readout]
        spread = level.values.std(ddof=1)
        z = (level.values - level.values.mean()) / spread if spread > 0 else level.values * np.nan
        for mechanism, told in own.groupby("mechanism", sort=False):
            parts.append(
                pd.DataFrame(
                    {
                        "dataset": dataset,
                        "sample": level.values.index,
                        "mechanism": mechanism,
                        "assay": level.assay,
                        "readout": level.readout,
                        "feature": level.feature,
                        "value": level.values.to_numpy(),
                        "z": z.to_numpy(),
                        "direction": told["direction"].iloc[0],
                        "evidence": ";".join(dict.fromkeys(";".join(told["evidence"]).split(";"))),
                        "flags": _flags(told["flags"]),
                        "note": "; ".join(dict.fromkeys(filter(None, [level.note, *told["note"]]))),
                    }
                )
            )
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=READOUTS.names)
    order = ["assay", "readout", "mechanism", "sample"]
    return READOUTS.check(table.sort_values(order, kind="stable", ignore_index=True), "read-outs")


def _flags(cells: pd.Series) -> str:
    """Retracted when all rows are, contradicted when one is."""
    found = ["retracted"] * bool(cells.str.contains("retracted").all())
    return ";".join(found + ["contradicted"] * bool(cells.str.contains("contradicted").any()))


def assays_table(dataset: str, own: Mapping[str, Any], further: Mapping[str, Assay]) -> pd.DataFrame:
    """Say what each assay of a dataset holds, and which samples it does not share with the dataset's own matrix."""
    rows = [_about(dataset, own["assay"], own, own["samples"], used=None)]
    for assay, each in further.items():
        used = (each.features["how"].isin(["not_measured", "not_in_table", "duplicate"])).eq(False).sum()
        rows.append(_about(dataset, assay, each.about, own["samples"], int(used)))
    return ASSAYS.check(pd.DataFrame(rows), "assays")


def _about(dataset: str, assay: str, about: Mapping[str, Any], own: set[str], used: int | None) -> dict[str, Any]:
    here = about["samples"]
    alone, absent = sorted(here - own), sorted(own - here)
    reason = about["likely_reason"] or say(likely_reason(absent, alone))
    return {
        "dataset": dataset,
        "assay": assay,
        "file": about["file"],
        "values": about["values"],
        "n_features": about["n_features"],
        "n_readouts": used,
        "n_samples": len(here),
        "n_shared": len(here & own),
        "not_in_metadata": about["not_in_metadata"],
        "only_here": len(alone),
        "only_in_dataset": len(absent),
        "names": ", ".join([*alone[:SHOWN], *absent[: SHOWN - len(alone[:SHOWN])]]),
        "likely_reason": reason,
    }


def gather(
    dataset: str,
    own: Mapping[str, str],
    parent_sample: str,
    rna: Mapping[str, Mapping[str, str]],
    tables: Mapping[str, tuple[Mapping[str, Any], str]],
    ncrna: pd.DataFrame,
    rules: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read all further assays of a dataset; return read-outs, features and the table of assays."""
    further = {assay: read_rna(assay, rna[assay], parent_sample, ncrna) for assay in RNA if assay in rna}
    further |= {
        assay: read_table(assay, spec, called, parent_sample, rules) for assay, (spec, called) in tables.items()
    }
    report = read_json(own["report"])
    samples = read_text_table(own["samples"])
    about = {
        "assay": report["assay"],
        "file": report["matrix"]["file"],
        "values": report["values"]["found"],
        "n_features": report["matrix"]["features"],
        "samples": set(samples["sample"]),
        "not_in_metadata": report["samples"]["only_in_matrix"]["n"],
        "likely_reason": report["samples"]["likely_reason"],
    }
    assays = assays_table(dataset, about, further)
    for row in assays.itertuples():
        if row.not_in_metadata or row.only_here or row.only_in_dataset:
            print(
                f"NOTE: {row.assay}: {row.n_shared} of {row.n_samples} samples are shared with the dataset's own matrix"
                + (f"; {row.likely_reason}" if row.likely_reason else "")
            )
    levels = [level for each in further.values() for level in each.levels]
    features = pd.concat([each.features.assign(assay=assay) for assay, each in further.items()], ignore_index=True)
    features = READOUT_FEATURES.check(features.assign(dataset=dataset), "features of read-outs")
    return readouts_table(dataset, levels, ncrna, rules), features, assays


def read_evidence(ncrna: str | Path, rules: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the shipped tables of what read-outs tell of."""
    from resig.assays.evidence import NCRNA_RULES, RULES

    return NCRNA_RULES.read(ncrna), RULES.read(rules)
