"""GSVA, by gseapy: enrichment after each gene was placed within its distribution over the cohort."""

import numpy as np

from resig.scoring.method import Method, Scores, difference
from resig.scoring.panel import Panel

UP, DOWN = "UP", "DOWN"


def score_cohort(log: np.ndarray, panel: Panel) -> Scores:
    """Score up and down members as sets of their own; genes that never vary are left out, as in R."""
    import gseapy
    import pandas as pd

    names = [f"GENE{at}" for at in range(panel.n_genes)]
    varies = (log != log[:1]).any(axis=0)
    expression = pd.DataFrame(log.T[varies], index=[name for name, kept in zip(names, varies, strict=True) if kept])
    expression.columns = [f"S{at}" for at in range(len(log))]
    sides = {UP: panel.weight > 0, DOWN: panel.weight < 0}
    sets = {
        f"{side}{at}": [names[gene] for gene in panel.gene[chosen & (panel.owner == at)]]
        for side, chosen in sides.items()
        for at in range(len(panel.signatures))
        if (chosen & (panel.owner == at)).any()
    }
    result = gseapy.gsva(expression, sets, outdir=None, min_size=1, max_size=panel.n_genes, threads=1).res2d
    found = result.astype({"ES": float}).pivot(index="Name", columns="Term", values="ES").reindex(expression.columns)

    def part(side: str) -> np.ndarray:
        return found.reindex(columns=[f"{side}{at}" for at in range(len(panel.signatures))]).to_numpy()

    return difference(part(UP), part(DOWN), panel)


METHOD = Method(
    name="gsva",
    about="Enrichment of ranks after each gene was placed within its distribution over the cohort (Gaussian kernel).",
    reference="Hänzelmann S et al., BMC Bioinformatics 2013;14:7; computed by gseapy",
    at_least=5,
    cohort_dependent=True,
    needs="log values",
    score_cohort=score_cohort,
    varying_only=True,
)
