"""Changes of proteins: each spelling of HGVS and of cBioPortal, and what is none is not guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resig.alterations.protein_change import THREE, Change, parse

LETTER = {letter: name for name, letter in THREE.items() if letter not in "XUO*"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("p.G101V", Change("missense", "G", 101, 101, "V")),
        ("G101V", Change("missense", "G", 101, 101, "V")),
        ("p.Gly101Val", Change("missense", "G", 101, 101, "V")),
        ("p.(Gly101Val)", Change("missense", "G", 101, 101, "V")),
        ("ENSP00000329623.3:p.Gly101Val", Change("missense", "G", 101, 101, "V")),
        ("p.R130*", Change("nonsense", "R", 130, 130)),
        ("p.R130X", Change("nonsense", "R", 130, 130)),
        ("p.Arg130Ter", Change("nonsense", "R", 130, 130)),
        ("p.P36=", Change("silent", "P", 36, 36)),
        ("p.Pro36%3D", Change("silent", "P", 36, 36)),
        ("p.P36P", Change("silent", "P", 36, 36)),
        ("p.=", Change("silent")),
        ("p.P152Rfs*18", Change("frameshift", "P", 152, 152, "R")),
        ("p.P152fs", Change("frameshift", "P", 152, 152)),
        ("p.Pro152ArgfsTer18", Change("frameshift", "P", 152, 152, "R")),
        ("p.Y597_E598insDVDFREY", Change("insertion", "Y", 597, 598, "DVDFREY")),
        ("p.D586_N587dup", Change("duplication", "D", 586, 587)),
        ("p.D600dup", Change("duplication", "D", 600, 600)),
        ("p.E746_A750del", Change("deletion", "E", 746, 750)),
        ("p.E746_A750delELREA", Change("deletion", "E", 746, 750)),
        ("p.L747_A750delinsP", Change("delins", "L", 747, 750, "P")),
        ("p.L747_A750>P", Change("delins", "L", 747, 750, "P")),
        ("p.X187_splice", Change("splice", "", 187, 187)),
        ("p.M1?", Change("start_lost", "M", 1, 1)),
        ("p.*394Qext*9", Change("extension", "*", 394, 394)),
        ("FLT3-ITD", Change("itd")),
        ("ITD", Change("itd")),
        ("p.?", Change("unpredicted")),
        # As Oncotator writes it in MAFs of the TCGA: positions alone, and what stood there before.
        ("p.599_600insDFREYEY", Change("insertion", "", 599, 600, "DFREYEY")),
        ("p.600_600D>DSSDNEYFYVDFREYEYD", Change("delins", "", 600, 600, "DSSDNEYFYVDFREYEYD")),
        ("p.594_600FREYEYD>Y", Change("delins", "", 594, 600, "Y")),
        ("p.746_750ELREA>A", Change("delins", "", 746, 750, "A")),
        ("p.746_750del", Change("deletion", "", 746, 750)),
        ("p.-920fs", Change("frameshift", "", 920, 920)),
    ],
)
def test_each_spelling_means_what_it_says(written: str, meant: Change) -> None:
    assert parse(written) == meant


@pytest.mark.parametrize(
    "written", ["p.Gly", "101", "G101", "p.Gxx1V", "c.302G>T", "exon 20", "p.G101V;p.D103E", "101V"]
)
def test_what_is_no_change_is_not_guessed_at(written: str) -> None:
    assert parse(written) is None


@given(st.sampled_from(sorted(LETTER)), st.integers(1, 9999), st.sampled_from(sorted(LETTER)))
def test_one_letter_and_three_letters_are_the_same(before: str, at: int, after: str) -> None:
    assert parse(f"p.{LETTER[before]}{at}{LETTER[after]}") == parse(f"{before}{at}{after}")


def test_only_insertions_in_frame_make_a_protein_longer() -> None:
    longer = {each for each in ("p.D586_N587dup", "p.Y597_E598insDV", "p.E598delinsDV", "ITD") if parse(each).longer}
    assert longer == {"p.D586_N587dup", "p.Y597_E598insDV", "p.E598delinsDV", "ITD"}
    assert not any(parse(each).longer for each in ("p.D835Y", "p.E746_A750del", "p.P152fs", "p.L747_A750delinsP"))
