"""Spearman's correlation of scores with a continuous phenotype, plain or adjusted, for many scores at once.

Adjusted: score and phenotype are turned into normal scores (by rank), each is freed of the covariates by least squares,
and Spearman's rho of the residuals is taken. Without covariates that is Spearman's rho itself; with them no monotone
rescaling of the phenotype matters. Residuals of plain ranks would leave part of the covariates in: docs/methods.md.
"""

from dataclasses import dataclass

import numpy as np

from resig.textbook import centred_ranks, normal_quantile, normal_scores


@dataclass(frozen=True)
class Correlations:
    """Correlations, their standard errors and 95 % intervals, one of each per score."""

    effect: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray


def normal_residuals(values: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return normal scores (Blom) of each column without their regression on the basis; 0 where nothing is left."""
    scores = normal_scores(values)
    left = scores - scores.mean(axis=0)
    total = np.sqrt((left**2).sum(axis=0))
    left = left - basis @ (basis.T @ left)
    return np.where(np.sqrt((left**2).sum(axis=0)) > 1e-9 * np.maximum(total, 1), left, 0.0)


def unit_ranks(residuals: np.ndarray) -> np.ndarray:
    """Rank each column of residuals, those that only rounding tells apart alike; centred and of length 1."""
    return centred_ranks(np.round(residuals, 10))


def correlations(values: np.ndarray, phenotype: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the rank correlation of each column of values (samples x scores); NaN where nothing varies."""
    told = unit_ranks(normal_residuals(phenotype[:, None], basis))[:, 0]
    return np.asarray(told @ unit_ranks(normal_residuals(values, basis)))


def intervals(effect: np.ndarray, samples: int, adjusted_for: int) -> Correlations:
    """Fisher's z with the variance of Bonett and Wright (2000); none where no sample is left to spare, nor at 1."""
    free = samples - adjusted_for - 3
    missing = np.full_like(effect, np.nan)
    if free < 1:
        return Correlations(effect, missing, missing, missing)
    spread = np.sqrt((1 + effect**2 / 2) / free)
    inside = np.where(np.abs(effect) < 1 - 1e-12, effect, np.nan)
    half = normal_quantile(0.975) * spread
    z = np.arctanh(inside)
    return Correlations(effect, (1 - inside**2) * spread, np.tanh(z - half), np.tanh(z + half))


def span(covariates: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the centred covariates, without those that others already carry."""
    if not covariates.size:
        return np.zeros((len(covariates), 0))
    centred = covariates - covariates.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    scaled = centred[:, size > 0] / size[size > 0]
    left, weight, _ = np.linalg.svd(scaled, full_matrices=False)
    return np.asarray(left[:, weight > 1e-9])
