"""One statistic for each gene: moderated t on the log scale (after limma), Wald statistics of counts (PyDESeq2)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from resig.textbook import t_two_sided

FEWEST_COUNTS = 10


@dataclass(frozen=True)
class GeneStatistics:
    """Of each gene: statistic, log2 fold change and p; NaN where a gene cannot be tested, and why."""

    statistic: np.ndarray
    log_fc: np.ndarray
    p: np.ndarray
    note: np.ndarray


def moderated_t(values: np.ndarray, design: np.ndarray, column: int) -> GeneStatistics:
    """Test one column of a design for each gene (samples x genes, log scale) as limma's lmFit and eBayes do.

    Genes that do not vary in these samples take no part: a variance of 0 says nothing of the others.
    """
    varies = np.ptp(values, axis=0) > 1e-12 * np.maximum(1, np.abs(values).max(axis=0))
    note = np.where(varies, "", "does not vary in these samples").astype(object)
    statistic, log_fc, p = (np.full(values.shape[1], np.nan) for _ in range(3))
    coefficients, unscaled, variance, free = _least_squares(values[:, varies], design, column)
    prior_free, prior = prior_variance(variance, free)
    if np.isinf(prior_free):
        posterior = np.full(len(variance), prior)
    else:
        posterior = (prior_free * prior + free * variance) / (prior_free + free)
    t = coefficients / (unscaled * np.sqrt(posterior))
    statistic[varies], log_fc[varies] = t, coefficients
    # No more degrees of freedom than all genes have together.
    p[varies] = t_two_sided(t, min(free + prior_free, free * len(variance)))
    return GeneStatistics(statistic, log_fc, p, note)


def _least_squares(values: np.ndarray, design: np.ndarray, column: int) -> tuple[np.ndarray, float, np.ndarray, int]:
    free = len(design) - design.shape[1]
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ values
    residual = values - design @ coefficients
    return coefficients[column], float(np.sqrt(inverse[column, column])), (residual**2).sum(axis=0) / free, free


def prior_variance(variance: np.ndarray, free: int) -> tuple[float, float]:
    """Fit a scaled F distribution to variances by their log moments (Smyth 2004): degrees of freedom and variance."""
    middle = float(np.median(variance))
    floored = np.maximum(variance, 1e-5 * (middle if middle > 0 else 1.0))
    e = np.log(floored) - special.digamma(free / 2) + np.log(free / 2)
    spread = float(e.var(ddof=1)) - float(special.polygamma(1, free / 2)) if len(e) > 1 else 0.0
    if spread <= 0:
        return np.inf, float(floored.mean())
    prior_free = 2 * trigamma_inverse(spread)
    return prior_free, float(np.exp(e.mean() + special.digamma(prior_free / 2) - np.log(prior_free / 2)))


def trigamma_inverse(x: float) -> float:
    """Solve trigamma(y) = x by Newton's method on 1 / trigamma, which is nearly linear."""
    if x > 1e7:
        return float(1 / np.sqrt(x))
    if x < 1e-6:
        return 1 / x
    y = 0.5 + 1 / x
    for _ in range(50):
        value = float(special.polygamma(1, y))
        step = value * (1 - value / x) / float(special.polygamma(2, y))
        y += step
        if -step / y < 1e-10:
            break
    return y


def wald(counts: pd.DataFrame, design: pd.DataFrame, column: str, threads: int = 1) -> GeneStatistics:
    """Test one column of a design for each gene by PyDESeq2 (samples x genes, counts): statistic and log2 fold change.

    Genes with fewer than 10 counts over all samples take no part, as DESeq2's vignette has it.
    """
    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.default_inference import DefaultInference
    from pydeseq2.ds import DeseqStats

    enough = (counts.sum(axis=0) >= FEWEST_COUNTS).to_numpy()
    note = np.where(enough, "", f"fewer than {FEWEST_COUNTS} counts in these samples").astype(object)
    inference = DefaultInference(n_cpus=threads)
    data = DeseqDataSet(
        counts=counts.loc[:, enough],
        metadata=pd.DataFrame(index=counts.index),
        design=design,
        inference=inference,
        quiet=True,
    )
    data.deseq2()
    asked = (design.columns == column).astype(float)
    found = DeseqStats(data, contrast=asked, inference=inference, independent_filter=False, quiet=True)
    found.summary()
    table = found.results_df
    statistic, log_fc, p = (np.full(len(enough), np.nan) for _ in range(3))
    statistic[enough], log_fc[enough], p[enough] = table["stat"], table["log2FoldChange"], table["pvalue"]
    lost = enough & np.isnan(p) & ~np.isnan(statistic)
    note[lost] = "p left out: one sample stands out (Cook's distance)"
    return GeneStatistics(statistic, log_fc, p, note)
