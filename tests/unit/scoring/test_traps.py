"""What was found wrong in the peers, each shown in the peer and shown absent here."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from toolbox import block_of, genes_of, log_cells, panel_of, random_sets, score_file, score_rows, unsigned, write_h5ad

from resig.scoring import METHODS, score_genes
from resig.scoring.ssgsea import with_ties_of
from resig.stored import ByOffset, open_stored

N_GENES = 300
SETS = unsigned(random_sets(N_GENES, (5, 12, 30)))


@pytest.fixture(scope="module")
def cells() -> sparse.csr_matrix:
    """Few molecules a cell, so that some genes are zero in a few cells but not in all."""
    return log_cells(80, N_GENES, seed=4)


def decoupler_aucell(matrix: sparse.csr_matrix) -> np.ndarray:
    import decoupler as dc

    frame = pd.DataFrame(matrix.toarray().astype(float), columns=[f"G{at}" for at in range(matrix.shape[1])])
    frame.index = [f"c{at}" for at in range(len(frame))]
    net = pd.DataFrame([(name, f"G{gene}") for name, own in SETS.items() for gene in own], columns=["source", "target"])
    found = dc.mt.aucell(frame, net, tmin=1)
    return (found[0] if isinstance(found, tuple) else found)[list(SETS)].to_numpy()


def test_neighbours_do_not_change_a_cell(cells: sparse.csr_matrix) -> None:
    """Decoupler drops genes that are zero in all cells it is given."""
    few = cells[:5]
    assert np.abs(decoupler_aucell(few) - decoupler_aucell(cells)[:5]).max() > 0.01
    genes = genes_of(cells)
    for name, method in METHODS.items():
        if method.prepare is None:
            continue
        alone, among = score_rows(few, SETS, name, genes), score_rows(cells, SETS, name, genes)
        assert np.array_equal(alone.whole, among.whole[:5], equal_nan=True), name


def test_single_sample_methods_use_members_that_never_vary(cells: sparse.csr_matrix) -> None:
    """Whether a member varies is a property of the cohort: only methods that divide by its spread leave it out."""
    flat, gene_statistics = {"S": {N_GENES // 3: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}}, genes_of(cells)
    panel = panel_of(flat, gene_statistics)
    for name, method in METHODS.items():
        assert method.panel(panel).n_up[0] == (4 if name in ("zmean", "gsva") else 5), name


def test_aucell_does_not_follow_gene_order(cells: sparse.csr_matrix) -> None:
    order = np.random.default_rng(1).permutation(N_GENES)
    place = np.argsort(order)
    moved = {name: {int(place[gene]): sign for gene, sign in own.items()} for name, own in SETS.items()}
    np.testing.assert_allclose(
        score_rows(cells, SETS, "aucell").whole, score_rows(cells[:, order], moved, "aucell").whole, rtol=0, atol=1e-12
    )


def test_peers_break_ties_of_ssgsea_in_opposite_orders_and_ours_lies_between(cells: sparse.csr_matrix) -> None:
    dense = cells[:10].toarray()
    members = [np.array(list(own)) for own in SETS.values()]
    theirs, rs = (with_ties_of(peer, dense, members) for peer in ("gseapy", "gsva"))
    ours = score_rows(dense, SETS, "ssgsea").whole
    assert np.abs(theirs - rs).max() > 0.02 * np.ptp(ours)
    reverse = dense[:, ::-1]
    mirrored = with_ties_of("gseapy", reverse, [N_GENES - 1 - each for each in members])
    np.testing.assert_allclose((theirs + mirrored) / 2, ours, rtol=0, atol=1e-9)


def test_score_genes_sums_in_double_precision() -> None:
    """In float32 a large value swallows small ones; scanpy's sums are such."""
    values = np.full((1, N_GENES), 1e-3, np.float32)
    values[0, 0] = 2e4
    sets = {"S": dict.fromkeys(range(200), 1.0)}
    panel = panel_of(sets, genes_of(np.random.default_rng(0).random((4, N_GENES))))
    controls = [np.arange(250, 300), np.zeros(0, int)]
    found = score_genes.against_controls(panel, controls)(block_of(values)).whole[0, 0]
    exact = (2e4 + 199 * float(np.float32(1e-3))) / 200 - float(np.float32(1e-3))
    assert found == pytest.approx(exact, rel=1e-12)


def test_controls_do_not_follow_gene_order_or_other_sets() -> None:
    genes = genes_of(log_cells(80, 3000))
    order = np.random.default_rng(2).permutation(3000)
    place = np.argsort(order)
    moved_genes = type(genes)(
        [genes.symbols[at] for at in order], genes.mean[order], genes.sd[order], genes.detected[order]
    )
    moved = {name: {int(place[gene]): sign for gene, sign in own.items()} for name, own in SETS.items()}

    def symbols(panel: object, at: int) -> list[str]:
        return sorted(panel.genes.symbols[gene] for gene in score_genes.draw_controls(panel)[at])  # type: ignore[attr-defined, arg-type]

    here = symbols(panel_of(SETS, genes), 1)
    assert here == symbols(panel_of(moved, moved_genes), 1)
    assert here == symbols(panel_of({"S1": SETS["S1"]}, genes), 0)
    assert here != symbols(panel_of(SETS, genes, seed=2), 1)


def test_small_sets_are_not_dropped(cells: sparse.csr_matrix, tmp_path: Path) -> None:
    """GSEApy drops sets under 15 and decoupler under 5 unless told otherwise."""
    scores = score_rows(cells, {"S": {1: 1.0, 2: 1.0}}, "ucell")
    assert np.isfinite(scores.whole).all()


def test_compressed_files_are_decoded_outside_the_library(cells: sparse.csr_matrix, tmp_path: Path) -> None:
    path = write_h5ad(tmp_path / "z.h5ad", cells, compression="gzip")
    with h5py.File(path) as file:
        array = open_stored(file["X/data"])
        assert isinstance(array, ByOffset)
        array.close()
    plain = write_h5ad(tmp_path / "p.h5ad", cells)
    assert (
        score_file(path, tmp_path / "z.parquet", SETS, threads=2).read_bytes()
        == score_file(plain, tmp_path / "p.parquet", SETS).read_bytes()
    )


def test_scores_are_not_clipped(cells: sparse.csr_matrix) -> None:
    """Pyucell gives 0 where the down members outweigh the up members: a direction is lost."""
    signed = random_sets(N_GENES, (6, 30), seed=9)
    unclipped, clipped = score_rows(cells, signed, "ucell").whole, score_rows(cells, signed, "ucell_clipped").whole
    assert unclipped.min() < 0
    assert np.array_equal(clipped, np.maximum(unclipped, 0))


def test_no_rule_starts_snakemake_again() -> None:
    """`run:` costs two seconds a job, for it starts Snakemake once more; `script:` a tenth of one."""
    rules = Path(__file__).resolve().parents[3] / "workflow" / "rules"
    assert not [path.name for path in rules.glob("*.smk") if "\n    run:" in path.read_text(encoding="utf-8")]
