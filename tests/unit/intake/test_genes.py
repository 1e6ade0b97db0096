"""Features become genes: equal scores whatever the names, duplicates joined, and every bad input with its message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from resig.coverage import measure_coverage
from resig.errors import ResigError
from resig.intake.feature_columns import feature_columns
from resig.intake.genes import choose_genes, identify, joins
from resig.intake.labels import read_labels
from resig.intake.run import Targets, take_in
from resig.names import Names
from resig.plan import expected_coverage
from resig.scoring.files import score_files
from resig.tables import COVERAGE, GENES, MEMBERS, SIGNATURES

TABLES = Path(__file__).resolve().parents[3] / "resources" / "nomenclature"
NAMES = Names.of([TABLES / f"{table}.tsv" for table in ("hgnc", "ambiguous", "mirna", "orthologs", "mouse")])

# Genes that have an alias of their own, an Ensembl and an Entrez number, and one mouse ortholog of the same name.
RICH = [
    gene
    for gene in list(NAMES.genes.genes.values())[::97]
    if gene.ensembl
    and gene.entrez
    and gene.symbol.capitalize() != gene.symbol
    and any(NAMES.find(each).symbol == gene.symbol for each in gene.alias)
    and NAMES.find(gene.symbol.capitalize(), "mouse").how == "ortholog"
][:24]
SYMBOLS = [gene.symbol for gene in RICH]
SAMPLES = [f"s{at}" for at in range(8)]
VALUES = np.random.default_rng(3).poisson(40, (len(SAMPLES), len(SYMBOLS))).astype(float)
SIGNED = [1.0, 1.0, -1.0, 1.0, 1.0, -1.0]


def alias_of(gene: Any) -> str:
    return next(each for each in gene.alias if NAMES.find(each).symbol == gene.symbol)


WAYS: dict[str, Callable[[Any], str]] = {
    "symbol": lambda gene: gene.symbol,
    "alias": alias_of,
    "ensembl": lambda gene: gene.ensembl,
    "version": lambda gene: f"{gene.ensembl}.{1 + len(gene.symbol)}",
    "small": lambda gene: f"{gene.ensembl.lower()}.4",
    "both": lambda gene: f"{gene.ensembl}.2_{gene.symbol}",
}


def frame(values: np.ndarray, features: list[str]) -> pd.DataFrame:
    return pd.DataFrame(values, index=SAMPLES[: len(values)], columns=features)


def written(folder: Path, values: np.ndarray, features: list[str]) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    frame(values, features).T.to_csv(folder / "m.tsv", sep="\t")
    names = SAMPLES[: len(values)]
    pd.DataFrame({"sample_id": names, "arm": "x"}).to_csv(folder / "s.tsv", sep="\t", index=False)
    return {
        "kind": "bulk", "assay": "mrna", "organism": "human", "values": "auto", "probes": None, "batch": None,
        "matrix": str(folder / "m.tsv"), "metadata": str(folder / "s.tsv"), "sample": "sample_id", "cell_type": None,
    }  # fmt: skip


def targets(folder: Path) -> Targets:
    return Targets(*(folder / f for f in ("matrix.h5ad", "genes.tsv", "observations.parquet", "samples.tsv", "i.json")))


def taken(spec: dict[str, Any], folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    out = targets(folder / "out")
    take_in("d", spec, out, names=NAMES)
    return GENES.read(out.genes), json.loads(Path(out.report).read_text())


def sets() -> tuple[pd.DataFrame, pd.DataFrame]:
    members = pd.DataFrame({"signature": "S", "symbol": SYMBOLS[:6], "weight": SIGNED}).reindex(columns=MEMBERS.names)
    about = {name: "" for name in SIGNATURES.names} | {
        "signature": "S", "name": "S", "collection": "c", "assay": "mrna", "tier": "U",
        "min_members": 1, "n_up": 4, "n_down": 2,
    }  # fmt: skip
    return pd.DataFrame([about]), MEMBERS.check(members, "members")


def scored(spec: dict[str, Any], folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Take in, measure the coverage, score: what the rules do."""
    out = targets(folder / "out")
    take_in("d", spec, out, names=NAMES)
    signatures, members = sets()
    gate = measure_coverage("d", spec["assay"], signatures, members, GENES.read(out.genes), 0.6)
    MEMBERS.write(members, folder / "members.tsv")
    COVERAGE.write(gate, folder / "coverage.tsv")
    score_files(
        out.matrix, out.report, out.genes, out.observations, folder / "members.tsv", folder / "coverage.tsv",
        folder / "scores.parquet", methods=["zmean", "singscore", "ucell"], own_methods=[],
        cell_null=False, null_draws=0, seed=1, threads=1,
    )  # fmt: skip
    table = pq.read_table(folder / "scores.parquet").to_pandas()
    return table.set_index("observation").sort_index(), gate.iloc[0]


def refused(spec: dict[str, Any], folder: Path) -> str:
    with pytest.raises(ResigError) as told:
        taken(spec, folder)
    return str(told.value).replace(str(folder), "HERE")


# --- the same data under other names ---


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("plain")
    return scored(written(folder, VALUES, SYMBOLS), folder)[0]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ways=st.lists(st.sampled_from(sorted(WAYS)), min_size=len(RICH), max_size=len(RICH)),
    order=st.permutations(range(len(RICH))),
)
def test_renamed_and_permuted_genes_give_the_same_scores(
    tmp_path_factory: pytest.TempPathFactory, plain: pd.DataFrame, ways: list[str], order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("renamed")
    features = [WAYS[way](gene) for way, gene in zip(ways, RICH, strict=True)]
    scores, gate = scored(written(folder, VALUES[:, order], [features[at] for at in order]), folder)
    pd.testing.assert_frame_equal(scores, plain, rtol=1e-9)
    assert gate["n_alias"] == sum(way == "alias" for way in ways[:6])
    assert gate["n_found"] == 6


@pytest.mark.parametrize("way", ["{}", "{}.0", "X{}"])
def test_entrez_numbers_give_the_same_scores(tmp_path: Path, plain: pd.DataFrame, way: str) -> None:
    scores, gate = scored(written(tmp_path, VALUES, [way.format(gene.entrez) for gene in RICH]), tmp_path)
    pd.testing.assert_frame_equal(scores, plain, rtol=1e-9)
    assert (gate["n_found"], gate["n_alias"], gate["n_ortholog"]) == (6, 0, 0)


def test_mouse_symbols_and_ensembl_numbers_give_the_same_scores(tmp_path: Path, plain: pd.DataFrame) -> None:
    ensembl = {symbol: number for symbol, number, _ in NAMES.mouse.entries}
    for name, features in (
        ("symbols", [symbol.capitalize() for symbol in SYMBOLS]),
        ("ensembl", [f"{ensembl[symbol.capitalize()]}.1" for symbol in SYMBOLS]),
    ):
        spec = written(tmp_path / name, VALUES, features) | {"organism": "mouse"}
        scores, gate = scored(spec, tmp_path / name)
        pd.testing.assert_frame_equal(scores, plain, rtol=1e-9)
        assert (gate["n_found"], gate["n_ortholog"]) == (6, 6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), split=st.sets(st.integers(0, len(RICH) - 1), min_size=1))
def test_counts_split_over_two_rows_of_one_gene_give_the_same_scores(
    tmp_path_factory: pytest.TempPathFactory, plain: pd.DataFrame, seed: int, split: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("split")
    chosen = sorted(split)
    part = np.random.default_rng(seed).binomial(VALUES[:, chosen].astype(int), 0.4)
    values = np.hstack([VALUES, part.astype(float)])
    values[:, chosen] -= part
    features = [*(gene.ensembl for gene in RICH), *(f"{RICH[at].ensembl}.7" for at in chosen)]
    spec = written(folder, values, features)
    scores, _ = scored(spec, folder)
    pd.testing.assert_frame_equal(scores, plain, rtol=1e-9)
    report = json.loads((folder / "out" / "i.json").read_text())["genes"]
    assert report["duplicates_added_up"] == len(chosen)
    assert report["duplicates_rule"] == "sum of counts"


def test_a_streamed_file_is_rewritten_only_where_duplicates_need_it(tmp_path: Path) -> None:
    cells = sparse.csr_matrix(VALUES.astype(np.float32))
    obs = pd.DataFrame({"donor": ["d1"] * 8, "cell_type": "T"}, index=SAMPLES)
    spec = written(tmp_path, VALUES, SYMBOLS) | {"kind": "single_cell", "sample": "donor", "metadata": None}
    for name, features in (
        ("alone", SYMBOLS),
        (
            "twice",
            [
                *SYMBOLS[:-1],
                alias_of(RICH[0]),
            ],
        ),
    ):
        data = anndata.AnnData(cells, obs=obs, var=pd.DataFrame(index=features))
        data.write_h5ad(tmp_path / f"{name}.h5ad")
        before = (tmp_path / f"{name}.h5ad").read_bytes()
        taken(spec | {"matrix": str(tmp_path / f"{name}.h5ad")}, tmp_path / name)
        assert (tmp_path / name / "out" / "matrix.h5ad").is_symlink()  # an alias beside its gene is not added to it
        assert (tmp_path / f"{name}.h5ad").read_bytes() == before
    data = anndata.AnnData(cells, obs=obs, var=pd.DataFrame(index=[*SYMBOLS[:-1], RICH[0].ensembl]))
    data.write_h5ad(tmp_path / "sum.h5ad")
    genes, report = taken(spec | {"matrix": str(tmp_path / "sum.h5ad")}, tmp_path / "sum")
    assert not (tmp_path / "sum" / "out" / "matrix.h5ad").is_symlink()
    stored = anndata.read_h5ad(tmp_path / "sum" / "out" / "matrix.h5ad")
    used = int(np.flatnonzero((genes["symbol"] == SYMBOLS[0]) & (genes["used"] == "yes"))[0])
    np.testing.assert_array_equal(stored.X.toarray()[:, used], VALUES[:, 0] + VALUES[:, -1])
    np.testing.assert_array_equal(stored.X.sum(axis=1).A1, VALUES.sum(axis=1))
    assert stored.obs["donor"].tolist() == ["d1"] * 8
    assert report["matrix"]["copied"]
    assert len(genes) == len(SYMBOLS)


def test_logs_of_one_gene_are_not_added_up_the_highest_mean_is_used(tmp_path: Path) -> None:
    logs = np.log2(VALUES[:, :3] + 1.5)
    logs[:, 2] = logs[:, 0] + 1
    features = [SYMBOLS[0], SYMBOLS[1], RICH[0].ensembl]
    genes, report = taken(written(tmp_path, logs, features), tmp_path)
    assert genes["used"].tolist() == ["no", "yes", "yes"]
    assert genes["note"][0] == f"duplicate of {SYMBOLS[0]}: feature '{RICH[0].ensembl}' has the higher mean"
    assert report["genes"]["duplicates_rule"] == "highest mean"
    assert report["genes"]["duplicates_left_out"] == 1


def test_an_approved_symbol_wins_over_an_alias_with_a_higher_mean(tmp_path: Path) -> None:
    values = VALUES[:, :2] + [0, 500]
    genes, report = taken(written(tmp_path, values, [SYMBOLS[0], alias_of(RICH[0])]), tmp_path)
    assert genes["used"].tolist() == ["yes", "no"]
    assert genes["note"][1].endswith(f"duplicate of {SYMBOLS[0]}: feature '{SYMBOLS[0]}' is more surely that gene")
    assert (report["genes"]["duplicates_added_up"], report["genes"]["duplicates_left_out"]) == (0, 1)


def test_every_feature_keeps_its_row_and_a_member_of_the_same_name_finds_it(tmp_path: Path) -> None:
    features = [*SYMBOLS, "my_gene", "NRF2", "", "my_gene"]
    values = np.hstack([VALUES, np.full((8, 4), 7.0)])
    genes, _ = taken(written(tmp_path, values, features), tmp_path)
    assert genes["feature"].tolist() == features
    assert genes["symbol"].tolist()[-4:] == ["my_gene", "NRF2", "", "my_gene"]
    assert genes["how"].tolist()[-4:] == ["as given", "ambiguous", "unnamed", "as given"]
    assert genes["used"].tolist()[-4:] == ["yes", "yes", "no", "no"]


def test_the_column_of_var_that_is_known_best_names_the_features(tmp_path: Path) -> None:
    titles = {"feature_name": SYMBOLS, "gene_ids": [gene.ensembl for gene in RICH], "chromosome": ["1"] * len(RICH)}
    obs = pd.DataFrame({"donor": ["d1"] * 8}, index=SAMPLES)
    spec = written(tmp_path, VALUES, SYMBOLS) | {"kind": "single_cell", "sample": "donor", "metadata": None}
    for index, title in (([f"row{at}" for at in range(len(RICH))], "feature_name"), (titles["gene_ids"], "index")):
        var = pd.DataFrame({name: each for name, each in titles.items() if name != "gene_ids" or title != "index"})
        var.index = pd.Index(index)
        data = anndata.AnnData(VALUES if title == "index" else sparse.csc_matrix(VALUES), obs=obs, var=var)
        data.write_h5ad(tmp_path / f"{title}.h5ad")
        assert "chromosome" not in feature_columns(tmp_path / f"{title}.h5ad")
        genes, report = taken(spec | {"matrix": str(tmp_path / f"{title}.h5ad")}, tmp_path / title)
        assert genes["symbol"].tolist() == SYMBOLS
        assert report["identifiers"]["column"] == title
        assert genes["feature"].tolist() == index


def test_ids_of_a_10x_file_and_numbers_of_a_column_called_entrez_are_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["matrix/features/id"] = np.array(["ENSG00000141510", "ENSG00000146648"], dtype="S")
    assert feature_columns(tmp_path / "x.h5") == {"features/id": ["ENSG00000141510", "ENSG00000146648"]}
    data = anndata.AnnData(
        np.ones((2, 2)), var=pd.DataFrame({"entrez": [7157, 1956], "length": [5, 6]}, index=["a", "b"])
    )
    data.write_h5ad(tmp_path / "e.h5ad")
    assert feature_columns(tmp_path / "e.h5ad") == {"entrez": ["7157", "1956"]}


def test_stem_loops_are_read_as_their_main_product_and_flagged(tmp_path: Path) -> None:
    features = ["hsa-mir-221", "hsa-mir-155", "hsa-mir-378a", "hsa-let-7b"]
    genes, report = taken(written(tmp_path, VALUES[:, :4], features) | {"assay": "small_rna"}, tmp_path)
    assert genes["symbol"].tolist() == ["hsa-miR-221-3p", "hsa-miR-155-5p", "hsa-mir-378a", "hsa-let-7b-5p"]
    assert report["identifiers"]["kind"] == "miRNA stem-loops"
    signatures, members = sets()
    members = members.head(2).assign(symbol=["hsa-miR-221-3p", "hsa-miR-155-5p"])
    gate = measure_coverage("d", "small_rna", signatures.assign(assay="small_rna"), members, genes, 0.6).iloc[0]
    assert (gate["n_found"], gate["scorable"]) == (2, "low_power")
    assert gate["reason"].startswith("read from stem-loops: the arm is not known")


def test_mitochondrial_genes_are_known_by_whatever_name(tmp_path: Path) -> None:
    shares = []
    for name in ("MT-ND1", "ENSG00000198888.2"):
        taken(written(tmp_path / name, VALUES[:, :2], [name, SYMBOLS[0]]), tmp_path / name)
        shares.append(pd.read_parquet(tmp_path / name / "out" / "observations.parquet")["mito_share"])
    np.testing.assert_allclose(shares[0], VALUES[:, 0] / VALUES[:, :2].sum(axis=1))
    np.testing.assert_array_equal(shares[0], shares[1])


# --- probes ---

PROBED = [f"{1000 + at}_at" for at in range(len(RICH))]


def with_map(folder: Path, text: str, name: str = "map.tsv", features: list[str] | None = None) -> dict[str, Any]:
    spec = written(folder, np.log2(VALUES + 1), features or PROBED)
    (folder / name).write_text(text)
    return spec | {"probes": str(folder / name)}


def platform(genes: list[str], separator: str = "\t") -> str:
    rows = [separator.join(row) for row in zip(PROBED, ["x"] * len(genes), genes, strict=True)]
    return separator.join(["ID", "GB_ACC", "Gene"]) + "\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("genes", [SYMBOLS, [gene.entrez for gene in RICH], [alias_of(gene) for gene in RICH]])
def test_a_map_of_symbols_numbers_or_aliases_names_the_probes(tmp_path: Path, genes: list[str]) -> None:
    table, report = taken(with_map(tmp_path, platform(genes)), tmp_path)
    assert table["symbol"].tolist() == SYMBOLS
    assert set(table["how"]) == {"probe"}
    assert report["identifiers"]["probes"] == {
        "file": str(tmp_path / "map.tsv"), "probe_column": "ID", "gene_column": "Gene",
        "probes_mapped": len(RICH), "probes_not_in_map": 0,
    }  # fmt: skip


def test_probes_of_several_genes_and_of_none_are_not_guessed(tmp_path: Path) -> None:
    genes = [SYMBOLS[0], f"{SYMBOLS[0]} /// {SYMBOLS[1]}", "---", "madeup", *SYMBOLS[4:]]
    table, _ = taken(with_map(tmp_path, platform(genes)), tmp_path)
    assert table["how"].tolist()[:5] == ["probe", "ambiguous", "as given", "as given", "probe"]
    assert table["symbol"].tolist()[1:4] == [PROBED[1], PROBED[2], "madeup"]
    assert "not resolved" in table["note"][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "\n".join(f"{probe}\t{symbol}" for probe, symbol in zip(PROBED, SYMBOLS, strict=True)),
            "HERE/map.tsv: has no header: its first row holds probe '1000_at'; "
            "put a line such as `probe<TAB>symbol` above it",
        ),
        (
            "probe\n" + "\n".join(PROBED),
            "HERE/map.tsv: has one column only; a column of probes and one of genes is needed",
        ),
        (
            platform(["madeup"] * len(RICH)),
            "HERE/map.tsv: none of its columns (GB_ACC, Gene) names known genes (probe '1000_at': 'x'); "
            "a column of symbols, Entrez or Ensembl ids of human genes is needed",
        ),
        ("probe\tsymbol\nx_at\tTP53\ny_at\tEGFR\n", "HERE/map.tsv: shares no probe with the matrix"),
        ("probe\tsymbol\n", "HERE/map.tsv: has no rows of data"),
        ("probe\tprobe\nx_at\tTP53\n", "HERE/map.tsv: column 'probe' stands there 2 times; rename it"),
        ("probe\tsymbol\nx_at\n", "HERE/map.tsv: row 2 has 1 fields, the header has 2"),
    ],
)
def test_bad_maps_of_probes(tmp_path: Path, text: str, said: str) -> None:
    assert refused(with_map(tmp_path, text), tmp_path).startswith(said)


def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    spec = written(tmp_path, VALUES, SYMBOLS) | {"probes": str(tmp_path / "none.tsv")}
    assert refused(spec, tmp_path) == "HERE/none.tsv: file not found; check the path"


# --- bad features ---


@pytest.mark.parametrize(
    ("features", "organism", "said"),
    [
        (
            PROBED,
            "human",
            "HERE/m.tsv: 24 of 24 features are microarray probes such as '1000_at'; "
            "name a table of probes and symbols: `probes: annotation.tsv`",
        ),
        ([f"ILMN_{1343291 + at}" for at in range(24)], "human", "HERE/m.tsv: 24 of 24 features are microarray probes"),
        (
            [str(at) for at in range(24)],
            "human",
            "HERE/m.tsv: features are called 0, 1, 2 ...: row numbers, not genes; write the gene names with the matrix",
        ),
        ([str(at + 1) for at in range(24)], "human", "HERE/m.tsv: features are called 1, 2, 3 ...: row numbers"),
        (
            [symbol.capitalize() for symbol in SYMBOLS],
            "human",
            "HERE/m.tsv: organism: human is set, but 24 of 24 features have mouse names and 0 have human names; "
            "set organism: mouse",
        ),
        ([f"ENSMUSG{at:011d}" for at in range(24)], "human", "HERE/m.tsv: organism: human is set, but 24 of 24"),
        (
            SYMBOLS,
            "mouse",
            "HERE/m.tsv: organism: mouse is set, but 24 of 24 features have human names and 0 have mouse names; "
            "set organism: human (data mapped to human genes are read as human)",
        ),
        ([gene.ensembl for gene in RICH], "mouse", "HERE/m.tsv: organism: mouse is set, but 24 of 24"),
        (
            [*SYMBOLS[:10], *[symbol.capitalize() for symbol in SYMBOLS[10:]]],
            "human",
            "HERE/m.tsv: organism: human is set, but 14 of 24 features have mouse names and 10 have human names",
        ),
    ],
)
def test_features_that_cannot_be_genes_of_this_organism(
    tmp_path: Path, features: list[str], organism: str, said: str
) -> None:
    spec = written(tmp_path, VALUES, features) | {"organism": organism}
    assert refused(spec, tmp_path).startswith(said)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("2-Mar", "a spreadsheet has damaged 1 names: '2-Mar' is a date that a spreadsheet made of a gene symbol"),
        ("7-Sep", "a spreadsheet has damaged 1 names that were mended: '7-Sep' is a date"),
        ("2.31E+13", "a spreadsheet has damaged 1 names: '2.31E+13' is a number that a spreadsheet rounded"),
        ("NRF2", "1 names have several meanings and were not resolved: NRF2"),
        ("", "1 features have no name"),
    ],
)
def test_a_bad_name_among_good_ones_is_told(tmp_path: Path, first: str, said: str) -> None:
    _, report = taken(written(tmp_path, VALUES, [first, *SYMBOLS[1:]]), tmp_path)
    assert any(remark.startswith(said) for remark in report["identifiers"]["remarks"])
    assert report["identifiers"]["resolved"] >= 23 / 24 - 0.001


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([f"thing{at}" for at in range(24)], "only 0.0% of the features have a name that is known"),
        ([f"ENST{at:011d}.1" for at in range(24)], "24 features are transcripts: sum them to genes first (tximport)"),
        ([str(7892501 + at) for at in range(24)], "only 0.0% of the features have a name that is known"),
    ],
)
def test_unknown_names_are_told_and_refused_by_the_gate(tmp_path: Path, features: list[str], said: str) -> None:
    genes, report = taken(written(tmp_path, VALUES, features), tmp_path)
    assert any(remark.startswith(said) for remark in report["identifiers"]["remarks"])
    with pytest.raises(ResigError, match=r"dataset d: none of its 24 features .* has a known name"):
        measure_coverage("d", "mrna", *sets(), genes, 0.6)


def test_unknown_names_that_an_own_set_uses_are_fine(tmp_path: Path) -> None:
    genes, _ = taken(written(tmp_path, VALUES, [f"thing{at}" for at in range(24)]), tmp_path)
    signatures, members = sets()
    members = members.assign(symbol=[f"thing{at}" for at in range(6)])
    assert measure_coverage("d", "mrna", signatures, members, genes, 0.6)["scorable"].tolist() == ["yes"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ways=st.lists(st.sampled_from([*sorted(WAYS), "none"]), min_size=len(RICH), max_size=len(RICH)),
    again=st.lists(st.integers(0, len(RICH) - 1), max_size=6),
)
def test_the_plan_expects_the_coverage_that_the_run_finds(
    tmp_path_factory: pytest.TempPathFactory, ways: list[str], again: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    features = [f"none{at}" if way == "none" else WAYS[way](RICH[at]) for at, way in enumerate(ways)]
    features += [alias_of(RICH[at]) for at in again]
    values = np.hstack([VALUES, VALUES[:, again] + 7])
    genes, _ = taken(written(folder, values, features), folder)
    found = measure_coverage("d", "mrna", *sets(), genes, 0.6)
    planned = expected_coverage("d", "mrna", *sets(), identify(features, NAMES, "human", "mrna", "m"), 0.6)
    pd.testing.assert_frame_equal(planned, found)


# --- bad values ---


def changed(*cells: tuple[int, int, float], scale: float = 1.0) -> np.ndarray:
    values = VALUES * scale
    for row, column, value in cells:
        values[row, column] = value
    return values


TPM = 1e6 * (VALUES + 0.25) / (VALUES + 0.25).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("values", "declared", "said"),
    [
        (changed((2, 1, np.nan)), "auto", f"row '{SYMBOLS[1]}', column 's2': the value is missing (1 such values)"),
        (changed((2, 1, np.inf)), "auto", f"row '{SYMBOLS[1]}', column 's2': the value is 'inf' (1 such values)"),
        (
            changed((2, 1, -3.0), scale=0.5),
            "counts",
            f"values: counts was declared, but values from -3 (feature '{SYMBOLS[1]}' in 's2') to",
        ),
        (
            changed((5, 7, -0.25), scale=0.5),
            "linear",
            "values: linear was declared, but there are values below zero "
            f"(-0.25 (feature '{SYMBOLS[7]}' in 's5')); set values: log",
        ),
        (
            changed((5, 7, -0.25), scale=100),
            "auto",
            f"values from -0.25 to {VALUES.max() * 100:g} are below zero in part (feature '{SYMBOLS[7]}' in 's5')",
        ),
        (changed((0, 0, 0.5), scale=0.1), "counts", "values: counts was declared, but values from 0 to"),
        (TPM, "counts", "values: counts was declared, but values from 0 to"),
        (VALUES * 100, "log", f"values: log was declared, but the largest value is {VALUES.max() * 100:g}"),
    ],
)
def test_values_that_cannot_be_are_named(tmp_path: Path, values: np.ndarray, declared: str, said: str) -> None:
    spec = written(tmp_path, values, SYMBOLS) | {"values": declared}
    assert refused(spec, tmp_path).startswith(f"HERE/m.tsv: {said}")


def remarks(folder: Path, values: np.ndarray, declared: str = "auto") -> tuple[str, list[str]]:
    _, report = taken(written(folder, values, SYMBOLS) | {"values": declared}, folder)
    return report["values"]["found"], report["values"]["remarks"]


def test_scaled_values_are_recognised_and_zmean_does_not_mind(tmp_path: Path) -> None:
    logs = np.log2(VALUES + 1)
    scaled = (logs - logs.mean(axis=0)) / logs.std(axis=0, ddof=1)
    for name, values, said in (
        ("centred", logs - logs.mean(axis=0), "values are already centred (mean 0 for each gene)"),
        ("scaled", scaled, "values are already scaled (mean 0 and standard deviation 1 for each gene)"),
    ):
        units, told = remarks(tmp_path / name, values)
        assert units == "log"
        assert told[0].startswith(said)
    clipped = np.tile([-10.0, 10.0, -3.0, 3.0], (len(SYMBOLS), 2)).T
    assert "(mean 0 for each gene, clipped at 10)" in remarks(tmp_path / "clip", clipped)[1][0]
    before, _ = scored(written(tmp_path / "logs", logs, SYMBOLS), tmp_path / "logs")
    after, _ = scored(written(tmp_path / "z", scaled, SYMBOLS), tmp_path / "z")
    np.testing.assert_allclose(after["S__zmean"], before["S__zmean"], rtol=1e-7)
    assert remarks(tmp_path / "plain", logs)[1] == []


def test_scaled_values_above_the_largest_log_are_still_scaled(tmp_path: Path) -> None:
    scaled = np.tile([-200.0, 200.0], (len(SYMBOLS), 4)).T
    units, told = remarks(tmp_path, scaled)
    assert units == "log"
    assert told[0].startswith("values are already centred")


def test_estimated_counts_are_taken_when_they_are_declared(tmp_path: Path) -> None:
    estimated = VALUES + np.random.default_rng(1).choice([0, 0.25, 0.33], VALUES.shape)
    units, told = remarks(tmp_path, estimated, "counts")
    assert units == "counts"
    assert told == ["counts are not whole numbers: taken for estimated counts (RSEM, salmon), as declared"]
    assert remarks(tmp_path / "auto", estimated)[0] == "linear"


def test_rounded_logs_are_asked_about(tmp_path: Path) -> None:
    rounded = np.rint(np.log2(VALUES + 1))
    units, told = remarks(tmp_path / "auto", rounded)
    assert (units, told) == (
        "counts",
        [f"whole numbers up to {rounded.max():g} only: taken for counts; if they are rounded logs say values: log"],
    )
    units, told = remarks(tmp_path / "log", rounded, "log")
    assert (units, told) == ("log", ["all values are whole numbers: believed to be (rounded) logs, as declared"])


def test_samples_and_genes_without_any_value_are_told(tmp_path: Path) -> None:
    values = VALUES.copy()
    values[3], values[:, 2] = 0, 0
    _, report = taken(written(tmp_path, values, SYMBOLS), tmp_path)
    assert report["values"]["remarks"] == ["1 observations (such as 's3') have no value other than zero"]
    assert report["genes"]["never_expressed"] == 1


# --- the parts alone ---


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["TP53", "p53x", "ENSG00000141510", "IL8", "CXCL8", "", "Q", "7157"]), min_size=1))
def test_one_feature_stands_for_each_symbol_and_no_row_is_lost(features: list[str]) -> None:
    identified = identify(features, NAMES, "human", "mrna", "m")
    mean = np.random.default_rng(len(features)).permutation(len(features)).astype(float)
    genes = choose_genes(identified, mean, mean, mean)
    assert genes["feature"].tolist() == features
    used = genes[genes["used"] == "yes"]
    assert used["symbol"].is_unique
    assert set(used["symbol"]) == set(genes["symbol"]) - {""}
    for symbol, rows in genes[genes["symbol"] != ""].groupby("symbol"):
        best = rows[rows["sureness"] == rows["sureness"].min()]
        assert rows.index[rows["used"] == "yes"].tolist() == [best["mean"].idxmax()], symbol
    for row, into in joins(genes).items():
        assert genes.at[row, "symbol"] == genes.at[into, "symbol"]
        assert (genes.at[row, "used"], genes.at[into, "used"]) == ("no", "yes")


def test_none_is_a_word_in_a_table_and_missing_in_obs(tmp_path: Path) -> None:
    (tmp_path / "s.tsv").write_text("sample_id\tprior\na\tNone\nb\tNA\nc\tchemo\n")
    assert read_labels(tmp_path / "s.tsv").load("prior") == ["None", "", "chemo"]
    data = anndata.AnnData(np.ones((2, 1)), obs=pd.DataFrame({"prior": ["None", "chemo"]}, index=["a", "b"]))
    data.write_h5ad(tmp_path / "m.h5ad")
    assert read_labels(tmp_path / "m.h5ad").load("prior") == ["", "chemo"]
