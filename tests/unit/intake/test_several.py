"""A matrix in several files: the same as one file, whatever the tool; and who is who in it."""

from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
from formats import ARM, COUNTS, DONOR, FORMATS, GENES, IDS, SAMPLES, data, table, tenx_h5, tenx_mtx
from test_formats import spec, taken, targets

from resig.errors import ResigError
from resig.intake.run import take_in
from resig.intake.several import parts_of, sample_names
from resig.intake.who import know

SUMMARY = ["__no_feature", "__ambiguous", "__too_low_aQual", "__not_aligned", "__alignment_not_unique"]


def one_each(folder: Path, tool: str) -> dict[str, str]:
    """Write a table of each sample as a tool does; genes stand in another order in every other file."""
    parts = {}
    for at, name in enumerate(SAMPLES):
        order = range(len(GENES)) if at % 2 else range(len(GENES) - 1, -1, -1)
        rows = [(GENES[gene], int(COUNTS[at, gene])) for gene in order]
        path = folder / f"{name}.{tool}.txt"
        match tool:
            case "htseq":
                lines = [f"{gene}\t{count}" for gene, count in rows] + [f"{each}\t99" for each in SUMMARY]
            case "star":
                lines = [f"N_{each}\t9\t9\t9" for each in ("unmapped", "multimapping", "noFeature", "ambiguous")]
                lines += [f"{gene}\t{count}\t0\t{count}" for gene, count in rows]
            case "featureCounts":
                lines = ['# Program:featureCounts v2.0.1; Command:"featureCounts" "-a" "x.gtf"']
                lines += [f"Geneid\tChr\tStart\tEnd\tStrand\tLength\t{name}.bam"]
                lines += [f"{gene}\tchr1;chr1\t1;5\t3;9\t+;+\t600\t{count}" for gene, count in rows]
            case "rsem":
                lines = ["gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM"]
                lines += [f"{gene}\tt1,t2\t900\t750.5\t{count}.00\t{count / 2}\t0.1" for gene, count in rows]
            case "salmon":
                lines = ["Name\tLength\tEffectiveLength\tTPM\tNumReads"]
                lines += [f"{gene}\t900\t750.5\t{count / 2}\t{count}.000" for gene, count in rows]
            case "kallisto":
                lines = ["target_id\tlength\teff_length\test_counts\ttpm"]
                lines += [f"{gene}\t900\t750.5\t{count}\t{count / 2}" for gene, count in rows]
            case _:
                lines = ["gene,value", *(f"{gene},{count}" for gene, count in rows)]
        path.write_text("\n".join(lines) + "\n")
        parts[name] = str(path)
    return parts


@pytest.mark.parametrize(
    ("tool", "layer", "factor", "column", "aside"),
    [
        ("htseq", None, 1, "values", 5),
        ("star", None, 1, "values", 4),
        ("star", "reverse", 1, "reverse", 4),
        ("featureCounts", None, 1, "S-01.bam", 0),
        ("rsem", None, 0.5, "TPM", 0),
        ("rsem", "expected_count", 1, "expected_count", 0),
        ("salmon", None, 0.5, "TPM", 0),
        ("salmon", "NumReads", 1, "NumReads", 0),
        ("kallisto", None, 0.5, "tpm", 0),
        ("pairs", None, 1, "value", 0),
    ],
)
def test_tables_of_one_sample_are_one_matrix(
    tool: str, layer: str | None, factor: float, column: str, aside: int, tmp_path: Path
) -> None:
    parts = one_each(tmp_path, tool)
    out, report = taken(spec(parts, "bulk", metadata=str(table(tmp_path)), layer=layer), tmp_path / "out")
    found = anndata.read_h5ad(out.matrix)
    np.testing.assert_allclose(found[SAMPLES, GENES].X.toarray(), COUNTS * factor)
    assert report["matrix"]["column"] == column
    assert report["matrix"].get("rows_set_aside", 0) == aside
    assert report["matrix"]["features_in_some_files_left_out"] == 0


@pytest.mark.parametrize(
    "write", [tenx_h5(3), tenx_h5(2), tenx_mtx(3, packed=True), tenx_h5(3, others=2), FORMATS["loom"][0]]
)
def test_cells_of_several_files_get_their_sample(write: Any, tmp_path: Path) -> None:
    parts = {}
    for sample in ("a", "b"):
        (tmp_path / sample).mkdir()
        parts[sample] = str(write(tmp_path / sample))
    (tmp_path / "t.tsv").write_text("patient\tarm\nb\tPD\na\tCR\nc\tCR\n")
    given = spec(parts, "single_cell", sample="patient", cell_type=None, metadata=str(tmp_path / "t.tsv"))
    out, report = taken(given, tmp_path / "out")
    found = anndata.read_h5ad(out.matrix)
    np.testing.assert_array_equal(found.X.toarray(), np.vstack([COUNTS, COUNTS]))
    assert found.obs_names.tolist() == [f"{sample}_{name}" for sample in "ab" for name in SAMPLES]
    cells = pd.read_parquet(out.observations)
    assert cells["sample"].tolist() == ["a"] * len(SAMPLES) + ["b"] * len(SAMPLES)
    assert pd.read_csv(out.samples, sep="\t")["arm"].tolist() == ["CR", "PD"]
    assert report["metadata"]["joined_by"] == "sample"
    assert report["metadata"]["only_in_metadata"] == {"n": 1, "names": ["c"]}


def test_genes_that_only_some_files_have_are_counted_and_left_out(tmp_path: Path) -> None:
    parts = one_each(tmp_path, "pairs")
    first = Path(next(iter(parts.values())))
    first.write_text(first.read_text().replace("VIM,", "NEW,"))
    out, report = taken(spec(parts, "bulk", metadata=str(table(tmp_path))), tmp_path / "out")
    assert report["matrix"]["features_in_all_files"] == len(GENES) - 1
    assert report["matrix"]["left_out_such_as"] == ["NEW", "VIM"]
    assert "VIM" not in anndata.read_h5ad(out.matrix).var_names


def refused(parts: object, folder: Path, **more: Any) -> str:
    with pytest.raises(ResigError) as error:
        take_in(
            "d", spec(parts, "bulk", metadata=str(table(folder)), **more), targets(folder / "out"), called="12 files"
        )
    return str(error.value).replace(f"{folder}/", "")


def test_files_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    parts = one_each(tmp_path, "pairs")
    path = Path(parts["S-03"])
    good = path.read_text()
    for content, line in (
        ("gene,value\nOTHER,1\n", "S-03.pairs.txt: has no feature in common with S-01.pairs.txt; are they named alike"),
        (good + "VIM,3\n", "S-03.pairs.txt: feature 'VIM' stands there more than once; give each its own row"),
        (good + "LAST\n", "S-03.pairs.txt: row 10 has 1 fields, expected 2; mend that row"),
        (good.replace("VIM,", "VIM,n"), "S-03.pairs.txt: row 'VIM', column 'value': the value is 'n"),
        ("gene,a,b\nVIM,1,2\n", "S-03.pairs.txt: has 3 columns (gene, a, b), one sample a file is expected"),
        ("", "S-03.pairs.txt: is empty (no bytes)"),
    ):
        path.write_text(content)
        assert refused(parts, tmp_path).startswith(line)
    path.write_text(Path(one_each(tmp_path, "rsem")["S-03"]).read_text())
    assert "files are of different kinds: RSEM (TPM), two columns (value); join tables of one tool" in refused(
        parts, tmp_path
    )
    assert "there is no column 'tpm'; did you mean 'TPM'?" in refused(one_each(tmp_path, "rsem"), tmp_path, layer="tpm")


def test_files_of_a_list_or_a_pattern_name_their_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one_each(tmp_path, "htseq")
    assert parts_of("*.htseq.txt") == {name: f"{name}.htseq.txt" for name in SAMPLES}
    assert parts_of([f"{name}.htseq.txt" for name in SAMPLES[::-1]]) == {
        name: f"{name}.htseq.txt" for name in SAMPLES[::-1]
    }
    with pytest.raises(ResigError, match=r"no file matches 'x\*\.txt'"):
        parts_of("x*.txt")
    with pytest.raises(ResigError, match=r"file 'a\.txt' stands there twice"):
        parts_of(["a.txt", "a.txt"])


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["q/S1/quant.sf", "q/S2/quant.sf"], ["S1", "S2"]),
        (["q/S1/outs/m.h5", "r/S2/outs/m.h5"], ["S1", "S2"]),
        (["GSM1_A_counts.txt.gz", "GSM2_B_counts.txt.gz"], ["GSM1_A", "GSM2_B"]),
        (["a/x.tsv", "b/y.tsv"], ["x", "y"]),
        (["S1.tsv", "S1.2.tsv"], ["S1", "S1.2"]),
        (["P1_pre.tsv", "P1_post.tsv"], ["P1_pre", "P1_post"]),
        (["only.counts.tsv"], ["only"]),
    ],
)
def test_samples_are_named_by_what_differs(paths: list[str], names: list[str]) -> None:
    assert sample_names(paths) == names


# --- metadata of cells ---


def test_a_table_of_cells_in_any_order_is_joined_by_the_names_of_cells(tmp_path: Path) -> None:
    whole = data()
    whole.obs = whole.obs[["type"]]
    whole.write_h5ad(tmp_path / "m.h5ad")
    cells = pd.DataFrame({"donor": DONOR, "barcode": SAMPLES, "arm": ARM}).iloc[[5, 1, 0, 2, 3, 4, 6, 7, 8, 9, 10]]
    pd.concat([cells, pd.DataFrame({"donor": ["d9"], "barcode": ["S-99"], "arm": ["CR"]})]).to_csv(
        tmp_path / "t.csv", index=False
    )
    out, report = taken(
        spec(str(tmp_path / "m.h5ad"), "single_cell", metadata=str(tmp_path / "t.csv")), tmp_path / "out"
    )
    found = pd.read_parquet(out.observations).set_index("observation")
    assert found["sample"].to_dict() == dict(zip(SAMPLES[:-1], DONOR[:-1], strict=True))
    assert report["samples"]["only_in_matrix"] == {"n": 1, "names": ["S-12"]}
    assert report["metadata"]["column"] == "barcode"
    assert report["metadata"]["only_in_metadata"] == {"n": 1, "names": ["S-99"]}


def test_a_table_of_samples_adds_columns_and_replaces_those_of_its_name(tmp_path: Path) -> None:
    matrix = FORMATS["h5ad csr"][0](tmp_path)
    (tmp_path / "t.tsv").write_text("donor\tarm\tage\nd0\tx\t50\nd1\ty\t\nd2\tx\t61.5\nd3\ty\t44\n")
    out, report = taken(spec(str(matrix), "single_cell", metadata=str(tmp_path / "t.tsv")), tmp_path / "out")
    samples = pd.read_csv(out.samples, sep="\t").set_index("sample")
    assert samples["arm"].to_dict() == {"d0": "x", "d1": "y", "d2": "x", "d3": "y"}
    assert report["metadata"]["columns_replaced"] == ["arm"]
    assert report["columns"]["age"] == {
        "kind": "numeric",
        "missing": 1,
        "smallest": 44,
        "largest": 61.5,
        "different": 3,
    }
    assert report["columns"]["arm"] == {"kind": "categorical", "missing": 0, "levels": {"x": 2, "y": 2}}


def test_metadata_that_name_a_cell_twice_are_refused(tmp_path: Path) -> None:
    matrix = FORMATS["h5ad csr"][0](tmp_path)
    (tmp_path / "t.tsv").write_text("cell\tdonor\nS-01\tx\nS-01\ty\n")
    with pytest.raises(ResigError) as error:
        know(spec(str(matrix), "single_cell", metadata=str(tmp_path / "t.tsv")))
    assert str(error.value) == (
        f"{tmp_path}/t.tsv: cell 'S-01' stands in 2 rows of column 'cell'; one row for each cell is needed"
    )


def test_quality_that_log_values_cannot_say_is_taken_from_obs(tmp_path: Path) -> None:
    total = COUNTS.sum(axis=1)
    whole = data(np.log1p(1e4 * COUNTS / total[:, None]).astype(np.float32))
    whole.obs["total_counts"], whole.obs["pct_counts_mt"] = total, 100 * COUNTS[:, 2] / total
    whole.write_h5ad(tmp_path / "m.h5ad")
    out, report = taken(spec(str(tmp_path / "m.h5ad"), "single_cell"), tmp_path / "out")
    cells = pd.read_parquet(out.observations)
    np.testing.assert_allclose(cells["depth"], total)
    np.testing.assert_allclose(cells["mito_share"], COUNTS[:, 2] / total)
    assert report["quality"] == {
        "detected_genes": "computed",
        "depth": "obs column 'total_counts'",
        "mito_share": "obs column 'pct_counts_mt'",
    }


def test_a_share_of_genes_that_are_not_there_is_unknown_and_not_zero(tmp_path: Path) -> None:
    whole = data()[:, [gene for gene in GENES if not gene.startswith("MT-")]].copy()
    whole.write_h5ad(tmp_path / "m.h5ad")
    out, report = taken(spec(str(tmp_path / "m.h5ad"), "single_cell"), tmp_path / "out")
    assert pd.read_parquet(out.observations)["mito_share"].isna().all()
    assert report["quality"]["mito_share"] == "not known"
    assert len(IDS) == len(GENES)
