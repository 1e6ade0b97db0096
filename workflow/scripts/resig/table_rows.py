"""What the table page knows: every row of every contrast, and what each answer rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resig.flags import in_words
from resig.inference.design import kind_of
from resig.plots.sides import colours_of, entered
from resig.signatures import SHIPPED

KEY = ["dataset", "contrast", "cell_type", "signature", "method"]
WORDS = ("dataset", "contrast", "cell_type", "signature", "method", "effect_type", "verdict", "flags", "confounded_by")
FIGURES = (
    "n_resistant",
    "n_sensitive",
    "n_samples",
    "n_events",
    "effect",
    "ci_low",
    "ci_high",
    "auroc",
    "auroc_low",
    "auroc_high",
    "concordance",
    "p",
    "fdr",
    "mde",
    "null_p",
    "null_percentile",
    "loo_min_effect",
    "adjusted_effect",
    "mix_share",
)
ABOUT = ("name", "collection", "document", "drug", "cancer", "context", "assay", "tier", "caveat")
NULL = (
    "n_sets",
    "all_sets",
    "null_mean",
    "null_low",
    "null_high",
    "expression",
    "expression_matched",
    "detection",
    "detection_matched",
    "reason",
)
GENE = ("symbol", "weight", "gene_effect", "effect_without")
NUISANCE = (
    "nuisance",
    "n_samples",
    "nuisance_p",
    "correlation",
    "effect",
    "adjusted_effect",
    "adjusted_low",
    "adjusted_high",
    "confounds",
    "reason",
)
MEMBER = ("symbol", "weight", "flags", "section", "evidence")
DOTS = 300  # more samples than these are thinned out in a picture; medians and quartiles are of all


@dataclass(frozen=True)
class Finished:
    """The finished tables of a run that answers are read from."""

    contrasts: pd.DataFrame
    verdicts: pd.DataFrame
    coverage: pd.DataFrame
    signatures: pd.DataFrame
    members: pd.DataFrame
    left_out: pd.DataFrame
    """Members of the same signatures that this run leaves out: their evidence is retracted."""
    documents: Mapping[str, str]
    nulls: pd.DataFrame
    genes: pd.DataFrame
    nuisance: pd.DataFrame
    scores: Mapping[str, pd.DataFrame]
    compared: pd.DataFrame


def left_out(shipped: pd.DataFrame, signatures: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Return the shipped members of these signatures that this run does without."""
    own = signatures.loc[signatures["collection"] == SHIPPED, "signature"]
    used = pd.MultiIndex.from_frame(members[["signature", "symbol"]])
    here = shipped[shipped["signature"].isin(own)]
    return here[~pd.MultiIndex.from_frame(here[["signature", "symbol"]]).isin(used)]


def sources_of(documents: pd.DataFrame) -> dict[str, str]:
    """Say of each source document what it is and where it comes from."""
    return {row.document: f"{row.title} ({row.source})" for row in documents.itertuples()}


def page_data(
    finished: Finished, specs: Mapping[str, Mapping[str, Any]], inference: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all that the page shows, ready for JSON."""
    rows = finished.contrasts
    answers = finished.verdicts.set_index(KEY)
    keys = list(rows[KEY].itertuples(index=False, name=None))
    leading = [key in answers.index for key in keys]
    order = {key: at for at, key in enumerate(keys)}
    answers = answers.loc[[key for key, leads in zip(keys, leading, strict=True) if leads]]
    flags = sorted({flag for each in rows["flags"].unique() for flag in str(each).split(";") if flag})
    return {
        "inference": {key: inference[key] for key in ("fdr", "null_alpha", "min_cells", "matched_sets")},
        "words": {name: _coded(rows[name].fillna("").astype(str)) for name in WORDS},
        "figures": {name: rows[name].tolist() for name in FIGURES},
        "leading": [int(each) for each in leading],
        "answers": {
            name: dict(zip((order[key] for key in answers.index), answers[name], strict=True))
            for name in ("why", "methods_agreeing")
        },
        "flags": {flag: in_words(flag) for flag in flags},
        "signatures": _signatures(finished),
        "coverage": _by(finished.coverage, ["dataset", "signature"], ("n_members", "n_measured", "missing")),
        "null": _one(finished.nulls, order, leading, NULL),
        "genes": _many(finished.genes, order, leading, GENE),
        "nuisance": _many(finished.nuisance, order, leading, NUISANCE),
        **_pictures(finished, specs, rows[leading], order),
    }


def _coded(values: pd.Series) -> dict[str, list[Any]]:
    codes, levels = pd.factorize(values)
    return {"of": levels.tolist(), "at": codes.tolist()}


def _signatures(finished: Finished) -> dict[str, Any]:
    own = dict(list(finished.members.groupby("signature", sort=False)))
    without = dict(list(finished.left_out.groupby("signature", sort=False)))
    return {
        row.signature: {
            **{name: getattr(row, name) for name in ABOUT},
            "source": finished.documents.get(str(row.document), ""),
            "members": _rows(own.get(row.signature), MEMBER),
            "left_out": _rows(without.get(row.signature), MEMBER),
        }
        for row in finished.signatures.itertuples()
    }


def _rows(frame: pd.DataFrame | None, columns: Iterable[str]) -> list[list[Any]]:
    return [] if frame is None else frame[list(columns)].to_numpy(dtype=object).tolist()


def _by(frame: pd.DataFrame, by: list[str], columns: Iterable[str]) -> dict[str, dict[str, list[Any]]]:
    """Return rows by the first name, then the second."""
    found: dict[str, dict[str, list[Any]]] = {}
    for first, second, *values in frame[[*by, *columns]].itertuples(index=False, name=None):
        found.setdefault(first, {})[second] = values
    return found


def _one(
    frame: pd.DataFrame, order: Mapping[tuple[str, ...], int], leading: list[bool], columns: Iterable[str]
) -> dict[int, list[Any]]:
    return {at: rows[0] for at, rows in _many(frame, order, leading, columns).items()}


def _many(
    frame: pd.DataFrame, order: Mapping[tuple[str, ...], int], leading: list[bool], columns: Iterable[str]
) -> dict[int, list[list[Any]]]:
    """Return the rows that belong to each leading row of the contrasts, by its number."""
    found: dict[int, list[list[Any]]] = {}
    keys = frame[KEY].itertuples(index=False, name=None)
    for key, values in zip(keys, frame[list(columns)].to_numpy(dtype=object).tolist(), strict=True):
        if leading[order[key]]:
            found.setdefault(order[key], []).append(values)
    return found


# --- pictures: who stands where, once for all signatures alike, and the scores of each ---


def _pictures(
    finished: Finished,
    specs: Mapping[str, Mapping[str, Any]],
    rows: pd.DataFrame,
    order: Mapping[tuple[str, ...], int],
) -> dict[str, Any]:
    """Return `places`, where samples stand in the picture of a contrast, and `strips`, the scores to put there."""
    places: list[dict[str, Any]] = []
    known: dict[tuple[str, ...], int] = {}
    strips: dict[int, Any] = {}
    compared = dict(list(finished.compared.groupby(["dataset", "contrast", "cell_type"], sort=False)))
    scores = {
        dataset: dict(list(own.groupby(["cell_type", "signature", "method"], sort=False)))
        for dataset, own in finished.scores.items()
    }
    for row in rows[rows["effect"].notna() | rows["concordance"].notna()].itertuples():
        dataset, contrast, cell_type, signature, method = (str(getattr(row, name)) for name in KEY)
        own = scores[dataset].get((cell_type, signature, method))
        if own is None:
            continue
        spec = specs[contrast]
        members = entered(compared[dataset, contrast, cell_type], own, bool(spec["pair_by"]))
        same = (dataset, contrast, *members["sample"])
        if same not in known:
            known[same] = len(places)
            places.append(_place(spec, members))
        place = places[known[same]]
        strips[order[dataset, contrast, cell_type, signature, method]] = {
            "place": known[same],
            "values": members.set_index("sample").loc[place["who"], "score"].tolist(),
            **_boxes(place, members),
        }
    return {"places": places, "strips": strips}


def _place(spec: Mapping[str, Any], members: pd.DataFrame) -> dict[str, Any]:
    kind = kind_of(spec)
    if kind in ("groups", "trend"):
        return {"kind": "sides", **_sides(spec, members)}
    shown = _thinned(members, 1)
    place = {"kind": kind, "who": shown["sample"].tolist(), "n": len(members), "x": shown["value"].tolist()}
    if kind == "survival":
        return place | {"event": shown["event"].astype(int).tolist(), "label": spec["survival"]["time"]}
    asked = spec["continuous"]
    return place | {"label": f"{asked['column']} (high: {asked['higher_means']})"}


def _sides(spec: Mapping[str, Any], members: pd.DataFrame) -> dict[str, Any]:
    colours = colours_of(spec)
    sides = [members[members["arm"] == arm] for arm in colours]
    shown = pd.concat([_thinned(own, len(sides)).assign(side=side) for side, own in enumerate(sides)])
    shown = shown.reset_index(drop=True)
    lines = [own.index.tolist() for _, own in shown.groupby("block")] if spec["pair_by"] else []
    return {
        "sides": [[arm, len(own), colour] for (arm, colour), own in zip(colours.items(), sides, strict=True)],
        "who": shown["sample"].tolist(),
        "side": shown["side"].tolist(),
        "lines": [line for line in lines if len(line) > 1],
    }


def _thinned(members: pd.DataFrame, among: int) -> pd.DataFrame:
    """Return every k-th sample where there are too many to draw."""
    return members.iloc[:: max(1, -(-len(members) * among // DOTS))]


def _boxes(place: Mapping[str, Any], members: pd.DataFrame) -> dict[str, Any]:
    """Return the quartiles of each side, of all its samples."""
    if place["kind"] != "sides":
        return {}
    sides = (members.loc[members["arm"] == arm, "score"] for arm, _, _ in place["sides"])
    return {"boxes": [own.quantile([0.25, 0.5, 0.75]).tolist() if len(own) else [None] * 3 for own in sides]}
