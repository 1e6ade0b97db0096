"""All datasets together: one table of contrasts, a meta-analysis, and a verdict for each signature."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from resig.tables import META, VERDICT_TABLE

KEY = ["contrast", "cell_type", "signature", "method"]
WORDS = {
    "supported": "higher in the resistant arm",
    "contradicted": "LOWER in the resistant arm, against the documents",
    "not_specific": "differs, but no more than matched random genes do",
    "not_separable": "no difference that chance does not explain",
    "underpowered": "too few samples to say anything",
    "not_measurable": "cannot be measured in this dataset",
}


def meta_analysis(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Pool the effects of each (contrast, cell type, signature, method) over datasets."""
    known = contrasts.dropna(subset=["effect", "effect_se"])
    rows = []
    for key, group in known.groupby(KEY, sort=True):
        ordered = group.sort_values("dataset")
        pooled = pool(ordered["effect"].to_numpy(), ordered["effect_se"].to_numpy())
        if len(ordered) == 1:
            pooled |= {"ci_low": ordered["ci_low"].iloc[0], "ci_high": ordered["ci_high"].iloc[0]}
        names = ",".join(ordered["dataset"])
        rows.append(dict(zip(KEY, key, strict=True)) | {"n_datasets": len(ordered), "datasets": names} | pooled)
    return pd.DataFrame(rows, columns=META.names)


def pool(effects: np.ndarray, errors: np.ndarray) -> dict[str, float]:
    """Random effects with Paule-Mandel's tau2 and the Hartung-Knapp interval (statsmodels)."""
    k = len(effects)
    if k == 1:
        unknown = dict.fromkeys(("ci_low", "ci_high", "p", "tau2", "i2", "prediction_low", "prediction_high"), np.nan)
        return unknown | {"effect": float(effects[0])}
    from statsmodels.stats.meta_analysis import combine_effects

    found = combine_effects(effects, errors**2, method_re="iterated", use_t=True)
    mean, se = float(found.mean_effect_re), float(found.sd_eff_w_re_hksj)
    half = stats.t.ppf(0.975, k - 1) * se
    spread = stats.t.ppf(0.975, k - 2) * np.sqrt(found.tau2 + se**2) if k > 2 else np.nan
    return {
        "effect": mean,
        "ci_low": mean - half,
        "ci_high": mean + half,
        "p": float(2 * stats.t.sf(abs(mean / se), k - 1)) if se > 0 else np.nan,
        "tau2": float(found.tau2),
        "i2": float(max(found.i2, 0.0)),
        "prediction_low": mean - spread,
        "prediction_high": mean + spread,
    }


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


def explain(row: pd.Series, reason: str) -> str:
    """Say a verdict in words, with the figures it rests on."""
    words = WORDS[row["verdict"]]
    n = f"{row['n_resistant']} resistant, {row['n_sensitive']} sensitive"
    if row["verdict"] == "not_measurable":
        return f"{words}: {reason}" if reason else words
    if pd.isna(row["effect"]):
        return f"{words} ({n})"
    return f"{words} (g {row['effect']:.2f}, AUROC {row['auroc']:.2f}, FDR {row['fdr']:.2g}; {n})"


def concatenate(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of the same columns under each other."""
    return pd.concat(tables, ignore_index=True)
