"""Two arms compared, score by score: effect, AUROC and permutation p, and what to know when reading them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError, nearest
from resig.inference import permutation
from resig.inference.effects import auroc, hedges_g, hedges_g_paired
from resig.tables import CONTRASTS

FEWEST = 2


@dataclass(frozen=True)
class Arms:
    """Samples of the two arms, in a fixed order; in paired designs the same row is the same pair."""

    resistant: list[str]
    sensitive: list[str]
    paired: bool
    flags: tuple[str, ...]


def compare(
    dataset: str,
    contrast: str,
    spec: Mapping[str, Any],
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    coverage: pd.DataFrame,
    not_constant: Mapping[str, str],
    *,
    permutations: int,
    fdr: float,
    min_cells: int,
    seed: int,
    matched_sets: int = 1000,
    null_alpha: float = 0.05,
) -> pd.DataFrame:
    """Return the contrast table of one dataset."""
    _refuse_varying(spec, samples, not_constant, dataset, contrast)
    gate = coverage.set_index("signature")
    types = sorted(scores["cell_type"].unique()) if spec["cell_types"] == "all" else sorted(spec["cell_types"])
    bulk = types == ["bulk"]
    rows: list[dict[str, Any]] = []
    for cell_type in types:
        here = scores[scores["cell_type"] == cell_type]
        enough = here if bulk else here[here["n_cells"] >= min_cells]
        arms = split_arms(samples[samples["sample"].isin(enough["sample"])], spec, dataset)
        lost = len(set(_in_either_arm(samples, spec)) - set(enough["sample"]))
        common = (*arms.flags, *([f"{lost}_samples_below_{min_cells}_cells"] if lost else []))
        for method, of_method in scores.groupby("method", sort=False):
            known = of_method.groupby("signature")["score"].agg(lambda values: values.notna().all())
            scored = [each for each in gate.index if known.get(each, False)]
            wide = enough[enough["method"] == method].pivot(index="sample", columns="signature", values="score")
            rows += _rows_of_method(wide, scored, arms, str(method), cell_type, permutations, fdr, seed, gate, common)
    table = pd.DataFrame(rows).assign(dataset=dataset, contrast=contrast, effect_type="hedges_g")
    table["fdr"] = table.groupby("method")["p"].transform(_benjamini_hochberg)
    # A score without spread in either arm has no g; its direction is that of the AUROC.
    direction = table["effect"].fillna(table["auroc"] - 0.5)
    table["verdict"] = [
        verdict(row.scorable, row.p, row.fdr, sign, row.smallest, fdr)
        for row, sign in zip(table.itertuples(index=False), direction, strict=True)
    ]
    order = {signature: at for at, signature in enumerate(coverage["signature"])}
    table["order"] = table["signature"].map(order)
    return table.sort_values(["cell_type", "order", "method"], kind="stable")[CONTRASTS.names].reset_index(drop=True)


def verdict(scorable: str, p: float, fdr: float, effect: float, smallest: float, limit: float) -> str:
    """Answer one row by the rules written in docs/methods.md."""
    if scorable == "no":
        return "not_measurable"
    if np.isnan(p) or smallest > limit:
        return "underpowered"
    if fdr > limit:
        return "not_separable"
    return "supported" if effect > 0 else "contradicted"


def split_arms(samples: pd.DataFrame, spec: Mapping[str, Any], dataset: str) -> Arms:
    """Sort samples into arms by their level; in paired designs keep complete pairs only."""
    groups = spec["groups"]
    arm_of = {str(level): arm for arm in ("resistant", "sensitive") for level in groups[arm]}
    labelled = (
        samples.assign(arm=samples[groups["column"]].astype(str).map(arm_of))
        .dropna(subset=["arm"])
        .sort_values("sample")
    )
    elsewhere = len(samples) - len(labelled)
    flags = (f"{elsewhere}_samples_in_neither_arm",) if elsewhere else ()
    pair = spec["pair_by"]
    if pair is None:
        names = {arm: labelled.loc[labelled["arm"] == arm, "sample"].tolist() for arm in ("resistant", "sensitive")}
        return Arms(names["resistant"], names["sensitive"], False, flags)
    known = labelled[labelled[pair].astype(str) != ""]
    twice = known[known.duplicated([pair, "arm"])]
    if len(twice):
        raise ResigError(
            f"pair '{twice[pair].iloc[0]}' has more than one {twice['arm'].iloc[0]} sample "
            f"('{twice['sample'].iloc[0]}' is one)",
            where=f"dataset {dataset}, column '{pair}'",
            todo="keep one sample for each pair and arm",
        )
    wide = known.pivot(index=pair, columns="arm", values="sample").reindex(columns=["resistant", "sensitive"])
    whole = wide.dropna().sort_index()
    left_out = len(labelled) - 2 * len(whole)
    alone = (f"{left_out}_samples_without_partner",) if left_out else ()
    return Arms(whole["resistant"].tolist(), whole["sensitive"].tolist(), True, ("paired", *flags, *alone))


def _rows_of_method(
    wide: pd.DataFrame,
    scored: list[str],
    arms: Arms,
    method: str,
    cell_type: str,
    permutations: int,
    fdr: float,
    seed: int,
    gate: pd.DataFrame,
    common: Sequence[str],
) -> list[dict[str, Any]]:
    signatures = list(gate.index)
    n = {"n_resistant": len(arms.resistant), "n_sensitive": len(arms.sensitive)}
    figures: dict[str, dict[str, Any]] = {}
    if scored and min(n.values()) >= FEWEST:
        figures = _figures(wide[scored], arms, permutations, seed)
    rows = []
    for signature in signatures:
        scorable = gate.at[signature, "scorable"] if signature in scored else "no"
        flags = list(common)
        if gate.at[signature, "scorable"] == "low_power":
            flags.append("low_power")
        if gate.at[signature, "scorable"] != "no" and signature not in scored:
            flags.append(f"too_few_members_for_{method}")
        if signature in scored and min(n.values()) < FEWEST:
            flags.append(f"fewer_than_{FEWEST}_{'pairs' if arms.paired else 'samples_in_an_arm'}")
        found = figures.get(signature, dict.fromkeys(FIGURES, np.nan) | {"p_type": ""})
        if signature in figures and np.isnan(found["effect"]):
            flags.append(_why_no_effect(arms, found["auroc"]))
        if signature in figures and found["smallest"] > fdr:
            flags.append("no_arrangement_reaches_the_fdr")
        row = {
            "signature": signature,
            "method": method,
            "cell_type": cell_type,
            "scorable": scorable,
            "flags": ";".join(flags),
        }
        rows.append(row | n | found)
    return rows


FIGURES = ("effect", "effect_se", "ci_low", "ci_high", "auroc", "auroc_low", "auroc_high", "p", "smallest")


def _why_no_effect(arms: Arms, area: float) -> str:
    if arms.paired:
        return "no_effect_size_from_2_pairs" if len(arms.resistant) == FEWEST else "no_spread_of_differences"
    return "constant_score" if area == 0.5 else "no_spread_within_arms"


def _figures(scores: pd.DataFrame, arms: Arms, permutations: int, seed: int) -> dict[str, dict[str, Any]]:
    """Compute all columns at once; the draws follow the names of the samples, so swapped arms keep their p."""
    resistant, sensitive = (scores.loc[names].to_numpy(dtype=float) for names in (arms.resistant, arms.sensitive))
    area = auroc(resistant, sensitive)
    if arms.paired:
        effect = hedges_g_paired(resistant, sensitive)
        found = permutation.paired(resistant, sensitive, permutations, seed)
    else:
        effect = hedges_g(resistant, sensitive)
        both = scores.loc[sorted([*arms.resistant, *arms.sensitive])]
        in_resistant = both.index.isin(arms.resistant)
        found = permutation.unpaired(both.to_numpy(dtype=float), in_resistant, permutations, seed)
    columns = (effect.effect, effect.se, effect.low, effect.high, area.value, area.low, area.high, found.p)
    return {
        name: {key: float(values[at]) for key, values in zip(FIGURES, columns, strict=False)}
        | {"smallest": found.smallest, "p_type": found.kind}
        for at, name in enumerate(scores.columns)
    }


def _benjamini_hochberg(p: pd.Series) -> pd.Series:
    from scipy.stats import false_discovery_control

    known = p.notna()
    adjusted = pd.Series(np.nan, index=p.index)
    if known.any():
        adjusted[known] = false_discovery_control(p[known].to_numpy(), method="bh")
    return adjusted


def _in_either_arm(samples: pd.DataFrame, spec: Mapping[str, Any]) -> list[str]:
    levels = {str(level) for arm in ("resistant", "sensitive") for level in spec["groups"][arm]}
    return samples.loc[samples[spec["groups"]["column"]].astype(str).isin(levels), "sample"].tolist()


def _refuse_varying(
    spec: Mapping[str, Any],
    samples: pd.DataFrame,
    not_constant: Mapping[str, str],
    dataset: str,
    contrast: str,
) -> None:
    for column in filter(None, (spec["groups"]["column"], spec["pair_by"])):
        if column in samples.columns:
            continue
        if column in not_constant:
            raise ResigError(
                f"column '{column}' changes within biological sample '{not_constant[column]}'",
                where=f"contrast {contrast}, dataset {dataset}",
                todo="samples are compared, not cells: choose a sample column that tells these apart",
            )
        hint = nearest(column, samples.columns, "sample columns")
        raise ResigError(f"no sample column '{column}'", where=f"contrast {contrast}, dataset {dataset}", todo=hint)
