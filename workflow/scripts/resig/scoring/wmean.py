"""Weighted mean of the members' log values: no ranks, no cohort, and the only sum that magnitudes of weights enter."""

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import GeneSum, Method, Scorer, Scores, ratio
from resig.scoring.panel import Panel


def prepare(panel: Panel) -> Scorer:
    """Sum weight x value over the sum of the weights' magnitudes."""
    weighted = panel.parts(np.abs(panel.weight))
    up_total, down_total = np.split(weighted.members.total, 2)

    def score(block: Block) -> Scores:
        up, down = weighted.sums_of_groups(block, block.groups.log)
        return Scores(ratio(up - down, up_total + down_total), ratio(up, up_total), ratio(down, down_total))

    return score


def as_gene_sum(panel: Panel) -> GeneSum:
    """Return the log value of each gene, summed by weight."""
    total = np.bincount(panel.owner, weights=np.abs(panel.weight), minlength=len(panel.signatures))

    def values(block: Block) -> tuple[np.ndarray, np.ndarray]:
        return block.log, np.zeros(block.n_rows)

    return GeneSum(values, np.zeros(panel.n_genes), panel.weight / total[panel.owner])


METHOD = Method(
    name="wmean",
    about="Mean of the members' log values, weighted by the weights of the signature, down members negative.",
    reference="Badia-i-Mompel P et al., Bioinform Adv 2022;2:vbac016 (weighted mean)",
    at_least=1,
    cohort_dependent=False,
    prepare=prepare,
    as_gene_sum=as_gene_sum,
    linear=True,
)
