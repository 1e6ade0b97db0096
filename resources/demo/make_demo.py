"""Make the demo's data: two toy datasets with planted truth, and one real cohort in small form.

    python resources/demo/make_demo.py --all-chiaretti DIR

DIR holds `expr_genes_x_samples.csv.gz` and `samples.csv` of the Bioconductor package ALL. Without it the
toy datasets are made again from the cohort as it is vendored here. What is planted stands in `truth.tsv`.

Every gene draws from random streams of its own, named by the gene: a signature that gains or loses a member
adds or removes that gene and leaves the values of all others as they were.
"""

import argparse
import gzip
import hashlib
import io
import sys
from collections.abc import Iterable
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
from anndata.io import write_elem
from scipy import sparse

HERE = Path(__file__).resolve().parent
MEMBERS = HERE.parent / "genesets" / "members.tsv"
SIGNATURES = HERE.parent / "genesets" / "signatures.tsv"
SEED = 1
MIN_COVERAGE = 0.6  # the shipped default of scoring.min_coverage

# Toy bulk: effects in standard deviations within a patient, post against pre, along the signature's signs.
N_PATIENTS = 16
N_BULK_GENES = 1500
BULK_EFFECTS = {"fp_dox": 1.2, "dtc_fibro_senescence_sasp": -1.2}
BULK_COHERENT = "tras_jag1_notch_il6"
BULK_ABSENT = frozenset({"MUC4"})

# Toy cells: the effect is a natural log fold, in the fibroblasts of the chemo donors only.
N_DONORS_PER_ARM = 8
N_CELL_GENES = 1200
CELL_SIGNATURE, CELL_TYPE, CELL_EFFECT = "dtc_fibro_senescence_sasp", "fibroblast", 1.4
CELL_TYPES = {"fibroblast": 1.2, "tumour": 1.6, "neutrophil": 0.5, "T cell": 0.7}  # depth beside each other
DEPTH_RANGE, DEPTH_OF_CHEMO = 8.0, 1.5
MARKERS = {
    "fibroblast": "COL1A1 COL1A2 COL3A1 LUM FAP PDGFRA PDGFRB ACTA2 THY1 POSTN SPARC FN1",
    "tumour": "EPCAM KRT8 KRT18 KRT19 KRT7 MUC1 CLDN4 ERBB2 CDH1",
    "neutrophil": "S100A8 S100A9 S100A12 CSF3R FCGR3B CXCR2 CXCR1 FPR1 LCN2 ELANE MMP9",
    "T cell": "CD3D CD3E CD3G CD2 TRBC1 TRAC IL7R CD8A CD8B GZMA GZMB GZMK NKG7 LCK CCL5",
}
PROLIFERATION = "MKI67 TOP2A CDK1 PCNA CCNB1 BUB1 AURKA TYMS RRM2"
HOUSEKEEPING = "ACTB GAPDH B2M RPS6 VIM"
MITOCHONDRIAL = "MT-ATP6 MT-ATP8 MT-CO1 MT-CO2 MT-CO3 MT-CYB MT-ND1 MT-ND2 MT-ND3 MT-ND4 MT-ND4L MT-ND5 MT-ND6"
CHUNK = 1 << 18  # entries of four bytes: 1 MiB

COHORT_COLUMNS = [
    *("sample", "sex", "age", "BT", "remission", "CR", "mol.biol", "fusion protein", "mdr", "kinet", "ccr"),
    *("relapse", "transplant"),
]


def stream(*key: str) -> np.random.Generator:
    """Return the random stream that belongs to a name, whatever else is drawn."""
    digest = hashlib.sha256("/".join((str(SEED), *key)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def read_members(path: Path = MEMBERS, signatures: Path = SIGNATURES) -> pd.DataFrame:
    """Members of all signatures, with the assay and the minimum size of their signature beside them."""
    members = pd.read_csv(path, sep="\t", keep_default_na=False)
    table = pd.read_csv(signatures, sep="\t", keep_default_na=False)
    return members.merge(table[["signature", "assay", "min_members"]], on="signature", validate="many_to_one")


def genes_of(members: pd.DataFrame, assays: Iterable[str], background: Iterable[str], size: int) -> list[str]:
    """All members measured by these assays, filled up to `size` with other symbols; sorted."""
    wanted = set(members.loc[members.assay.isin(list(assays)), "symbol"])
    others = set(background) - set(members.symbol)
    drawn = sorted(others, key=lambda symbol: hashlib.sha256(f"{SEED}/background/{symbol}".encode()).digest())
    return sorted(wanted.union(drawn[: max(0, size - len(wanted))]))


def signed(members: pd.DataFrame, signature: str) -> dict[str, float]:
    """Sign of each member of one signature."""
    own = members[members.signature == signature]
    return dict(zip(own.symbol, np.sign(own.weight), strict=True))


def toy_bulk_samples() -> pd.DataFrame:
    """Clinical table: 16 patients before and after therapy, batches balanced between the time points."""
    draw = stream("toy_bulk", "patients")
    response = draw.permutation(np.repeat(["PD", "SD", "PR", "CR"], N_PATIENTS // 4))
    batches = draw.permutation(np.tile(["b1b1", "b2b2", "b1b2", "b2b1"], N_PATIENTS // 4))
    age = draw.integers(38, 79, N_PATIENTS)
    sex = draw.choice(["F", "M"], N_PATIENTS)
    scale = pd.Series(response).map({"PD": 300, "SD": 600, "PR": 1000, "CR": 1600}).to_numpy()
    death = np.ceil(draw.exponential(scale)) + 30
    censored = draw.integers(500, 1800, N_PATIENTS)
    rows = [
        {
            "sample_id": f"P{i + 1:02d}_{timepoint}",
            "patient": f"P{i + 1:02d}",
            "timepoint": timepoint,
            "response": response[i],
            "batch": batches[i][2 * late : 2 * late + 2],
            "age": int(age[i]),
            "sex": sex[i],
            "os_days": int(min(death[i], censored[i])),
            "os_event": int(death[i] <= censored[i]),
        }
        for i in range(N_PATIENTS)
        for late, timepoint in enumerate(["pre", "post"])
    ]
    return pd.DataFrame(rows)


def toy_bulk(members: pd.DataFrame, background: Iterable[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Log2 expression (genes x samples) and the clinical table."""
    samples = toy_bulk_samples()
    patient = samples.patient.astype("category").cat.codes.to_numpy()
    post = (samples.timepoint == "post").to_numpy()
    second_batch = (samples.batch == "b2").to_numpy()
    all_members = set(members.symbol)
    planted = {
        gene: (sign * effect, stream("toy_bulk", "strength", name).normal(1, 0.3, N_PATIENTS))
        for name, effect in BULK_EFFECTS.items()
        for gene, sign in signed(members, name).items()
    }
    coherent = signed(members, BULK_COHERENT)
    factor = stream("toy_bulk", "factor", BULK_COHERENT).normal(size=N_PATIENTS)
    genes = [
        gene
        for gene in genes_of(members, ("mrna", "total_rna"), background, N_BULK_GENES + len(BULK_ABSENT))
        if gene not in BULK_ABSENT
    ]
    values = np.empty((len(genes), len(samples)))
    for row, gene in enumerate(genes):
        draw = stream("toy_bulk", "gene", gene)
        mean = np.clip(draw.normal(7, 2), 2.5, 13.5)
        within = 0.3 * np.exp(draw.normal(0, 0.3))
        between = within * 1.8 * np.exp(draw.normal(0, 0.25))
        batch = within * draw.normal(0, 1.5) * (draw.random() < 0.3) * (gene not in all_members)
        own, noise = draw.normal(size=N_PATIENTS), draw.normal(size=len(samples))
        if gene in coherent:
            own = 1.5 * (0.95 * coherent[gene] * factor + 0.31 * own)
        values[row] = mean + between * own[patient] + batch * second_batch + within * noise
        if gene in planted:
            effect, strength = planted[gene]
            values[row] += within * effect * strength[patient] * post
    table = pd.DataFrame(values.clip(0).round(3), index=pd.Index(genes, name="gene"), columns=samples.sample_id)
    return table.rename_axis(columns=None), samples


def toy_cell_table() -> pd.DataFrame:
    """One row for each cell: donor, condition, cell type, batch and expected depth."""
    draw = stream("toy_cells", "donors")
    n = N_DONORS_PER_ARM
    donors = [f"D{i + 1:02d}" for i in range(2 * n)]
    order = draw.permutation(donors)
    condition = {donor: "chemo" if i < n else "control" for i, donor in enumerate(order)}
    batch = {donor: f"b{1 + i % 2}" for i, donor in enumerate(order)}
    # Both arms spread evenly on the log scale; chemo is deeper by a constant factor; 8-fold from end to end.
    spread = np.exp(np.linspace(-0.5, 0.5, n) * np.log(DEPTH_RANGE / DEPTH_OF_CHEMO))
    spread = np.concatenate([draw.permutation(spread) * np.sqrt(DEPTH_OF_CHEMO), draw.permutation(spread)])
    spread[n:] /= np.sqrt(DEPTH_OF_CHEMO)
    depth = dict(zip(order, spread, strict=True))
    without_neutrophils = sorted(donor for donor in donors if condition[donor] == "control")[0]
    rows = []
    for donor in donors:
        counts = dict(zip(CELL_TYPES, draw.integers(10, 61, len(CELL_TYPES)), strict=True))
        if donor == without_neutrophils:
            counts["neutrophil"] = 0
        kinds = draw.permutation(np.repeat(list(counts), list(counts.values())))
        for i, kind in enumerate(kinds):
            size = depth[donor] * CELL_TYPES[kind] * np.exp(draw.normal(0, 0.45))
            rows.append((f"{donor}-{i + 1:04d}", donor, condition[donor], str(kind), batch[donor], size))
    columns = ["cell", "donor", "condition", "cell_type", "batch", "depth"]
    return pd.DataFrame(rows, columns=columns).set_index("cell")


def toy_cells(members: pd.DataFrame, background: Iterable[str]) -> ad.AnnData:
    """Raw UMI counts of cells from treated and untreated donors."""
    cells = toy_cell_table()
    donor = cells.donor.astype("category").cat.codes.to_numpy()
    kind = pd.Categorical(cells.cell_type, categories=list(CELL_TYPES)).codes
    arm = cells.drop_duplicates("donor").set_index("donor").condition.sort_index()
    chemo = (arm == "chemo").to_numpy()
    target = kind == list(CELL_TYPES).index(CELL_TYPE)
    all_members = set(members.symbol)

    draw = stream("toy_cells", "shared")
    level = draw.normal(0, 0.2, len(arm)) + CELL_EFFECT * chemo  # one number a donor, for the whole programme
    cycling = (draw.random(len(cells)) < 0.2) & (kind == list(CELL_TYPES).index("tumour"))
    stress = draw.normal(0, 0.4, len(cells))  # mitochondrial share of a cell
    signs = signed(members, CELL_SIGNATURE)
    marked = {gene: kind for kind, genes in MARKERS.items() for gene in genes.split()}

    extra = {*marked, *PROLIFERATION.split(), *HOUSEKEEPING.split(), *MITOCHONDRIAL.split()}
    fill = N_CELL_GENES - len(extra - all_members)
    genes = sorted(extra.union(genes_of(members, ("mrna",), set(background) - extra, fill)))
    columns = []
    for gene in genes:
        draw = stream("toy_cells", "gene", gene)
        base, everywhere = draw.normal(), draw.normal(0, 0.25, len(arm))
        by_type, spread = draw.normal(0, 0.3, (len(CELL_TYPES), len(arm))), draw.gamma(4, 1 / 4, len(cells))
        rate = np.full(len(cells), 0.6 + 0.6 * base if gene in all_members else 1.2 * base)
        if gene in MITOCHONDRIAL.split():
            rate = 3.0 + 0.5 * base + stress
        elif gene in HOUSEKEEPING.split():
            rate = rate + 2.5
        elif gene in PROLIFERATION.split():
            rate = -1.0 + 0.3 * base + 2.5 * cycling
        elif gene in marked:
            own = kind == list(CELL_TYPES).index(marked[gene])
            rate = rate + 1.5 * own if gene in all_members else 0.3 * base - 1.0 + 3.0 * own
        rate = rate + everywhere[donor] + by_type[kind, donor]
        if gene in signs:
            rate = rate + signs[gene] * level[donor] * target
        columns.append(draw.poisson(np.exp(rate) * spread * cells.depth.to_numpy() * 0.3))
    counts = sparse.csr_matrix(np.column_stack(columns).astype(np.float32))
    counts.sort_indices()
    counts.indices, counts.indptr = counts.indices.astype(np.int32), counts.indptr.astype(np.int32)
    obs = cells.drop(columns="depth").astype("category")
    return ad.AnnData(counts, obs=obs.rename_axis(None), var=pd.DataFrame(index=pd.Index(genes, dtype=object)))


def fate(own: pd.DataFrame, measured: set[str], assays: Iterable[str]) -> str:
    """Return what a run must say where nothing is planted: `not_separable`, or that it cannot be measured."""
    if own.assay.iloc[0] not in assays:
        return "not_measurable"
    found = own.symbol.isin(measured).sum()
    enough = found >= own.min_members.iloc[0] and found >= MIN_COVERAGE * len(own)
    return "not_separable" if enough else "not_measurable"


def truth(members: pd.DataFrame, bulk_genes: Iterable[str], cell_genes: Iterable[str]) -> pd.DataFrame:
    """Every signature in every comparison: what was planted and what an honest run says."""
    settings: list[tuple[str, str, str, dict[str, float], str, set[str], tuple[str, ...]]] = [
        (
            "toy_bulk",
            "after_therapy",
            "",
            BULK_EFFECTS,
            "sd within a patient",
            set(bulk_genes),
            ("mrna", "total_rna"),
        )
    ]
    for kind in CELL_TYPES:
        effects = {CELL_SIGNATURE: CELL_EFFECT} if kind == CELL_TYPE else {}
        settings.append(("toy_cells", "chemo", kind, effects, "natural log fold", set(cell_genes), ("mrna",)))
    rows = []
    for dataset, contrast, kind, effects, unit, measured, assays in settings:
        touched = set(members.loc[members.signature.isin(list(effects)), "symbol"])
        for signature, own in members.groupby("signature", sort=False):
            effect: str | float = 0
            trusted = own[~own["flags"].str.contains("retracted")]
            fates = {fate(part, measured, assays) for part in (own, trusted) if len(part)}
            if signature in effects:
                effect = effects[signature]
                planted, expected = ("up", "supported") if effect > 0 else ("down", "contradicted")
                why = f"planted along its signs, in {unit}"
            elif common := sorted(set(own.symbol) & touched):
                planted, effect, expected = "shared", "NA", ""
                why = "shares planted " + " ".join(common)
            elif len(fates) > 1:
                planted, expected = "none", ""
                why = "measurable only with retracted members"
            else:
                planted, expected = "none", fates.pop()
                why = "nothing planted in its genes" if expected == "not_separable" else "too few members measured"
                if own.assay.iloc[0] not in assays:
                    why = f"needs {own.assay.iloc[0]}"
                elif dataset == "toy_bulk" and signature == BULK_COHERENT:
                    why = "hard negative: members move together from patient to patient, not with therapy"
            rows.append((dataset, contrast, kind, signature, planted, effect, expected, why))
    columns = ["dataset", "contrast", "cell_type", "signature", "planted", "effect", "expected", "why"]
    return pd.DataFrame(rows, columns=columns).astype(str)


def chiaretti(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Expression and labels of the patients with a multidrug-resistance label; every cell stays text."""
    samples = pd.read_csv(folder / "samples.csv", dtype=str, keep_default_na=False)
    samples = samples.loc[samples.mdr.isin(["POS", "NEG"]), COHORT_COLUMNS]
    expression = pd.read_csv(folder / "expr_genes_x_samples.csv.gz", dtype=str, keep_default_na=False, index_col="gene")
    return expression[samples["sample"].tolist()], samples.reset_index(drop=True)


def write_text(path: Path, text: str) -> None:
    """Write text, gzipped where the name says so; the same text gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as handle:
            handle.write(data)
        data = buffer.getvalue()
    path.write_bytes(data)


def write_table(frame: pd.DataFrame, path: Path, separator: str = "\t", index: bool = False, **how: str) -> None:
    """Write a delimited table."""
    write_text(path, frame.to_csv(sep=separator, index=index, lineterminator="\n", **how))


def write_h5ad(cells: ad.AnnData, path: Path) -> None:
    """Write as anndata does, but in chunks of 1 MiB, so that a reader opens few of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    counts = sparse.csr_matrix(cells.X)
    with h5py.File(path, "w") as file:
        write_elem(file, "/", ad.AnnData(obs=cells.obs, var=cells.var))
        if "X" in file:
            del file["X"]
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
        group.attrs["shape"] = np.array(counts.shape, dtype=np.int64)
        for name in ("data", "indices", "indptr"):
            values = getattr(counts, name)
            group.create_dataset(
                name, data=values, chunks=(min(CHUNK, len(values)),), compression="gzip", compression_opts=9
            )


def main(arguments: list[str] | None = None) -> int:
    """Write everything below the output folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all-chiaretti", type=Path, metavar="DIR", help="folder of the real cohort's matrix")
    parser.add_argument("--members", type=Path, default=MEMBERS, help="signature members (default: the shipped)")
    parser.add_argument("--signatures", type=Path, default=SIGNATURES, help="signatures (default: the shipped)")
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: beside this script)")
    options = parser.parse_args(arguments)
    cohort = HERE / "all_chiaretti"
    if options.all_chiaretti:
        cohort = options.out / "all_chiaretti"
        expression, labels = chiaretti(options.all_chiaretti)
        write_table(expression, cohort / "expression.csv.gz", separator=",", index=True)
        write_table(labels, cohort / "samples.csv", separator=",")
    background = pd.read_csv(cohort / "expression.csv.gz", usecols=["gene"], keep_default_na=False).gene.tolist()
    members = read_members(options.members, options.signatures)
    bulk, samples = toy_bulk(members, background)
    write_table(bulk, options.out / "toy_bulk" / "expression.tsv.gz", index=True, float_format="%.3f")
    write_table(samples, options.out / "toy_bulk" / "samples.tsv")
    cells = toy_cells(members, background)
    write_h5ad(cells, options.out / "toy_cells" / "cells.h5ad")
    write_table(truth(members, bulk.index, cells.var_names), options.out / "truth.tsv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
