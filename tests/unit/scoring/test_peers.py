"""Against the reference implementations, on the same data: equal, or within 1e-6 where they sum in float32."""

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from toolbox import block_of, genes_of, log_cells, panel_of, random_sets, score_rows, unsigned

from resig.scoring import aucell, gsva, score_genes
from resig.scoring.ssgsea import with_ties_of

N_GENES = 400
SETS = random_sets(N_GENES)


@pytest.fixture(scope="module")
def cells() -> sparse.csr_matrix:
    return log_cells(60, N_GENES)


@pytest.fixture(scope="module")
def distinct() -> np.ndarray:
    """Values without ties or zeros."""
    return np.random.default_rng(3).permutation(30 * N_GENES).reshape(30, N_GENES) / 1000 + 0.5


def anndata_of(matrix: sparse.csr_matrix | np.ndarray) -> ad.AnnData:
    names = [f"G{at}" for at in range(matrix.shape[1])]
    return ad.AnnData(matrix.copy(), obs=pd.DataFrame(index=[f"c{at}" for at in range(matrix.shape[0])])), names


def frame_of(matrix: sparse.csr_matrix | np.ndarray) -> pd.DataFrame:
    dense = matrix.toarray() if sparse.issparse(matrix) else matrix
    return pd.DataFrame(
        dense.astype(np.float64),
        index=[f"c{at}" for at in range(len(dense))],
        columns=[f"G{at}" for at in range(dense.shape[1])],
    )


def net_of(sets: dict[str, dict[int, float]]) -> pd.DataFrame:
    rows = [(name, f"G{gene}", sign) for name, members in sets.items() for gene, sign in members.items()]
    return pd.DataFrame(rows, columns=["source", "target", "weight"])


def pyucell_scores(matrix: sparse.csr_matrix, sets: dict[str, dict[int, float]]) -> np.ndarray:
    from pyucell import compute_ucell_scores

    data, names = anndata_of(matrix)
    data.var_names = names
    signed = {
        name: [f"G{gene}{'+' if sign > 0 else '-'}" for gene, sign in members.items()] for name, members in sets.items()
    }
    compute_ucell_scores(data, signed, n_jobs=1, max_rank=1500)
    return data.obs[[f"{name}_UCell" for name in sets]].to_numpy()


def test_ucell_is_pyucell(cells: sparse.csr_matrix) -> None:
    expected = pyucell_scores(cells, SETS)
    clipped = score_rows(cells, SETS, "ucell_clipped").whole
    np.testing.assert_allclose(clipped, expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        score_rows(cells, unsigned(SETS), "ucell").whole, pyucell_scores(cells, unsigned(SETS)), atol=1e-6
    )


def test_ucell_ranks_are_pyucells_bit_by_bit(cells: sparse.csr_matrix) -> None:
    from pyucell import get_rankings

    block = block_of(cells)
    ranks = sparse.csr_matrix((block.descending_rank, block.gene, block.start), shape=cells.shape)
    assert np.array_equal(ranks.toarray().astype(np.float32), get_rankings(cells, max_rank=1500).toarray().T)


def test_ucell_with_negative_values_is_pyucell() -> None:
    values = np.random.default_rng(5).normal(0, 1, (20, N_GENES)).round(1)
    np.testing.assert_allclose(
        score_rows(values, SETS, "ucell_clipped").whole, pyucell_scores(sparse.csr_matrix(values), SETS), atol=1e-6
    )


@pytest.mark.parametrize("name", ["ulm", "mlm"])
def test_linear_models_are_decouplers(cells: sparse.csr_matrix, name: str) -> None:
    import decoupler as dc

    keep = np.flatnonzero(np.asarray(cells.sum(axis=1)).ravel() > 0)
    expected, _ = getattr(dc.mt, name)(frame_of(cells[keep]), net_of(SETS), tmin=1, empty=False)
    found = score_rows(cells[keep], SETS, name).whole
    np.testing.assert_allclose(found, expected[list(SETS)].to_numpy(), rtol=0, atol=1e-9)


def test_aucell_is_decouplers_where_nothing_is_tied(distinct: np.ndarray) -> None:
    import decoupler as dc

    sets = unsigned(SETS)
    expected = dc.mt.aucell(frame_of(distinct), net_of(sets), tmin=1, empty=False)
    expected = expected[0] if isinstance(expected, tuple) else expected
    assert np.allclose(score_rows(distinct, sets, "aucell").whole, expected[list(sets)].to_numpy(), rtol=0, atol=1e-12)


def test_aucell_is_the_mean_of_decouplers_over_orders_of_ties(cells: sparse.csr_matrix) -> None:
    """Decoupler ranks ties in the order of genes: recomputed here for many orders, as its source says it."""
    sets, n_top = unsigned(SETS), aucell.top(N_GENES)
    dense = cells[:6].toarray()
    draw = np.random.default_rng(0)
    sums = np.zeros((6, len(sets)))
    n_orders = 3000
    for _ in range(n_orders):
        order = draw.permutation(N_GENES)
        rank = np.empty(dense.shape)
        rank[:, order] = np.argsort(np.argsort(-dense[:, order], axis=1, kind="stable"), axis=1) + 1
        for at, members in enumerate(sets.values()):
            sums[:, at] += np.maximum(n_top - rank[:, list(members)], 0).sum(axis=1)
    most = aucell.largest_area(np.array([len(members) for members in sets.values()]), n_top)
    np.testing.assert_allclose(score_rows(cells[:6], sets, "aucell").whole, sums / n_orders / most, atol=0.015)


@pytest.mark.parametrize("deepest", [3, 25, N_GENES])
def test_ordered_aucell_is_decouplers_bit_by_bit(cells: sparse.csr_matrix, deepest: int) -> None:
    """Among them cells with fewer genes than are looked at, where zeros fill the list, and one without any."""
    import decoupler as dc

    sets, values = unsigned(SETS), cells.toarray()
    for row in values:
        row[np.flatnonzero(row)[deepest:]] = 0
    values[7] = 0
    values[8:12] -= 1.5 * (values[8:12] > 2)
    expected, _ = dc.mt.aucell(frame_of(values), net_of(sets), tmin=1, empty=False)
    assert np.array_equal(score_rows(values, sets, "aucell_ordered").whole, expected[list(sets)].to_numpy())


def test_score_genes_is_scanpys_given_its_controls(cells: sparse.csr_matrix) -> None:
    import scanpy as sc
    from scanpy.tools._score_genes import _score_genes_bins

    data, names = anndata_of(cells)
    data.var_names = names
    sets = unsigned(SETS)
    controls, expected = [], []
    for name, members in sets.items():
        own = pd.Index([f"G{gene}" for gene in members])
        sc.tl.score_genes(data, own, score_name=name, random_state=0)
        expected.append(data.obs[name].to_numpy())
        np.random.seed(0)
        drawn = pd.Index([], dtype="string")
        for genes in _score_genes_bins(
            own,
            data.var_names.astype("string"),
            ctrl_as_ref=True,
            ctrl_size=50,
            n_bins=25,
            get_subset=lambda genes: data.X[:, data.var_names.get_indexer(genes)],
        ):
            drawn = drawn.union(genes)
        controls.append(data.var_names.get_indexer(drawn))
    panel = panel_of(sets, genes_of(cells))
    scores = score_genes.against_controls(panel, [*controls, *([np.zeros(0, int)] * len(sets))])(block_of(cells))
    np.testing.assert_allclose(scores.whole, np.column_stack(expected), rtol=0, atol=1e-6)


def test_score_genes_bins_are_scanpys(cells: sparse.csr_matrix) -> None:
    mean = np.asarray(cells.mean(axis=0), dtype=np.float64).ravel()
    n_items = int(np.round(len(mean) / 24))
    assert np.array_equal(score_genes.expression_bins(mean), pd.Series(mean).rank(method="min") // n_items)


def gseapy_scores(result: pd.DataFrame, sets: dict[str, dict[int, float]], n_rows: int) -> np.ndarray:
    wide = result.astype({"ES": float}).pivot(index="Name", columns="Term", values="ES")
    return wide.loc[[f"c{at}" for at in range(n_rows)], list(sets)].to_numpy()


def test_ssgsea_is_gseapys(distinct: np.ndarray, cells: sparse.csr_matrix) -> None:
    import gseapy

    sets = unsigned(SETS)
    named = {name: [f"G{gene}" for gene in members] for name, members in sets.items()}

    def peer(matrix: np.ndarray) -> np.ndarray:
        result = gseapy.ssgsea(frame_of(matrix).T, named, outdir=None, min_size=1, max_size=1000, threads=1).res2d
        return gseapy_scores(result, sets, len(matrix))

    np.testing.assert_allclose(score_rows(distinct, sets, "ssgsea").whole, peer(distinct), rtol=0, atol=1e-9)
    tied = cells[:8].toarray()
    members = [np.array(list(each)) for each in sets.values()]
    np.testing.assert_allclose(with_ties_of("gseapy", tied, members), peer(tied), rtol=0, atol=1e-9)


def test_gsva_is_gseapys(distinct: np.ndarray) -> None:
    import gseapy

    sets = unsigned(SETS)
    named = {name: [f"G{gene}" for gene in members] for name, members in sets.items()}
    result = gseapy.gsva(frame_of(distinct).T, named, outdir=None, min_size=1, max_size=1000, threads=1).res2d
    found = gsva.score_cohort(distinct, panel_of(sets, genes_of(distinct)))
    assert np.array_equal(found.whole, gseapy_scores(result, sets, len(distinct)))
    signed = gsva.score_cohort(distinct, panel_of(SETS, genes_of(distinct)))
    has_down = ~np.isnan(signed.down)
    assert has_down.any() and not has_down.all()
    np.testing.assert_array_equal(signed.whole, signed.up - np.where(has_down, signed.down, 0.0))
