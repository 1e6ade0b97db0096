"""One question in one dataset and cell type: which samples it rests on, and how a score answers it.

Every kind of contrast is a `Design`. What works on designs (contrast tables, matched nulls, leave-one-gene-out,
nuisance screens) need not know which kind it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from resig.inference import KINDS


@dataclass(frozen=True)
class Estimates:
    """What a design says of each column of scores; NaN where it cannot say."""

    effect: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    auroc: np.ndarray
    auroc_low: np.ndarray
    auroc_high: np.ndarray
    p: np.ndarray
    p_type: str
    smallest: float
    """The smallest p that this design can give, whatever the scores."""
    mde: float
    """The true effect that has 80 % power in one two-sided test at 0.05."""
    meta_effect: np.ndarray
    meta_se: np.ndarray
    """The effect on the scale that datasets share: over the spread between samples, pairs and covariates or not."""
    notes: Sequence[str]
    """What to know of each column, `;`-joined: empty for most."""
    more: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Further columns of the contrast table that only some kinds of design have."""


class Design(Protocol):
    """A question over a fixed list of biological samples. Rows of `values` follow `samples`, columns are scores."""

    @property
    def samples(self) -> list[str]:
        """Names of the samples, sorted: rows of `values` come in this order."""

    @property
    def direction(self) -> np.ndarray:
        """Weights of the samples: their product with a score is what the effect is a standardised form of."""

    @property
    def effect_type(self) -> str:
        """What the effect is, as in the contrast table."""

    @property
    def n_resistant(self) -> int | None:
        """Samples of the resistant arm (of the last level of a trend); None where there are no arms."""

    @property
    def n_sensitive(self) -> int | None:
        """Samples of the sensitive arm (of the first level of a trend); None where there are no arms."""

    @property
    def flags(self) -> tuple[str, ...]:
        """What to know of this design when reading any of its effects."""

    @property
    def too_few(self) -> str:
        """Why no effect can be estimated from these samples; empty when one can."""

    def effects(self, values: np.ndarray) -> np.ndarray:
        """Return the point effect of each column, equal to `estimate(...).effect`; NaN for columns with NaN."""

    def estimate(self, values: np.ndarray, permutations: int, seed: int) -> Estimates:
        """Return effects with their uncertainty; only for designs that are not `too_few`."""

    def adjusted(self, extra: pd.DataFrame) -> "Design":
        """Return the same question with further numeric covariates (rows named by sample).

        Samples with a missing value are left out, so read `samples` again; columns that do not vary are, too.
        """


def kind_of(spec: Mapping[str, Any]) -> str:
    """Return which of the four kinds a contrast is."""
    return next(kind for kind in KINDS if spec.get(kind) is not None)


def design_of(spec: Mapping[str, Any], samples: pd.DataFrame, dataset: str, batch: str | None = None) -> Design:
    """Build the design of a contrast from its part of the config and the sample table (text columns).

    `batch` names the dataset's batch column: not in the model, but a contrast that it determines is refused.
    """
    from resig.inference import linear
    from resig.inference.continuous import continuous
    from resig.inference.survival import survival

    kind = kind_of(spec)
    if kind == "groups":
        return linear.two_arms(spec, samples, dataset, batch)
    if kind == "trend":
        return linear.trend(spec, samples, dataset, batch)
    return continuous(spec, samples, dataset) if kind == "continuous" else survival(spec, samples, dataset)
