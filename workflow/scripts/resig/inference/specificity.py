"""Is it this signature, and more than one gene: effects of matched random sets, and of the set without each member."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resig.inference.matched import (
    UNKNOWN,
    Draws,
    Effects,
    bins_of,
    draw_sets,
    merge_bins,
    n_matched_sets,
    standing,
)
from resig.inference.set_scores import Set, in_groups, panel_of, scorer_of, sets_of, why_not
from resig.pseudobulk import Path_, Pseudobulk, read_pseudobulk
from resig.scoring.inputs import build_panel, read_signatures
from resig.scoring.method import Method
from resig.scoring.panel import Panel, seed_of

TOO_FEW_GENES = "too_few_genes_to_draw_from"
TOO_FEW_SETS = "too_few_matched_sets"
NO_EFFECT = "no_effect"
POORLY_MATCHED = 0.25  # standard deviations between genes
DOMINATED = 0.5  # of the effect that may hang on one gene
N_TOP = 3


@dataclass(frozen=True)
class Background:
    """What the sets of one dataset are held against."""

    pseudobulk: Pseudobulk
    panel: Panel
    methods: Mapping[str, Method]
    bulk: bool
    matched_sets: int
    null_alpha: float

    def rows_of(self, cell_type: str, samples: Sequence[str] | None = None) -> np.ndarray:
        """Return the rows of the pseudobulk of some samples in one cell type, in their order."""
        units = self.pseudobulk.units
        at = units.index[units["cell_type"] == cell_type]
        if samples is None:
            return at.to_numpy()
        place = dict(zip(units.loc[at, "sample"], at, strict=True))
        return np.array([place[sample] for sample in samples], dtype=np.int64)


def read_background(
    pseudobulk: Path_,
    members: Path_,
    coverage: Path_,
    *,
    bulk: bool,
    matched_sets: int,
    null_alpha: float,
    seed: int,
    methods: Sequence[Method] = (),
) -> Background:
    """Read what the scored signatures of a dataset are held against."""
    known = read_pseudobulk(pseudobulk)
    panel = build_panel(read_signatures(members, coverage), known.genes, seed)
    return Background(known, panel, {each.name: each for each in methods}, bulk, matched_sets, null_alpha)


@dataclass(frozen=True)
class Findings:
    """What was found for one signature: columns of the tables of contrasts and of nulls, flags, a row for each gene."""

    contrast: dict[str, Any]
    null: dict[str, Any]
    flags: list[str]
    genes: list[dict[str, Any]]


def examine(
    background: Background,
    method_name: str,
    cell_type: str,
    samples: Sequence[str],
    effects: Effects,
    signatures: Sequence[str] | None = None,
) -> dict[str, Findings]:
    """Examine signatures that a method scores (all, or those named), in the samples of a design, by its effects."""
    method = background.methods[method_name]
    own = {
        name: each
        for name, each in sets_of(method.panel(background.panel)).items()
        if len(each.gene) >= method.at_least and (signatures is None or name in signatures)
    }
    if reason := why_not(method, background.bulk):
        return {name: unknown(reason) for name in own}
    rows = background.rows_of(cell_type, samples)
    score = scorer_of(method, background.pseudobulk, rows, background.bulk)
    pool = Pool(background, method, cell_type)
    log = background.pseudobulk.log[rows]
    members = np.unique(np.concatenate([np.zeros(0, np.int64), *(each.gene for each in own.values())]))
    gene_effect = dict(zip(members.tolist(), effects(log[:, members]), strict=True)) if len(members) else {}
    families = (Family.of(each, pool) for each in own.values())
    found: dict[str, Findings] = {}
    for group in in_groups(families, len(rows)):
        panel = panel_of([each for family in group for each in family.sets], pool.genes, background.panel.seed)
        values = effects(score(panel))
        for family, own_values in zip(
            group, np.split(values, np.cumsum([len(each) for each in group])[:-1]), strict=True
        ):
            found[family.own.name] = family.findings(own_values, pool, gene_effect)
    return found


class Pool:
    """The genes that a method may draw, in bins of their expression and detection in one cell type."""

    def __init__(self, background: Background, method: Method, cell_type: str, most: int | None = None) -> None:
        self.genes = background.pseudobulk.genes
        self.places = np.flatnonzero(self.genes.sd > 0) if method.varying_only else np.arange(len(self.genes))
        here = background.rows_of(cell_type)
        self.mean = background.pseudobulk.log[here].mean(axis=0)
        self.detected = background.pseudobulk.detected[here].mean(axis=0)
        self.bins = bins_of(self.mean[self.places], self.detected[self.places])
        self.order = np.argsort(np.asarray(self.genes.symbols, dtype=str)[self.places], kind="stable")
        self.n_sets = min(background.matched_sets, most or background.matched_sets)
        self.seed = background.panel.seed
        self.fewest = 2 / background.null_alpha

    def draw(self, own: Set) -> Draws | str:
        """Draw matched sets, or say why there are none."""
        members = np.searchsorted(self.places, own.gene)
        bins = merge_bins(self.bins, members)
        if bins is None:
            return TOO_FEW_GENES
        if n_matched_sets(bins, members, own.weight, self.n_sets) < self.fewest:
            return TOO_FEW_SETS
        draws = draw_sets(bins, members, own.weight, self.order, self.n_sets, seed_of(self.seed, own.name, "matched"))
        return Draws(self.places[draws.genes], draws.exhaustive)


@dataclass(frozen=True)
class Family:
    """A signature, the signature without each of its members, and its matched sets, to be scored together."""

    own: Set
    without: list[Set]
    draws: Draws | str

    @classmethod
    def of(cls, own: Set, pool: Pool) -> "Family":
        """Make the family of a signature."""
        places = np.arange(len(own.gene))
        without = (
            [Set(own.name, own.gene[places != at], own.weight[places != at]) for at in places]
            if len(places) > 1
            else []
        )
        return cls(own, without, pool.draw(own))

    @property
    def random(self) -> Iterator[Set]:
        """The matched sets."""
        if not isinstance(self.draws, str):
            for at, genes in enumerate(self.draws.genes):
                yield Set(f"{self.own.name}/{at}", genes, self.own.weight)

    @property
    def sets(self) -> list[Set]:
        """All sets, the signature first."""
        return [self.own, *self.without, *self.random]

    def __len__(self) -> int:
        return 1 + len(self.without) + (0 if isinstance(self.draws, str) else len(self.draws.genes))

    def findings(self, effects: np.ndarray, pool: Pool, gene_effect: Mapping[int, float]) -> Findings:
        """Read the effects of all sets."""
        observed = float(effects[0])
        without, random = np.split(effects[1:], [len(self.without)])
        null, flags = self._null(observed, random, pool)
        genes = self._genes(observed, without, pool, gene_effect)
        driven, more = drivers(observed, genes)
        columns = {"null_p": null["null_p"], "null_percentile": null["null_percentile"]} | driven
        return Findings(columns, null, flags + more, genes)

    def _null(self, observed: float, random: np.ndarray, pool: Pool) -> tuple[dict[str, Any], list[str]]:
        if isinstance(self.draws, str):
            return _null_row(UNKNOWN, observed, self.draws), [f"no_matched_null:{self.draws}"]
        stands = standing(observed, random, self.draws.exhaustive, pool.fewest)
        matched = {
            "all_sets": "yes" if self.draws.exhaustive else "no",
            "expression": float(pool.mean[self.own.gene].mean()),
            "expression_matched": float(pool.mean[self.draws.genes].mean()),
            "detection": float(pool.detected[self.own.gene].mean()),
            "detection_matched": float(pool.detected[self.draws.genes].mean()),
        }
        if not stands.n_sets:
            return _null_row(stands, observed, NO_EFFECT) | matched, [f"no_matched_null:{NO_EFFECT}"]
        apart = abs(float(pool.mean[self.own.gene].mean() - pool.mean[self.draws.genes].mean()))
        poor = apart > POORLY_MATCHED * pool.mean[pool.places].std()
        return _null_row(stands, observed, "") | matched, ["poorly_matched"] if poor else []

    def _genes(
        self, observed: float, without: np.ndarray, pool: Pool, gene_effect: Mapping[int, float]
    ) -> list[dict[str, Any]]:
        left = without if len(without) else [np.nan]
        return [
            {
                "symbol": pool.genes.symbols[gene],
                "weight": float(weight),
                "gene_effect": float(gene_effect[int(gene)] * np.sign(weight)),
                "effect": observed,
                "effect_without": float(rest),
            }
            for gene, weight, rest in zip(self.own.gene, self.own.weight, left, strict=True)
        ]


def drivers(observed: float, genes: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Say which members an effect hangs on: the share of it that is lost without each, all of it where none is left.

    A set is dominated by a gene without which less than half of the effect is left, in its direction.
    """
    symbols = [str(each["symbol"]) for each in genes]
    if len(genes) == 1:
        return {"top_genes": f"{symbols[0]} (alone)", "loo_min_effect": np.nan}, []
    without = np.array([each["effect_without"] for each in genes], dtype=float)
    if not np.isfinite(observed) or observed == 0:
        return {"top_genes": "", "loo_min_effect": np.nan}, []
    lost = 1 - np.where(np.isfinite(without), without, 0.0) / observed
    first = sorted(range(len(genes)), key=lambda at: (-lost[at], symbols[at]))
    top = [f"{symbols[at]} ({100 * lost[at]:.0f} %)" for at in first[:N_TOP] if lost[at] > 0]
    flags = [f"one_gene:{symbols[first[0]]}"] if lost[first[0]] > DOMINATED else []
    return {"top_genes": ", ".join(top), "loo_min_effect": float(without[first[0]])}, flags


def _null_row(stands: Any, observed: float, reason: str) -> dict[str, Any]:
    return {
        "n_sets": stands.n_sets,
        "all_sets": "",
        "effect": observed,
        "null_mean": stands.mean,
        "null_sd": stands.sd,
        "null_low": stands.low,
        "null_high": stands.high,
        "null_min": stands.least,
        "null_max": stands.most,
        "null_counts": ",".join(map(str, stands.counts)),
        "null_p": stands.p,
        "null_percentile": stands.percentile,
        "expression": np.nan,
        "expression_matched": np.nan,
        "detection": np.nan,
        "detection_matched": np.nan,
        "reason": reason,
    }


def unknown(reason: str) -> Findings:
    """Return what can be said of a signature that cannot be examined."""
    columns = {"null_p": np.nan, "null_percentile": np.nan, "top_genes": "", "loo_min_effect": np.nan}
    return Findings(columns, _null_row(UNKNOWN, np.nan, reason), [f"no_matched_null:{reason}"], [])
