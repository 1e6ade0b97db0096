"""Two arms and trends: one linear model of each score on the contrast, given blocks (pairs, patients) and covariates.

The contrast is coded from -1/2 to 1/2, so its coefficient is the difference of arms (of last and first level), and
exchanged arms give the same figures with the opposite sign, to the last bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from resig.inference import permutation
from resig.inference.confounding import ConfoundedError, cross_table, refuse_confounded
from resig.inference.covariates import coded, columns_of, complete, independent, numeric, repeated_people
from resig.inference.design import Estimates
from resig.inference.effects import (
    Effect,
    auroc,
    detectable,
    rounding,
    small_sample_factor,
    standardised,
)
from resig.inference.two_groups import ARMS, split_arms

FEWEST, MUCH = 2, 0.5
BLOCK_VALUES = 4_000_000


@dataclass(frozen=True)
class LinearDesign:
    """A contrast between samples: `axis` from -1/2 to 1/2, blocks by code, covariates as numbers."""

    samples: list[str]
    axis: np.ndarray
    blocks: np.ndarray
    covariates: pd.DataFrame
    effect_type: str
    flags: tuple[str, ...]
    within: str = ""
    """`pairs` or `patients` where a sample counts only together with others of its block."""

    @property
    def n_resistant(self) -> int:
        """Samples at the upper end of the contrast."""
        return int((self.axis == 0.5).sum())

    @property
    def n_sensitive(self) -> int:
        """Samples at its lower end."""
        return int((self.axis == -0.5).sum())

    @property
    def too_few(self) -> str:
        """Say why no effect can be estimated."""
        if min(self.n_resistant, self.n_sensitive) < FEWEST:
            kind = self.within or ("samples_in_an_arm" if self.effect_type == "hedges_g" else "samples_at_an_end")
            return f"fewer_than_{FEWEST}_{kind}"
        if self._weight <= 1e-9:
            return "contrast_follows_from_the_covariates"
        return "no_degrees_of_freedom_left" if self._free < 1 else ""

    @property
    def direction(self) -> np.ndarray:
        """Weights of the samples whose product with a score is the coefficient of the contrast."""
        return self._own / self._weight

    # --- the model, in the space where blocks have been taken out ---

    @cached_property
    def _basis(self) -> np.ndarray:
        """Orthonormal columns that span the covariates within blocks."""
        raw = self.covariates.to_numpy(dtype=float)
        centred = self._within_blocks(raw)
        length = np.linalg.norm(centred, axis=0)
        varies = length > 1e-9 * np.abs(raw).max(axis=0, initial=0.0)
        scaled = centred[:, varies] / length[varies]
        return np.linalg.qr(scaled[:, independent(scaled)])[0]

    @cached_property
    def _own(self) -> np.ndarray:
        """The part of the contrast that blocks and covariates do not explain."""
        centred = self._within_blocks(self.axis)
        return self._given_covariates(centred)

    @cached_property
    def _weight(self) -> float:
        return float(self._own @ self._own)

    @cached_property
    def _free(self) -> int:
        return len(self.samples) - len(np.unique(self.blocks)) - self._basis.shape[1] - 1

    def _within_blocks(self, values: np.ndarray) -> np.ndarray:
        order = np.argsort(self.blocks, kind="stable")
        sizes = np.unique(self.blocks, return_counts=True)[1]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        sums = np.add.reduceat(values[order], starts, axis=0)
        means = sums / sizes.reshape(-1, *[1] * (values.ndim - 1))
        return values - means[np.unique(self.blocks, return_inverse=True)[1]]

    def _given_covariates(self, centred: np.ndarray) -> np.ndarray:
        return centred - self._basis @ (self._basis.T @ centred) if self._basis.shape[1] else centred

    def _fit(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the coefficient of the contrast and the residual standard deviation of each column."""
        own, weight = self._own, self._weight
        rest = self._given_covariates(self._within_blocks(values))
        slope = own @ rest / weight
        rest -= own[:, None] * slope
        return slope, np.sqrt((rest**2).sum(axis=0) / self._free)

    def effects(self, values: np.ndarray) -> np.ndarray:
        """Return the standardised effect of each column."""
        if self.too_few:
            return np.full(values.shape[1], np.nan)
        factor, step = small_sample_factor(self._free), max(1, BLOCK_VALUES // len(self.samples))
        found = np.empty(values.shape[1])
        for first in range(0, values.shape[1], step):
            block = np.asarray(values[:, first : first + step], dtype=float)
            slope, sd = self._fit(block)
            with np.errstate(invalid="ignore", divide="ignore"):
                found[first : first + step] = factor * np.where(sd > rounding(block), slope / sd, np.nan)
        return found

    def estimate(self, values: np.ndarray, permutations: int, seed: int) -> Estimates:
        """Return effects with intervals, AUROC, permutation p and what the design could have seen."""
        values = np.asarray(values, dtype=float)
        slope, sd = self._fit(values)
        effect = standardised(slope, sd, rounding(values), self._free, self._weight)
        found = self._p(values, permutations, seed)
        upper, lower = (values[self.axis == end] for end in (0.5, -0.5))
        area = auroc(*self._pairs(values), pairs=True) if self._in_pairs else auroc(upper, lower)
        mde = detectable(self._weight, self._free) if found.smallest <= 0.05 else np.nan
        shared, shared_se = self._on_shared_scale(values, slope, sd, effect)
        return Estimates(
            effect.effect,
            effect.se,
            effect.low,
            effect.high,
            area.value,
            area.low,
            area.high,
            found.p,
            found.kind,
            found.smallest,
            mde,
            shared,
            shared_se,
            [self._note(g, a) for g, a in zip(effect.effect, area.value, strict=True)],
        )

    def adjusted(self, extra: pd.DataFrame) -> "LinearDesign":
        """Return the same contrast given further columns; samples that lack one of them are left out, pairs whole."""
        known = extra.reindex(self.samples).notna().all(axis=1).to_numpy()
        keep = known & self._still_compared(known)
        lost = int((~keep).sum())
        further = extra.reindex(self.samples)[keep].astype(float)
        return replace(
            self,
            samples=[name for name, kept in zip(self.samples, keep, strict=True) if kept],
            axis=self.axis[keep],
            blocks=self.blocks[keep],
            covariates=pd.concat([self.covariates[keep], further], axis=1),
            flags=(*self.flags, *([f"{lost}_samples_without_covariates"] if lost else [])),
        )

    def _still_compared(self, known: np.ndarray) -> np.ndarray:
        if not self.within:
            return known
        left = pd.DataFrame({"block": self.blocks, "axis": np.where(known, self.axis, np.nan)})
        return left.groupby("block")["axis"].transform("nunique").to_numpy() > 1

    # --- parts of the estimate ---

    @property
    def _in_pairs(self) -> bool:
        return self.within == "pairs"

    def _pairs(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return both arms, row by row the same pair."""
        order = np.lexsort([self.axis, self.blocks])
        return values[order[1::2]], values[order[0::2]]

    def _p(self, values: np.ndarray, permutations: int, seed: int) -> permutation.PValues:
        free_of_covariates = not self._basis.shape[1]
        if free_of_covariates and self._in_pairs:
            return permutation.paired(*self._pairs(values), permutations, seed)
        if free_of_covariates and self.effect_type == "hedges_g" and len(np.unique(self.blocks)) == 1:
            return permutation.unpaired(values, self.axis > 0, permutations, seed)
        rest = self._given_covariates(self._within_blocks(values))
        pattern = np.column_stack([self._within_blocks(self.axis), self._basis])
        noise = permutation.rounded(values, len(values))
        return permutation.within_blocks(rest, self._own, self._basis, self.blocks, pattern, noise, permutations, seed)

    def _on_shared_scale(
        self, values: np.ndarray, slope: np.ndarray, sd: np.ndarray, effect: Effect
    ) -> tuple[np.ndarray, np.ndarray]:
        """Divide by the spread of samples within arms instead, which pairs, blocks and covariates do not shrink."""
        levels = np.unique(self.axis)
        if not self._basis.shape[1] and len(np.unique(self.blocks)) == 1 and len(levels) == 2:
            return effect.effect, effect.se
        squares = sum(
            ((values[self.axis == level] - values[self.axis == level].mean(axis=0)) ** 2).sum(axis=0)
            for level in levels
        )
        free = len(values) - len(levels)
        between = np.sqrt(squares / free)
        with np.errstate(invalid="ignore", divide="ignore"):
            known = (sd > rounding(values)) & (between > rounding(values))
            ratio = np.where(known, sd / between, np.nan)
            g = small_sample_factor(free) * np.where(known, slope / between, np.nan)
            # Correlated samples of a pair know less of the spread than so many independent ones.
            shared = np.clip(1 - ratio**2, 0, 1) if self.within else np.zeros_like(ratio)
            se = np.sqrt(ratio**2 / self._weight + g**2 * (1 + shared**2) / (2 * free))
        return g, se

    def _note(self, g: float, area: float) -> str:
        if not np.isnan(g):
            return ""
        if self._in_pairs:
            return "no_effect_size_from_2_pairs" if self._free == 1 else "no_spread_of_differences"
        if self._free == 1:
            return "no_effect_size_from_1_degree_of_freedom"
        return "constant_score" if area == 0.5 else "no_spread_within_arms"


def two_arms(spec: Mapping[str, Any], samples: pd.DataFrame, dataset: str, batch: str | None) -> LinearDesign:
    """Resistant against sensitive samples, within pairs or blocks where asked."""
    nuisance = columns_of({**spec, "pair_by": None})
    asked = samples[_in_arms(samples, spec)]
    whole, missing = complete(asked, nuisance)
    usable = samples.drop(index=asked.index.difference(whole.index))
    arms = split_arms(usable, spec, dataset)
    names = sorted([*arms.resistant, *arms.sensitive])
    axis = np.where(pd.Index(names).isin(arms.resistant), 0.5, -0.5)
    labels = dict(zip((0.5, -0.5), ARMS, strict=True))
    within = "pairs" if arms.paired else ""
    return _build(spec, usable, names, axis, labels, "hedges_g", (*arms.flags, *missing), within, dataset, batch)


def trend(spec: Mapping[str, Any], samples: pd.DataFrame, dataset: str, batch: str | None) -> LinearDesign:
    """Samples along ordered levels; within patients where asked, of whom any number of samples counts."""
    column, order = spec["trend"]["column"], [str(level) for level in spec["trend"]["order"]]
    place = dict(zip(order, np.linspace(-0.5, 0.5, len(order)), strict=True))
    located = samples.assign(axis=samples[column].astype(str).map(place)).dropna(subset=["axis"]).sort_values("sample")
    elsewhere = len(samples) - len(located)
    flags = [f"{elsewhere}_samples_at_no_level"] if elsewhere else []
    nuisance = columns_of({**spec, "pair_by": None})
    usable, missing = complete(located, nuisance)
    flags += missing
    pair = spec["pair_by"]
    if pair:
        known = usable[usable[pair].astype(str) != ""]
        moved = known[known.groupby(pair)["axis"].transform("nunique") > 1]
        flags = [
            "paired",
            *flags,
            *([f"{len(usable) - len(moved)}_samples_without_partner"] * (len(usable) > len(moved))),
        ]
        usable = moved
    labels = {at: level for level, at in place.items()}
    within = "patients" if pair else ""
    return _build(
        spec,
        usable,
        usable["sample"].tolist(),
        usable["axis"].to_numpy(),
        labels,
        "trend_g",
        flags,
        within,
        dataset,
        batch,
    )


def _in_arms(samples: pd.DataFrame, spec: Mapping[str, Any]) -> pd.Series:
    levels = {str(level) for arm in ARMS for level in spec["groups"][arm]}
    return samples[spec["groups"]["column"]].astype(str).isin(levels)


def _build(
    spec: Mapping[str, Any],
    usable: pd.DataFrame,
    names: list[str],
    axis: np.ndarray,
    labels: Mapping[float, str],
    effect_type: str,
    flags: Sequence[str],
    within: str,
    dataset: str,
    batch: str | None,
) -> LinearDesign:
    """Put blocks and covariates around a contrast; refuse it where they determine it."""
    rows = usable.set_index("sample").loc[names].reset_index()
    arms, order = [labels[at] for at in axis], [labels[at] for at in sorted(labels, reverse=True)]
    where, pair, block_by = f"dataset {dataset}", spec["pair_by"], spec.get("block_by")
    covariates = list(spec.get("covariates") or [])
    named = [each if isinstance(each, str) else each["column"] for each in covariates]
    as_levels = [each["column"] for each in covariates if not isinstance(each, str) and each["kind"] == "levels"]
    if pair and block_by:  # labels are exchanged within pairs, so a block that changes within them is a covariate
        named, as_levels = [block_by, *named], [block_by, *as_levels]
    known = list(flags) if pair else [*flags, *repeated_people(rows, arms, columns_of(spec))]
    levels = [each for each in named if each in as_levels or not numeric(rows[each].astype(str))]
    for column in dict.fromkeys(filter(None, (batch if batch in rows.columns else None, block_by, *levels))):
        told = [(arm, str(level)) for arm, level in zip(arms, rows[column], strict=True) if str(level)]
        known += refuse_confounded([arm for arm, _ in told], [level for _, level in told], order, column, where)
    blocks = rows[pair or block_by].astype(str) if pair or block_by else pd.Series("", index=rows.index)
    design = LinearDesign(
        names,
        axis,
        np.unique(blocks.to_numpy(dtype=str), return_inverse=True)[1] if len(rows) else np.zeros(0, dtype=int),
        coded(rows, named, as_levels),
        effect_type,
        tuple(known),
        within,
    )
    return _checked(design, rows, named, as_levels, arms, order, where) if named and len(rows) else design


def _checked(
    design: LinearDesign,
    rows: pd.DataFrame,
    named: Sequence[str],
    as_levels: Sequence[str],
    arms: Sequence[str],
    order: Sequence[str],
    where: str,
) -> LinearDesign:
    """Refuse a contrast that the covariates determine; flag covariates that say nothing, or much about the contrast."""
    flags = list(design.flags)
    if min(design.n_resistant, design.n_sensitive) < FEWEST:
        return design
    alone = replace(design, covariates=design.covariates.iloc[:, :0])
    total = alone._weight
    taken: list[str] = []
    for column in dict.fromkeys(named):
        own = coded(rows, [column], as_levels)
        by_itself = replace(design, covariates=own)
        if not by_itself._basis.shape[1]:
            flags.append(f"covariate_{column}_does_not_vary" + ("_within_" + design.within if design.within else ""))
            continue
        left = by_itself._weight / total if total else 1.0
        if left <= 1e-9:
            raise ConfoundedError(column, cross_table(arms, rows[column].tolist(), order), where)
        if left < 1 - MUCH:
            flags.append(f"contrast_follows_{column}_in_part")
        before = replace(design, covariates=coded(rows, taken, as_levels))._basis.shape[1]
        taken.append(column)
        if replace(design, covariates=coded(rows, taken, as_levels))._basis.shape[1] == before:
            flags.append(f"covariate_{column}_follows_from_the_others")
        counts = rows[column].astype(str).value_counts()
        if column in as_levels or not numeric(rows[column].astype(str)):
            flags += [f"one_sample_with_{column}_{level}" for level in sorted(counts.index[counts == 1])]
    if total and design._weight / total <= 1e-9:
        raise ConfoundedError("' and '".join(taken), "", where)
    return replace(design, flags=tuple(flags))
