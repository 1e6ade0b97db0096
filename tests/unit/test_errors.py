"""Hints name what is there, and messages are one line."""

from difflib import SequenceMatcher

import pytest
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
