"""Expression at hand: real cohorts beside the project where they are, and always the demo's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from controls import DATA, ROOT

DEMO = ROOT / "resources" / "demo"


@dataclass(frozen=True)
class Expression:
    """Samples x genes on the log scale, and what is known of the samples."""

    name: str
    log: np.ndarray
    symbols: list[str]
    labels: pd.DataFrame

    def of(self, rows: np.ndarray) -> "Expression":
        """Take some samples."""
        return Expression(self.name, self.log[rows], self.symbols, self.labels.iloc[rows])


def bulk(name: str, matrix: Path, samples: Path, sample: str) -> Expression:
    """Read genes x samples; genes that never vary are left out, as for zmean."""
    values = pd.read_csv(matrix, index_col=0)
    values = values[~values.index.duplicated()]
    labels = pd.read_csv(samples, dtype=str, keep_default_na=False).set_index(sample)
    values = values[[each for each in values.columns if each in labels.index]]
    log = values.to_numpy(dtype=float).T
    varies = log.std(axis=0) > 0
    return Expression(name, log[:, varies], values.index[varies].astype(str).tolist(), labels.loc[values.columns])


def leukaemias() -> Expression:
    """Adult ALL, of the demo."""
    folder = DEMO / "all_chiaretti"
    return bulk("ALL", folder / "expression.csv.gz", folder / "samples.csv", "sample")


def breast_cancers() -> Expression | None:
    """SCAN-B, where it is at hand."""
    folder = DATA / "scanb_gse96058"
    if not folder.is_dir():
        return None
    return bulk("SCAN-B", folder / "expr_genes_x_samples.csv.gz", folder / "samples.csv", "title")


def mirnas() -> Expression | None:
    """TCGA breast cancers, miRNA stem-loops, where they are at hand."""
    folder = DATA / "tcga_brca_mixomics"
    if not folder.is_dir():
        return None
    return bulk("TCGA miRNA", folder / "mirna.csv.gz", folder / "samples.csv", "sample")


@dataclass(frozen=True)
class Cells:
    """Counts of cells x genes, and the donor and arm of each cell."""

    name: str
    counts: np.ndarray
    symbols: list[str]
    obs: pd.DataFrame


def cells(path: Path, name: str, most: int = 600) -> Cells:
    """Read raw counts of some cells (seed 0), and of the genes that at least 1 % of them have."""
    import anndata

    whole = anndata.read_h5ad(path)
    rows = np.sort(np.random.default_rng(0).permutation(whole.n_obs)[:most])
    counts = whole.X[rows]
    counts = np.asarray(counts.toarray() if hasattr(counts, "toarray") else counts, dtype=np.int64)
    seen = (counts > 0).mean(axis=0) >= 0.01
    return Cells(name, counts[:, seen], whole.var_names[seen].tolist(), whole.obs.iloc[rows])


def real_cells() -> Cells | None:
    """PC9 cells, raw counts, where they are at hand."""
    path = DATA / "pc9_erlotinib_sc" / "pc9_d11_min500umi.h5ad"
    return cells(path, "PC9") if path.exists() else None


def toy_cells() -> Cells:
    """The demo's simulated cells: sixteen donors, all cells."""
    return cells(DEMO / "toy_cells" / "cells.h5ad", "toy cells", most=10**6)


def shipped_sets(at_least: int = 5) -> dict[str, dict[str, float]]:
    """The shipped signatures with their signs, those of some size."""
    members = pd.read_csv(ROOT / "resources/genesets/resistance_net.tsv", sep="\t", comment="#")
    sets = {
        str(name): dict(zip(rows["target"], rows["weight"], strict=True)) for name, rows in members.groupby("source")
    }
    return {name: each for name, each in sets.items() if len(each) >= at_least}


def present(sets: Mapping[str, Mapping[str, float]], symbols: list[str]) -> dict[str, dict[str, float]]:
    """Keep the members that are measured."""
    known = set(symbols)
    return {name: {gene: sign for gene, sign in each.items() if gene in known} for name, each in sets.items()}
