"""Meta-analysis in worlds where the true mean is known: intervals of few datasets."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from measure import share
from scipy import stats

from resig.meta_analysis import pool

Result = dict[str, Any]


def intervals(replicates: int) -> Iterator[Result]:
    """Yield how often intervals hold the mean, and prediction intervals the effect of one more dataset."""
    for tau in (0.0, 0.3, 0.8):
        for k in (2, 3, 5, 10):
            yield {"part": "meta", "tau": tau, "k": k} | _drawn(
                tau, k, replicates, np.random.default_rng([k, int(10 * tau)])
            )


def _drawn(tau: float, k: int, replicates: int, generator: np.random.Generator) -> Result:
    """Draw g of k datasets with 6 to 40 samples each around a mean of 0; beside it Hartung-Knapp without the bound."""
    held, plain, narrow, ahead = (np.zeros(replicates, dtype=bool) for _ in range(4))
    for at in range(replicates):
        se = 2 / np.sqrt(generator.integers(6, 40, k))
        y = generator.normal(0, tau, k) + se * generator.normal(size=k)
        found, further = pool(y, se), generator.normal(0, tau)
        held[at] = found["ci_low"] <= 0 <= found["ci_high"]
        ahead[at] = found["prediction_low"] <= further <= found["prediction_high"]
        weights = 1 / (se**2 + found["tau2"])
        factor = weights @ (y - found["effect"]) ** 2 / (k - 1)
        half = stats.t.ppf(0.975, k - 1) * np.sqrt(factor / weights.sum())
        plain[at] = abs(found["effect"]) <= half
        narrow[at] = half < stats.norm.ppf(0.975) / np.sqrt((1 / se**2).sum())
    return {
        "mean": share(held),
        "plain": share(plain),
        "too_narrow": share(narrow),
        "prediction": share(ahead) if k > 2 else None,
    }
