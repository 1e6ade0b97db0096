"""Scores against a continuous phenotype (drug AUC, IC50): Spearman's rho, above 0 = the resistant score higher."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from resig.inference.design import Estimates
from resig.inference.phenotypes import ask, numbers
from resig.inference.ranks import correlations, intervals, normal_residuals, span, unit_ranks
from resig.inference.shuffles import association
from resig.textbook import normal_quantile

FEWEST, ALPHA = 3, 0.05
POWER = normal_quantile(1 - ALPHA / 2) + normal_quantile(0.8)


@dataclass(frozen=True)
class Continuous:
    """Samples, sorted by name, their phenotype turned so that more is more resistant, and what is adjusted for."""

    samples: list[str]
    phenotype: np.ndarray
    covariates: pd.DataFrame
    blocks: np.ndarray
    flags: tuple[str, ...] = ()
    effect_type: str = "spearman"
    n_resistant: None = None
    n_sensitive: None = None

    @property
    def direction(self) -> np.ndarray:
        """Weights of the samples: their product with a score says which way it goes."""
        return normal_residuals(self.phenotype[:, None], self.basis)[:, 0]

    @property
    def basis(self) -> np.ndarray:
        """What scores and phenotype are freed of, orthonormal."""
        return span(self.covariates.to_numpy(dtype=float))

    @property
    def too_few(self) -> str:
        """Why there is no effect."""
        if len(self.samples) < FEWEST:
            return f"fewer_than_{FEWEST}_samples"
        if len(self.samples) < FEWEST + self.basis.shape[1]:
            return "more_covariates_than_the_samples_carry"
        if not self.direction.any():
            return "phenotype_does_not_vary" + ("_beside_the_covariates" if self.basis.shape[1] else "")
        return ""

    def effects(self, values: np.ndarray) -> np.ndarray:
        """Spearman's rho with each column; NaN where it does not vary, or has a NaN."""
        found = np.full(values.shape[1], np.nan)
        known = np.isfinite(values).all(axis=0)
        if known.any() and not self.too_few:
            found[known] = correlations(values[:, known], self.phenotype, self.basis)
        return found

    def estimate(self, values: np.ndarray, permutations: int, seed: int) -> Estimates:
        """Rho with Fisher's interval and its permutation p."""
        basis = self.basis
        found = intervals(self.effects(values), len(self.samples), basis.shape[1])
        ranks = unit_ranks(normal_residuals(np.where(np.isfinite(found.effect), values, 0.0), basis))
        p = association(self.direction, ranks, basis, self.blocks, permutations, seed, unit_ranks)
        none = np.full_like(found.effect, np.nan)
        free = len(self.samples) - basis.shape[1] - 3
        return Estimates(
            effect=found.effect,
            se=found.se,
            low=found.low,
            high=found.high,
            auroc=none,
            auroc_low=none,
            auroc_high=none,
            p=np.where(np.isnan(found.effect), 1.0, p.p),
            p_type=p.kind,
            smallest=p.smallest,
            mde=float(np.tanh(POWER / np.sqrt(free))) if free > 0 and p.smallest <= ALPHA else np.nan,
            meta_effect=found.effect,
            meta_se=found.se,
            notes=[_note(each) for each in found.effect],
        )

    def adjusted(self, extra: pd.DataFrame) -> "Continuous":
        """Return the same question with further covariates; samples without them are left out."""
        more = extra.reindex(self.samples)
        kept = np.isfinite(more.to_numpy(dtype=float)).all(axis=1)
        return replace(
            self,
            samples=[name for name, each in zip(self.samples, kept, strict=True) if each],
            phenotype=self.phenotype[kept],
            covariates=pd.concat([self.covariates, more], axis=1)[kept],
            blocks=self.blocks[kept],
        )


def continuous(spec: Mapping[str, Any], samples: pd.DataFrame, dataset: str) -> Continuous:
    """Build the design of a contrast from its part of the config and the sample table (text columns)."""
    column, where = spec["continuous"]["column"], f"dataset {dataset}"
    asked = ask(spec, samples, {column: numbers(column, samples[column], where)}, where)
    towards = 1.0 if spec["continuous"]["higher_means"] == "resistant" else -1.0
    phenotype = towards * asked.rows[column].to_numpy(dtype=float)
    return Continuous(asked.samples, phenotype, asked.covariates, asked.blocks, asked.flags)


def _note(rho: float) -> str:
    if np.isnan(rho):
        return "constant_score"
    return "no_interval_at_perfect_order" if abs(rho) >= 1 - 1e-12 else ""
