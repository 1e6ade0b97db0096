"""Effects with their uncertainty: Hedges g from the matching linear model, and the AUROC."""

from dataclasses import dataclass

import numpy as np
from scipy import special, stats


@dataclass(frozen=True)
class Effect:
    """Standardised effects with their standard errors and 95 % intervals, one of each per column."""

    effect: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray


def rounding(values: np.ndarray) -> np.ndarray:
    """Return the spread that rounding alone can make: sample scores carry ten digits."""
    return np.maximum(1e-12, 1e-9 * np.abs(values).max(axis=0))


def small_sample_factor(free: int) -> float:
    """Return Hedges' factor, which makes a standardised effect unbiased; NaN with one degree of freedom."""
    if free < 2:
        return np.nan
    return float(np.exp(special.gammaln(free / 2) - special.gammaln((free - 1) / 2)) / np.sqrt(free / 2))


def standardised(slope: np.ndarray, sd: np.ndarray, noise: np.ndarray, free: int, weight: float) -> Effect:
    """Turn coefficients of a linear model into g; intervals invert the noncentral t, exact for normal scores.

    `weight` is the sum of squares of the contrast that the rest of the model does not explain: slope / sd times its
    root is t with `free` degrees of freedom. With one degree no mean of the effect exists: NaN.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        d = np.where(sd > noise, slope / sd, np.nan)
    small = small_sample_factor(free)
    t = d * np.sqrt(weight)
    low, high = (_noncentrality(t, free, tail) / np.sqrt(weight) for tail in (0.975, 0.025))
    g = small * d
    return Effect(g, np.sqrt(1 / weight + g**2 / (2 * free)), small * low, small * high)


def detectable(weight: float, free: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the true standardised effect that a two-sided t test finds with the given power."""
    if free < 1 or weight <= 0:
        return np.nan
    critical = stats.t.ppf(1 - alpha / 2, free)

    def found(shift: float) -> float:
        return float(special.nctdtr(free, shift, -critical) + 1 - special.nctdtr(free, shift, critical))

    low, high = 0.0, 1.0
    while found(high) < power:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if found(middle) < power else (low, middle)
    return (low + high) / 2 / np.sqrt(weight)


def _noncentrality(t: np.ndarray, free: int, tail: float) -> np.ndarray:
    """Find the noncentrality at which P(T <= t) is `tail`, by bisection over all columns at once."""
    spread = 10 * (1 + np.abs(t) / np.sqrt(2 * free))
    low, high = t - spread, t + spread
    for _ in range(60):
        middle = (low + high) / 2
        below = special.nctdtr(free, middle, t) > tail
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class Auroc:
    """Areas under the ROC curve with their 95 % intervals, one of each per column."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def auroc(resistant: np.ndarray, sensitive: np.ndarray) -> Auroc:
    """P(a resistant sample scores higher than a sensitive one), ties counting half, with DeLong's interval.

    Where one arm lies wholly above the other DeLong's variance is 0; there the interval is Newcombe's. Where all
    samples are tied it is 0 too, and there is no interval.
    """
    n1, n2 = len(resistant), len(sensitive)
    among_all = stats.rankdata(np.concatenate([resistant, sensitive]), axis=0)
    above = (among_all[:n1] - stats.rankdata(resistant, axis=0)) / n2
    below = 1.0 - (among_all[n1:] - stats.rankdata(sensitive, axis=0)) / n1
    value = above.mean(axis=0)
    if min(n1, n2) < 2:
        return Auroc(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
    half = stats.norm.ppf(0.975) * np.sqrt(above.var(axis=0, ddof=1) / n1 + below.var(axis=0, ddof=1) / n2)
    edge = half == 0
    half[edge] = np.nan
    low, high = np.clip(value - half, 0, 1), np.clip(value + half, 0, 1)
    bound = _newcombe_edge(n1, n2)
    above_all, below_all = edge & (value == 1), edge & (value == 0)
    low[above_all], high[above_all] = bound, 1.0
    low[below_all], high[below_all] = 0.0, 1 - bound
    return Auroc(value, low, high)


def auroc_paired(resistant: np.ndarray, sensitive: np.ndarray) -> Auroc:
    """Return the AUROC of two arms whose rows are pairs."""
    return auroc(resistant, sensitive)


def _newcombe_edge(n1: int, n2: int) -> float:
    """Lower 95 % bound for an observed AUROC of 1 (Newcombe 2006, method 5), by bisection."""
    z2, mean_n = stats.norm.ppf(0.975) ** 2, (n1 + n2) / 2 - 1
    low, high = 0.0, 1.0
    for _ in range(60):
        theta = (low + high) / 2
        variance = theta * (1 - theta) * (1 + mean_n * ((1 - theta) / (2 - theta) + theta / (1 + theta))) / (n1 * n2)
        low, high = (theta, high) if (1 - theta) ** 2 > z2 * variance else (low, theta)
    return (low + high) / 2
