"""Bad inputs: for each what a user reads, one line that names the place and says what to do."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from formats import COUNTS, FORMATS, GENES, IDS, SAMPLES, data, frame, series_matrix, table, tenx_h5, tenx_mtx
from scipy import sparse
from test_formats import spec, targets

from resig.errors import ResigError
from resig.intake.run import take_in
from resig.intake.who import know

Make = Callable[[Path], object]


def said(matrix: object, folder: Path, **more: Any) -> str:
    """What a user reads when a dataset with this matrix is taken in."""
    more.setdefault("metadata", str(table(folder)))
    given = spec(str(matrix) if isinstance(matrix, Path) else matrix, more.pop("kind", "bulk"), **more)
    with pytest.raises(ResigError) as refused:
        take_in("d", given, targets(folder / "out"), called="m")
    assert "\n" not in str(refused.value)
    assert not (folder / "out" / "genes.tsv").exists()
    assert not [each for each in (folder / "out").iterdir() if each.name != "matrix.h5ad"]
    return str(refused.value).replace(f"{folder}/", "")


# --- text, and what pretends to be text ---


def raw(name: str, content: bytes | str) -> Make:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder / name

    return write


GOOD = frame().to_csv(sep="\t")
ROWS = GOOD.splitlines()
HTML = "\n<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"


def with_row(at: int, change: Callable[[list[str]], list[str]]) -> str:
    rows = [row.split("\t") for row in ROWS]
    rows[at] = change(rows[at])
    return "\n".join("\t".join(row) for row in rows) + "\n"


def cell(value: str) -> str:
    return with_row(2, lambda row: [row[0], value, *row[2:]])


TODO = "every value must be a finite number; impute or remove that gene or sample first"
TEXTS: dict[str, tuple[Make, str]] = {
    "no bytes": (raw("m.tsv", b""), "m.tsv: is empty (no bytes); copy or download it again"),
    "only a header": (raw("m.tsv", ROWS[0] + "\n"), "m.tsv: is not a matrix: 13 columns and 0 rows when split at TABs"),
    "gzip cut off": (
        raw("m.tsv.gz", gzip.compress(GOOD.encode() * 50)[:-30]),
        "m.tsv.gz: cannot be read whole (Compressed file ended before the end-of-stream marker was reached); "
        "copy or download it again",
    ),
    "gzip damaged": (raw("m.tsv.gz", b"\x1f\x8b" + b"x" * 40), "m.tsv.gz: cannot be read whole ("),
    "web page": (
        raw("m.tsv", HTML),
        "m.tsv: is a web page, not data: the download has failed or needs a login; open it to see, then download again",
    ),
    "web page as h5ad": (raw("m.h5ad", HTML), "m.h5ad: is a web page, not data: the download has failed"),
    "text as h5ad": (
        raw("m.h5ad", GOOD),
        "m.h5ad: is text (it begins with 'gene S-01 S-02 S-03 S-04 S-05'), though its name says otherwise; "
        "copy or download it again, or name it .tsv",
    ),
    "Excel": (
        raw("m.xlsx", b"PK\x03\x04" + b"\0" * 30),
        "m.xlsx: is a zip archive (or an Excel .xlsx); unpack it, or save the sheet as .tsv",
    ),
    "old Excel": (
        raw("m.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 30),
        "m.xls: is an old Excel or Word file; save the sheet",
    ),
    "R object": (
        raw("m.rds", gzip.compress(b"X\n\0\0\0\3" + b"\0" * 9)),
        "m.rds: is an R object (.rds); write it from R",
    ),
    "R workspace": (
        raw("m.RData", gzip.compress(b"RDX3\nX\n")),
        "m.RData: is an R workspace (.RData); write the matrix",
    ),
    "PDF": (raw("m.tsv", b"%PDF-1.7 ..."), "m.tsv: is a PDF; name the data themselves"),
    "xz": (raw("m.tsv.xz", b"\xfd7zXZ\x00\x00"), "m.tsv.xz: is packed with xz; unpack it, or pack it with gzip"),
    "bzip2": (raw("m.tsv.bz2", b"BZh91AY&SY"), "m.tsv.bz2: is packed with bzip2; unpack it, or pack it with gzip"),
    "tar": (
        raw("m.tar", b"a" * 257 + b"ustar" + b"\0" * 300),
        "m.tar: is a tar archive; name a file in it: archive.tar!path/in/archive",
    ),
    "binary": (
        raw("m.dat", b"abc\x00\x01\x02"),
        "m.dat: is a binary file of a kind that is not known; expected AnnData",
    ),
    "UTF-16": (raw("m.tsv", GOOD.encode("utf-16")), "m.tsv: is UTF-16 text; save it as UTF-8"),
    "Latin-1": (
        raw("m.tsv", GOOD.replace("VIM", "VIMµ").encode("latin-1")),
        "m.tsv: not UTF-8 text (byte 157 is 0xb5, as Latin-1 writes 'µ'); save it as UTF-8",
    ),
    "decimal commas": (
        raw("m.csv", GOOD.replace("\t", ";").replace(";4;", ";4,5;")),
        "m.csv: row 'TP53', column 'S-06': the value is '4,5' (10 such values); a comma in a number",
    ),
    "an Excel date as value": (
        raw("m.tsv", cell("2-Mar")),
        "m.tsv: row 'EGFR', column 'S-01': the value is '2-Mar' (1 such values); a date where a number should be: "
        "a spreadsheet has changed this value; export it again as text",
    ),
    "missing": (
        raw("m.tsv", cell("NA")),
        f"m.tsv: row 'EGFR', column 'S-01': the value is missing (1 such values); {TODO}",
    ),
    "infinite": (
        raw("m.tsv", cell("-inf")),
        f"m.tsv: row 'EGFR', column 'S-01': the value is '-inf' (1 such values); {TODO}",
    ),
    "words": (raw("m.tsv", cell("low")), "m.tsv: row 'EGFR', column 'S-01': the value is 'low' (1 such values)"),
    "a short row": (
        raw("m.tsv", with_row(4, lambda row: row[:-1])),
        "m.tsv: row 5 has 12 fields, expected 13; mend that row",
    ),
    "a long row": (raw("m.tsv", with_row(4, lambda row: [*row, "1"])), "m.tsv: row 5 has 14 fields, expected 13"),
    "mixed separators": (
        raw("m.tsv", "\n".join([*ROWS[:3], *(row.replace("\t", ",") for row in ROWS[3:])])),
        "m.tsv: row 4 has 1 fields, expected 13; mend that row",
    ),
    "header shifted by two": (
        raw("m.tsv", with_row(0, lambda row: row[2:])),
        "m.tsv: row 2 has 13 fields, expected 11; mend that row",
    ),
    "sample twice": (
        raw("m.tsv", GOOD.replace("S-02", "S-01")),
        "m.tsv: sample 'S-01' stands there 2 times; give each its own name",
    ),
    "samples of another study": (
        raw("m.tsv", GOOD.replace("S-", "Patient ")),
        "m.tsv: shares no sample with ",
    ),
    "quote left open": (
        raw("m.tsv", GOOD.replace("VIM", '"VIM')),
        "m.tsv: row 5 has 1 fields, expected 13; mend that row",
    ),
    "a folder without matrix": (lambda folder: folder, "a folder without matrix.mtx; name a 10x folder or a file"),
    "no file": (lambda folder: folder / "none.tsv", "none.tsv: file not found; check the path"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_bad_text(name: str, tmp_path: Path) -> None:
    make, line = TEXTS[name]
    folder = tmp_path / "in"
    folder.mkdir()
    matrix = make(folder)
    assert isinstance(matrix, Path)
    assert line in said(matrix, tmp_path).replace("in/", "", 1)


# --- HDF5 ---


def edited(change: Callable[[h5py.File], object], **more: Any) -> Make:
    """An h5ad (CSR unless told otherwise) that somebody has changed by hand."""

    def write(folder: Path) -> Path:
        data(**more).write_h5ad(folder / "m.h5ad")
        with h5py.File(folder / "m.h5ad", "r+") as file:
            change(file)
        return folder / "m.h5ad"

    return write


def put(path: str, at: Any, value: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file[path][at] = value

    return change


def swap(path: str, values: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        attributes = dict(file[path].attrs)
        del file[path]
        file[path] = values
        file[path].attrs.update(attributes)

    return change


def gone(path: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[path]

    return change


def cut(folder: Path) -> Path:
    data().write_h5ad(folder / "m.h5ad")
    whole = (folder / "m.h5ad").read_bytes()
    (folder / "m.h5ad").write_bytes(whole[: len(whole) // 2])
    return folder / "m.h5ad"


def twice(folder: Path) -> Path:
    whole = data()
    whole.obs_names = ["S-01", *SAMPLES[:-1]]
    whole.write_h5ad(folder / "m.h5ad")
    return folder / "m.h5ad"


def empty(shape: tuple[int, int]) -> Make:
    def write(folder: Path) -> Path:
        anndata.AnnData(sparse.csr_matrix(shape)).write_h5ad(folder / "m.h5ad")
        return folder / "m.h5ad"

    return write


def of_10x(change: Callable[[h5py.File], object], version: int = 3) -> Make:
    def write(folder: Path) -> Path:
        path = tenx_h5(version)(folder)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    return write


def only_antibodies(file: h5py.File) -> None:
    swap("matrix/features/feature_type", np.array(["Antibody Capture"] * len(GENES), "S32"))(file)


def of_loom(change: Callable[[h5py.File], object]) -> Make:
    def write(folder: Path) -> Path:
        with h5py.File(folder / "m.loom", "w") as file:
            file["matrix"] = COUNTS.T.astype(np.float32)
            file["row_attrs/Gene"], file["col_attrs/CellID"] = np.array(GENES, "S9"), np.array(SAMPLES, "S9")
            change(file)
        return folder / "m.loom"

    return write


LENGTH = int((COUNTS != 0).sum())
HDF5: dict[str, tuple[Make, dict[str, Any], str]] = {
    "h5ad cut off": (cut, {}, "m.h5ad: cannot be read as HDF5 ("),
    "HDF5 of something else": (
        raw("m.h5", b""),
        {},
        "m.h5: is empty (no bytes)",
    ),
    "no cells": (empty((0, 8)), {}, "m.h5ad: is empty: 0 observations x 8 features"),
    "no genes": (empty((12, 0)), {}, "m.h5ad: is empty: 12 observations x 0 features"),
    "no X": (edited(gone("X")), {}, "m.h5ad: has no matrix X; write the expression values to X"),
    "no obs": (edited(gone("obs")), {}, "m.h5ad: has no obs table; is it an AnnData .h5ad file?"),
    "obs without index": (
        edited(gone("obs/id")),
        {},
        "m.h5ad: its obs has no index: nothing names its rows; write the file again with anndata",
    ),
    "var too short": (
        edited(swap("var/_index", np.array(GENES[:-1], "S9"))),
        {},
        "m.h5ad: var has 7 rows, the matrix 8; write the file again",
    ),
    "no values": (edited(gone("X/data")), {}, "m.h5ad: X lacks 'data'; write the file again with anndata"),
    "values are text": (
        edited(swap("X/data", np.array(["a"] * LENGTH, "S1"))),
        {},
        "m.h5ad: X has values of type |S1, not numbers",
    ),
    "fewer values than indices": (
        edited(swap("X/data", np.ones(LENGTH - 2))),
        {},
        f"m.h5ad: X has {LENGTH - 2} values and {LENGTH} indices; copy or download it again",
    ),
    "index out of range": (
        edited(put("X/indices", 5, 8)),
        {},
        "m.h5ad: X has index 8, but indices run from 0 to 7; write the file again with anndata",
    ),
    "negative index": (edited(put("X/indices", 5, -1)), {}, "m.h5ad: X has index -1, but indices run from 0 to 7"),
    "indptr falls": (
        edited(put("X/indptr", 4, 90)),
        {},
        f"m.h5ad: X has an indptr that does not rise from 0 to {LENGTH}, the number of its values",
    ),
    "indptr too long": (
        edited(lambda file: swap("X/indptr", np.r_[file["X/indptr"][:], LENGTH])(file)),
        {},
        "m.h5ad: X has indptr of length 14, but 13 are needed for its shape",
    ),
    "no layout": (
        edited(lambda file: file["X"].attrs.__delitem__("shape")),
        {},
        "m.h5ad: X does not say whether it is CSR or CSC, or of what shape",
    ),
    "three dimensions": (
        edited(swap("X", np.ones((12, 8, 2)))),
        {},
        "m.h5ad: X has 3 dimension(s), not rows and columns",
    ),
    "NaN": (
        edited(put("X/data", 3, np.nan)),
        {},
        "m.h5ad: feature 'VIM' in 'S-01' has a value that is not finite (nan); every value must be",
    ),
    "infinite": (
        edited(put("X/data", 3, np.inf)),
        {},
        "m.h5ad: feature 'VIM' in 'S-01' has a value that is not finite (inf)",
    ),
    "NaN in a dense matrix": (
        edited(put("X", (2, 1), np.nan), values=COUNTS.astype(float)),
        {},
        "m.h5ad: feature 'EGFR' in 'S-03' has a value that is not finite",
    ),
    "cell twice": (
        twice,
        {"kind": "single_cell"},
        "m.h5ad: cell name 'S-01' stands there more than once; make names unique",
    ),
    "a layer that is not there": (
        FORMATS["h5ad layer"][0],
        {"layer": "count"},
        "m.h5ad: there is no layer 'count'; did you mean 'counts'?",
    ),
    "no raw": (
        edited(lambda file: None),
        {"layer": "raw"},
        "m.h5ad: layer: raw was asked for, but there is no raw; layers: 'X'",
    ),
    "a code out of range": (
        edited(put("obs/arm/codes", 2, 9)),
        {"kind": "single_cell", "metadata": None},
        "m.h5ad: column 'arm' has code 9, but only 2 categories; write the file again with anndata",
    ),
    "10x cut": (
        of_10x(gone("matrix/barcodes")),
        {},
        "m.h5: is HDF5, but neither AnnData, loom nor 10x: it holds 'matrix'",
    ),
    "10x without shape": (of_10x(gone("matrix/shape")), {}, "m.h5: lacks 'matrix/shape'; copy or download it again"),
    "10x with too few barcodes": (
        of_10x(swap("matrix/barcodes", np.array(SAMPLES[:-1], "S9"))),
        {},
        "m.h5: has 11 barcodes, the matrix 12",
    ),
    "10x with too few features": (
        of_10x(swap("matrix/features/name", np.array(GENES[:-1], "S9"))),
        {},
        "m.h5: has 7 features, the matrix 8",
    ),
    "10x with antibodies alone": (
        of_10x(only_antibodies),
        {},
        "m.h5: has no 'Gene Expression' features, only 8 'Antibody Capture'; name the file with the genes",
    ),
    "10x of two genomes": (
        of_10x(lambda file: file.copy("GRCh38", file, name="mm10"), 2),
        {},
        "m.h5: holds 2 genomes (GRCh38, mm10); name one with `layer: GRCh38`",
    ),
    "10x index out of range": (
        of_10x(put("matrix/indices", 3, 99)),
        {},
        "m.h5: matrix has index 99, but indices run from 0 to 7",
    ),
    "loom without names of genes": (
        of_loom(lambda file: file.move("row_attrs/Gene", "row_attrs/Chromosome")),
        {},
        "m.loom: does not name its genes: row_attrs are 'Chromosome'; store their names as 'Gene' in row_attrs",
    ),
    "loom without names of cells": (
        of_loom(lambda file: file.move("col_attrs/CellID", "col_attrs/Age")),
        {},
        "m.loom: does not name its cells: col_attrs",
    ),
    "loom with too few names": (
        of_loom(swap("row_attrs/Gene", np.array(GENES[1:], "S9"))),
        {},
        "m.loom: has 7 names of genes, the matrix 8",
    ),
    "loom without matrix": (of_loom(gone("matrix")), {}, "m.loom: lacks 'matrix'; is it a whole loom file?"),
    "loom layer": (
        of_loom(lambda file: None),
        {"layer": "spliced"},
        "m.loom: there is no layer 'spliced'; layers there: 'matrix'",
    ),
}


@pytest.mark.parametrize("name", HDF5)
def test_bad_hdf5(name: str, tmp_path: Path) -> None:
    make, more, line = HDF5[name]
    matrix = make(tmp_path)
    assert isinstance(matrix, Path)
    assert said(matrix, tmp_path, **more).startswith(line)


# --- folders of 10x, GCT, series matrices, Parquet ---


def mtx(change: Callable[[Path], object]) -> Make:
    def write(folder: Path) -> Path:
        place = tenx_mtx(3, packed=False)(folder)
        change(place)
        return place

    return write


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def gct_text(old: str, new: str) -> Make:
    def write(folder: Path) -> Path:
        path = FORMATS["gct 1.2"][0](folder)
        edit(path, old, new)
        return path

    return write


def series(old: str, new: str) -> Make:
    def write(folder: Path) -> Path:
        path = series_matrix(folder, packed=False)
        text = path.read_text()
        assert old in text
        start, _, rest = text.partition(old)
        path.write_text(start + new + (rest if new else ""))
        return path

    return write


def without_rows(folder: Path) -> Path:
    path = series_matrix(folder, packed=False)
    lines = path.read_text().splitlines()
    at = lines.index("!series_matrix_table_begin")
    path.write_text("\n".join([*lines[: at + 2], "!series_matrix_table_end"]) + "\n")
    return path


def parquet_of(frame: pd.DataFrame, index: bool) -> Make:
    def write(folder: Path) -> Path:
        frame.to_parquet(folder / "m.parquet", index=index)
        return folder / "m.parquet"

    return write


PLACE = "filtered_feature_bc_matrix"
OTHERS: dict[str, tuple[Make, str]] = {
    "mtx without features": (
        mtx(lambda place: (place / "features.tsv").unlink()),
        f"{PLACE}/matrix.mtx: has no features.tsv or genes.tsv (also .gz) beside it; all three files of 10x are needed",
    ),
    "mtx without barcodes": (
        mtx(lambda place: (place / "barcodes.tsv").unlink()),
        f"{PLACE}/matrix.mtx: has no barcodes.tsv (also .gz) beside it",
    ),
    "mtx with other barcodes": (
        mtx(lambda place: edit(place / "barcodes.tsv", "S-01\n", "")),
        f"{PLACE}: matrix of 8 x 12, but 8 features and 11 barcodes; are the three files from the same run?",
    ),
    "mtx cut off": (
        mtx(
            lambda place: (place / "matrix.mtx").write_text(
                "\n".join((place / "matrix.mtx").read_text().split("\n")[:-5]) + "\n"
            )
        ),
        f"{PLACE}/matrix.mtx: has {LENGTH - 4} values, its header says {LENGTH}; copy or download it again",
    ),
    "mtx out of range": (
        mtx(lambda place: edit(place / "matrix.mtx", "\n1 1 ", "\n9 1 ")),
        f"{PLACE}/matrix.mtx: names row 9, but there are 8; copy or download it again",
    ),
    "mtx with a word": (
        mtx(lambda place: edit(place / "matrix.mtx", "\n1 1 ", "\n1 one ")),
        f"{PLACE}/matrix.mtx: has a line that is not 'row column value' (",
    ),
    "mtx of an array": (
        mtx(lambda place: edit(place / "matrix.mtx", "coordinate", "array")),
        f"{PLACE}/matrix.mtx: is a Matrix Market file of kind 'array integer general';",
    ),
    "mtx without head": (
        mtx(lambda place: edit(place / "matrix.mtx", "%%MatrixMarket", "%%")),
        f"{PLACE}/matrix.mtx: does not begin as a Matrix Market file does; is it a matrix.mtx of 10x?",
    ),
    "two matrices in a folder": (
        mtx(lambda place: (place / "b_matrix.mtx").write_bytes(b"")),
        f"{PLACE}: has 2 matrices (b_matrix.mtx, matrix.mtx); name one of them, or a list",
    ),
    "gct of another size": (
        gct_text("8\t12\n", "9\t12\n"),
        "m.gct: has 8 rows and 12 samples, its head says 9 and 12; copy or download it again",
    ),
    "gct without sizes": (
        gct_text("8\t12\n", ""),
        "m.gct: its first two lines are not those of a GCT; expected #1.2 or #1.3",
    ),
    "gct with a short row": (
        gct_text(f"VIM\t{IDS[3]}\t", "VIM\t"),
        "m.gct: row 7 has 13 fields, expected 14; mend that row",
    ),
    "gct with a gap": (
        gct_text(f"VIM\t{IDS[3]}\t{COUNTS[0, 3]}", f"VIM\t{IDS[3]}\t"),
        f"m.gct: row 'VIM', column 'S-01': the value is missing (1 such values); {TODO}",
    ),
    "series matrix without table": (
        series("!series_matrix_table_begin", ""),
        "GSE1_series_matrix.txt: has no table of values; copy or download it again",
    ),
    "series matrix cut off": (
        series("!series_matrix_table_end", ""),
        "GSE1_series_matrix.txt: ends within its table; copy or download it again",
    ),
    "series matrix of RNA-seq": (
        without_rows,
        "GSE1_series_matrix.txt: its table has no rows: GEO keeps the values of this series in supplementary files; "
        "name those as `matrix`, and this file as `metadata`",
    ),
    "series matrix without samples": (
        series("!Sample_geo_accession", "!Sample_other"),
        "GSE1_series_matrix.txt: has no !Sample_geo_accession line",
    ),
    "parquet without names": (
        parquet_of(pd.DataFrame(COUNTS.T, columns=SAMPLES), False),
        "m.parquet: names nothing: no index and no column of text; write names as the index or the first column",
    ),
    "parquet with a gap": (
        parquet_of(frame().astype(float).replace(COUNTS[0, 1], np.nan), True),
        "m.parquet: row '",
    ),
    "parquet with words": (
        parquet_of(frame().astype(str), True),
        "m.parquet: column 'S-01' holds no numbers; store values as numbers",
    ),
    "parquet cut off": (raw("m.parquet", b"PAR1" + b"\0" * 40), "m.parquet: cannot be read as Parquet ("),
}


@pytest.mark.parametrize("name", OTHERS)
def test_bad_files_of_other_formats(name: str, tmp_path: Path) -> None:
    make, line = OTHERS[name]
    matrix = make(tmp_path)
    assert isinstance(matrix, Path)
    assert said(matrix, tmp_path).startswith(line)


# --- metadata ---

TABLES: dict[str, tuple[str, str]] = {
    "dots for dashes": (
        "id\tarm\nS.01\tPD\nS.02\tCR\n",
        "m.tsv: shares no sample with t.tsv; 'S.01' there looks like 'S-01' here",
    ),
    "case": ("id\tarm\ns-01\tPD\n", "'s-01' there looks like 'S-01' here: make the ids the same (case)"),
    "an ending": (
        "id\tarm\nS-01.bam\tPD\nS-02.bam\tCR\n",
        "'S-01.bam' there looks like 'S-01' here: make the ids the same (a file's ending)",
    ),
    "a beginning": (
        "id\tarm\nrun1_S-01\tPD\nrun1_S-02\tCR\n",
        "'run1_S-01' there looks like 'S-01' here: make the ids the same (ids there begin with 'run1_')",
    ),
    "nothing alike": ("id\tarm\nA\tPD\n", "ids there begin with 'A', here with 'S-01' (columns) and 'TP53' (rows)"),
    "sample twice": (
        "id\tarm\nS-01\tPD\nS-01\tCR\n",
        "t.tsv: sample 'S-01' stands in 2 rows of column 'id'; one row for each sample",
    ),
    "no rows": ("id\tarm\n", "t.tsv: has no rows of data; a header line and one line for each sample are needed"),
    "column twice": ("id\tarm\tarm\nS-01\tPD\tPD\n", "t.tsv: column 'arm' stands there 2 times; rename it"),
    "a short row": (
        "id\tarm\nS-01\n",
        "t.tsv: row 2 has 1 fields, the header has 2; check the separators (TABs expected)",
    ),
    "web page": (HTML, "t.tsv: is a web page, not data"),
}


@pytest.mark.parametrize("name", TABLES)
def test_bad_tables_of_samples(name: str, tmp_path: Path) -> None:
    content, line = TABLES[name]
    (tmp_path / "t.tsv").write_text(content)
    (tmp_path / "m.tsv").write_text(GOOD)
    found = said(tmp_path / "m.tsv", tmp_path, metadata=str(tmp_path / "t.tsv"))
    assert line in found.replace(str(tmp_path / "t.tsv"), "t.tsv")


@pytest.mark.parametrize(
    ("there", "here", "what"),
    [
        ("TCGA-A1-A0SB", "TCGA-A1-A0SB-01A-11R", "TCGA barcodes are longer here: cut them to 12 letters"),
        ("TCGA-A1-A0SB-01", "TCGA.A1.A0SB.01A", "TCGA barcodes are longer here: cut them to 15 letters"),
        ("12-a", "X12.a", "a leading X, as R puts it before a digit"),
        ("AAACCTG", "AAACCTG-1", "an ending such as -1"),
        (" s1", "s1", "blanks around them"),
        ("P7", "P007", "leading zeros"),
    ],
)
def test_the_likely_reason_of_a_mismatch(there: str, here: str, what: str) -> None:
    from resig.intake.mismatch import likely_reason

    reason = likely_reason([there, "q"], [here, "z"])
    assert reason is not None
    assert (reason.what, reason.there, reason.here, reason.matched) == (what, there, here, 1)


def test_cells_and_a_table_that_have_nothing_in_common(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("cell\tdonor_id\nS-01-1\td1\n")
    matrix = FORMATS["h5ad csr"][0](tmp_path)
    with pytest.raises(ResigError) as refused:
        know(spec(str(matrix), "single_cell", metadata=str(tmp_path / "t.tsv")))
    assert str(refused.value) == (
        f"{tmp_path}/t.tsv: names no cell of the matrix, and has no column 'donor' that obs of {matrix} has too; "
        "'S-01-1' there looks like 'S-01' here: ids there end with '-1'"
    )
