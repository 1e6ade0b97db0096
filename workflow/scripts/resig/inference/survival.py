"""Scores against survival: log hazard ratio per SD from Cox's model, above 0 = higher score, earlier event."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from resig.inference.cox import FollowUp, concordance, follow, hazard_ratios, martingale_residuals
from resig.inference.design import Estimates
from resig.inference.phenotypes import ask, events, left_out, times
from resig.inference.ranks import span
from resig.inference.shuffles import association, unit
from resig.textbook import normal_quantile

FEWEST, PER_VARIABLE, ALPHA = 2, 10, 0.05
POWER = normal_quantile(1 - ALPHA / 2) + normal_quantile(0.8)


@dataclass(frozen=True)
class Survival:
    """Samples, sorted by name, when each was last seen or had the event, and what is adjusted for."""

    samples: list[str]
    time: np.ndarray
    event: np.ndarray
    covariates: pd.DataFrame
    blocks: np.ndarray
    noticed: tuple[str, ...] = ()
    effect_type: str = "log_hr"
    n_resistant: None = None
    n_sensitive: None = None

    @cached_property
    def told(self) -> FollowUp:
        """Samples by their time, with risk sets."""
        return follow(self.time, self.event)

    @cached_property
    def beside(self) -> np.ndarray:
        """Covariates, free of each other."""
        return span(self.covariates.to_numpy(dtype=float))

    @cached_property
    def direction(self) -> np.ndarray:
        """Weights of the samples, martingale residuals: their product with a score is its score test."""
        return martingale_residuals(self.beside, self.told)

    @property
    def flags(self) -> tuple[str, ...]:
        """What was noticed on reading, and whether the events carry the model."""
        few = self.event.sum() < PER_VARIABLE * (1 + self.beside.shape[1])
        return (*self.noticed, *([f"fewer_than_{PER_VARIABLE}_events_a_variable"] if few else []))

    @property
    def too_few(self) -> str:
        """Why there is no effect."""
        if not self.event.any():
            return "no_events"
        if self.event.sum() < FEWEST:
            return f"fewer_than_{FEWEST}_events"
        if len(self.samples) < 3 + self.beside.shape[1]:
            return "more_covariates_than_the_samples_carry" if self.beside.shape[1] else "fewer_than_3_samples"
        return ""

    def effects(self, values: np.ndarray) -> np.ndarray:
        """Log hazard ratio of each column per its SD; NaN where it does not vary, is separable, or has a NaN."""
        found = np.full(values.shape[1], np.nan)
        known = np.isfinite(values).all(axis=0)
        if known.any() and not self.too_few:
            found[known] = hazard_ratios(values[:, known], self.beside, self.told).effect
        return found

    def estimate(self, values: np.ndarray, permutations: int, seed: int) -> Estimates:
        """Hazard ratios with Wald's interval, Harrell's concordance and the permutation p of the score test."""
        found = hazard_ratios(values, self.beside, self.told)
        centred = values - values.mean(axis=0)
        steady = np.isnan(found.effect) & ~found.separable
        left = np.where(steady, np.nan, centred - self.beside @ (self.beside.T @ centred))
        p = association(self.direction, unit(left), self.beside, self.blocks, permutations, seed, unit)
        half = normal_quantile(0.975) * found.se
        none = np.full_like(found.effect, np.nan)
        agreeing = np.where(steady, 0.5, concordance(values, self.told))
        return Estimates(
            effect=found.effect,
            se=found.se,
            low=found.effect - half,
            high=found.effect + half,
            auroc=none,
            auroc_low=none,
            auroc_high=none,
            p=np.where(steady, 1.0, p.p),
            p_type=p.kind,
            smallest=p.smallest,
            mde=float(POWER / np.sqrt(self.event.sum())) if p.smallest <= ALPHA else np.nan,
            meta_effect=found.effect,
            meta_se=found.se,
            notes=[
                "separable_no_finite_hazard_ratio" if runs_away else "constant_score" if constant else ""
                for runs_away, constant in zip(found.separable, steady, strict=True)
            ],
            more={"n_events": np.full(values.shape[1], self.event.sum()), "concordance": agreeing},
        )

    def adjusted(self, extra: pd.DataFrame) -> "Survival":
        """Return the same question with further covariates; samples without them are left out."""
        more = extra.reindex(self.samples)
        kept = np.isfinite(more.to_numpy(dtype=float)).all(axis=1)
        return replace(
            self,
            samples=[name for name, each in zip(self.samples, kept, strict=True) if each],
            time=self.time[kept],
            event=self.event[kept],
            covariates=pd.concat([self.covariates, more], axis=1)[kept],
            blocks=self.blocks[kept],
        )


def survival(spec: Mapping[str, Any], samples: pd.DataFrame, dataset: str) -> Survival:
    """Build the design of a contrast from its part of the config and the sample table (text columns)."""
    where, (time, event) = f"dataset {dataset}", (spec["survival"][part] for part in ("time", "event"))
    read = {time: times(time, samples[time], where), event: events(event, samples[event], where)}
    followed = ~(read[time] <= 0)
    none = left_out(int((~followed).sum()), "with_no_follow_up_time")
    asked = ask(spec, samples[followed], {name: values[followed] for name, values in read.items()}, where)
    return Survival(
        asked.samples,
        asked.rows[time].to_numpy(dtype=float),
        asked.rows[event].to_numpy(dtype=float) == 1,
        asked.covariates,
        asked.blocks,
        (*none, *asked.flags),
    )
