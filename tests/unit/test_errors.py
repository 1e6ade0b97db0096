"""Hints name what is there, and messages are one line."""

import errno
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from resig.errors import ResigError, nearest


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("respons", ["response", "patient"], "did you mean 'response'?"),
        ("RESPONSE", ["response", "patient"], "did you mean 'response'?"),
        ("pd", ["PD", "CR"], "did you mean 'PD'?"),
        (1, ["10", "x"], "did you mean '10'?"),
        ("zzz", ["b", "a"], "among: 'a', 'b'"),
        ("zzz", [*"hgfedcbai"], "among: 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and 1 more"),
        ("zzz", [2, 1], "among: '1', '2'"),
        ("x", [], "among: none"),
    ],
)
def test_hint(name: object, known: list[object], hint: str) -> None:
    assert nearest(name, known, "among") == hint


def test_of_names_that_differ_in_case_alone_the_exact_one_is_meant() -> None:
    assert nearest("Pd", ["PD", "Pd", "pd"]) == "did you mean 'Pd'?"


WORDS = st.text("abcxyz", min_size=1, max_size=6)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=8))
def test_no_known_name_is_nearer_than_the_hint(name: str, known: list[str]) -> None:
    def near(other: str) -> float:
        return SequenceMatcher(None, other, name).ratio()

    hint = nearest(name, known)
    best = max(map(near, known))
    if best >= 0.6:
        named = hint.removeprefix("did you mean '").removesuffix("'?")
        assert named in known and near(named) == best
    else:
        assert hint.startswith("known: ")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"what": "bad"}, "bad"),
        ({"what": "bad", "where": "a.tsv"}, "a.tsv: bad"),
        ({"what": "bad", "todo": "mend it"}, "bad; mend it"),
        ({"what": "bad\n  twice", "where": "a.tsv", "todo": "mend\tit"}, "a.tsv: bad twice; mend it"),
    ],
)
def test_a_message_is_one_line(given: dict[str, str], expected: str) -> None:
    assert str(ResigError(**given)) == expected


HDF5 = (  # as h5py 3.16 words it, of a run on a small tmpfs
    "Can't decrement id ref count (file write failed: time = Sat Nov 21 16:08:37 2026\n, filename = 'results/toy_bulk/"
    ".matrix.h5ad.28902.part', file descriptor = 4, errno = 28, error message = 'No space left on device')"
)


@pytest.mark.parametrize("raised", [RuntimeError(HDF5), OSError(errno.ENOSPC, "No space left on device", "x.tsv")])
def test_a_full_disk_is_one_line_that_says_so(raised: Exception, tmp_path: Path) -> None:
    said = _words_of_a_job(f"raise {raised!r}", tmp_path)
    assert said.startswith("ERROR: the disk is full (") and said.count("\n") == 1 and "free some space" in said


def test_another_defect_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    assert _words_of_a_job("raise RuntimeError('errno = 5')", tmp_path).startswith("ERROR: unexpected RuntimeError")


def _words_of_a_job(body: str, folder: Path) -> str:
    code = f"from resig.logs import log_to\nwith log_to({str(folder / 'x.log')!r}):\n    {body}"
    environment = {"PYTHONPATH": str(ROOT / "workflow/scripts")}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert ran.returncode == 1
    return ran.stderr
