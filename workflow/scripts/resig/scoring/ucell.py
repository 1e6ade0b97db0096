"""UCell: a Mann-Whitney statistic on the ranks within one cell, signed and not clipped."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import GeneSum, Method, Scorer, Scores, difference, ratio
from resig.scoring.panel import Panel

MAX_RANK = 1500


def prepare(panel: Panel) -> Scorer:
    """Score up and down members by their ranks; the whole is up minus down, below 0 too."""
    parts, up_room, down_room = panel.parts(), room(panel.n_up), room(panel.n_down)

    def score(block: Block) -> Scores:
        up, down = parts.sums_of_groups(block, gains(block))
        return difference(ratio(up, up_room), ratio(down, down_room), panel)

    return score


def gains(block: Block) -> np.ndarray:
    """Return how far each group stands above the last rank that counts.

    Only values that are not zero are ranked, negative ones after all others; a gene that is zero, or ranks beyond
    the last, gains nothing. Equal values share their mean rank, and count or not as one.
    """
    groups = block.groups
    gained = MAX_RANK - groups.descending_rank
    if block.has_negative:
        gained += np.where(groups.log < 0, block.zeros[groups.row], 0)
    return np.maximum(gained, 0.0, out=gained)


def room(size: np.ndarray) -> np.ndarray:
    """Return the most that a set of a size can gain; not above 0 for sets as large as the ranks that count."""
    return size * MAX_RANK - size * (size + 1) / 2


def as_gene_sum(panel: Panel) -> GeneSum:
    """Return the gain of each gene, summed over up members and, negative, over down members."""
    up = panel.weight > 0
    rooms = np.where(up, room(panel.n_up)[panel.owner], room(panel.n_down)[panel.owner])

    def values(block: Block) -> tuple[np.ndarray, np.ndarray]:
        return block.of_entries(gains(block)), np.zeros(block.n_rows)

    return GeneSum(values, np.zeros(panel.n_genes), ratio(np.where(up, 1.0, -1.0), rooms))


def clipped(prepare: Callable[[Panel], Scorer]) -> Callable[[Panel], Scorer]:
    """Cut the whole at 0, as pyucell does."""

    def prepare_clipped(panel: Panel) -> Scorer:
        score = prepare(panel)

        def score_clipped(block: Block) -> Scores:
            scores = score(block)
            return replace(scores, whole=np.maximum(scores.whole, 0.0))

        return score_clipped

    return prepare_clipped


METHOD = Method(
    name="ucell",
    about="Rank statistic within each cell over its 1,500 highest genes; up minus down, not clipped at 0.",
    reference="Andreatta M, Carmona SJ. Comput Struct Biotechnol J 2021;19:3796-3798",
    at_least=2,
    cohort_dependent=False,
    needs="ranks",
    prepare=prepare,
    as_gene_sum=as_gene_sum,
)

CLIPPED = replace(
    METHOD,
    name="ucell_clipped",
    about="UCell as pyucell gives it: where down members outweigh the up members the score is 0.",
    prepare=clipped(prepare),
    as_gene_sum=None,
)
