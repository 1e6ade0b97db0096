"""One small dataset written in every format by the format's own writer."""

import gzip
from collections.abc import Callable
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import io, sparse

GENES = ["TP53", "EGFR", "MT-CO1", "VIM", "CDH1", "ACTB", "GAPDH", "MYC"]
IDS = [f"ENSG0000000{at:04d}" for at in range(len(GENES))]
SAMPLES = [f"S-{at:02d}" for at in range(1, 13)]
COUNTS = np.random.default_rng(11).poisson(4.0, (len(SAMPLES), len(GENES)))
COUNTS[3, :] = np.r_[1, np.zeros(len(GENES) - 1, int)]
COUNTS[:, 3] += 1
ARM = ["PD" if at % 2 else "CR" for at in range(len(SAMPLES))]
DONOR = [f"d{at % 4}" for at in range(len(SAMPLES))]
OBS = pd.DataFrame({"donor": DONOR, "arm": ARM, "type": "T"}, index=pd.Index(SAMPLES, name="id"))
Writer = Callable[[Path], Path]


def frame() -> pd.DataFrame:
    return pd.DataFrame(COUNTS.T, index=pd.Index(GENES, name="gene"), columns=SAMPLES)


def table(folder: Path) -> Path:
    """The metadata, in another order."""
    path = folder / "samples.tsv"
    OBS.iloc[::-1].to_csv(path, sep="\t")
    return path


def data(values: object = None, **more: object) -> anndata.AnnData:
    return anndata.AnnData(
        sparse.csr_matrix(COUNTS.astype(np.float32)) if values is None else values,
        obs=OBS.copy(),
        var=pd.DataFrame({"gene_ids": IDS}, index=GENES),
        **more,
    )


def h5ad(values: Callable[[np.ndarray], object], **asked: object) -> Writer:
    def write(folder: Path) -> Path:
        data(values(COUNTS)).write_h5ad(folder / "m.h5ad", **asked)
        return folder / "m.h5ad"

    return write


def text(name: str, across: bool = False, packed: bool = False) -> Writer:
    def write(folder: Path) -> Path:
        path = folder / (name + (".gz" if packed else ""))
        whole = frame().T if across else frame()
        whole.to_csv(path, sep="," if name.endswith("csv") else "\t")
        return path

    return write


def parquet(across: bool = False, named: bool = True) -> Writer:
    def write(folder: Path) -> Path:
        whole = frame().T if across else frame()
        (whole if named else whole.reset_index()).to_parquet(folder / "m.parquet", index=named)
        return folder / "m.parquet"

    return write


def gct(version: str) -> Writer:
    def write(folder: Path) -> Path:
        path = folder / "m.gct"
        about = [f"{name}\t{place}" for name, place in zip(GENES, IDS, strict=True)]
        rows = ["\t".join([each, *map(str, row)]) for each, row in zip(about, COUNTS.T, strict=True)]
        head = ["\t".join(["Name", "Description", *SAMPLES])]
        sizes = f"{len(GENES)}\t{len(SAMPLES)}"
        if version == "#1.3":
            sizes += "\t1\t2"
            head += ["\t".join(["arm", "na", *ARM]), "\t".join(["donor", "na", *DONOR])]
        path.write_text("\n".join([version, sizes, *head, *rows]) + "\n")
        return path

    return write


def loom(folder: Path) -> Path:
    import loompy

    loompy.create(
        str(folder / "m.loom"),
        COUNTS.T.astype(np.float32),
        {"Gene": np.array(GENES), "Accession": np.array(IDS)},
        {"CellID": np.array(SAMPLES), **{name: OBS[name].to_numpy(dtype=str) for name in OBS}},
    )
    return folder / "m.loom"


def tenx_h5(version: int, others: int = 0, kind: type = np.int32) -> Writer:
    """As Cell Ranger lays it out; `others` antibodies stand after the genes."""

    def write(folder: Path) -> Path:
        values = np.hstack([COUNTS, np.full((len(SAMPLES), others), 500)])
        names = [*GENES, *(f"CD{at}" for at in range(others))]
        ids = [*IDS, *(f"CD{at}_TotalSeq" for at in range(others))]
        stored = sparse.csr_matrix(values)
        with h5py.File(folder / "m.h5", "w") as file:
            group = file.create_group("matrix" if version == 3 else "GRCh38")
            group["shape"] = np.array(values.T.shape, np.int32)
            group["barcodes"] = np.array(SAMPLES, "S18")
            for part, array in (("data", stored.data.astype(kind)), ("indices", stored.indices.astype(np.int64)),
                                ("indptr", stored.indptr.astype(np.int64))):  # fmt: skip
                group.create_dataset(part, data=array, compression="gzip", shuffle=True, chunks=(4,))
            if version == 3:
                features = group.create_group("features")
                types = ["Gene Expression"] * len(GENES) + ["Antibody Capture"] * others
                for part, words in (("id", ids), ("name", names), ("feature_type", types)):
                    features[part] = np.array(words, "S32")
            else:
                group["genes"], group["gene_names"] = np.array(ids, "S32"), np.array(names, "S32")
        return folder / "m.h5"

    return write


def tenx_mtx(version: int, packed: bool, shuffled: bool = False, turned: bool = False, others: int = 0) -> Writer:
    def write(folder: Path) -> Path:
        place = folder / "filtered_feature_bc_matrix"
        place.mkdir()
        values = np.hstack([COUNTS, np.full((len(SAMPLES), others), 500)])
        names = [*GENES, *(f"CD{at}" for at in range(others))]
        ids = [*IDS, *(f"CD{at}_TotalSeq" for at in range(others))]
        whole = sparse.coo_matrix(values if turned else values.T)
        order = np.random.default_rng(3).permutation(whole.nnz) if shuffled else np.lexsort((whole.row, whole.col))
        if turned and not shuffled:
            order = np.lexsort((whole.col, whole.row))
        whole = sparse.coo_matrix((whole.data[order], (whole.row[order], whole.col[order])), shape=whole.shape)
        io.mmwrite(place / "matrix.mtx", whole, field="integer")
        kinds = ["Gene Expression"] * len(GENES) + ["Antibody Capture"] * others
        lines = zip(ids, names, kinds, strict=True) if version == 3 else zip(ids, names, strict=True)
        features = "features.tsv" if version == 3 else "genes.tsv"
        (place / features).write_text("".join("\t".join(line) + "\n" for line in lines))
        (place / "barcodes.tsv").write_text("".join(f"{name}\n" for name in SAMPLES))
        if packed:
            for file in list(place.iterdir()):
                (place / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
                file.unlink()
        return place

    return write


def series_matrix(folder: Path, packed: bool = True) -> Path:
    def line(name: str, values: list[str]) -> str:
        return "\t".join([name, *(f'"{value}"' for value in values)])

    rows = [
        '!Series_title\t"A series"',
        "",
        line("!Sample_title", [f"biopsy {at}" for at in range(len(SAMPLES))]),
        line("!Sample_geo_accession", SAMPLES),
        line("!Sample_platform_id", ["GPL570"] * len(SAMPLES)),
        line("!Sample_characteristics_ch1", [f"arm: {each}" for each in ARM]),
        line("!Sample_characteristics_ch1", [f"donor: {each}" for each in DONOR]),
        line("!Sample_contact_name", ["A,,Person"] * len(SAMPLES)),
        "!series_matrix_table_begin",
        line('"ID_REF"', SAMPLES).replace('""', '"'),
        *("\t".join([f'"{gene}"', *map(str, row)]) for gene, row in zip(GENES, COUNTS.T, strict=True)),
        "!series_matrix_table_end",
    ]
    raw = ("\n".join(rows) + "\n").encode()
    path = folder / ("GSE1_series_matrix.txt" + (".gz" if packed else ""))
    path.write_bytes(gzip.compress(raw) if packed else raw)
    return path


def with_layer(folder: Path) -> Path:
    """X is something else; the counts are in a layer."""
    whole = data(sparse.csr_matrix(np.ones(COUNTS.shape, np.float32)))
    whole.layers["counts"] = sparse.csr_matrix(COUNTS.astype(np.float32))
    whole.layers["dense"] = COUNTS.astype(np.float64)
    whole.write_h5ad(folder / "m.h5ad")
    return folder / "m.h5ad"


def with_raw(folder: Path) -> Path:
    """X holds some genes, scaled; raw holds all counts."""
    whole = data()
    whole.raw = whole
    part = whole[:, ::2].copy()
    part.X = part.X.toarray() - 1.5
    part.write_h5ad(folder / "m.h5ad")
    return folder / "m.h5ad"


FORMATS: dict[str, tuple[Writer, dict[str, object]]] = {
    "tsv": (text("m.tsv"), {}),
    "csv": (text("m.csv"), {}),
    "tsv, genes in columns": (text("m.tsv", across=True), {}),
    "csv.gz, genes in columns": (text("m.csv", across=True, packed=True), {}),
    "txt.gz": (text("m.txt", packed=True), {}),
    "parquet": (parquet(), {}),
    "parquet, genes in columns": (parquet(across=True), {}),
    "parquet, names in a column": (parquet(named=False), {}),
    "gct 1.2": (gct("#1.2"), {}),
    "gct 1.3": (gct("#1.3"), {}),
    "h5ad csr": (h5ad(lambda values: sparse.csr_matrix(values.astype(np.float32))), {}),
    "h5ad csr, packed": (h5ad(lambda values: sparse.csr_matrix(values.astype(np.float64)), compression="gzip"), {}),
    "h5ad csr, int64": (h5ad(lambda values: sparse.csr_matrix(values.astype(np.int64))), {}),
    "h5ad csc": (h5ad(lambda values: sparse.csc_matrix(values.astype(np.float32))), {}),
    "h5ad csc, uint16": (h5ad(lambda values: sparse.csc_matrix(values.astype(np.uint16))), {}),
    "h5ad dense": (h5ad(lambda values: values.astype(np.float32)), {}),
    "h5ad dense, whole": (h5ad(lambda values: values.astype(np.int32)), {}),
    "h5ad layer": (with_layer, {"layer": "counts"}),
    "h5ad dense layer": (with_layer, {"layer": "dense"}),
    "h5ad raw": (with_raw, {"layer": "raw"}),
    "loom": (loom, {}),
    "10x h5 v2": (tenx_h5(2), {}),
    "10x h5 v3": (tenx_h5(3), {}),
    "10x h5 v3 with antibodies": (tenx_h5(3, others=3), {}),
    "10x mtx v2": (tenx_mtx(2, packed=False), {}),
    "10x mtx v3": (tenx_mtx(3, packed=True), {}),
    "10x mtx v3 with antibodies": (tenx_mtx(3, packed=True, others=2), {}),
    "10x mtx in any order": (tenx_mtx(3, packed=True, shuffled=True), {}),
    "10x mtx, cells in rows": (tenx_mtx(3, packed=False, turned=True), {}),
    "series matrix": (series_matrix, {}),
}
OWN_LABELS = ("gct 1.3", "h5ad csr", "h5ad raw", "loom", "series matrix")
