"""Gene set enrichment of a whole contrast: genes ranked by their statistic, sets walked along the ranking (gseapy).

It stands beside the scores: a set is held against the other genes of the same samples, so its p says nothing of what
other samples would show.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from resig.companions import companions
from resig.errors import ResigError
from resig.genesets import default_members, read_collection, with_symbols
from resig.inference.covariates import independent
from resig.inference.design import design_of, kind_of
from resig.inference.gene_statistics import GeneStatistics, moderated_t, wald
from resig.inference.linear import LinearDesign
from resig.names import Names
from resig.pseudobulk import read_pseudobulk
from resig.tables import GENE_SETS, GENES_RANKED, GSEA, read_text_table
from resig.textbook import benjamini_hochberg

Path_ = str | os.PathLike[str]
OWN = "signatures"
LINEAR = ("groups", "trend")


def gather_sets(
    wanted: Sequence[str],
    members: pd.DataFrame,
    own: Sequence[Path_],
    companion_files: Sequence[Path_],
    cache: str,
    names: Names,
) -> pd.DataFrame:
    """Return the sets that `gsea.sets` asks for, a row a gene; signed ones as two sets, `_UP` and `_DN`.

    `signatures` means those of this run (`members`); a name with a suffix is a file of the user's, in the order of
    `own`; every other name is a companion. `names` finds out which genes their members are.
    """
    files = iter(own)
    parts = []
    for name in wanted:
        if name == OWN:
            parts.append(members)
        elif is_file(name):
            parts.append(default_members(read_collection(next(files), Path(name).name, names).members))
    named = [name for name in wanted if name != OWN and not is_file(name)]
    if named:
        table = read_text_table(companion_files[0])
        every = table["companion"].tolist() if "all" in named else named
        parts.append(with_symbols(companions(every, table, cache, companion_files[1]), names).members)
    return pd.concat([_unsigned(each) for each in parts], ignore_index=True).drop_duplicates(GENE_SETS.names)


def is_file(name: str) -> bool:
    """Whether an entry of `gsea.sets` is a path of the user's."""
    return Path(name).suffix.lower() in (".gmt", ".tsv", ".csv", ".txt")


def _unsigned(members: pd.DataFrame) -> pd.DataFrame:
    """Cut signed sets in two: a running sum has no place for members that go the other way."""
    signed = members.groupby("signature")["weight"].transform("min") < 0
    side = np.where(~signed, "", np.where(members["weight"] > 0, "_UP", "_DN"))
    return pd.DataFrame({"gene_set": members["signature"] + side, "symbol": members["symbol"]})


def rank_genes(
    dataset: str,
    contrast: str,
    spec: Mapping[str, Any],
    pseudobulk: Path_,
    samples: pd.DataFrame,
    statistic: str,
    min_cells: int,
    threads: int = 1,
) -> pd.DataFrame:
    """Return all genes with the statistic of the contrast, cell type by cell type, by the model of the contrast."""
    data, counts = read_pseudobulk(pseudobulk), _counts(pseudobulk)
    if statistic == "deseq2" and counts is None:
        raise ResigError(
            "gsea.statistic is deseq2, but these data are no counts",
            where=f"dataset {dataset}",
            todo="set it to auto or moderated_t",
        )
    by_counts = counts is not None and statistic != "moderated_t"
    test = "deseq2" if by_counts else "moderated_t"
    tables = []
    for cell_type in _types(spec, data.units):
        here = (data.units["cell_type"] == cell_type) & (
            (data.units["cell_type"] == "bulk") | (data.units["n_cells"] >= min_cells)
        )
        row_of = pd.Series(np.flatnonzero(here), index=data.units.loc[here, "sample"])
        design = design_of(spec, samples[samples["sample"].isin(row_of.index)], dataset)
        if not isinstance(design, LinearDesign):
            raise ResigError(f"genes of a {kind_of(spec)} contrast are not ranked", where=f"contrast {contrast}")
        if design.too_few:
            tables.append(_untested(cell_type, test, design.too_few.replace("_", " ")))
            continue
        rows, model = row_of[design.samples].to_numpy(), model_matrix(design)
        if by_counts and counts is not None:
            frame = pd.DataFrame(counts[rows], index=design.samples, columns=data.genes.symbols)
            found = wald(frame, model, "contrast", threads)
        else:
            found = moderated_t(data.log[rows], model.to_numpy(), model.columns.get_loc("contrast"))
        tables.append(_ranked(data.genes.symbols, found, cell_type, test))
    return pd.concat(tables, ignore_index=True).assign(dataset=dataset, contrast=contrast)[GENES_RANKED.names]


def model_matrix(design: LinearDesign) -> pd.DataFrame:
    """Return intercept, blocks, covariates and the contrast (-1/2 to 1/2) as columns of full rank."""
    blocks = pd.get_dummies(
        pd.Series(design.blocks, index=design.samples), prefix="block", drop_first=True, dtype=float
    )
    covariates = design.covariates - design.covariates.mean()
    spread = covariates.std().replace(0.0, 1.0)
    beside = pd.concat([blocks, covariates / spread], axis=1)
    centred = (beside - beside.mean()).to_numpy(dtype=float)
    kept = beside.iloc[:, independent(centred)]
    return pd.concat(
        [pd.Series(1.0, index=kept.index, name="intercept"), kept, pd.Series(design.axis, kept.index, name="contrast")],
        axis=1,
    )


def enrich(
    ranked: pd.DataFrame, sets: pd.DataFrame, min_size: int, max_size: int, permutations: int, seed: int
) -> pd.DataFrame:
    """Walk each set along the ranking of each cell type; sets that cannot be tested keep a row that says why."""
    n_members = sets.groupby("gene_set", sort=False)["symbol"].nunique()
    tables = []
    for (dataset, contrast, cell_type), own in ranked.groupby(["dataset", "contrast", "cell_type"], sort=False):
        known = own.dropna(subset=["statistic"]).set_index("symbol")["statistic"]
        found = sets[sets["symbol"].isin(known.index)].groupby("gene_set")["symbol"].agg(sorted)
        size = pd.Series({name: len(found.get(name, [])) for name in n_members.index})
        table = pd.DataFrame({"n_members": n_members, "n_ranked": size}).rename_axis("gene_set").reset_index()
        table["status"] = np.select(
            [known.empty, size < min_size, size > max_size], ["no_ranking", "too_small", "too_large"], "tested"
        )
        why = own["note"].iloc[0] if known.empty else ""
        table["reason"] = table["status"].map(
            {
                "no_ranking": why,
                "too_small": f"fewer than {min_size} of its genes are ranked (gsea.min_size)",
                "too_large": f"more than {max_size} of its genes are ranked (gsea.max_size)",
                "tested": "",
            }
        )
        tested = table.loc[table["status"] == "tested", "gene_set"]
        walked = _prerank(known, {name: found[name] for name in tested}, min_size, max_size, permutations, seed)
        table = table.merge(walked, on="gene_set", how="left")
        table["fdr"] = benjamini_hochberg(table["p"])
        tables.append(table.assign(dataset=dataset, contrast=contrast, cell_type=cell_type))
    return pd.concat(tables, ignore_index=True).reindex(columns=GSEA.names)


def _prerank(
    statistic: pd.Series, sets: Mapping[str, list[str]], min_size: int, max_size: int, permutations: int, seed: int
) -> pd.DataFrame:
    columns = ["gene_set", "es", "nes", "p", "leading_edge"]
    if not sets:
        return pd.DataFrame(columns=columns)
    import gseapy

    # Equal statistics keep the order of their names, whatever the order of the matrix.
    ranking = statistic.sort_index().sort_values(ascending=False, kind="stable")
    found = gseapy.prerank(
        rnk=ranking,
        gene_sets=dict(sets),
        min_size=min_size,
        max_size=max_size,
        permutation_num=permutations,
        seed=seed,
        threads=1,
        outdir=None,
        no_plot=True,
        verbose=False,
    ).res2d
    # Of so many permutations none as extreme does not make a p of 0.
    p = np.maximum(found["NOM p-val"].astype(float), 1 / (permutations + 1))
    table = {"gene_set": found["Term"], "es": found["ES"].astype(float), "nes": found["NES"].astype(float), "p": p}
    return pd.DataFrame(table | {"leading_edge": found["Lead_genes"].str.replace(";", ",")}, columns=columns)


def _types(spec: Mapping[str, Any], units: pd.DataFrame) -> list[str]:
    return sorted(units["cell_type"].unique()) if spec["cell_types"] == "all" else sorted(spec["cell_types"])


def _counts(pseudobulk: Path_) -> np.ndarray | None:
    with h5py.File(pseudobulk) as file:
        # Estimated counts (RSEM, salmon) are rounded: DESeq2 takes whole ones only.
        return np.rint(file["layers/counts"][:]) if "counts" in file["layers"] else None


def _ranked(symbols: Sequence[str], found: GeneStatistics, cell_type: str, test: str) -> pd.DataFrame:
    table = pd.DataFrame(
        {"symbol": symbols, "statistic": found.statistic, "log_fc": found.log_fc, "p": found.p, "note": found.note}
    )
    table["fdr"] = benjamini_hochberg(table["p"])
    table = table.sort_values(["statistic", "symbol"], ascending=[False, True], na_position="last")
    return table.assign(cell_type=cell_type, test=test)


def _untested(cell_type: str, test: str, why: str) -> pd.DataFrame:
    row = dict.fromkeys(("statistic", "log_fc", "p", "fdr"), np.nan)
    return pd.DataFrame([row | {"symbol": "", "cell_type": cell_type, "test": test, "note": why}])
