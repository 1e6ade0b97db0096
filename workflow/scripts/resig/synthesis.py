"""All datasets together: one table of contrasts, a verdict for each question, and one for each signature."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from resig.tables import SIGNATURE_VERDICTS, VERDICT_TABLE, VERDICTS

CALLS = ("supported", "contradicted")
WORDS = {
    "supported": "higher in the resistant arm",
    "contradicted": "LOWER in the resistant arm, against the documents",
    "not_specific": "differs, but no more than matched random genes do",
    "not_separable": "no difference that chance does not explain",
    "underpowered": "too few samples to say anything",
    "not_measurable": "cannot be measured in this dataset",
}
TREND_WORDS = {"supported": "rises along the levels", "contradicted": "FALLS along the levels"}


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
            | {column: lead[column] for column in ("verdict", "method", "effect", "ci_low", "ci_high", "auroc", "fdr")}
            | {
                "name": about.at[signature, "name"],
                "tier": about.at[signature, "tier"],
                "caveat": about.at[signature, "caveat"],
                "methods_agreeing": f"{same} of {len(effects)}" if len(effects) else "",
                "why": explain(lead, reason[(dataset, signature)]),
            }
        )
    return pd.DataFrame(rows, columns=VERDICT_TABLE.names)


def signature_verdicts(answers: pd.DataFrame) -> pd.DataFrame:
    """Sum up the answers to each signature: what was called, in how many datasets, and whether they agree."""
    rows = []
    for signature, own in answers.groupby("signature", sort=False):
        counts = {verdict: int((own["verdict"] == verdict).sum()) for verdict in VERDICTS}
        where = {call: sorted(set(own.loc[own["verdict"] == call, "dataset"])) for call in CALLS}
        mixed = all(where.values())
        called = next((call for call in CALLS if where[call]), None)
        verdict = "mixed" if mixed else next(each for each in VERDICTS if counts[each])
        agreement = "mixed" if mixed else _agreement(len(where[called])) if called else ""
        able = len(own) - counts["underpowered"] - counts["not_measurable"]
        rows.append(
            {"signature": signature, "verdict": verdict, "agreement": agreement, "why": _summed_up(counts, where, able)}
            | {column: own[column].iloc[0] for column in ("name", "tier")}
            | {"n_datasets": own["dataset"].nunique(), "n_answers": len(own), "n_able": able}
            | {f"n_{each}": count for each, count in counts.items()}
            | {f"datasets_{call}": ",".join(names) for call, names in where.items()}
        )
    return pd.DataFrame(rows, columns=SIGNATURE_VERDICTS.names)


def _agreement(datasets: int) -> str:
    return "consistent" if datasets > 1 else "one_dataset"


def _summed_up(counts: Mapping[str, int], where: Mapping[str, list[str]], able: int) -> str:
    called = [f"{counts[call]} {call} ({', '.join(names)})" for call, names in where.items() if names]
    others = [f"{count} {each.replace('_', ' ')}" for each, count in counts.items() if count and each not in CALLS]
    return f"of {sum(counts.values())} answers, {able} could have been a call: " + ", ".join([*called, *others])


def explain(row: pd.Series, reason: str) -> str:
    """Say a verdict in words, with the figures it rests on."""
    trend = row["effect_type"] == "trend_g"
    words = TREND_WORDS.get(row["verdict"], WORDS[row["verdict"]]) if trend else WORDS[row["verdict"]]
    ends = ("at the last level", "at the first") if trend else ("resistant", "sensitive")
    n = f"{row['n_resistant']} {ends[0]}, {row['n_sensitive']} {ends[1]}"
    if row["verdict"] == "not_measurable":
        return f"{words}: {reason}" if reason else words
    if pd.isna(row["effect"]):
        return f"{words} ({n})"
    figures = f"g {row['effect']:.2f}, AUROC {row['auroc']:.2f}, FDR {row['fdr']:.2g}"
    return "; ".join([f"{words} ({figures}{_beside_random(row)}; {n})", *doubts(row)])


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
