"""Whether a signature behaves as one in a dataset: are its members seen, do they vary, do they move together.

After sigQC (Dhawan A et al., Nat Protoc 2019;14:1377-1400), on biological samples of one cell type.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from resig.inference.matched import Draws
from resig.inference.set_scores import Set, sets_of
from resig.inference.specificity import Background, Pool
from resig.scoring.zmean import METHOD as ZMEAN
from resig.tables import QUALITY
from resig.textbook import centred_ranks, ranked

FEWEST_SAMPLES = 6
MOST_SETS = 200  # matched sets: enough to say whether a set is among the most coherent
VALUES = 4_000_000


def signature_quality(dataset: str, background: Background, scores: pd.DataFrame, min_cells: int) -> pd.DataFrame:
    """Return a row for each cell type and scored signature."""
    rows = []
    for cell_type in sorted(background.pseudobulk.units["cell_type"].unique()):
        enough = samples_of(background, cell_type, min_cells)
        agreement = agreement_of_methods(scores[scores["cell_type"] == cell_type], enough)
        pool = Pool(background, ZMEAN, cell_type, MOST_SETS)
        log = background.pseudobulk.log[background.rows_of(cell_type, enough)]
        spread = log.std(axis=0, ddof=1) if len(log) > 1 else np.full(log.shape[1], np.nan)
        rank = ranked(spread) / len(spread) * 100
        ranks = centred_ranks(log)
        for name, own in sets_of(background.panel.varying()).items():
            gene = own.gene
            if not len(gene):
                continue
            figures = {
                "n_samples": len(enough),
                "n_members": len(gene),
                "expression": pool.mean[gene].mean(),
                "detection": np.median(pool.detected[gene]),
                "sd": np.median(spread[gene]),
                "sd_percentile": np.median(rank[gene]) if len(log) > 1 else np.nan,
                "methods_agreement": agreement.get(name, np.nan),
            }
            flags = []
            if len(enough) < FEWEST_SAMPLES:
                flags.append(f"fewer_than_{FEWEST_SAMPLES}_samples")
            elif len(gene) > 1:
                figures |= coherence(ranks, own, pool.draw(own)) | first_component(log, own)
                if figures["coherence_p"] > background.null_alpha:
                    flags.append("incoherent")
            rows.append(
                {"dataset": dataset, "cell_type": cell_type, "signature": name, "flags": ";".join(flags)} | figures
            )
    return pd.DataFrame(rows, columns=QUALITY.names)


def samples_of(background: Background, cell_type: str, min_cells: int) -> list[str]:
    """Return the samples with enough cells of a type; in bulk all of them."""
    units = background.pseudobulk.units
    own = units[units["cell_type"] == cell_type]
    return own.loc[background.bulk | (own["n_cells"] >= min_cells), "sample"].tolist()


def coherence(ranks: np.ndarray, own: Set, draws: Draws | str) -> dict[str, float]:
    """Return the median signed Spearman correlation of pairs of members, beside that of matched random sets.

    p is the share of matched sets that are as coherent (all sets, or drawn ones with the plus-one rule).
    """
    sign = np.sign(own.weight)
    found = float(_median_correlations(ranks, own.gene[None, :], sign)[0])
    if isinstance(draws, str):
        return {"coherence": found, "coherence_matched": np.nan, "coherence_p": np.nan}
    random = _median_correlations(ranks, draws.genes, sign)
    random = random[np.isfinite(random)]
    as_high, n = int((random >= found - 1e-12).sum()), len(random)
    p = as_high / n if draws.exhaustive and n else (as_high + 1) / (n + 1)
    return {
        "coherence": found,
        "coherence_matched": float(np.median(random)) if n else np.nan,
        "coherence_p": p if n and np.isfinite(found) else np.nan,
    }


def _median_correlations(ranks: np.ndarray, sets: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Return the median over pairs for each set (a row of genes each)."""
    above = np.triu_indices(sets.shape[1], 1)
    step = max(1, VALUES // (sets.shape[1] * max(len(ranks), sets.shape[1])))
    medians = []
    for first in range(0, len(sets), step):
        members = ranks[:, sets[first : first + step]] * sign
        members = members.transpose(1, 2, 0)
        pairs = (members @ members.transpose(0, 2, 1))[:, above[0], above[1]]
        known = np.isfinite(pairs).any(axis=1)
        median = np.full(len(pairs), np.nan)
        median[known] = np.nanmedian(pairs[known], axis=1)
        medians.append(median)
    return np.concatenate(medians)


def first_component(log: np.ndarray, own: Set) -> dict[str, float]:
    """Return the share of variance of the first component of the members, and how far the signed mean follows it."""
    values = log[:, own.gene]
    spread = values.std(axis=0)
    varying = spread > 0
    if varying.sum() < 2:
        return {"pc1_share": np.nan, "pc1_agreement": np.nan}
    z = (values[:, varying] - values[:, varying].mean(axis=0)) / spread[varying]
    left, lengths, _ = np.linalg.svd(z, full_matrices=False)
    mean = z @ np.sign(own.weight[varying])
    length = np.sqrt((mean**2).sum())
    return {
        "pc1_share": float(lengths[0] ** 2 / (lengths**2).sum()),
        "pc1_agreement": round(float(abs(mean @ left[:, 0]) / length), 9) if length > 0 else np.nan,
    }


def agreement_of_methods(scores: pd.DataFrame, samples: Sequence[str]) -> dict[str, float]:
    """Return for each signature the median Spearman correlation of sample scores over pairs of methods."""
    here = scores[scores["sample"].isin(samples)]
    agreement = {}
    for signature, own in here.groupby("signature", sort=False):
        wide = own.pivot(index="sample", columns="method", values="score").dropna(axis=1)
        wide = wide.loc[:, wide.nunique() > 1]
        if wide.shape[1] < 2 or len(wide) < FEWEST_SAMPLES:
            continue
        pairs = wide.corr(method="spearman").to_numpy()[np.triu_indices(wide.shape[1], 1)]
        agreement[str(signature)] = float(np.median(pairs))
    return agreement
