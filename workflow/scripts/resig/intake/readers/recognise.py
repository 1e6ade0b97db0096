"""What a file is: told by its content, not by its name."""

import gzip
import os
import zlib
from pathlib import Path

from resig.errors import ResigError

HEAD = 65_536
AGAIN = "copy or download it again"
WORDS = {
    "h5ad": "AnnData .h5ad",
    "loom": "loom",
    "10x_h5": "10x HDF5",
    "10x_mtx": "10x MTX folder",
    "parquet": "Parquet",
    "gct": "GCT",
    "series_matrix": "GEO series matrix",
    "text": "delimited text",
}
NAMES_OF_HDF5 = (".h5ad", ".h5", ".hdf5", ".loom")
STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "is a zip archive (or an Excel .xlsx)", "unpack it, or save the sheet as .tsv"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel or Word file", "save the sheet as .tsv"),
    (b"%PDF", "is a PDF", "name the data themselves"),
    (b"BZh", "is packed with bzip2", "unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "is packed with xz", "unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd", "unpack it, or pack it with gzip"),
    (b"RDX", "is an R workspace (.RData)", "write the matrix from R with write.table(..., sep = '\\t', quote = FALSE)"),
    (
        b"X\n\x00\x00\x00",
        "is an R object (.rds)",
        "write it from R: anndataR or zellkonverter for cells, write.table for a matrix",
    ),
    (b"\xff\xfe", "is UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16 text", "save it as UTF-8"),
    (b"CDF", "is a NetCDF file", "store the matrix as .h5ad or .tsv"),
)


def recognise(path: str | os.PathLike[str]) -> str:
    """Return the format of a file or folder; refuse what is none of those that can be read."""
    place = Path(path)
    where = str(path)
    if place.is_dir():
        if (place / ".zgroup").exists() or (place / "zarr.json").exists():
            raise ResigError(
                "is a zarr store", where=where, todo="write it as .h5ad: anndata.read_zarr(...).write_h5ad(...)"
            )
        return "10x_mtx"
    head = _head(place)
    if not head:
        raise ResigError("is empty (no bytes)", where=where, todo=AGAIN)
    for magic, what, todo in STRANGERS:
        if head.startswith(magic):
            raise ResigError(what, where=where, todo=todo)
    if head[257:262] == b"ustar":
        raise ResigError("is a tar archive", where=where, todo="name a file in it: archive.tar!path/in/archive")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")):
        raise ResigError(
            "is a web page, not data: the download has failed or needs a login",
            where=where,
            todo="open it to see, then download again",
        )
    if head.startswith(b"\x89HDF"):
        return _hdf5(where)
    if head.startswith(b"PAR1"):
        return "parquet"
    if b"\x00" in head:
        raise ResigError(
            "is a binary file of a kind that is not known", where=where, todo=f"expected {', '.join(WORDS.values())}"
        )
    if place.name.lower().endswith(NAMES_OF_HDF5) or place.name.lower().endswith(".parquet"):
        shown = head[:30].decode("latin-1").split("\n")[0]
        raise ResigError(
            f"is text (it begins with '{shown}'), though its name says otherwise",
            where=where,
            todo=f"{AGAIN}, or name it .tsv",
        )
    if start.startswith(b"%%matrixmarket"):
        return "10x_mtx"
    if start.startswith((b"#1.2", b"#1.3")):
        return "gct"
    if start.startswith((b"!series_", b"!sample_")):
        return "series_matrix"
    return "text"


def _head(place: Path) -> bytes:
    try:
        with place.open("rb") as handle:
            head = handle.read(HEAD)
        if not head.startswith(b"\x1f\x8b"):
            return head
        unpacked = zlib.decompressobj(31).decompress(head)
        if not unpacked:
            with gzip.open(place) as handle:
                return handle.read(HEAD)
        return unpacked
    except FileNotFoundError:
        raise ResigError("file not found", where=str(place), todo="check the path") from None
    except (EOFError, zlib.error, OSError) as error:
        raise ResigError(f"cannot be read whole ({error})", where=str(place), todo=AGAIN) from None


def _hdf5(where: str) -> str:
    import h5py

    try:
        with h5py.File(where, "r") as file:
            names = list(file)
            if "row_attrs" in file or "col_attrs" in file:
                return "loom"
            if "X" in file or "obs" in file or "var" in file:
                return "h5ad"
            if any(isinstance(each, h5py.Group) and "barcodes" in each and "indptr" in each for each in file.values()):
                return "10x_h5"
    except OSError as error:
        raise ResigError(f"cannot be read as HDF5 ({error})", where=where, todo=AGAIN) from None
    except (KeyError, RuntimeError) as error:
        raise ResigError(f"is damaged ({error})", where=where, todo=AGAIN) from None
    if {"assays", "active.assay"} & set(names) or "assays" in names:
        raise ResigError(
            "is an .h5Seurat file", where=where, todo="convert it: SeuratDisk::Convert(file, dest = 'h5ad')"
        )
    shown = ", ".join(f"'{name}'" for name in names[:8]) or "nothing"
    raise ResigError(
        f"is HDF5, but neither AnnData, loom nor 10x: it holds {shown}", where=where, todo="store it as .h5ad"
    )
