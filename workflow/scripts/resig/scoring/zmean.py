"""Signed mean of per-gene z-scores: the plainest score, good for sets of any size, relative to its cohort."""

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import GeneSum, Method, Scorer, Scores, ratio
from resig.scoring.panel import Panel


def prepare(panel: Panel) -> Scorer:
    """Average z over members, down members with reversed sign; every member counts the same."""
    scaled = panel.parts(1 / panel.genes.sd[panel.gene])
    centres = panel.parts(panel.genes.mean[panel.gene] / panel.genes.sd[panel.gene]).members.total
    up_centre, down_centre = np.split(centres, 2)

    def score(block: Block) -> Scores:
        up, down = scaled.sums_of_groups(block, block.groups.log)
        up, down = up - up_centre, down - down_centre
        return Scores(ratio(up - down, panel.n_up + panel.n_down), ratio(up, panel.n_up), ratio(down, panel.n_down))

    return score


def as_gene_sum(panel: Panel) -> GeneSum:
    """Return the z-score of each gene, summed with the sign of each member over their number."""
    inverse = np.divide(1.0, panel.genes.sd, out=np.zeros(panel.n_genes), where=panel.genes.sd > 0)
    at_zero = -panel.genes.mean * inverse

    def values(block: Block) -> tuple[np.ndarray, np.ndarray]:
        return block.log * inverse[block.gene] + at_zero[block.gene], np.zeros(block.n_rows)

    size = (panel.n_up + panel.n_down)[panel.owner]
    return GeneSum(values, at_zero, np.sign(panel.weight) / size)


METHOD = Method(
    name="zmean",
    about="Mean z-score of the members (log scale, over all observations of the dataset), down members reversed.",
    reference="Lee E et al., PLoS Comput Biol 2008;4:e1000217 (combined z-score)",
    at_least=1,
    cohort_dependent=True,
    passes=2,
    prepare=prepare,
    as_gene_sum=as_gene_sum,
    linear=True,
    varying_only=True,
)
