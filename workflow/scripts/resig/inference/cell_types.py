"""What single cells add to a contrast table: cells a signature is about, their numbers, and shifts between types."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from resig.inference.composition import MOST, decompose, share_of_mix
from resig.inference.contexts import Context
from resig.inference.design import Design, design_of
from resig.intake.samples import ALL_CELLS, BULK_TYPE
from resig.tables import COMPOSITION
from resig.textbook import benjamini_hochberg

ALPHA, HALF = 0.05, 0.5
FEW_ARRANGEMENTS = 100  # of estimates whose p is not used


def say_of_cells(
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    contexts: Mapping[str, Context],
    batch: str | None,
    inference: Mapping[str, Any],
) -> pd.DataFrame:
    """Add to a contrast table what to know of its cell types: flags, and the share of the mix in all cells."""
    found = table.assign(mix_share=np.nan)
    if set(table["cell_type"]) <= {BULK_TYPE}:
        return found
    flags: list[list[str]] = [[contexts[row.signature].flag(row.cell_type)] for row in table.itertuples()]
    for cell_type, rows in table.groupby("cell_type"):
        here = scores[(scores["cell_type"] == cell_type) & (scores["n_cells"] >= inference["min_cells"])]
        design = design_of(spec, samples[samples["sample"].isin(here["sample"])], table["dataset"].iloc[0], batch)
        if design.too_few:
            continue
        if cell_type == ALL_CELLS:
            shares = mix_shares(scores, here, design)
            found.loc[rows.index, "mix_share"] = [
                shares.get((row.signature, row.method), np.nan) for row in rows.itertuples()
            ]
        for at, flag in of_numbers(rows, here, design, inference).items():
            flags[table.index.get_loc(at)].append(flag)
    mixed = (found["mix_share"] > MOST) & (found["p"] <= ALPHA)
    flags = [[*own, "composition" if mix else ""] for own, mix in zip(flags, mixed, strict=True)]
    found["flags"] = [";".join(filter(None, [was, *own])) for was, own in zip(table["flags"], flags, strict=True)]
    return found


def composition_table(
    dataset: str,
    contrast: str,
    spec: Mapping[str, Any],
    confounders: pd.DataFrame,
    samples: pd.DataFrame,
    batch: str | None,
    inference: Mapping[str, Any],
) -> pd.DataFrame:
    """Hold the share of each cell type against the question, and count the cells behind it.

    The effect is that of the log odds of the share, half a cell added on both sides; p and FDR are those of samples.
    """
    cells = confounders[confounders["cell_type"] != ALL_CELLS].pivot(
        index="sample", columns="cell_type", values="n_cells"
    )
    cells = cells.astype(float).fillna(0)
    total = cells.sum(axis=1)
    enough = samples["sample"].isin(total.index[total >= inference["min_cells"]])
    design = design_of(spec, samples[enough], dataset, batch)
    own, whole = cells.loc[design.samples], total.loc[design.samples].to_numpy()[:, None]
    odds = np.log((own.to_numpy() + 0.5) / (whole - own.to_numpy() + 0.5))
    table = pd.DataFrame({"cell_type": own.columns, "dataset": dataset, "contrast": contrast})
    table = table.assign(effect_type=design.effect_type, n_samples=len(own), flags=";".join(design.flags))
    ends = getattr(design, "axis", np.full(len(own), np.nan))
    arms = {"": np.ones(len(own), dtype=bool), "_resistant": ends == 0.5, "_sensitive": ends == -0.5}
    for arm, inside in arms.items():
        if inside.any():
            table[f"share{arm}"] = (own / whole)[inside].mean(axis=0).to_numpy()
            table[f"min_cells{arm}"] = own[inside].min(axis=0).to_numpy()
            table[f"median_cells{arm}"] = own[inside].median(axis=0).to_numpy()
    if not design.too_few and cells.shape[1] > 1:
        found = design.estimate(odds, inference["permutations"], inference["seed"])
        table = table.assign(effect=found.effect, ci_low=found.low, ci_high=found.high, p=found.p)
        table["fdr"] = benjamini_hochberg(table["p"])
    return table.reindex(columns=COMPOSITION.names)


def mix_shares(scores: pd.DataFrame, whole: pd.DataFrame, design: Design) -> dict[tuple[str, str], float]:
    """Return, for each signature and method, which share of the change in all cells is a shift between cell types."""
    types = scores[(scores["cell_type"] != ALL_CELLS) & scores["sample"].isin(design.samples)]
    direction, found = design.direction, {}
    known = set(map(tuple, whole.dropna(subset=["score"])[["signature", "method"]].drop_duplicates().to_numpy()))
    for key, own in types.groupby(["signature", "method"], sort=False):
        if key in known:
            wide = own.pivot(index="sample", columns="cell_type", values=["n_cells", "score"]).loc[design.samples]
            cells, means = (wide[part].to_numpy(dtype=float, na_value=np.nan) for part in ("n_cells", "score"))
            cells = np.nan_to_num(cells)
            parts = decompose(cells / cells.sum(axis=1, keepdims=True), means)
            found[key] = share_of_mix(parts, direction)
    return found


def of_numbers(rows: pd.DataFrame, here: pd.DataFrame, design: Design, inference: Mapping[str, Any]) -> dict[Any, str]:
    """Flag effects of one cell type that may come from unequal numbers of cells.

    Where the number of cells (its logarithm) follows the contrast, an effect with p at most 0.05 that loses more than
    half of itself when that number is adjusted for is flagged.
    """
    cells = np.log10(here.groupby("sample")["n_cells"].first().astype(float)).loc[design.samples]
    if cells.nunique() < 2:
        return {}
    apart = design.estimate(cells.to_numpy()[:, None], inference["permutations"], inference["seed"]).p[0]
    given = design.adjusted(cells.to_frame("log10_cells"))
    if not apart <= ALPHA or given.too_few:
        return {}
    flagged: dict[Any, str] = {}
    for method, own in rows.groupby("method"):
        called = own[(own["p"] <= ALPHA) & own["effect"].notna()]
        if called.empty:
            continue
        wide = here[here["method"] == method].pivot(index="sample", columns="signature", values="score")
        wide = wide.reindex(columns=called["signature"]).astype(float)
        # On the scale of meta_effect: over a spread that the number of cells does not take away.
        before, after = (
            each.estimate(wide.loc[each.samples].to_numpy(), FEW_ARRANGEMENTS, inference["seed"]).meta_effect
            for each in (design, given)
        )
        kept = (np.abs(after) >= HALF * np.abs(before)) & (np.sign(after) == np.sign(before))
        flagged |= dict.fromkeys(called.index[~kept], "follows_cell_number")
    return flagged
