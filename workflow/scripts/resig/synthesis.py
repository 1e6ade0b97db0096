"""All datasets together: one table of contrasts, a verdict for each question, and one for each signature."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from resig.tables import SIGNATURE_VERDICTS, VERDICT_TABLE, VERDICTS

# Where a score is "higher", how the effect is called, and what flags say of cells.
WHERE = {"spearman": "with more resistance", "log_hr": "with earlier events"}
SIGNS = {"spearman": "rho", "log_hr": "log HR per SD"}
CELLS = {
    "in_context": "these are cells the signature is about",
    "outside_context": "not the cells the signature is about",
    "context_not_found": "the cells the signature is about are not among the cell types",
    "composition": "mostly a shift between cell types, not a change within them",
    "follows_cell_number": "follows the number of cells",
}
CALLS = ("supported", "contradicted")
WORDS = {
    "supported": "higher in the resistant arm",
    "contradicted": "LOWER in the resistant arm, against the documents",
    "not_specific": "differs, but no more than matched random genes do",
    "not_separable": "no difference that chance does not explain",
    "underpowered": "too few samples to say anything",
    "not_measurable": "cannot be measured in this dataset",
}
TREND_WORDS = {"supported": "rises along the levels", "contradicted": "FALLS along the levels, against the documents"}


def verdicts(
    contrasts: pd.DataFrame, coverage: pd.DataFrame, signatures: pd.DataFrame, leading: Mapping[str, str]
) -> pd.DataFrame:
    """Take each verdict from the leading method of its dataset and say how many methods point the same way."""
    reason = coverage.set_index(["dataset", "signature"])["reason"]
    about = signatures.set_index("signature")
    unit = ["dataset", "contrast", "cell_type", "signature"]
    rows = []
    for key, group in contrasts.groupby(unit, sort=False):
        dataset, _, _, signature = key
        lead = group[group["method"] == leading[dataset]].iloc[0]
        effects = group["effect"].dropna()
        same = int((np.sign(effects) == np.sign(lead["effect"])).sum())
        rows.append(
            dict(zip(unit, key, strict=True))
            | {
                column: lead[column]
                for column in ("verdict", "method", "effect", "effect_type", "ci_low", "ci_high", "auroc", "fdr")
            }
            | {
                "name": about.at[signature, "name"],
                "tier": about.at[signature, "tier"],
                "caveat": about.at[signature, "caveat"],
                "methods_agreeing": f"{same} of {len(effects)}" if len(effects) else "",
                "why": explain(lead, reason[(dataset, signature)]),
            }
        )
    return pd.DataFrame(rows, columns=VERDICT_TABLE.names)


def signature_verdicts(answers: pd.DataFrame, contrasts: pd.DataFrame) -> pd.DataFrame:
    """Sum up the answers to each signature: what was called, in how many datasets, and whether they agree.

    Answers of cell types that a signature is not about (flag `outside_context`) are counted, but do not answer for it.
    """
    unit = ["dataset", "contrast", "cell_type", "signature", "method"]
    flags = answers.merge(contrasts[[*unit, "flags"]], on=unit, how="left")["flags"].fillna("")
    outside = flags.str.split(";").map(lambda each: "outside_context" in each).to_numpy()
    rows = []
    for signature, every in answers.assign(outside=outside).groupby("signature", sort=False):
        own = every[~every["outside"]]
        if own.empty:
            own = every.iloc[[0]].assign(verdict="not_measurable")
        counts = {verdict: int((own["verdict"] == verdict).sum()) for verdict in VERDICTS}
        where = {call: sorted(set(own.loc[own["verdict"] == call, "dataset"])) for call in CALLS}
        mixed = all(where.values())
        called = next((call for call in CALLS if where[call]), None)
        verdict = "mixed" if mixed else next(each for each in VERDICTS if counts[each])
        agreement = "mixed" if mixed else _agreement(len(where[called])) if called else ""
        able, elsewhere = len(own) - counts["underpowered"] - counts["not_measurable"], int(every["outside"].sum())
        rows.append(
            {"signature": signature, "verdict": verdict, "agreement": agreement, "n_outside_context": elsewhere}
            | {"why": _summed_up(counts, where, able, elsewhere)}
            | {column: own[column].iloc[0] for column in ("name", "tier")}
            | {"n_datasets": own["dataset"].nunique(), "n_answers": len(own), "n_able": able}
            | {f"n_{each}": count for each, count in counts.items()}
            | {f"datasets_{call}": ",".join(names) for call, names in where.items()}
        )
    return pd.DataFrame(rows, columns=SIGNATURE_VERDICTS.names)


def _agreement(datasets: int) -> str:
    return "consistent" if datasets > 1 else "one_dataset"


def _summed_up(counts: Mapping[str, int], where: Mapping[str, list[str]], able: int, elsewhere: int) -> str:
    called = [f"{counts[call]} {call} ({', '.join(names)})" for call, names in where.items() if names]
    others = [f"{count} {each.replace('_', ' ')}" for each, count in counts.items() if count and each not in CALLS]
    beside = f"; {elsewhere} in cells it is not about, not counted" if elsewhere else ""
    return f"of {sum(counts.values())} answers, {able} could have been a call: {', '.join([*called, *others])}{beside}"


def explain(row: pd.Series, reason: str) -> str:
    """Say a verdict in words, with the figures it rests on, and which cells it is about."""
    words = WORDS[row["verdict"]].replace("in the resistant arm", WHERE.get(row["effect_type"], "in the resistant arm"))
    if row["effect_type"] == "trend_g":
        words = TREND_WORDS.get(row["verdict"], words)
    if row["verdict"] == "not_measurable":
        return f"{words}: {reason}" if reason else words
    figures = [
        f"{sign} {row[column]:{digits}}"
        for column, sign, digits in _figures(row["effect_type"])
        if pd.notna(row[column])
    ]
    known = pd.notna(row["effect"])
    said = [", ".join(figures) + _beside_random(row), _samples(row)] if known else [_samples(row)]
    cells = [CELLS[each] for each in str(row.get("flags") or "").split(";") if each in CELLS]
    return "; ".join([f"{words} ({'; '.join(said)})", *(doubts(row) if known else []), *cells])


def _figures(effect_type: str) -> list[tuple[str, str, str]]:
    beside = ("concordance", "C", ".2f") if effect_type == "log_hr" else ("auroc", "AUROC", ".2f")
    return [("effect", SIGNS.get(effect_type, "g"), ".2f"), beside, ("fdr", "FDR", ".2g")]


def _samples(row: pd.Series) -> str:
    if pd.notna(row["n_resistant"]):
        ends = ("at the last level", "at the first") if row["effect_type"] == "trend_g" else ("resistant", "sensitive")
        return f"{row['n_resistant']} {ends[0]}, {row['n_sensitive']} {ends[1]}"
    events = f", {row['n_events']} events" if pd.notna(row["n_events"]) else ""
    return f"{row['n_samples']} samples{events}"


def _beside_random(row: pd.Series) -> str:
    return "" if pd.isna(row.get("null_p")) else f", p among matched random sets {row['null_p']:.2g}"


def doubts(row: pd.Series) -> list[str]:
    """Say what stands against reading a difference as one of this signature."""
    if row["verdict"] not in CALLS:
        return []
    flags = str(row.get("flags") or "").split(";")
    told = {"no_matched_null": "not held against random genes ({})", "one_gene": "hangs on {} alone"}
    said = [told[kind].format(what) for kind, _, what in (flag.partition(":") for flag in flags) if kind in told]
    by = str(row.get("confounded_by") or "")
    return said + ([f"may be an effect of {by.replace(';', ', ')}"] if by and by != "nan" else [])


def concatenate(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of the same columns under each other."""
    return pd.concat(tables, ignore_index=True)
