"""What scores keep when there are fewer reads and fewer cells, and which scorer finds effects planted in real cells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from data import Cells, Expression, present
from measure import ORDINARY, Truth, arms, score_varying
from scores import SINGLE_CELL, auroc, number, score, spearman

Result = dict[str, Any]
Sets = Mapping[str, Mapping[str, float]]
SPARSE = tuple(each for each in SINGLE_CELL if each not in ("mlm", "ssgsea"))
DENSE = tuple(each for each in ORDINARY if each != "mlm")
DEPTHS = (10_000_000, 1_000_000, 300_000, 100_000, 30_000, 10_000)


def shallow(cohort: Expression, truths: Sequence[Truth], sets: Sets) -> Iterator[Result]:
    """Yield what is left of known truth, and of the shipped signatures, when so many reads are drawn from each sample.

    The cohort is log2(FPKM + 0.1); a gene gets reads in proportion to its FPKM, as if all genes were equally long.
    """
    draw = np.random.default_rng(16)
    fpkm = np.maximum(2.0**cohort.log - 0.1, 0)
    total = fpkm.sum(axis=1, keepdims=True)
    known = present({each.name: each.members for each in truths}, cohort.symbols)
    shipped = {name: each for name, each in present(sets, cohort.symbols).items() if each}
    size = np.array([len(each) for each in shipped.values()])
    groups = {"1 to 4": size < 5, "5 and more": size >= 5}
    everything = {f"known {name}": each for name, each in known.items()} | shipped
    whole = score(cohort.log, cohort.symbols, everything, DENSE)
    for depth in (None, *DEPTHS):
        log = cohort.log if depth is None else np.log2(draw.poisson(fpkm / total * depth) * (total / depth) + 0.1)
        found = whole if depth is None else score_varying(log, cohort.symbols, everything, DENSE)
        areas = {}
        for at, truth in enumerate(truths):
            rows, high = arms(cohort, truth)
            areas[truth.name] = {name: number(auroc(each[rows][:, [at]], high)[0]) for name, each in found.items()}
        rho = {name: spearman(whole[name], found[name])[len(known) :] for name in DENSE}
        yield {
            "part": "shallow",
            "cohort": cohort.name,
            "reads": depth,
            "auroc": areas,
            "sets": {group: int(own.sum()) for group, own in groups.items()},
            "rho": {group: {name: middle(each[own]) for name, each in rho.items()} for group, own in groups.items()},
        }


def fewer_reads(found: Cells, sets: Mapping[str, Mapping[str, float]]) -> Iterator[Result]:
    """Yield the rank correlation of cells' scores with those of all reads, when a share of the reads is left."""
    draw = np.random.default_rng(14)
    sets = {name: each for name, each in present(sets, found.symbols).items() if len(each) >= 5}
    whole = score(logged(found.counts), found.symbols, sets, SPARSE)
    for share in (0.75, 0.5, 0.25, 0.1):
        thin = score(logged(draw.binomial(found.counts, share)), found.symbols, sets, SPARSE)
        rho = {name: spearman(whole[name], thin[name]) for name in SPARSE}
        yield {
            "part": "fewer_reads",
            "cohort": found.name,
            "cells": len(found.counts),
            "sets": len(sets),
            "share": share,
            "umi": int(np.median(found.counts.sum(axis=1)) * share),
            "rho": {name: number(np.nanmedian(each)) for name, each in rho.items()},
        }


def fewer_cells(found: Cells, sets: Mapping[str, Mapping[str, float]], donor: str, draws: int) -> Iterator[Result]:
    """Yield the rank correlation of donors' mean scores with those of all cells, when a few cells of each are left."""
    draw = np.random.default_rng(15)
    sets = {name: each for name, each in present(sets, found.symbols).items() if len(each) >= 5}
    scored = score(logged(found.counts), found.symbols, sets, SPARSE)
    owner = found.obs[donor].astype(str).to_numpy()
    donors = np.unique(owner)
    means = {name: np.array([each[owner == one].mean(axis=0) for one in donors]) for name, each in scored.items()}
    for cells in (50, 20, 10, 5):
        rho: dict[str, list[np.ndarray]] = {name: [] for name in SPARSE}
        for _ in range(draws):
            rows = [draw.permutation(np.flatnonzero(owner == one))[:cells] for one in donors]
            for name, each in scored.items():
                rho[name].append(spearman(np.array([each[own].mean(axis=0) for own in rows]), means[name]))
        yield {
            "part": "fewer_cells",
            "cohort": found.name,
            "donors": len(donors),
            "sets": len(sets),
            "cells": cells,
            "rho": {name: number(np.nanmedian(each)) for name, each in rho.items()},
        }


def logged(counts: np.ndarray) -> np.ndarray:
    """Bring counts to log(1 + counts per 10,000), as single cells are scored."""
    depth = counts.sum(axis=1, keepdims=True)
    return np.log1p(1e4 * counts / np.maximum(depth, 1))


FOLDS, SIZES = (1.0, 1.25, 1.5, 2.0), (3, 10, 20, 50)
DRAWN, AN_ARM = 30, 10  # cells of a sample, samples of an arm


def planted_in_cells(found: Cells, replicates: int) -> Iterator[Result]:
    """Yield mean AUROC of effects planted in real cells: the members' reads of one arm are thinned.

    Cells are dealt at random to samples; AUROC over cells, and over the means of samples, as resig compares them.
    Without an effect: how a score goes along with the depth of a cell, and how far it moves when one arm is thinned
    as a whole, to half of its reads.
    """
    draw = np.random.default_rng(17)
    wanted = [(size, fold) for size in SIZES for fold in FOLDS]
    common = np.flatnonzero((found.counts > 0).mean(axis=0) >= 0.05)
    kept: dict[str, dict[str, list[np.ndarray]]] = {name: {} for name in SPARSE}
    for _ in range(replicates):
        # Sets are up or down at random: else one arm would lose reads, and all other genes would seem to rise in it.
        signs = draw.choice([-1.0, 1.0], len(wanted)).tolist()
        rows = draw.permutation(len(found.counts))[: 2 * AN_ARM * DRAWN]
        counts, high = found.counts[rows].copy(), np.arange(len(rows)) < len(rows) // 2
        genes = np.split(draw.permutation(common)[: sum(n for n, _ in wanted)], np.cumsum([n for n, _ in wanted])[:-1])
        for (_, fold), own, sign in zip(wanted, genes, signs, strict=True):
            low = np.ix_(~high if sign > 0 else high, own)
            counts[low] = draw.binomial(counts[low], 1 / fold)
        named = [[found.symbols[gene] for gene in own] for own in genes]
        sets = {f"set{at}": dict.fromkeys(own, signs[at]) for at, own in enumerate(named)}
        scored = score(logged(counts), found.symbols, sets, SPARSE)
        counts[high] = draw.binomial(counts[high], 0.5)
        uneven = score(logged(counts), found.symbols, sets, SPARSE)
        depth = found.counts[rows].sum(axis=1, dtype=float)[:, None]
        for name, each in scored.items():
            said = {
                "cells": auroc(each, high),
                "samples": auroc(averaged(each), averaged(high[:, None])[:, 0] > 0.5),
                "depth": np.abs(spearman(each, np.repeat(depth, len(sets), axis=1))),
                "uneven": np.abs(auroc(uneven[name], high) - 0.5),
            }
            for what, values in said.items():
                kept[name].setdefault(what, []).append(values)
    means = {name: {what: np.mean(values, axis=0) for what, values in each.items()} for name, each in kept.items()}
    for at, (size, fold) in enumerate(wanted):
        measures = ("cells", "samples") if fold > 1 else ("cells", "samples", "depth", "uneven")
        yield {
            "part": "planted_in_cells",
            "cohort": found.name,
            "genes": len(found.symbols),
            "replicates": replicates,
            "size": size,
            "fold": fold,
            **{what: {name: number(each[what][at]) for name, each in means.items()} for what in measures},
        }


def averaged(values: np.ndarray) -> np.ndarray:
    """Return the mean of each sample's cells."""
    return values.reshape(2 * AN_ARM, DRAWN, -1).mean(axis=1)


def middle(values: np.ndarray) -> float | None:
    """Return the median of what there is."""
    return number(np.nanmedian(values)) if (~np.isnan(values)).any() else None
