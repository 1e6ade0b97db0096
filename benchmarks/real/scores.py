"""Scores of any sets by any method of resig, in memory: the same code that scores a dataset."""

from collections.abc import Mapping, Sequence

import numpy as np
from controls import ROOT
from scipy import stats

from resig.config import load_schema
from resig.rows import Rows
from resig.scoring import METHODS
from resig.scoring.block import Columns, Scale, build_block
from resig.scoring.panel import Genes, Panel

SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"
BULK = ("zmean", "singscore", "ssgsea", "gsva", "ulm", "mlm", "wmean", "ucell", "aucell", "score_genes")
SINGLE_CELL = ("zmean", "ucell", "aucell", "score_genes", "singscore", "ssgsea", "ulm", "mlm", "wmean")
SCORING = load_schema(SCHEMA)["properties"]["scoring"]["properties"]
DEFAULTS = {kind: tuple(SCORING[kind]["default"]) for kind in ("bulk", "single_cell")}
ROWS = 50
LOG = Scale.of("log", "bulk")
Sets = Mapping[str, Mapping[str, float]]


def score(log: np.ndarray, symbols: Sequence[str], sets: Sets, methods: Sequence[str]) -> dict[str, np.ndarray]:
    """Return samples x sets for each method; NaN where a set has fewer members than a method asks for."""
    place = {symbol: at for at, symbol in enumerate(symbols)}
    spread = log.std(axis=0, ddof=1)
    genes = Genes(symbols, log.mean(axis=0), spread, (log != 0).mean(axis=0))
    members = [(place[gene], at, sign) for at, each in enumerate(sets.values()) for gene, sign in each.items()]
    gene, owner, weight = (np.array(column) for column in zip(*members, strict=True))
    panel = Panel(list(sets), genes, gene.astype(np.int64), owner.astype(np.int64), weight.astype(float))
    size = np.bincount(panel.owner, minlength=len(sets))
    columns = Columns(np.arange(len(symbols), dtype=np.int32), np.ones(len(symbols), np.uint8))
    blocks = [
        build_block(Rows.of_dense(log[first : first + ROWS]), columns, LOG, first) for first in range(0, len(log), ROWS)
    ]
    found = {}
    for name in methods:
        method = METHODS[name]
        own = method.panel(panel)
        if method.score_cohort is not None:
            whole = method.score_cohort(log, own).whole
        else:
            assert method.prepare is not None
            scorer = method.prepare(own)
            whole = np.concatenate([scorer(block).whole for block in blocks])
        found[name] = np.where(size >= method.at_least, whole, np.nan)
    return found


def auroc(scores: np.ndarray, resistant: np.ndarray) -> np.ndarray:
    """Return P(score of a resistant sample > that of a sensitive one) of each column, ties half; never flipped."""
    ranks = stats.rankdata(scores, axis=0)
    n, m = int(resistant.sum()), int((~resistant).sum())
    area = (ranks[resistant].sum(axis=0) - n * (n + 1) / 2) / (n * m)
    return np.where(np.isnan(scores).any(axis=0), np.nan, area)


def spearman(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the rank correlation of each pair of columns; NaN where nothing varies."""
    ranks = [stats.rankdata(each, axis=0) - (len(each) + 1) / 2 for each in (one, other)]
    length = np.sqrt((ranks[0] ** 2).sum(axis=0) * (ranks[1] ** 2).sum(axis=0))
    product = (ranks[0] * ranks[1]).sum(axis=0)
    missing = np.isnan(one).any(axis=0) | np.isnan(other).any(axis=0)
    return np.where(missing | (length == 0), np.nan, product / np.where(length == 0, 1, length))


def number(value: float) -> float | None:
    """Round for keeping; None where there is none."""
    return None if np.isnan(value) else round(float(value), 4)
