"""What a name means, in human and in mouse data; the answers expected are those of HGNC, MGI and miRBase."""

from pathlib import Path

import pytest

from resig.genesets import framed, read_collection, with_symbols
from resig.names import Names

TABLES = Path(__file__).resolve().parents[2] / "resources" / "nomenclature"
NAMES = Names.of([TABLES / f"{table}.tsv" for table in ("hgnc", "ambiguous", "mirna", "orthologs", "mouse")])


@pytest.mark.parametrize(
    ("name", "symbol", "how"),
    [
        ("TP53", "TP53", "approved"),
        (" TP53 ", "TP53", "approved"),
        ("IL8", "CXCL8", "previous"),
        ("BIM", "BCL2L11", "alias"),
        ("ENSG00000141510", "TP53", "ensembl"),
        ("ENSG00000141510.17", "TP53", "ensembl"),
        ("ensg00000141510.3", "TP53", "ensembl"),
        ("ENSG00000182378.15_PAR_Y", "PLCXD1", "ensembl"),
        ("ENSG00000141510.17_TP53", "TP53", "ensembl"),
        ("TP53|ENSG00000141510", "TP53", "ensembl"),
        ("7157", "TP53", "entrez"),
        ("7157.0", "TP53", "entrez"),
        ("X7157", "TP53", "entrez"),
        ("p53|7157", "TP53", "entrez"),
        ("HLA.A", "HLA-A", "respelled"),
        ("GRCh38_TP53", "TP53", "approved"),
        ("DDR1 /// DDR1", "DDR1", "approved"),
        ("5-Mar", "MARCHF5", "spreadsheet"),
        ("Sep-02", "SEPTIN2", "spreadsheet"),
        ("2001-09-07", "SEPTIN7", "spreadsheet"),
        ("hsa-miR-221-3p", "hsa-miR-221-3p", "approved"),
        ("hsa.miR.221.3p", "hsa-miR-221-3p", "approved"),
        ("hsa-mir-221-3p", "hsa-miR-221-3p", "respelled"),
        ("hsa-miR-221", "hsa-miR-221-3p", "previous"),
        ("hsa-miR-221*", "hsa-miR-221-5p", "previous"),
        ("MIMAT0000278", "hsa-miR-221-3p", "accession"),
        ("hsa-mir-221", "hsa-miR-221-3p", "stem_loop"),
        ("hsa.mir.155", "hsa-miR-155-5p", "stem_loop"),
        ("hsa-mir-9-1", "hsa-miR-9-5p", "stem_loop"),
        ("hsa-mir-1246", "hsa-miR-1246", "precursor"),
        ("hsa_circ_0000284", "hsa_circ_0000284", "circrna"),
        ("circHIPK3", "circHIPK3", "circrna"),
    ],
)
def test_names_in_human_data(name: str, symbol: str, how: str) -> None:
    found = NAMES.find(name)
    assert (found.symbol, found.how) == (symbol, how)


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("NRF2", "ambiguous", "may be GABPA or NFE2L2: not resolved"),
        ("AKT", "ambiguous", "may be AKT1 or AKT2 or AKT3: not resolved"),
        ("DDR1 /// MIR4640", "ambiguous", "may be DDR1 or MIR4640: not resolved"),
        ("hsa-mir-378a", "ambiguous", "stem-loop: arm not known (hsa-miR-378a-5p or hsa-miR-378a-3p): not resolved"),
        ("hsa-miR-378", "ambiguous", "may be hsa-miR-378a-5p or hsa-miR-378a-3p: not resolved"),
        ("tp53", "as given", "not a known name"),
        ("Trp53", "as given", "a mouse symbol"),
        ("mm10___Trp53", "as given", "a mouse gene of a mixed reference"),
        ("ENSG00000999999.1", "as given", "not a gene of HGNC: retired, or without a symbol"),
        ("ENST00000269305.9", "as given", "a transcript: sum transcripts to genes first"),
        ("NM_000546", "as given", "a transcript: sum transcripts to genes first"),
        ("1007_s_at", "as given", "a probe: give a map with `probes:`"),
        ("ILMN_1343291", "as given", "a probe: give a map with `probes:`"),
        ("mmu-miR-21a-5p", "as given", "not a human miRNA that miRBase 22 knows"),
    ],
)
def test_what_is_not_resolved_keeps_its_name_and_says_why(name: str, how: str, said: str) -> None:
    found = NAMES.find(name)
    assert (found.symbol, found.how, found.resolved) == (name, how, False)
    assert sorted(found.note.replace(":", " ").split()) == sorted(said.replace(":", " ").split())


@pytest.mark.parametrize("name", ["", " ", "NA", "nan", "#N/A", "---", "?"])
def test_a_name_that_is_none_has_no_symbol(name: str) -> None:
    assert (NAMES.find(name).symbol, NAMES.find(name).note) == ("", "has no name")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("1-Mar", "'1-Mar' is a date that a spreadsheet made of a gene symbol: MARCHF1 or MTARC1"),
        ("2.31E+13", "'2.31E+13' is a number that a spreadsheet rounded: what it was cannot be told"),
    ],
)
def test_what_a_spreadsheet_destroyed_is_not_guessed(name: str, said: str) -> None:
    assert (NAMES.find(name).symbol, NAMES.find(name).note) == ("", said)


@pytest.mark.parametrize(
    ("name", "symbol", "how"),
    [
        ("Trp53", "TP53", "ortholog"),
        ("ENSMUSG00000059552.3", "TP53", "ortholog"),
        ("C3", "C3", "ortholog"),
        ("Cxcl1", "CXCL1", "ortholog"),  # of three human partners the one of the same name
        ("March2", "MARCHF2", "ortholog"),  # an older mouse name
        ("Ccl12", "Ccl12", "ambiguous"),
        ("Cyp3a11", "Cyp3a11", "ambiguous"),
        ("TP53", "TP53", "as given"),  # a human transgene is not the mouse gene
    ],
)
def test_names_in_mouse_data(name: str, symbol: str, how: str) -> None:
    found = NAMES.find(name, "mouse")
    assert (found.symbol, found.how) == (symbol, how)


def test_a_treacherous_approved_symbol_is_resolved_with_a_warning() -> None:
    assert NAMES.find("PDK1").symbol == "PDK1"
    assert "PDPK1" in NAMES.find("PDK1").note


def test_let_7b_among_stem_loops_is_a_stem_loop() -> None:
    assert NAMES.find("hsa-let-7b").how == "previous"
    found = NAMES.find_all(["hsa-let-7b", "hsa-mir-221", "hsa-mir-155"])
    assert (found[0].symbol, found[0].how) == ("hsa-let-7b-5p", "stem_loop")


def test_numbers_are_entrez_numbers_only_where_most_of_them_are() -> None:
    assert [each.how for each in NAMES.find_all(["7157", "1956.0", "4233"])] == ["entrez"] * 3
    assert [each.how for each in NAMES.find_all(["7892501", "7892502", "7157"])] == ["as given"] * 3
    assert [each.how for each in NAMES.find_all(["TP53", "EGFR", "MET", "43891"])][3] == "as given"


def test_no_mouse_name_becomes_a_human_gene_in_human_data() -> None:
    symbols = [symbol for symbol in sorted(NAMES.mouse.symbols)[::40] if symbol not in NAMES.genes.genes]
    resolved = {symbol: NAMES.find(symbol) for symbol in symbols}
    wrong = {name: each for name, each in resolved.items() if each.resolved and each.how not in ("alias", "previous")}
    assert wrong == {}


@pytest.mark.parametrize(
    ("members", "symbols", "said"),
    [
        (["IL8", "TP53"], ["CXCL8", "TP53"], "1 former names in 'S': IL8: read as CXCL8"),
        (["ENSG00000141510.3", "ENSG00000146648"], ["TP53", "EGFR"], "2 Ensembl ids in 'S'"),
        (["7157", "1956"], ["TP53", "EGFR"], "2 Entrez numbers in 'S': 7157, 1956: read as TP53, EGFR"),
        (["Trp53", "Egfr", "Met"], ["TP53", "EGFR", "MET"], "3 mouse genes in 'S': Trp53, Egfr, Met"),
        (["TP53", "NRF2"], ["TP53", "NRF2"], "'NRF2' in 'S' may be"),
        (["TP53", "mine1"], ["TP53", "mine1"], "1 names in 'S' are not known: mine1: kept as written"),
        (["CXCL8", "IL8"], ["CXCL8"], "CXCL8 stands 2 times in 'S': kept once"),
        (["MIMAT0000278", "hsa-miR-155"], ["hsa-miR-221-3p", "hsa-miR-155-5p"], "1 miRBase accessions in 'S'"),
    ],
)
def test_members_of_own_sets_are_read_as_features_are(
    tmp_path: Path, members: list[str], symbols: list[str], said: str
) -> None:
    (tmp_path / "own.gmt").write_text("\t".join(["S", "na", *members]) + "\n")
    collection = read_collection(tmp_path / "own.gmt", "own.gmt", NAMES)
    assert collection.members["symbol"].tolist() == symbols
    assert any(said in str(notice) for notice in collection.notices), collection.notices


def test_members_of_a_published_set_are_read_as_features_are_each_once() -> None:
    members = [{"signature": "S", "symbol": name, "weight": 1.0} for name in ("IL8", "CXCL8", "TP53", "odd")]
    published = with_symbols(framed(members, "companions", Path("x"), []), NAMES)
    assert published.members["symbol"].tolist() == ["CXCL8", "TP53", "odd"]
    assert published.signatures["n_up"].tolist() == [3]
