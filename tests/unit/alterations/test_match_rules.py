"""Rules: what fits, and three values combined by a truth table written out."""

import itertools

import pytest
from shared_alterations import BOOK, GENESETS, RESOLVER

from resig.alterations.book import lint_alterations
from resig.alterations.match import Condition, read_rule
from resig.alterations.protein_change import parse


@pytest.mark.parametrize(
    ("rule", "fits", "fails"),
    [
        ("variant BCL2 G101V", ["p.G101V"], ["p.G101A", "p.D103E", "p.G101fs", "p.G101*"]),
        ("variant TP53 any", ["p.R175H", "p.P152fs", "p.X187_splice", "p.M1?"], ["p.P36="]),
        ("variant NRAS 12,13,61", ["p.Q61K", "p.G12_G13insG", "p.G13D"], ["p.Q61*", "p.G12fs", "p.E62K"]),
        ("variant BAX 173-192", ["p.T182I", "p.G170_V173del"], ["p.G108V", "p.T172I", "p.W139*"]),
        ("variant BAX truncating", ["p.W139*", "p.E41fs"], ["p.T182I", "p.X100_splice"]),
        (
            "variant FLT3 itd 572-630",
            ["p.D586_N587dup", "ITD", "p.E598delinsDV"],
            ["p.D835Y", "p.F691_E692insG", "p.D586fs"],
        ),
    ],
)
def test_conditions_fit_what_they_say(rule: str, fits: list[str], fails: list[str]) -> None:
    condition = read_rule(rule).conditions[0]
    assert [each for each in fits if not condition.fits_change(parse(each))] == []
    assert [each for each in fails if condition.fits_change(parse(each))] == []


def test_copy_number_counts_what_goes_further() -> None:
    calls = [-2, -1, 0, 1, 2]
    found = {
        what: [call for call in calls if Condition("copy_number", "MET", what).fits_copies(call)]
        for what in ("deletion", "loss", "gain", "amplification")
    }
    assert found == {"deletion": [-2], "loss": [-2, -1], "gain": [1, 2], "amplification": [2]}


def test_three_values_are_combined_as_kleene_does() -> None:
    rule = read_rule("variant BAX any and variant DNMT3A any or variant ASXL1 any")
    order = {False: 0, None: 1, True: 2}
    for answers in itertools.product((True, None, False), repeat=3):
        of = dict(zip(rule.conditions, answers, strict=True))
        bax, dnmt3a, asxl1 = (order[each] for each in answers)
        expected = min(bax, max(dnmt3a, asxl1))  # and is the minimum, or the maximum, of false < unknown < true
        assert order[rule.answer(of.__getitem__)] == expected


def test_text_is_never_matched() -> None:
    assert read_rule("text").answer(lambda _: True) is None
    assert BOOK.set_index("alteration").loc["bcl2_a103t", "match"] == "text"


def test_the_shipped_lists_have_no_defect() -> None:
    assert lint_alterations(GENESETS, RESOLVER) == []


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("alterations.tsv", "\tVEN-046\t", "\tVEN-999\t", "'VEN-999' is no row of the ledger"),
        ("alterations.tsv", "variant BCL2 G101V", "variant BCL2 G101", "'G101' is nothing to look for in variant"),
        ("alterations.tsv", "variant PTPN11 any", "variant SHP2 any", "'SHP2' is no approved symbol"),
        ("alterations.tsv", "copy_number EGFR amplification", "copy_number EGFR big", "'big' is nothing to look for"),
        ("alterations.tsv", "\tcontext\tfusion ALK", "\tresistant\tfusion ALK", "says resistant, but none"),
        ("alterations.tsv", "fusion ALK\tHGF-048", "fusion RET\tHGF-048", "RET is not in its ledger rows"),
        ("alterations.tsv", "venetoclax_tp53\tTP53 loss", "venetoclax_p53\tTP53 loss", "'venetoclax_p53' is not in"),
        ("alterations.tsv", "HGF-050;HGF-051;", "HGF-050;", "HGF-051 has no rule"),
        ("gene_coordinates.tsv", "GRCh38\tMET", "GRCh38\tMETT", "MET has no place in GRCh38"),
        ("reversal.tsv", "\tVEN-098\t", "\tVEN-097\t", "VEN-098 is left out"),
        ("reversal.tsv", "venetoclax_wnt5a_ror1\tROR1", "venetoclax_nfkb\tROR1", "VEN-098 is about"),
    ],
)
def test_each_defect_of_the_lists_is_named(tmp_path, file: str, before: str, after: str, said: str) -> None:
    for path in GENESETS.iterdir():
        if path.name != file:
            (tmp_path / path.name).symlink_to(path)
    text = (GENESETS / file).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    found = lint_alterations(tmp_path, RESOLVER)
    assert any(said in problem for problem in found), found
