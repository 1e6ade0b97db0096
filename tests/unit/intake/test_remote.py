"""What a path of the config means, and where the thing will lie."""

from pathlib import Path

import pytest

from resig.intake.remote import address, is_brought, local_path, place_of, problem_with, split_member, sum_problems

GEO = "https://ftp.ncbi.nlm.nih.gov/geo"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        # addresses that stand in published scripts and in GEO's own records
        ("GSE4573", f"{GEO}/series/GSE4nnn/GSE4573/matrix/GSE4573_series_matrix.txt.gz"),
        ("GSE55267", f"{GEO}/series/GSE55nnn/GSE55267/matrix/GSE55267_series_matrix.txt.gz"),
        ("GSE121842-GPL20795", f"{GEO}/series/GSE121nnn/GSE121842/matrix/GSE121842-GPL20795_series_matrix.txt.gz"),
        ("GSE1", f"{GEO}/series/GSEnnn/GSE1/matrix/GSE1_series_matrix.txt.gz"),
        ("GSE12/GSE12_RAW.tar", f"{GEO}/series/GSEnnn/GSE12/suppl/GSE12_RAW.tar"),
        ("GSE12345/GSE12345_counts.txt.gz", f"{GEO}/series/GSE12nnn/GSE12345/suppl/GSE12345_counts.txt.gz"),
        (
            "GSE12345/GSE12345-GPL96_series_matrix.txt.gz",
            f"{GEO}/series/GSE12nnn/GSE12345/matrix/GSE12345-GPL96_series_matrix.txt.gz",
        ),
        (
            "GSM3832735/GSM3832735_wt_naive_gex.csv.gz",
            f"{GEO}/samples/GSM3832nnn/GSM3832735/suppl/GSM3832735_wt_naive_gex.csv.gz",
        ),
        ("HTTPS://host/a.tsv", "HTTPS://host/a.tsv"),
        ("ftp://host/a.tsv", "ftp://host/a.tsv"),
        ("data/a.tsv", None),
        ("GSE12345.tsv", None),
        ("GSM123", None),
        ("GSE12/a/b", None),
        ("file:///etc/passwd", None),
    ],
)
def test_addresses(text: str, url: str | None) -> None:
    assert address(text) == url


def test_a_file_here_wins_over_an_accession(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("GSE1").mkdir()
    Path("odd.tar!x").touch()
    assert address("GSE1") is None
    assert split_member("odd.tar!x") == ("odd.tar!x", None)


@pytest.mark.parametrize(
    ("text", "outer", "member"),
    [
        ("a.tar!b/c.tsv", "a.tar", "b/c.tsv"),
        ("a.TAR.GZ!b", "a.TAR.GZ", "b"),
        ("a.zip!b!c.tsv", "a.zip", "b!c.tsv"),
        ("https://h/x?id=3#a.tgz!b/", "https://h/x?id=3#a.tgz", "b/"),
        ("GSE1/GSE1_RAW.tar!GSM1.txt.gz", "GSE1/GSE1_RAW.tar", "GSM1.txt.gz"),
        ("what!.tsv", "what!.tsv", None),
    ],
)
def test_members(text: str, outer: str, member: str | None) -> None:
    assert split_member(text) == (outer, member)
    assert is_brought(text) == (member is not None)


def test_places_are_readable_and_two_addresses_never_share_one() -> None:
    assert place_of("https://Host.org/a/b/matrix.tsv.gz") == "host.org/a/b/matrix.tsv.gz"
    assert (
        place_of(address("GSE1") or "")
        == "ftp.ncbi.nlm.nih.gov/geo/series/GSEnnn/GSE1/matrix/GSE1_series_matrix.txt.gz"
    )
    addresses = [
        "http://h/a/x.tsv",
        "http://h/b/x.tsv",
        "http://h:1/a/x.tsv",
        "http://h/a/x.tsv?v=1",
        "http://h/a/x.tsv?v=2",
        "http://h/a/y#x.tsv",
        "http://h/a/z#x.tsv",
        "http://h/a/%20x.tsv",
        "http://h/a/_x.tsv",
        "http://h/../a/x.tsv",
        "http://h/.hidden/x.tsv",
    ]
    places = [place_of(each) for each in addresses]
    assert len(set(places)) == len(addresses)
    assert all(not {"..", ".", ""} & set(place.split("/")) for place in places)
    assert all(place.endswith("x.tsv") for place in places)


def test_local_paths_stay_in_the_folder() -> None:
    assert local_path("data/a.tsv", "down") == "data/a.tsv"
    assert local_path("http://h/a.tsv", "down") == "down/h/a.tsv"
    inside = local_path("data/a.tar!/../../b/./c.tsv", "down")
    assert inside.startswith("down/unpacked/a.tar.")
    assert inside.endswith("/b/c.tsv")
    assert local_path("x/a.tar!b", "down") != local_path("y/a.tar!b", "down")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https:///a.tsv", "names no host"),
        ("ftp://me:secret@h/a.tsv", "'h': an address with a user name or password is not read"),
        (
            "data/a.tar.gz",
            "'data/a.tar.gz' is an archive; name the file in it, such as 'data/a.tar.gz!path/in/archive'",
        ),
        ("GSE1/GSE1_RAW.tar", "is an archive; name the file in it, such as 'GSE1/GSE1_RAW.tar!path/in/archive'"),
        ("a.tar!", "names nothing in the archive; expected such as 'a.tar!path/in/archive'"),
        ("a.tar!/etc/passwd", "'/etc/passwd' would leave the archive's folder"),
        ("a.zip!b/../../c", "'b/../../c' would leave the archive's folder"),
    ],
)
def test_problems(text: str, says: str) -> None:
    problem = problem_with(text)
    assert problem is not None
    assert says in problem
    assert "secret" not in problem


def test_sums() -> None:
    spec = {"matrix": "http://h/a.tsv", "metadata": "b.tsv"}
    good = "0" * 64
    assert list(sum_problems(spec)) == []
    assert list(sum_problems(spec | {"sha256": good})) == []
    assert list(sum_problems(spec | {"sha256": {"b.tsv": good.upper().replace("0", "A")}})) == []
    assert list(sum_problems(spec | {"sha256": "abc"})) == ["'abc' is not a sha256 sum (64 characters of 0-9 and a-f)"]
    said = list(sum_problems(spec | {"sha256": {"c.tsv": good}}))
    assert said == ["'c.tsv' is no file of this dataset; its files: http://h/a.tsv, b.tsv"]
