"""Names: approved symbols win, ambiguous ones are never guessed, and every table says what it is."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resig.errors import ResigError
from resig.nomenclature import Mirnas, Orthologs, Resolver

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "nomenclature"
GENES = Resolver.load(FOLDER / "hgnc.tsv", FOLDER / "ambiguous.tsv")
MIRNAS = Mirnas.load(FOLDER / "mirna.tsv")
ORTHOLOGS = Orthologs.load(FOLDER / "orthologs.tsv")


def test_every_approved_symbol_is_itself():
    names = list(GENES.genes)
    resolved = GENES.resolve_all(names)
    assert (resolved["symbol"] == names).all()
    assert set(resolved["how"]) == {"approved"}


@pytest.mark.parametrize("symbol", ["HGF", "BCR", "PDK1", "PDK2", "EGF", "MET", "C3", "MIF"])
def test_an_approved_symbol_wins_over_what_other_genes_were_called(symbol):
    assert GENES.resolve(symbol).symbol == symbol


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("NRF2", {"NFE2L2", "GABPA"}),
        ("p21", {"CDKN1A", "H3P16", "TCEAL1"}),
        ("ERK", {"MAPK1", "MAPK3", "EPHB2"}),
        ("SF", {"HGF", "KITLG"}),
        ("ER", {"ESR1", "EREG"}),
        ("AKT", {"AKT1", "AKT2", "AKT3"}),
        ("LC3", {"MAP1LC3A", "MAP1LC3B", "MAP1LC3C"}),
    ],
)
def test_ambiguous_names_come_back_with_their_candidates(name, candidates):
    match = GENES.resolve(name)
    assert match.symbol == ""
    assert match.how == "ambiguous"
    assert set(match.candidates) == candidates


@pytest.mark.parametrize(
    ("name", "symbol", "how"),
    [
        ("AUF1", "HNRNPD", "previous"),
        ("NHE1", "SLC9A1", "previous"),
        ("IL8", "CXCL8", "previous"),
        ("VEGF", "VEGFA", "previous"),
        ("BIM", "BCL2L11", "alias"),
        ("PUMA", "BBC3", "alias"),
        ("RKIP", "PEBP1", "alias"),
        ("HER3", "ERBB3", "alias"),
        ("ENSG00000141510", "TP53", "ensembl"),
        ("ENSG00000141510.17", "TP53", "ensembl"),
        ("7157", "TP53", "entrez"),
        (" TP53 ", "TP53", "approved"),
        ("C1ORF112", "FIRRM", "previous"),
    ],
)
def test_one_meaning_is_resolved(name, symbol, how):
    match = GENES.resolve(name)
    assert (match.symbol, match.how) == (symbol, how)


@pytest.mark.parametrize("name", ["", "Cxcl1", "tp53", "notagene", "ENSMUSG00000029380", "999999999"])
def test_what_is_not_known_stays_unknown(name):
    assert GENES.resolve(name).how == "unknown"


def test_no_name_of_several_genes_is_ever_resolved():
    owners: dict[str, set[str]] = {}
    for gene in GENES.genes.values():
        for name in (*gene.previous, *gene.alias):
            owners.setdefault(name, set()).add(gene.symbol)
    shared = [name for name, genes in owners.items() if len(genes) > 1 and name not in GENES.genes]
    assert len(shared) > 1000
    resolved = GENES.resolve_all(shared)
    assert (resolved["symbol"] == "").all()


@given(st.lists(st.sampled_from(["TP53", "NRF2", "IL8", "nothing", "7157", "HGF"])))
@settings(max_examples=30, deadline=None)
def test_many_names_are_resolved_as_one_by_one(names):
    table = GENES.resolve_all(names)
    assert list(table["name"]) == names
    for row in table.itertuples():
        match = GENES.resolve(row.name)
        assert (row.symbol, row.how, row.candidates) == (match.symbol, match.how, "|".join(match.candidates))


def test_loading_is_fast():
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        Resolver.load(FOLDER / "hgnc.tsv").resolve("IL8")
        spent.append(time.perf_counter() - started)
    assert min(spent) < 1.0


@pytest.mark.parametrize(
    ("name", "mature", "how"),
    [
        ("hsa-miR-155-5p", "hsa-miR-155-5p", "approved"),
        ("hsa-miR-155", "hsa-miR-155-5p", "previous"),
        ("miR-205", "hsa-miR-205-5p", "previous"),
        ("hsa-miR-222", "hsa-miR-222-3p", "previous"),
        ("hsa-miR-200c", "hsa-miR-200c-3p", "previous"),
        ("hsa-miR-9*", "hsa-miR-9-3p", "previous"),
        ("hsa-miR-422b", "hsa-miR-378a-3p", "previous"),
        ("MIMAT0005591", "hsa-miR-1236-3p", "accession"),
        ("hsa-mir-1246", "hsa-miR-1246", "stem_loop"),
        ("hsa-miR-not", "", "unknown"),
    ],
)
def test_mirna_names_of_any_version(name, mature, how):
    match = MIRNAS.resolve(name)
    assert (match.symbol, match.how) == (mature, how)


@pytest.mark.parametrize(
    ("name", "arms"),
    [
        ("hsa-miR-378", {"hsa-miR-378a-5p", "hsa-miR-378a-3p"}),
        ("hsa-miR-340", {"hsa-miR-340-5p", "hsa-miR-340-3p"}),
        ("hsa-mir-221", {"hsa-miR-221-5p", "hsa-miR-221-3p"}),
        ("hsa-mir-9-1", {"hsa-miR-9-5p", "hsa-miR-9-3p"}),
        ("hsa-let-7a-1", {"hsa-let-7a-5p", "hsa-let-7a-3p"}),
    ],
)
def test_an_arm_is_never_guessed(name, arms):
    match = MIRNAS.resolve(name)
    assert match.symbol == ""
    assert set(match.candidates) == arms


def test_accessions_of_mature_mirnas():
    assert MIRNAS.accession("hsa-miR-205-5p") == "MIMAT0000266"
    assert MIRNAS.resolve("MIMAT0000266").symbol == "hsa-miR-205-5p"


def test_cxcl1_has_three_mouse_genes_and_says_so():
    assert ORTHOLOGS.to_mouse("CXCL1") == ("Cxcl1", "Cxcl2", "Cxcl3")
    assert ORTHOLOGS.relation("CXCL1", "Cxcl1") == "many-to-many"
    assert ORTHOLOGS.to_mouse("CXCL8") == ()


@pytest.mark.parametrize(
    ("human", "mouse"),
    [("C3", "C3"), ("MIF", "Mif"), ("CDKN1A", "Cdkn1a"), ("ELANE", "Elane"), ("MMP9", "Mmp9")],
)
def test_one_to_one_orthologs_go_both_ways(human, mouse):
    assert ORTHOLOGS.to_mouse(human) == (mouse,)
    assert ORTHOLOGS.to_human(mouse) == (human,)
    assert ORTHOLOGS.relation(human, mouse) == "one-to-one"


def test_orthologs_are_symmetric_and_of_approved_genes():
    for human, mouse, _ in ORTHOLOGS.pairs[::50]:
        assert human in ORTHOLOGS.to_human(mouse)
        assert mouse in ORTHOLOGS.to_mouse(human)
    humans = {human for human, _, _ in ORTHOLOGS.pairs}
    assert len(humans & set(GENES.genes)) / len(humans) > 0.97


def test_every_table_is_plain_text_that_a_github_module_can_carry(tmp_path):
    # GitPython hands out the text of a file without its last line end.
    for path in FOLDER.glob("*.tsv*"):
        text = path.read_bytes().decode("utf-8")
        assert "\r" not in text
        (tmp_path / path.name).write_text(text.removesuffix("\n"), encoding="utf-8")
    genes = Resolver.load(tmp_path / "hgnc.tsv", tmp_path / "ambiguous.tsv")
    assert (genes.genes, genes.treacherous) == (GENES.genes, GENES.treacherous)
    assert Orthologs.load(tmp_path / "orthologs.tsv").pairs == ORTHOLOGS.pairs
    assert Mirnas.load(tmp_path / "mirna.tsv").entries == MIRNAS.entries


def test_every_table_is_described_with_source_version_date_and_licence():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in (*FOLDER.glob("*.tsv"), *FOLDER.glob("make_*.py")):
        assert path.name in text, path.name


def test_a_missing_table_is_one_clear_line(tmp_path):
    with pytest.raises(ResigError, match="nomenclature table not found"):
        Resolver.load(tmp_path / "none.tsv")
