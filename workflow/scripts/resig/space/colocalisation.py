"""Whether two maps lie together on a section, held against maps that are as patchy as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError, nearest
from resig.inference.contrast import compare
from resig.inference.permutation import paired
from resig.intake.samples import ALL_CELLS
from resig.space.tissue import Tissue, lay_out
from resig.tables import COLOCALISATION, COLOCALISATION_CONTRASTS, COLOCALISATION_SUMMARY
from resig.textbook import benjamini_hochberg, normal_scores, t_quantile

FEWEST_SPOTS, BLOCK = 30, 2_000_000
DEFAULT_PAIR = ("dtc_fibro_senescence_sasp", "dtc_net_protease")
METHOD = "colocalisation"


@dataclass(frozen=True)
class Together:
    """The correlation of two maps, what it is by chance in maps as patchy as these, and its p."""

    rho: float
    null_sd: float
    p: float


def together(first: np.ndarray, second: np.ndarray, tissue: Tissue, permutations: int, seed: int) -> Together:
    """Correlate two maps (one value a spot) over places and their neighbours.

    The null turns the second map's waves over at random: its amplitude on each wave, and so its autocorrelation at
    every distance, stays; where its highs and lows lie does not.
    """
    left, right = (_map(values, tissue) for values in (first, second))
    if not left.any() or not right.any():
        return Together(np.nan, np.nan, np.nan)
    parts = (tissue.waves.T @ left) * (tissue.waves.T @ right)
    rho = float(parts.sum())
    drawn = np.concatenate([signs @ parts for signs in _signs(permutations, len(parts), seed)])
    extreme = int((np.abs(drawn) >= abs(rho) - 1e-12).sum())
    return Together(rho, float(drawn.std()), (extreme + 1) / (permutations + 1))


def _map(values: np.ndarray, tissue: Tissue) -> np.ndarray:
    """Normal scores of places, averaged with their neighbours, centred and of length 1; zero where nothing varies."""
    gathered = tissue.gathered(values)
    scores = normal_scores(gathered)
    smooth = tissue.smoothed(scores - scores.mean())
    smooth = smooth - smooth.mean()
    length = float(np.sqrt((smooth**2).sum()))
    return smooth / length if np.ptp(gathered) > 0 and length > 1e-12 else np.zeros_like(smooth)


def _signs(draws: int, waves: int, seed: int) -> Any:
    generator = np.random.default_rng(seed)
    step = max(1, BLOCK // waves)
    for first in range(0, draws, step):
        yield generator.integers(0, 2, (min(step, draws - first), waves), dtype=np.int8) * 2.0 - 1.0


def sections_table(
    dataset: str,
    spots: pd.DataFrame,
    scores: pd.DataFrame,
    pairs: Sequence[Sequence[str]],
    known: Mapping[str, str],
    method: str,
    neighbours: int,
    inference: Mapping[str, Any],
) -> pd.DataFrame:
    """Return one row for each section and pair. `spots` has section, sample, x and y; `scores` a column a signature.

    `known` gives each signature of the run with the reason why it is not scored, empty where it is.
    """
    for name in (name for pair in pairs for name in pair):
        if name not in known and name not in DEFAULT_PAIR:
            raise ResigError(
                f"'{name}' is no signature of this run",
                where=f"datasets.{dataset}.space.pairs",
                todo=nearest(name, list(known), "signatures"),
            )
    rows = []
    for section, own in spots.groupby("section", sort=True):
        placed = own[np.isfinite(own[["x", "y"]]).all(axis=1)]
        samples = own["sample"].unique()
        if len(samples) > 1:
            raise ResigError(
                f"section '{section}' holds spots of samples '{samples[0]}' and '{samples[1]}'",
                where=f"datasets.{dataset}.space.section",
                todo="a section belongs to one sample; name a column that tells sections apart",
            )
        places = len(placed[["x", "y"]].drop_duplicates())
        tissue = lay_out(placed[["x", "y"]].to_numpy(), neighbours) if places >= FEWEST_SPOTS else None
        for first, second in pairs:
            reason = _reason(first, known) or _reason(second, known)
            reason = reason or ("" if tissue else f"fewer than {FEWEST_SPOTS} spots with coordinates of their own")
            found = Together(np.nan, np.nan, np.nan)
            if not reason and tissue:
                values = scores.loc[placed.index, [first, second]].to_numpy(dtype=float)
                if np.isfinite(values).all():
                    draws, seed = inference["permutations"], inference["seed"]
                    found = together(values[:, 0], values[:, 1], tissue, draws, seed)
                reason = "" if np.isfinite(found.rho) else "a score is missing or does not vary here"
            rows.append(
                {
                    "dataset": dataset,
                    "section": section,
                    "sample": samples[0],
                    "signature_a": first,
                    "signature_b": second,
                    "method": method,
                    "n_spots": len(placed),
                    "n_left_out": len(own) - len(placed),
                    "n_places": len(tissue.points) if tissue else 0,
                    "rho": found.rho,
                    "null_sd": found.null_sd,
                    "p": found.p,
                    "reason": reason,
                }
            )
    return COLOCALISATION.check(pd.DataFrame(rows), "colocalisation")


def _reason(name: str, known: Mapping[str, str]) -> str:
    return f"{name}: {known[name]}" * bool(known[name]) if name in known else f"{name} is not in this run"


def by_sample(sections: pd.DataFrame) -> pd.DataFrame:
    """Return one value for each sample and pair: the mean of Fisher's z over its sections."""
    told = sections[sections["rho"].notna()]
    z = np.arctanh(np.clip(told["rho"], -1 + 1e-9, 1 - 1e-9))
    key = ["dataset", "sample", "signature_a", "signature_b"]
    return told.assign(z=z, n_sections=1).groupby(key, sort=True).agg({"z": "mean", "n_sections": "sum"}).reset_index()


def summary_table(dataset: str, sections: pd.DataFrame, inference: Mapping[str, Any]) -> pd.DataFrame:
    """Ask of each pair whether it lies together over all samples: signs of their values are turned."""
    rows = []
    samples = by_sample(sections)
    for (first, second), _ in sections.groupby(["signature_a", "signature_b"], sort=False):
        own = samples[(samples["signature_a"] == first) & (samples["signature_b"] == second)]
        z = own["z"].to_numpy()
        row: dict[str, Any] = {"dataset": dataset, "signature_a": first, "signature_b": second, "n_samples": len(z)}
        row |= {"n_sections": int(own["n_sections"].sum()), "rho": np.tanh(z.mean()) if len(z) else np.nan}
        if len(z) >= 2:
            found = paired(z[:, None], np.zeros((len(z), 1)), inference["permutations"], inference["seed"])
            half = t_quantile(0.975, len(z) - 1) * z.std(ddof=1) / np.sqrt(len(z))
            row |= {"ci_low": np.tanh(z.mean() - half), "ci_high": np.tanh(z.mean() + half)}
            row |= {"p": found.p[0], "p_type": found.kind, "smallest": found.smallest}
        rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=[*COLOCALISATION_SUMMARY.names, "smallest"])
    table["p_type"] = table["p_type"].fillna("")
    table["fdr"] = benjamini_hochberg(table["p"].astype(float))
    table["answer"] = [_answer(row, inference["fdr"]) for row in table.itertuples()]
    return COLOCALISATION_SUMMARY.check(table, "colocalisation over samples")


def _answer(row: Any, limit: float) -> str:
    if row.n_samples == 0:
        return "not_measurable"
    if pd.isna(row.p) or row.smallest > limit:
        return "underpowered"
    if row.fdr > limit:
        return "not_separable"
    return "together" if row.rho > 0 else "apart"


def contrast_table(
    dataset: str,
    contrast: str,
    spec: Mapping[str, Any],
    sections: pd.DataFrame,
    samples: pd.DataFrame,
    not_constant: Mapping[str, str],
    batch: str | None,
    inference: Mapping[str, Any],
) -> pd.DataFrame:
    """Hold the co-localisation of each sample against a contrast, by the same designs as scores."""
    values = by_sample(sections)
    values["signature"] = values["signature_a"] + "|" + values["signature_b"]
    names = list(dict.fromkeys(sections["signature_a"] + "|" + sections["signature_b"]))
    if values.empty:
        return COLOCALISATION_CONTRASTS.check(pd.DataFrame(columns=COLOCALISATION_CONTRASTS.names), "colocalisation")
    found = compare(
        dataset,
        contrast,
        dict(spec) | {"cell_types": "all"},
        values.rename(columns={"z": "score"}).assign(
            cell_type=ALL_CELLS, n_cells=inference["min_cells"], method=METHOD
        ),
        samples,
        pd.DataFrame({"signature": names, "scorable": "yes"}),
        not_constant,
        batch=batch,
        **{key: value for key, value in inference.items() if key != "matched_sets"},
    )
    sides = found["signature"].str.split("|", expand=True)
    said = {"supported": "more_together", "contradicted": "less_together"}
    found = found.assign(signature_a=sides[0], signature_b=sides[1], answer=found["verdict"].replace(said))
    return COLOCALISATION_CONTRASTS.check(found, "colocalisation")
