"""What resig says in worlds where the truth is known: how often it errs, and how often it sees what is there."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats
from worlds import Cells, World

from resig.inference.design import Design, design_of

Result = dict[str, Any]
LEVEL = 0.05


def design(world: World, spec: dict[str, Any] | None = None) -> Design:
    """Build the design of a world as the workflow does."""
    return design_of(spec or world.spec, world.samples, "sim")


def ordered(world: World, asked: Design, values: np.ndarray) -> np.ndarray:
    """Bring the rows of a draw into the order of the design's samples."""
    place = {name: at for at, name in enumerate(world.samples["sample"])}
    return values[[place[name] for name in asked.samples]]


def share(hits: np.ndarray) -> dict[str, float]:
    """Return a share and its Monte-Carlo standard error."""
    n, k = len(hits), int(hits.sum())
    return {"share": k / n, "replicates": n, "mc_error": float(np.sqrt(max(k, 1) * max(n - k, 1) / n**3))}


def false_positives(world: World, replicates: int, permutations: int, seed: int) -> Result:
    """Draw scores without any effect; return the share of p at or below 5 %, and the level the design can reach."""
    generator, asked = np.random.default_rng(seed), design(world)
    values = world.draw(generator, replicates, 0.0)
    found = asked.estimate(ordered(world, asked, values), permutations, seed)
    result = about(world) | share(found.p <= LEVEL) | {"smallest": found.smallest, "p_type": found.p_type}
    # An exact p takes few values: the most that can be asked for is the largest one that is not above 5 %.
    reached = found.p[found.p <= LEVEL]
    result["attainable"] = _attainable(found.p, found.p_type, float(found.smallest), reached)
    if world.unadjusted:
        naive = design(world, world.unadjusted)
        p = naive.estimate(ordered(world, naive, values), permutations, seed).p
        result["unadjusted"] = share(p <= LEVEL)
    return result


def _attainable(p: np.ndarray, kind: str, smallest: float, reached: np.ndarray) -> float:
    if smallest > LEVEL:
        return 0.0
    return float(reached.max()) if kind == "exact" and len(reached) else LEVEL


def covered(world: World, effect: float, truth: float, replicates: int, seed: int) -> Result:
    """Return how often the 95 % interval of the effect holds the truth."""
    generator, asked = np.random.default_rng(seed), design(world)
    found = asked.estimate(ordered(world, asked, world.draw(generator, replicates, effect)), 100, seed)
    inside = (found.low <= truth) & (truth <= found.high)
    result = about(world) | share(inside) | {"effect": truth, "effect_type": asked.effect_type}
    result["bias"] = float(np.nanmean(found.effect) - truth)
    if world.area:
        area = float(stats.norm.cdf(effect / np.sqrt(2)))
        result["auroc"] = share((found.auroc_low <= area) & (area <= found.auroc_high)) | {"truth": area}
    return result


def covered_over(several: Sequence[World], effect: float, truth: float, replicates: int, seed: int) -> Result:
    """Return the same over several phenotypes or follow-ups: one alone is a draw itself."""
    each = max(1, replicates // len(several))
    found = [covered(world, effect, truth, each, seed + at) for at, world in enumerate(several)]
    n = each * len(several)
    k = sum(one["share"] * one["replicates"] for one in found)
    spread = float(np.std([one["share"] for one in found], ddof=1) / np.sqrt(len(found))) if len(found) > 1 else 0.0
    noise = float(np.sqrt(max(k, 1) * max(n - k, 1) / n**3))
    result = found[0] | {"size": found[0]["size"].split(",")[0], "share": k / n, "replicates": n}
    return result | {"mc_error": max(spread, noise), "bias": float(np.mean([one["bias"] for one in found]))}


def spearman_of(r: float) -> float:
    """Return Spearman's rho of normal variables whose Pearson correlation is r."""
    return float(6 / np.pi * np.arcsin(r / 2))


def power(world: World, effect: float, replicates: int, permutations: int, seed: int) -> Result:
    """Return the share of p at or below 5 % with the effect on the right side."""
    generator, asked = np.random.default_rng(seed), design(world)
    found = asked.estimate(ordered(world, asked, world.draw(generator, replicates, effect)), permutations, seed)
    return about(world) | share((found.p <= LEVEL) & (found.effect > 0)) | {"effect": effect, "mde": float(found.mde)}


def cells_against_donors(cells: Cells, effect: float, replicates: int, permutations: int, seed: int) -> Result:
    """Return, from the same draws, how often donors and how often cells (Wilcoxon) give p at or below 5 %."""
    world, generator = cells.world, np.random.default_rng(seed)
    values, donor = cells.cells(generator, replicates, effect)
    asked = design(world)
    found = asked.estimate(ordered(world, asked, cells.donor_means(values, donor)), permutations, seed)
    resistant = donor < cells.donors
    naive = wilcoxon(values[resistant], values[~resistant])
    numbers = cells.numbers()
    return (
        about(world)
        | share(found.p <= LEVEL)
        | {"smallest": found.smallest, "effect": effect, "between": cells.between, "cell_level": share(naive <= LEVEL)}
        | {"cells": [int(numbers.min()), int(np.median(numbers)), int(numbers.max())]}
        | {"attainable": _attainable(found.p, found.p_type, float(found.smallest), found.p[found.p <= LEVEL])}
    )


def wilcoxon(resistant: np.ndarray, sensitive: np.ndarray) -> np.ndarray:
    """Return the p of the rank-sum test, normal approximation (no ties in continuous scores), by column."""
    n, m = len(resistant), len(sensitive)
    ranks = np.concatenate([resistant, sensitive]).argsort(axis=0).argsort(axis=0)[:n].sum(axis=0) + n
    z = (ranks - n * (n + m + 1) / 2) / np.sqrt(n * m * (n + m + 1) / 12)
    return 2 * stats.norm.sf(np.abs(z))


def about(world: World) -> Result:
    """Name a world."""
    return {"design": world.design, "size": world.size, "note": world.note}
