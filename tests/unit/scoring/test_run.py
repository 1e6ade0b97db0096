"""The runner: the promised file, for the rows and sets that are asked for, and a user's own method."""

import io
import re
import subprocess
import sys
import tracemalloc
from itertools import chain
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse
from toolbox import genes_of, log_cells, panel_of, random_sets, score_file, score_rows, without_home, write_h5ad

from resig import rows
from resig.errors import ResigError
from resig.scoring import METHODS, aucell, find_methods, inputs, load_method, run
from resig.scoring.inputs import Observations, Universe, build_panel, read_observations, read_signatures, read_universe
from resig.scoring.panel import Panel
from resig.scoring.progress import Progress
from resig.scoring.run import Plan, gather_scores, in_turn, score_dataset
from resig.scoring.shards import count_shards

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "workflow" / "scripts"
N_GENES = 60
SETS = random_sets(N_GENES, (1, 2, 5, 12))
BY_ROW = [name for name, method in METHODS.items() if method.prepare]


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    return write_h5ad(tmp_path / "cells.h5ad", log_cells(50, N_GENES))


def test_writes_the_promised_columns(cells: Path, tmp_path: Path) -> None:
    order = ["not_scorable", *reversed(list(SETS))]
    table = pq.read_table(
        score_file(cells, tmp_path / "s.parquet", SETS, ["zmean", "ucell"], signatures=order)
    ).to_pandas()
    assert list(table.columns) == [
        "observation",
        *(
            f"{each}__{method}{part}"
            for method in ("zmean", "ucell")
            for each in order
            for part in ("", "__up", "__down")
        ),
    ]
    assert table["observation"].tolist() == [f"c{at}" for at in range(50)]
    assert table["not_scorable__zmean"].isna().all()
    assert table["S0__ucell"].isna().all(), "one member is below the least that UCell takes"
    assert table["S0__zmean"].notna().all()
    assert table["S2__ucell__down"].isna().all(), "a part without members is NaN, not 0"
    assert table["S3__ucell__down"].notna().all()
    expected = score_rows(log_cells(50, N_GENES), SETS, "ucell").whole[:, 3]
    assert np.array_equal(table["S3__ucell"].to_numpy(), expected)


def test_scores_the_rows_in_use_in_their_order(cells: Path, tmp_path: Path) -> None:
    rows = [3, 4, 17, 25, 49]
    everything = pq.read_table(score_file(cells, tmp_path / "a.parquet", SETS, BY_ROW)).to_pandas()
    some = pq.read_table(score_file(cells, tmp_path / "b.parquet", SETS, BY_ROW, rows=rows, span=60)).to_pandas()
    assert some["observation"].tolist() == [f"c{row}" for row in rows]
    np.testing.assert_array_equal(some.iloc[:, 1:].to_numpy(), everything.iloc[rows, 1:].to_numpy())


def test_row_groups_are_of_one_size(cells: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROW_GROUP", 16)
    metadata = pq.ParquetFile(score_file(cells, tmp_path / "s.parquet", SETS, span=100, threads=3)).metadata
    assert [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)] == [16, 16, 16, 2]


@pytest.mark.parametrize("shards", [1, 2, 7, 60])
def test_gathered_shards_are_the_file_of_one_pass(
    cells: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    monkeypatch.setattr(run, "ROW_GROUP", 16)
    rows = [row for row in range(50) if row % 7]
    whole = score_file(cells, tmp_path / "whole.parquet", SETS, BY_ROW, rows=rows)
    parts = [
        score_file(cells, tmp_path / f"{at}.parquet", SETS, BY_ROW, rows=rows, shard=(at, shards), span=90)
        for at in range(1, shards + 1)
    ]
    gather_scores(parts, tmp_path / "gathered.parquet")
    assert (tmp_path / "gathered.parquet").read_bytes() == whole.read_bytes()


def test_shards_of_another_run_are_refused(cells: Path, tmp_path: Path) -> None:
    one = score_file(cells, tmp_path / "1.parquet", SETS, ["zmean"], shard=(1, 2))
    other = score_file(cells, tmp_path / "2.parquet", SETS, ["ucell"], shard=(2, 2))
    with pytest.raises(ResigError, match="its columns are not those of"):
        gather_scores([one, other], tmp_path / "gathered.parquet")
    assert not (tmp_path / "gathered.parquet").exists()


@pytest.mark.parametrize(
    ("asked", "kind", "cells_a_shard", "shards"),
    [(None, "single_cell", 50, 1), (None, "single_cell", 49, 2), (None, "bulk", 10, 1), (4, "bulk", 10, 4)],
)
def test_a_dataset_is_cut_by_its_size_or_as_asked(
    cells: Path, asked: int | None, kind: str, cells_a_shard: int, shards: int
) -> None:
    spec = {"shards": asked, "kind": kind, "matrix": str(cells)}
    assert count_shards(spec, str, cells_a_shard) == shards
    assert count_shards(spec, lambda path: f"{path}.not_there", 1) == (asked or 1)
    assert count_shards(spec | {"matrix": [str(cells), str(cells)]}, str, 1) == (asked or 1)


def test_gsva_goes_through_the_same_file(cells: Path, tmp_path: Path) -> None:
    genes = genes_of(log_cells(50, N_GENES))
    table = pq.read_table(
        score_file(cells, tmp_path / "s.parquet", SETS, ["gsva", "zmean"], genes=genes, rows=range(1, 20), kind="bulk")
    ).to_pandas()
    dense = log_cells(50, N_GENES).toarray()[1:20].astype(np.float64)
    gsva = METHODS["gsva"]
    assert gsva.score_cohort is not None
    panel = gsva.panel(panel_of(SETS, genes))
    assert np.array_equal(table["S3__gsva"].to_numpy(), gsva.score_cohort(dense, panel).whole[:, 3])
    assert table["S0__gsva"].isna().all()


def test_whole_matrix_methods_refuse_large_data(cells: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LARGEST_COHORT", 100)
    with pytest.raises(ResigError, match="gsva needs all 50 observations"):
        score_file(cells, tmp_path / "s.parquet", SETS, ["gsva"])


def test_nothing_is_left_when_a_value_is_not_finite(tmp_path: Path) -> None:
    broken = log_cells(20, N_GENES)
    broken.data[broken.indptr[7]] = np.nan
    target = tmp_path / "s.parquet"
    with pytest.raises(ResigError, match="row 7 has a value that is not finite"):
        score_file(write_h5ad(tmp_path / "x.h5ad", broken), target, SETS, threads=2)
    assert not target.exists() and not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("column", [-1, N_GENES, 2_000_000_000])
def test_a_column_that_is_not_there_is_one_clear_line(tmp_path: Path, column: int) -> None:
    path = write_h5ad(tmp_path / "x.h5ad", log_cells(50, N_GENES))
    with h5py.File(path, "r+") as file:
        at = int(file["X/indptr"][8]) - (1 if column > 0 else int(np.diff(file["X/indptr"][7:9])[0]))
        file["X/indices"][at] = column
    with pytest.raises(ResigError, match="names a column that it does not have"):
        score_file(path, tmp_path / "s.parquet", SETS, threads=2)


def test_a_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    path = write_h5ad(tmp_path / "x.h5ad", log_cells(50, N_GENES), compression="gzip")
    with h5py.File(path) as file:
        at = file["X/data"].id.get_chunk_info(0).byte_offset
    with path.open("r+b") as handle:
        handle.seek(at)
        handle.write(b"damaged!" * 4)
    with pytest.raises(ResigError, match=r"rows 0 to 49 cannot be read .*; copy or download it again"):
        score_file(path, tmp_path / "s.parquet", SETS, threads=2)


def test_without_any_scorable_set_all_is_nan(cells: Path, tmp_path: Path) -> None:
    genes = genes_of(log_cells(50, N_GENES))
    nothing = Panel([], genes, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    universe = Universe(genes, np.arange(N_GENES, dtype=np.int32))
    names = Observations.of(pa.array([f"c{at}" for at in range(50)]), np.arange(50))
    plan = Plan(list(METHODS.values()), cell_null=True, null_draws=5)
    score_dataset(cells, "log", "single_cell", universe, names, nothing, ["S"], plan, tmp_path / "s.parquet")
    table = pq.read_table(tmp_path / "s.parquet").to_pandas()
    assert len(table) == 50 and table.drop(columns="observation").isna().all(axis=None)


def test_no_signature_at_all_is_a_file_of_nan(cells: Path, tmp_path: Path) -> None:
    table = pq.read_table(score_file(cells, tmp_path / "s.parquet", {"S": {0: 1.0}}, ["ucell"], signatures=["S", "T"]))
    assert table.num_rows == 50 and table["T__ucell"].to_pandas().isna().all()


def test_cells_without_anything_have_defined_scores() -> None:
    empty = np.zeros((2, N_GENES))
    sets = {"S": dict.fromkeys(range(8), 1.0)}
    genes = genes_of(log_cells(50, N_GENES))
    found = {name: score_rows(empty, sets, name, genes).whole for name in BY_ROW}
    size, room = 8, 8 * 1500 - 36
    assert np.allclose(found["ucell"], 1 - room / room) and size == 8
    assert np.allclose(found["singscore"], (1 - 4.5) / (N_GENES - 8) - 0.5), "all genes share the lowest rank"
    assert np.allclose(found["ssgsea"], 0) and np.allclose(found["wmean"], 0) and np.allclose(found["score_genes"], 0)
    assert np.isnan(found["ulm"]).all() and np.isnan(found["mlm"]).all(), "no line goes through a constant"
    top = aucell.top(N_GENES)
    chance = sum(top - rank for rank in range(1, top + 1)) / N_GENES
    assert np.allclose(found["aucell"], 8 * chance / aucell.largest_area(np.array([8.0]), top)), "as random genes"
    varying = np.flatnonzero(genes.sd[:8])
    assert np.allclose(found["zmean"], (-genes.mean[varying] / genes.sd[varying]).mean())


def test_a_set_larger_than_the_nonzeros_is_scored() -> None:
    values = np.zeros((1, N_GENES))
    values[0, :3] = [3.0, 2.0, 1.0]
    sets = {"S": dict.fromkeys(range(20), 1.0)}
    genes = genes_of(log_cells(50, N_GENES))
    for name in BY_ROW:
        assert np.isfinite(score_rows(values, sets, name, genes).whole).all(), name
    gained = sum(1500 - rank for rank in (1, 2, 3))
    assert score_rows(values, sets, "ucell").whole[0, 0] == pytest.approx(gained / (20 * 1500 - 210), abs=1e-12)


def test_sets_without_room_are_nan() -> None:
    values = np.random.default_rng(0).random((2, 6))
    everything = {"S": dict.fromkeys(range(6), 1.0)}
    for name in ("ssgsea", "ulm", "singscore"):
        assert np.isnan(score_rows(values, everything, name).whole).all(), name


def test_sets_that_stand_for_each_other_have_no_mlm() -> None:
    members = dict.fromkeys(range(5), 1.0)
    scores = score_rows(
        np.random.default_rng(0).random((3, N_GENES)), {"A": members, "B": members, "C": {7: 1.0}}, "mlm"
    )
    assert np.isnan(scores.whole[:, :2]).all() and np.isfinite(scores.whole[:, 2]).all()


def test_weights_count_in_weighted_methods_alone() -> None:
    cells = log_cells(20, N_GENES)
    once = {"S": {1: 1.0, 2: 1.0, 5: -1.0, 9: 1.0, 11: 1.0}}
    heavier = {"S": {gene: sign * (1 + gene) for gene, sign in once["S"].items()}}
    for name in BY_ROW:
        same = np.allclose(score_rows(cells, once, name).whole, score_rows(cells, heavier, name).whole, equal_nan=True)
        assert same == (name not in ("ulm", "mlm", "wmean")), name


def test_every_record_is_complete() -> None:
    for name, method in METHODS.items():
        assert method.name == name and method.about and method.reference and method.at_least >= 1
        assert (method.prepare is None) != (method.score_cohort is None)
        assert method.passes == (2 if name in ("zmean", "score_genes") else 1)
    assert {name for name, method in METHODS.items() if method.cohort_dependent} == {"zmean", "score_genes", "gsva"}
    assert {name for name, method in METHODS.items() if method.set_dependent} == {"mlm"}


def test_schema_and_registry_name_the_same_methods() -> None:
    import yaml

    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
    scoring = schema["properties"]["scoring"]["properties"]
    bulk, single_cell = (set(scoring[kind]["items"]["anyOf"][0]["enum"]) for kind in ("bulk", "single_cell"))
    assert bulk == set(METHODS)
    assert single_cell == {name for name, method in METHODS.items() if method.score_cohort is None}


def test_library_lists_every_module() -> None:
    common = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    listed = re.findall(r'^ {8}"([\w/]+)",$', common, flags=re.MULTILINE)
    there = [str(path.relative_to(SCRIPTS / "resig").with_suffix("")) for path in (SCRIPTS / "resig").rglob("*.py")]
    assert listed == sorted(there)


def test_the_example_of_the_docs_runs(cells: Path, tmp_path: Path) -> None:
    text = (ROOT / "docs/add_a_method.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    own = tmp_path / "detection.py"
    own.write_text(example, encoding="utf-8")
    methods = find_methods(["ucell", "detection"], [str(own)])
    table = pq.read_table(score_file(cells, tmp_path / "s.parquet", SETS, plan=Plan(methods), threads=2)).to_pandas()
    detected = log_cells(50, N_GENES).toarray() > 0
    up = [gene for gene, sign in SETS["S3"].items() if sign > 0]
    down = [gene for gene, sign in SETS["S3"].items() if sign < 0]
    expected = detected[:, up].mean(axis=1) - detected[:, down].mean(axis=1)
    np.testing.assert_allclose(table["S3__detection"], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "defines no METHOD"),
        ("import no_such_module", "cannot be run (ModuleNotFoundError"),
        ("from resig.scoring.ucell import METHOD", "its METHOD is called 'ucell'"),
    ],
)
def test_a_method_that_does_not_work_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    own = tmp_path / "own.py"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ResigError, match=re.escape(said)):
        load_method(str(own))


def test_unknown_methods_are_named() -> None:
    with pytest.raises(ResigError, match="did you mean 'ucell'"):
        find_methods(["ucel"])


def test_progress_says_time_and_bytes_left() -> None:
    times = iter([0.0, 5.0, 20.0, 21.0])
    stream = io.StringIO()
    terminal = io.StringIO()
    progress = Progress(
        1_000_000, 12_000_000_000, stream=stream, clock=lambda: next(times), terminal=terminal, called="atlas"
    )
    progress.reach(100_000, 1_200_000_000)
    progress.reach(250_000, 3_000_000_000)
    progress.reach(260_000, 3_100_000_000)
    assert stream.getvalue() == (
        "atlas: [#####...............] 250,000 of 1,000,000 rows scored (25%); 9.00 of 12.00 GB and about 60 s left\n"
    )
    assert terminal.getvalue() == stream.getvalue()


def test_few_spans_wait(tmp_path: Path) -> None:
    started: list[int] = []

    def score(span: tuple[int, int]) -> tuple[int, np.ndarray]:
        started.append(span[0])
        return span[1], np.zeros(0)

    answers = in_turn(score, [(at, at + 1) for at in range(100)], threads=2)
    assert [next(answers)[0] for _ in range(3)] == [1, 2, 3]
    assert len(started) <= 3 + 2 + 2


def test_inputs_are_read_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "genes.tsv").write_text(
        "feature\tsymbol\tused\tmean\tsd\tdetected\tnote\n"
        "a\tMET\tyes\t1\t2\t0.5\t\nb\t\tyes\t1\t2\t0.5\t\nc\tHGF\tno\t1\t2\t0.5\t\nd\tEGFR\tyes\t3\t0\t1\t\n",
        encoding="utf-8",
    )
    (tmp_path / "members.tsv").write_text(
        "signature\tsymbol\tweight\nA\tMET\t1\nA\tEGFR\t-2\nA\tHGF\t1\nB\tMET\t1\n", encoding="utf-8"
    )
    (tmp_path / "coverage.tsv").write_text("signature\tscorable\nB\tno\nA\tlow_power\n", encoding="utf-8")
    universe = read_universe(tmp_path / "genes.tsv")
    assert universe.gene_of.tolist() == [0, -1, -1, 1] and list(universe.genes.symbols) == ["MET", "EGFR"]
    signatures = read_signatures(tmp_path / "members.tsv", tmp_path / "coverage.tsv")
    panel = build_panel(signatures, universe.genes)
    assert signatures.all == ["B", "A"] and panel.signatures == ["A"]
    assert panel.gene.tolist() == [0, 1] and panel.weight.tolist() == [1.0, -2.0]
    assert panel.varying().gene.tolist() == [0]
    with pytest.raises(ResigError, match="column 'scorable' is missing"):
        read_signatures(tmp_path / "members.tsv", tmp_path / "members.tsv")


def test_a_matrix_of_other_genes_is_refused(cells: Path, tmp_path: Path) -> None:
    with pytest.raises(ResigError, match="60 features, the table of genes 7"), h5py.File(cells):
        score_file_with_wrong_genes(cells, tmp_path / "s.parquet")


def score_file_with_wrong_genes(cells: Path, target: Path) -> None:
    genes = genes_of(np.zeros((2, 7)))
    universe = Universe(genes, np.arange(7, dtype=np.int32))
    panel = panel_of({"S": {0: 1.0}}, genes)
    names = Observations.of(pa.array(["c0"]), np.zeros(50, np.int64))
    score_dataset(cells, "log", "bulk", universe, names, panel, ["S"], Plan([METHODS["wmean"]]), target)


def test_a_scoring_job_imports_nothing_heavy(cells: Path, tmp_path: Path) -> None:
    """pyarrow imports pandas where it is asked to convert."""
    pq.write_table(pa.table({"observation": [f"c{at}" for at in range(50)], "row": range(50)}), tmp_path / "o.parquet")
    code = f"""
import sys
import numpy as np
from resig.scoring import METHODS
from resig.scoring.inputs import Universe, read_observations
from resig.scoring.panel import Genes, Panel
from resig.scoring.run import Plan, gather_scores, score_dataset
genes = Genes(list("abc"), np.ones(3), np.ones(3), np.ones(3))
panel = Panel(["S"], genes, np.arange(3), np.zeros(3, int), np.ones(3))
universe = Universe(genes, np.where(np.arange({N_GENES}) < 3, np.arange({N_GENES}), -1).astype(np.int32))
observations, plan = read_observations("{tmp_path}/o.parquet", 50), Plan([METHODS["ucell"], METHODS["zmean"]])
shards = [f"{tmp_path}/{{number}}.parquet" for number in (1, 2)]
for number, shard in enumerate(shards, 1):
    score_dataset("{cells}", "log", "bulk", universe, observations, panel, ["S"], plan, shard, shard=(number, 2))
gather_scores(shards, "{tmp_path}/all.parquet")
heavy = {{"pandas", "anndata", "scanpy", "decoupler", "pyucell", "gseapy", "statsmodels", "matplotlib"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], env=without_home(PYTHONPATH=str(SCRIPTS)), capture_output=True)
    assert done.stdout.decode().strip() == "[]", done.stderr
    assert pq.read_table(tmp_path / "all.parquet").num_rows == 50


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for their places (4 bytes a row): neither where rows begin nor their names are held."""
    monkeypatch.setattr(inputs, "BATCH", 100)
    monkeypatch.setattr(rows, "SPAN_ROWS", 100)
    monkeypatch.setattr(run, "ROW_GROUP", 100)
    peaks = {}
    for n_rows in (400, 1_000, 9_000):  # the first one loads what is loaded once
        n_entries = 3 * n_rows
        cells = sparse.csr_matrix(
            (np.ones(n_entries, np.float32), np.tile([1, 5, 9], n_rows), np.arange(0, n_entries + 1, 3)),
            shape=(n_rows, N_GENES),
        )
        path = write_h5ad(tmp_path / f"{n_rows}.h5ad", cells)
        table = {"observation": [f"a cell with a long name, {row}" for row in range(n_rows)], "row": range(n_rows)}
        pq.write_table(pa.table({name: pa.array(each) for name, each in table.items()}), tmp_path / "o.parquet")
        tracemalloc.start()
        try:
            names = read_observations(tmp_path / "o.parquet", n_rows)
            score_file(path, tmp_path / "s.parquet", SETS, span=300, observations=names)
            peaks[n_rows] = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert pq.read_table(tmp_path / "s.parquet")["observation"].to_pylist() == table["observation"]
    assert (peaks[9_000] - peaks[1_000]) / 8_000 < 6


@pytest.mark.parametrize("row", [[3, 1], [None, 1], [1, None]])
def test_observations_out_of_order_are_refused(row: list[int | None], tmp_path: Path) -> None:
    pq.write_table(pa.table({"observation": ["a", "b"], "row": pa.array(row, pa.int64())}), tmp_path / "o.parquet")
    with pytest.raises(ResigError, match="not in the order of the matrix"):
        read_observations(tmp_path / "o.parquet", 5)


def test_names_are_taken_in_turn() -> None:
    batches = [pa.array([str(at) for at in some]) for some in (range(4), range(4, 5), range(5, 11))]
    for first in range(12):
        for step in range(1, 8):
            names = Observations(lambda: iter(batches), np.arange(11)).names(first)
            taken = [names.take(min(step, 11 - at)).to_pylist() for at in range(first, 11, step)]
            assert list(chain.from_iterable(taken)) == [str(at) for at in range(first, 11)]
