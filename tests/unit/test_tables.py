"""Tables: what is written is what is read, and the first cell that does not fit is named."""

import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resig.errors import ResigError
from resig.tables import Column, Table, read_parquet, read_text_table, write_open_table

PETS = Table(
    "pets.tsv",
    "Pets.",
    (
        Column("name", "text", "Name."),
        Column("kind", "text", "Kind.", choices=("cat", "dog")),
        Column("mood", "text", "Mood.", optional=True, choices=("good", "bad")),
        Column("legs", "integer", "Legs."),
        Column("eyes", "integer", "Eyes.", optional=True),
        Column("weight", "number", "Weight."),
        Column("height", "number", "Height.", optional=True),
    ),
    key=("name", "kind"),
)
GOOD = {"name": "Tom", "kind": "cat", "mood": "", "legs": 4, "eyes": 2, "weight": 4.5, "height": None}


def pets(*changed: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([GOOD | each for each in changed or ({},)])


def refused(frame: pd.DataFrame) -> str:
    with pytest.raises(ResigError) as error:
        PETS.check(frame, "pets.tsv")
    return str(error.value).removeprefix("pets.tsv: ")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXT
            | st.sampled_from(["NA", "nan", "None", 'a "b"', "a\tb", "a\nb", " a ", "1.0", "'", ",", "#x"]),
            "kind": st.sampled_from(["cat", "dog"]),
            "mood": st.sampled_from(["", "good", "bad"]),
            "legs": st.integers(-(2**40), 2**40),
            "eyes": st.none() | st.integers(-9, 9),
            "weight": st.floats(allow_nan=False, allow_infinity=False, width=32),
            "height": st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: (row["name"], row["kind"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_what_is_written_is_what_is_read(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    path = tmp_path / "pets.tsv"
    PETS.write(pd.DataFrame(rows), path)
    back = PETS.read(path)
    assert back["name"].tolist() == [row["name"] for row in rows]
    assert [back["kind"].tolist(), back["mood"].tolist()] == [[row[key] for row in rows] for key in ("kind", "mood")]
    assert back["legs"].tolist() == [row["legs"] for row in rows]
    assert [None if pd.isna(each) else each for each in back["eyes"]] == [row["eyes"] for row in rows]
    for key in ("weight", "height"):
        expected = np.array([np.nan if row[key] is None else row[key] for row in rows])
        np.testing.assert_allclose(back[key], expected, rtol=1e-9, atol=0)
    again = tmp_path / "again.tsv"
    PETS.write(back, again)
    assert again.read_bytes() == path.read_bytes()


def test_the_file_holds_the_columns_in_order_and_nothing_else(tmp_path: Path) -> None:
    frame = pets(
        {"name": "Tom", "extra": 1}, {"name": "Rex", "kind": "dog", "mood": "good", "eyes": None, "height": 1 / 3}
    )
    PETS.write(frame[frame.columns[::-1]], tmp_path / "pets.tsv")
    assert (tmp_path / "pets.tsv").read_text() == (
        "name\tkind\tmood\tlegs\teyes\tweight\theight\n"
        "Tom\tcat\t\t4\t2\t4.5\tNA\n"
        "Rex\tdog\tgood\t4\tNA\t4.5\t0.3333333333\n"
    )


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("name", "", "row 3, column 'name': '' is not a text value; expected a text value"),
        ("kind", "Cat", "row 3, column 'kind': 'Cat' is not one of cat, dog; did you mean 'cat'?"),
        ("kind", "", "row 3, column 'kind': '' is not one of cat, dog; expected one of cat, dog"),
        ("mood", "sad", "row 3, column 'mood': 'sad' is not one of good, bad; did you mean 'bad'?"),
        ("legs", 3.5, "row 3, column 'legs': '3.5' is not a whole number; expected a whole number"),
        ("legs", "four", "row 3, column 'legs': 'four' is not a whole number; expected a whole number"),
        ("legs", None, "row 3, column 'legs': 'nan' is not a whole number; expected a whole number"),
        ("weight", "NA", "row 3, column 'weight': 'NA' is not a number; expected a number"),
        ("weight", "4,5", "row 3, column 'weight': '4,5' is not a number; expected a number"),
        ("height", "tall", "row 3, column 'height': 'tall' is not a number; expected a number"),
    ],
)
def test_the_first_cell_that_does_not_fit_is_named(column: str, value: object, said: str) -> None:
    assert refused(pets({}, {"name": "Rex", column: value}, {"name": "Kim", column: value})) == said


def test_a_missing_column_is_named_with_the_nearest() -> None:
    assert refused(pets().rename(columns={"weight": "wieght"})) == "column 'weight' is missing; did you mean 'wieght'?"


def test_a_repeated_key_is_named() -> None:
    frame = pets({}, {"kind": "dog"}, {"weight": 9})
    assert refused(frame) == "row 4 repeats name=Tom, kind=cat; keep one row for each name and kind"


@pytest.mark.parametrize("blank", ["", " ", "NA", "nan", "<NA>", None, np.nan, pd.NA])
def test_missing_numbers_are_missing_however_they_are_written(blank: object) -> None:
    checked = PETS.check(pets({"eyes": blank, "height": blank}), "x")
    assert checked[["eyes", "height"]].isna().all(axis=None)


def test_a_bad_table_leaves_the_old_file_alone(tmp_path: Path) -> None:
    PETS.write(pets(), tmp_path / "pets.tsv")
    before = (tmp_path / "pets.tsv").read_bytes()
    with pytest.raises(ResigError):
        PETS.write(pets({"legs": "x"}), tmp_path / "pets.tsv")
    assert (tmp_path / "pets.tsv").read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["pets.tsv"]


def test_parquet_is_checked_like_text(tmp_path: Path) -> None:
    PETS.check(pets({"eyes": None}), "x").to_parquet(tmp_path / "pets.parquet")
    pd.testing.assert_frame_equal(read_parquet(PETS, tmp_path / "pets.parquet"), PETS.check(pets({"eyes": None}), "x"))
    pets({"legs": 0.5}).to_parquet(tmp_path / "bad.parquet")
    with pytest.raises(ResigError, match=r"bad.parquet: row 2, column 'legs': '0.5' is not a whole number"):
        read_parquet(PETS, tmp_path / "bad.parquet")


def test_open_tables_keep_the_users_words(tmp_path: Path) -> None:
    frame = pd.DataFrame({"sample": ["01", "1e3"], "Therapie β": ["NA", ""], "x": ['"q"', "a\tb"]})
    write_open_table(frame, tmp_path / "t.tsv")
    pd.testing.assert_frame_equal(read_text_table(tmp_path / "t.tsv"), frame)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "file not found; check the path"),
        (b"", "file is empty; a header line is needed"),
        (b"a\tb\nM\xfcller\t1\n", "not UTF-8 text (byte 5); save it as UTF-8, or decompress it"),
    ],
)
def test_files_that_are_no_tables_are_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "t.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ResigError) as error:
        read_text_table(path)
    assert str(error.value).removeprefix(f"{path}: ") == said


@pytest.mark.parametrize(
    ("content", "row", "fields"),
    [
        ("a\tb\n1\t2\n1\t2\t3\n", 3, 3),
        ("a\tb\n1\t2\t3\n4\t5\t6\n", 2, 3),  # pandas alone would take the first field for an index
        ("a\tb\tc\n1\t2\t3\n1\t2\n", 3, 2),
    ],
)
def test_rows_of_another_width_are_refused(tmp_path: Path, content: str, row: int, fields: int) -> None:
    (tmp_path / "t.tsv").write_text(content)
    width = content.split("\n")[0].count("\t") + 1
    with pytest.raises(ResigError) as error:
        read_text_table(tmp_path / "t.tsv")
    assert str(error.value).removeprefix(f"{tmp_path}/t.tsv: ") == (
        f"row {row} has {fields} fields, the header has {width}; check the separators"
    )


def test_a_column_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("a\tb\ta\n1\t2\t3\n")
    with pytest.raises(ResigError) as error:
        read_text_table(tmp_path / "t.tsv")
    assert str(error.value) == f"{tmp_path}/t.tsv: column 'a' stands there 2 times; rename it"


def test_letters_of_every_column_name_are_plain() -> None:
    import resig.tables as tables

    known = [each for each in vars(tables).values() if isinstance(each, Table)]
    assert len(known) >= 9
    for table in known:
        assert len(set(table.names)) == len(table.names)
        assert set(table.key) <= set(table.names)
        assert all(set(name) <= {*string.ascii_lowercase, *string.digits, "_"} for name in table.names)


def test_equal_sample_ids_are_two_samples_in_two_datasets_and_one_in_one() -> None:
    from resig.tables import SAMPLE_SCORES

    row = {"sample": "s1", "cell_type": "bulk", "n_cells": 1, "signature": "a", "method": "zmean", "score": 1.0}
    two = pd.DataFrame([row | {"dataset": "one"}, row | {"dataset": "two", "score": 2.0}]).assign(up=None, down=None)
    assert SAMPLE_SCORES.check(two, "x")["score"].tolist() == [1.0, 2.0]
    with pytest.raises(ResigError, match="row 3 repeats dataset=one, sample=s1, cell_type=bulk"):
        SAMPLE_SCORES.check(two.assign(dataset="one"), "x")
