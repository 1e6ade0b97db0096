"""score_genes: mean of the members less the mean of control genes of the same expression (Seurat, scanpy)."""

from collections.abc import Sequence

import numpy as np

from resig.scoring.block import Block
from resig.scoring.method import Method, Scorer, Scores, difference
from resig.scoring.panel import Members, Panel, Parts, seed_of

BINS = 25
CONTROLS = 50


def prepare(panel: Panel) -> Scorer:
    """Draw controls for up and for down members of each set; the whole is up minus down."""
    return against_controls(panel, draw_controls(panel))


def draw_controls(panel: Panel) -> list[np.ndarray]:
    """Return control genes for the up members of each set, then for the down members of each.

    Bins and sizes are scanpy's. A draw depends on the name of the set and on the symbols of the bin, so that neither
    the order of genes nor other sets change it.
    """
    bin_of = expression_bins(panel.genes.mean)
    symbols = np.asarray(panel.genes.symbols, dtype=str)
    by_symbol = np.argsort(symbols, kind="stable")
    members_of = {each: by_symbol[bin_of[by_symbol] == each] for each in np.unique(bin_of)}
    controls = []
    for part, up in (("up", True), ("down", False)):
        for at, signature in enumerate(panel.signatures):
            own = panel.gene[(panel.owner == at) & ((panel.weight > 0) == up)]
            draw = np.random.default_rng(seed_of(panel.seed, signature, part))
            picked = [
                draw.choice(members_of[each], min(CONTROLS, len(members_of[each])), replace=False)
                for each in np.unique(bin_of[own])
            ]
            controls.append(np.setdiff1d(np.concatenate(picked), own) if picked else np.zeros(0, int))
    return controls


def expression_bins(mean: np.ndarray) -> np.ndarray:
    """Cut genes into bins by the rank of their mean, as scanpy does."""
    lowest_rank = np.searchsorted(np.sort(mean), mean, side="left") + 1
    return lowest_rank // max(1, round(len(mean) / (BINS - 1)))


def against_controls(panel: Panel, controls: Sequence[np.ndarray]) -> Scorer:
    """Score with these controls: `controls` holds those of all up parts, then those of all down parts.

    Mean less mean is one sum: members weigh 1 over their number, controls -1 over theirs.
    """
    sizes = np.concatenate([panel.n_up, panel.n_down])
    n_controls = np.array([len(genes) for genes in controls], dtype=np.int64)
    side = panel.owner + np.where(panel.weight > 0, 0, len(panel.signatures))
    gene = np.concatenate([panel.gene, *controls]).astype(np.int64)
    column = np.concatenate([side, np.repeat(np.arange(len(controls)), n_controls)])
    weight = np.concatenate([1 / sizes[side], np.repeat(-1 / np.maximum(n_controls, 1), n_controls)])
    both = Parts(Members.of(gene, column, weight, panel.n_genes, len(controls)))
    up_known, down_known = np.split(n_controls > 0, 2)

    def score(block: Block) -> Scores:
        up, down = both.sums_of_groups(block, block.groups.log)
        return difference(np.where(up_known, up, np.nan), np.where(down_known, down, np.nan), panel)

    return score


METHOD = Method(
    name="score_genes",
    about="Mean of the members less the mean of up to 50 control genes from each of their 25 expression bins.",
    reference="Satija R et al., Nat Biotechnol 2015;33:495-502; Wolf FA et al., Genome Biol 2018;19:15",
    at_least=5,
    cohort_dependent=True,
    passes=2,
    prepare=prepare,
    all_genes=True,
)
