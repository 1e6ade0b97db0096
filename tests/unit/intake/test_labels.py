"""Labels from text and from obs: the same words whatever the encoding of the column."""

import gzip
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest

from resig.errors import ResigError
from resig.intake.labels import read_labels, separator_of

TABLE = "id\tresponse\tpurity\ns1\tPD\t0.5\ns2\t NA \t1.0\ns3\tCR\tNaN\n"
EXPECTED = {"id": ["s1", "s2", "s3"], "response": ["PD", "", "CR"], "purity": ["0.5", "1.0", ""]}


def loaded(path: Path) -> dict[str, list[str]]:
    labels = read_labels(path)
    return {name: labels.load(name) for name in labels.columns}


def refused(path: Path) -> str:
    with pytest.raises(ResigError) as error:
        read_labels(path)
    return str(error.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(("name", "separator"), [("m.tsv", "\t"), ("m.csv", ","), ("m.TSV", "\t"), ("m.CSV", ",")])
@pytest.mark.parametrize("pack", [False, True])
def test_line_ends_marks_separators_and_gzip_change_nothing(
    tmp_path: Path, end: str, mark: bytes, name: str, separator: str, pack: bool
) -> None:
    raw = mark + TABLE.replace("\t", separator).replace("\n", end).encode()
    path = tmp_path / (name + (".gz" if pack else ""))
    path.write_bytes(gzip.compress(raw) if pack else raw)
    assert loaded(path) == EXPECTED


@pytest.mark.parametrize(
    ("name", "separator"),
    [("a.csv", ","), ("a.csv.gz", ","), ("a.CSV.GZ", ","), ("a.tsv", "\t"), ("b.csv.d/a.csv.txt", "\t")],
)
def test_the_last_name_says_the_separator(name: str, separator: str) -> None:
    assert separator_of(name) == separator


def test_quoted_fields_keep_separators_and_quotes(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text('id,drug\n"s,1","a ""b"""\ns2,β\n')
    assert loaded(tmp_path / "m.csv") == {"id": ["s,1", "s2"], "drug": ['a "b"', "β"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id\tid\ns1\t2\n", "column 'id' stands there 2 times; rename it"),
        ("id\tid \ns1\t2\n", "column 'id' stands there 2 times; rename it"),
        ("id\tr\ns1\tPD\ns2\n", "row 3 has 1 fields, the header has 2; "
         "check the separators (TABs expected)"),
        ("id\tr\n\n\ns1\tPD\textra\n", "row 4 has 3 fields, the header has 2; "
         "check the separators (TABs expected)"),
        ("id\tr\n", "has no rows of data; a header line and one line for each sample are needed"),
        ("", "has no rows of data; a header line and one line for each sample are needed"),
    ],
)  # fmt: skip
def test_tables_that_are_not_regular_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.tsv").write_text(text)
    assert refused(tmp_path / "m.tsv") == said


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.tsv") == "file not found; check the path"
    (tmp_path / "latin.tsv").write_bytes("id\tname\ns1\tMüller\n".encode("latin-1"))
    assert refused(tmp_path / "latin.tsv") == "not UTF-8 text (byte 12); save it as UTF-8"
    (tmp_path / "cut.tsv.gz").write_bytes(gzip.compress(TABLE.encode() * 99)[:-20])
    assert refused(tmp_path / "cut.tsv.gz").endswith("; copy or download it again")
    (tmp_path / "text.h5ad").write_text(TABLE)
    assert refused(tmp_path / "text.h5ad").startswith("cannot be read as HDF5 (")


def test_levels_count_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text("id\tr\na\tPD\nb\t\nc\tCR\nd\tPD\ne\tNA\n")
    assert read_labels(tmp_path / "m.tsv").levels("r") == {"PD": 2, "CR": 1}


def test_messages_use_the_name_the_user_knows(tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text(TABLE)
    assert read_labels(tmp_path / "m.tsv", called="data/m.tsv").source == "data/m.tsv"
    write(tmp_path / "m.h5ad", pd.Series([1, 2, 3, 4]))
    assert read_labels(tmp_path / "m.h5ad", called="data/m.h5ad").source == "obs of data/m.h5ad"


# --- obs of an h5ad ---


def write(path: Path, column: object, index: list[str] | pd.Index = ("c1", "c2", "c3", "c4")) -> Path:
    obs = pd.DataFrame({"x": column})
    obs.index = pd.Index(index)
    data = anndata.AnnData(np.ones((4, 2)), obs=obs, var=pd.DataFrame(index=["A", "B"]))
    with anndata.settings.override(allow_write_nullable_strings=True):
        data.write_h5ad(path)
    return path


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["a", "b", "a", "NA"], ["a", "b", "a", ""]),
        (pd.Categorical(["x", None, "y", "x"]), ["x", "", "y", "x"]),
        (pd.Categorical(["β", "b", "β", "b"], categories=["unused", "b", "β"]), ["β", "b", "β", "b"]),
        (pd.Categorical([1, 2, 1, 2]), ["1", "2", "1", "2"]),
        (pd.Categorical([1.0, 2.5, 1.0, np.nan]), ["1", "2.5", "1", ""]),
        (pd.Categorical([True, False, True, None]), ["True", "False", "True", ""]),
        (pd.Categorical(pd.array(["x", "y", None, "x"], dtype="string")), ["x", "y", "", "x"]),
        ([1, 2, 3, 40], ["1", "2", "3", "40"]),
        (np.array([1, 2, 3, 4], dtype="int8"), ["1", "2", "3", "4"]),
        ([1.0, 2.5, np.nan, -3.0], ["1", "2.5", "", "-3"]),
        (np.array([1, 2.5, np.nan, 0], dtype="float32"), ["1", "2.5", "", "0"]),
        ([True, False, True, False], ["True", "False", "True", "False"]),
        (pd.array([1, None, 3, 4], dtype="Int64"), ["1", "", "3", "4"]),
        (pd.array([True, None, False, True], dtype="boolean"), ["True", "", "False", "True"]),
        (pd.array(["a", None, "", "d"], dtype="string"), ["a", "", "", "d"]),
    ],
)
def test_obs_columns_of_every_kind_are_their_words(tmp_path: Path, column: object, expected: list[str]) -> None:
    assert read_labels(write(tmp_path / "m.h5ad", column)).load("x") == expected


@pytest.mark.parametrize(
    "index", [pd.Index(["a", "b", "c", "d"], name="barcode"), pd.Index(list("abcd"), dtype="string")]
)
def test_the_index_is_the_first_column(tmp_path: Path, index: pd.Index) -> None:
    labels = read_labels(write(tmp_path / "m.h5ad", [1, 2, 3, 4], index))
    assert labels.columns == [index.name or "_index", "x"]
    assert labels.load(labels.columns[0]) == ["a", "b", "c", "d"]


def test_categories_written_by_old_anndata_are_words_not_codes(tmp_path: Path) -> None:
    path = write(tmp_path / "m.h5ad", pd.Categorical(["chemo", "control", None, "chemo"]))
    with h5py.File(path, "r+") as file:  # as anndata 0.7 wrote it
        codes, words = file["obs/x/codes"][:], file["obs/x/categories"][:]
        del file["obs/x"]
        file["obs/__categories/x"] = words
        file["obs/x"] = codes
        file["obs/x"].attrs["categories"] = file["obs/__categories/x"].ref
    assert read_labels(path).load("x") == ["chemo", "control", "", "chemo"]


def test_an_h5_file_without_obs_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m.h5ad", "w") as file:
        file["X"] = np.eye(2)
    assert refused(tmp_path / "m.h5ad") == "has no obs table; is it an AnnData .h5ad file?"
