"""Text matrices: the same numbers whatever the orientation and the separator, and every bad cell named."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resig.errors import ResigError
from resig.intake.readers.text import read_text_matrix

VALUES = np.round(np.random.default_rng(1).lognormal(size=(5, 3)), 6)  # samples x genes
SAMPLES = ["P-01", "P-02", "P-03", "P-04", "P-05"]
WORDS = ["n.d.", "2,5", "inf", "TRUE", "1_0"]
GENES = ["TP53", "HLA-A", "NA"]


def write(path: Path, rows: list[list[object]], separator: str = "\t", end: str = "\n") -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator, lineterminator=end).writerows(rows)
    return str(path)


def genes_down() -> list[list[object]]:
    return [["gene", *SAMPLES], *([gene, *map(str, column)] for gene, column in zip(GENES, VALUES.T, strict=True))]


def refused(path: str, ids: list[str] = SAMPLES) -> str:
    with pytest.raises(ResigError) as error:
        read_text_matrix(path, ids, "samples.tsv")
    return str(error.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("corner", [True, False])
@pytest.mark.parametrize(
    ("name", "separator", "end"), [("m.tsv", "\t", "\n"), ("m.csv", ",", "\r\n"), ("m.txt", "\t", "\r")]
)
def test_orientation_separator_and_corner_change_nothing(
    tmp_path: Path, across: bool, corner: bool, name: str, separator: str, end: str
) -> None:
    rows = genes_down()
    if across:
        rows = [list(row) for row in zip(*rows, strict=True)]
    if not corner:
        rows[0] = rows[0][1:]
    found = read_text_matrix(write(tmp_path / name, rows, separator, end), SAMPLES, "samples.tsv")
    np.testing.assert_array_equal(found.values, VALUES)
    assert (found.samples, found.features) == (SAMPLES, GENES)
    assert found.orientation == ("genes in columns" if across else "genes in rows")


NAMES = st.text("abcdefgABCDEFG0123456789-._ ", min_size=1, max_size=8).map(lambda word: f"n{word.strip()}")


@given(
    samples=st.lists(NAMES, min_size=1, max_size=6, unique=True),
    genes=st.lists(NAMES, min_size=1, max_size=6, unique=True),
    draw=st.integers(0, 1_000),
    across=st.booleans(),
    separator=st.sampled_from(["\t", ",", ";"]),
)
def test_any_table_is_read_as_it_was_written(
    samples: list[str],
    genes: list[str],
    draw: int,
    across: bool,
    separator: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    samples, genes = [f"S{each}" for each in samples], [f"G{each}" for each in genes]
    values = np.random.default_rng(draw).normal(size=(len(samples), len(genes))).round(4)
    rows: list[list[object]] = [
        ["id", *samples],
        *([gene, *column] for gene, column in zip(genes, values.T, strict=True)),
    ]
    if across:
        rows = [list(row) for row in zip(*rows, strict=True)]
    path = tmp_path_factory.mktemp("any") / ("m.tsv" if separator == "\t" else "m.csv")
    found = read_text_matrix(write(path, rows, separator), samples[::-1], "samples.tsv")
    np.testing.assert_array_equal(found.values, values)
    assert (found.samples, found.features) == (samples, genes)
    assert found.orientation == ("genes in columns" if across else "genes in rows")


def test_gzip_byte_order_mark_and_blank_lines_change_nothing(tmp_path: Path) -> None:
    plain = Path(write(tmp_path / "m.tsv", genes_down())).read_bytes()
    (tmp_path / "m.tsv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n\r\n")))
    found = read_text_matrix(str(tmp_path / "m.tsv.gz"), SAMPLES, "samples.tsv")
    np.testing.assert_array_equal(found.values, VALUES)
    assert (found.samples, found.features) == (SAMPLES, GENES)


def test_one_known_sample_tells_the_orientation(tmp_path: Path) -> None:
    found = read_text_matrix(write(tmp_path / "m.tsv", genes_down()), ["P-04", "elsewhere"], "samples.tsv")
    assert found.orientation == "genes in rows"


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ("P.02", "'P.02' there looks like 'P-02' here: make the ids the same (dots for dashes)"),
        ("p_02", "'p_02' there looks like 'P-02' here: make the ids the same (case, dots and dashes)"),
        ("XP-02", "'XP-02' there looks like 'P-02' here: make the ids the same (case, dots, dashes and a leading X)"),
        ("P-2", "'P-2' there looks like 'P-02' here: make the ids the same (leading zeros)"),
        ("S9", "ids there begin with 'S9', here with 'P-01' (columns) and 'TP53' (rows)"),
    ],
)
def test_no_sample_in_common_says_the_likely_reason(tmp_path: Path, theirs: str, said: str) -> None:
    path = write(tmp_path / "m.tsv", genes_down())
    assert refused(path, [theirs]) == f"shares no sample with samples.tsv; {said}"


@pytest.mark.parametrize(
    ("cell", "shown"), [("", "missing"), ("NA", "missing"), *((each, f"'{each}'") for each in WORDS)]
)
@pytest.mark.parametrize("across", [False, True])
def test_a_cell_that_is_no_number_is_named_by_row_and_column(
    tmp_path: Path, cell: str, shown: str, across: bool
) -> None:
    rows = genes_down()
    rows[2][4] = cell
    place = "row 'HLA-A', column 'P-04'"
    if across:
        rows = [list(row) for row in zip(*rows, strict=True)]
        place = "row 'P-04', column 'HLA-A'"
    todo = "every value must be a finite number; impute or remove that gene or sample first"
    if "," in cell:
        todo = "a comma in a number: write decimal points, and no separators of thousands"
    assert refused(write(tmp_path / "m.tsv", rows)) == f"{place}: the value is {shown} (1 such values); {todo}"


def test_a_column_of_nothing_but_true_and_false_is_no_numbers(tmp_path: Path) -> None:
    rows = genes_down()
    for at, word in ((1, "TRUE"), (2, "False"), (3, "TRUE")):
        rows[at][2] = word
    assert refused(write(tmp_path / "m.tsv", rows)).startswith(
        "row 'TP53', column 'P-02': the value is 'TRUE' (3 such values);"
    )


def test_every_bad_value_is_counted(tmp_path: Path) -> None:
    rows = genes_down()
    rows[1][1] = rows[3][5] = "x"
    assert refused(write(tmp_path / "m.tsv", rows)).startswith("row 'TP53', column 'P-01': the value is 'x' (2 such")


@pytest.mark.parametrize("across", [False, True])
def test_a_sample_that_stands_there_twice_is_refused(tmp_path: Path, across: bool) -> None:
    rows = genes_down()
    rows[0][5] = "P-01"
    if across:
        rows = [list(row) for row in zip(*rows, strict=True)]
    assert refused(write(tmp_path / "m.tsv", rows)) == "sample 'P-01' stands there 2 times; give each its own name"


def test_rows_of_another_width_are_named_by_their_line(tmp_path: Path) -> None:
    rows = genes_down()
    rows[2] = rows[2][:-1]
    assert refused(write(tmp_path / "m.tsv", rows)) == "row 3 has 5 fields, expected 6; mend that row"


@pytest.mark.parametrize("name", ["m.csv", "m.tsv", "m.txt"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_the_one_that_is_there(tmp_path: Path, name: str, separator: str) -> None:
    found = read_text_matrix(write(tmp_path / name, genes_down(), separator), SAMPLES, "samples.tsv")
    np.testing.assert_array_equal(found.values, VALUES)


@pytest.mark.parametrize(("name", "shown"), [("m.csv", "commas"), ("m.tsv", "TABs")])
def test_a_separator_that_is_not_known_is_said(tmp_path: Path, name: str, shown: str) -> None:
    path = write(tmp_path / name, genes_down(), "|")
    assert refused(path) == (
        f"is not a matrix: 1 columns and 3 rows when split at {shown}; genes and samples are expected in rows and "
        "columns; the name (.csv or .tsv) says the separator"
    )


@pytest.mark.parametrize("text", ["", "\n", "gene\tP-01\n"])
def test_a_file_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.tsv").write_text(text)
    assert refused(str(tmp_path / "m.tsv")).startswith("is not a matrix: ")


def test_a_stray_quote_does_not_end_in_a_traceback(tmp_path: Path) -> None:
    rows = "\n".join("\t".join(map(str, row)) for row in genes_down()).replace("HLA-A", '"HLA-A')
    (tmp_path / "m.tsv").write_text(rows + "\n" + "\n".join(f"g{at}\t1\t1\t1\t1\t1" for at in range(20_000)) + "\n")
    assert refused(str(tmp_path / "m.tsv")) == (
        "row 3 cannot be split into fields (field larger than field limit (131072)); look for a stray quote"
    )
