"""Effects of several datasets together: random effects, what each dataset does to them, and groups of contrasts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from resig.tables import META, META_GROUPS, META_LEAVE_ONE_OUT
from resig.textbook import normal_quantile, t_quantile, t_two_sided

# Only effects of one type are pooled: g of arms, g along a trend, rho and log HR are different scales.
SCALE = ["kind", "cell_type", "signature", "method", "effect_type"]
KEY = ["contrast", *SCALE]
GROUP_KEY = ["by", "group", *SCALE]
LABELS = ("drug", "cancer")
NORMAL = normal_quantile(0.975)
UNKNOWN = ("ci_low", "ci_high", "p", "tau2", "i2", "prediction_low", "prediction_high")


def meta_analysis(contrasts: pd.DataFrame, kinds: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pool each (contrast, cell type, signature, method) over datasets; return that, and it without each dataset.

    `kinds` says for each dataset whether it is bulk or single cell; the two stand side by side, not in one mean.
    """
    known = on_pooling_scale(contrasts.assign(kind=contrasts["dataset"].map(kinds)))
    rows, without = [], []
    for key, group in known.groupby(KEY, sort=True):
        ordered = group.sort_values("dataset")
        about = dict(zip(KEY, key, strict=True))
        used = ordered[ordered["pooled"]]
        if used.empty:
            continue
        lost = ordered.loc[~ordered["pooled"], "dataset"]
        names = {"datasets": ",".join(used["dataset"]), "datasets_without_effect": ",".join(lost)}
        rows.append(about | {"n_datasets": len(used)} | names | _pooled(used))
        if len(used) > 2:
            for dataset in used["dataset"]:
                rest = _pooled(used[used["dataset"] != dataset])
                without.append(about | {"left_out": dataset, "n_datasets": len(used) - 1} | rest)
    return pd.DataFrame(rows, columns=META.names), pd.DataFrame(without, columns=META_LEAVE_ONE_OUT.names)


def grouped_meta(
    contrasts: pd.DataFrame, kinds: Mapping[str, str], labels: Mapping[str, Mapping[str, str | None]]
) -> pd.DataFrame:
    """Pool over all contrasts that carry the same label in the config (`drug`, `cancer`): one effect a dataset.

    Contrasts of one dataset share its samples. Their effects are averaged first, with the mean of their standard
    errors: what holds if they are wholly correlated, so no sample is counted twice.
    """
    known = on_pooling_scale(contrasts.assign(kind=contrasts["dataset"].map(kinds)))
    known = known[known["pooled"]]
    rows = []
    for by in LABELS:
        of_contrast = {name: str(own[by]) for name, own in labels.items() if own.get(by) is not None}
        labelled = known.assign(by=by, group=known["contrast"].map(of_contrast)).dropna(subset=["group"])
        for key, group in labelled.groupby(GROUP_KEY, sort=True):
            ordered = group.sort_values(["dataset", "contrast"])
            each = [_one_dataset(own) for _, own in ordered.groupby("dataset", sort=True)]
            names = ",".join(ordered["dataset"] + "/" + ordered["contrast"])
            about = dict(zip(GROUP_KEY, key, strict=True)) | {"n_datasets": len(each), "n_effects": len(ordered)}
            rows.append(about | {"effects": names} | _pooled(pd.concat(each)))
    return pd.DataFrame(rows, columns=META_GROUPS.names)


def on_pooling_scale(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Add `y` and `se` on the scale that datasets share, and `pooled`: both are known.

    g over the spread between samples, whatever pairs and covariates take away; rho on Fisher's z; log HR as it is.
    """
    found = contrasts.copy()
    g = found["effect_type"].str.endswith("_g")
    rho = found["effect_type"] == "spearman"
    # Fisher's z is infinite at |rho| = 1: such an effect has no error to weigh it by.
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.arctanh(found["ci_low"].where(rho)), np.arctanh(found["ci_high"].where(rho))
        z = np.arctanh(found["effect"].where(rho))
        found["y"] = np.select([rho, g], [z, found["meta_effect"]], found["effect"])
        found["se"] = np.select([rho, g], [(high - low) / (2 * NORMAL), found["meta_se"]], found["effect_se"])
    found["pooled"] = found["effect"].notna() & np.isfinite(found["y"]) & np.isfinite(found["se"]) & (found["se"] > 0)
    return found


def pool(effects: np.ndarray, errors: np.ndarray) -> dict[str, float]:
    """Random effects with Paule-Mandel's tau2 and the modified Hartung-Knapp interval.

    Hartung and Knapp's factor is at least 1 here: two or three studies that agree by chance would else have an
    interval narrower than any of them allows.
    """
    k = len(effects)
    if k == 1:
        return dict.fromkeys(UNKNOWN, np.nan) | {"effect": float(effects[0])}
    tau2 = paule_mandel(effects, errors)
    weights = 1 / (errors**2 + tau2)
    mean = float(np.average(effects, weights=weights))
    factor = float(weights @ (effects - mean) ** 2) / (k - 1)
    se = float(np.sqrt(max(1.0, factor) / weights.sum()))
    q = _q(effects, errors, 0.0)
    half = t_quantile(0.975, k - 1) * se
    spread = t_quantile(0.975, k - 2) * np.sqrt(tau2 + se**2) if k > 2 else np.nan
    return {
        "effect": mean,
        "ci_low": mean - half,
        "ci_high": mean + half,
        "p": float(t_two_sided(mean / se, k - 1)),
        "tau2": tau2,
        "i2": max(0.0, 1 - (k - 1) / q) if q > 0 else 0.0,
        "prediction_low": mean - spread,
        "prediction_high": mean + spread,
    }


def paule_mandel(effects: np.ndarray, errors: np.ndarray) -> float:
    """Return the variance between studies at which Q is its expectation, k - 1; 0 where Q is smaller without any.

    statsmodels stops at 1e-5, and returns 0 when rounding carries its last step past the root; this is bracketed.
    """
    surplus = _q(effects, errors, 0.0) - (len(effects) - 1)
    if surplus <= 0:
        return 0.0
    from scipy.optimize import brentq

    highest = float(np.ptp(effects)) ** 2
    return float(
        brentq(lambda tau2: _q(effects, errors, tau2) - (len(effects) - 1), 0.0, highest, xtol=1e-15, rtol=1e-13)
    )


def _q(effects: np.ndarray, errors: np.ndarray, tau2: float) -> float:
    weights = 1 / (errors**2 + tau2)
    return float(weights @ (effects - np.average(effects, weights=weights)) ** 2)


def _pooled(rows: pd.DataFrame) -> dict[str, float]:
    """Pool rows of one effect type; effect and intervals come back on the scale of that type."""
    found = pool(rows["y"].to_numpy(), rows["se"].to_numpy())
    if rows["effect_type"].iloc[0] == "spearman":
        for name in ("effect", "ci_low", "ci_high", "prediction_low", "prediction_high"):
            found[name] = float(np.tanh(found[name]))
    if len(rows) == 1:
        found |= {name: float(rows[name].iloc[0]) for name in ("effect", "ci_low", "ci_high")}
    return found


def _one_dataset(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of the effects of one dataset as one row, as if they were wholly correlated."""
    if len(rows) == 1:
        return rows
    y, se = rows["y"].mean(), rows["se"].mean()
    low, high = y - NORMAL * se, y + NORMAL * se
    effect = y
    if rows["effect_type"].iloc[0] == "spearman":
        effect, low, high = np.tanh([y, low, high])
    return rows.iloc[[0]].assign(y=y, se=se, effect=effect, ci_low=low, ci_high=high)
