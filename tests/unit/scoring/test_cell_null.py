"""Matched sets, cell by cell: the closed form against all possible draws, and against drawn ones."""

from itertools import product
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import sparse
from toolbox import block_of, genes_of, log_cells, panel_of, random_sets, score_file, score_rows, write_h5ad

from resig.scoring import METHODS, cell_null
from resig.scoring.cell_null import CellNull, matched_bins
from resig.scoring.panel import Genes, Panel
from resig.scoring.run import Plan

LINEAR = [name for name, method in METHODS.items() if method.as_gene_sum]
N_GENES = 600
SETS = random_sets(N_GENES, (3, 8, 25), seed=2)


@pytest.fixture(scope="module")
def cells() -> sparse.csr_matrix:
    return log_cells(40, N_GENES, seed=6)


def panel_in_bins(monkeypatch: pytest.MonkeyPatch, bins: np.ndarray, values: np.ndarray, sets: dict) -> Panel:
    monkeypatch.setattr(cell_null, "matched_bins", lambda genes: bins)
    return panel_of(sets, genes_of(values))


@pytest.mark.parametrize("name", LINEAR)
def test_z_is_that_of_all_possible_draws(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).choice([0.0, 0.0, 1.0, 1.5, 2.5, 4.0], (5, 9))
    values[:, :] += np.arange(9) * (values > 0) * 0.01
    bins = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    sets = {"S": {0: 1.0, 1: -1.0, 5: 1.0, 6: 1.0}}
    panel = panel_in_bins(monkeypatch, bins, values, sets)
    method = METHODS[name]
    drawn = []
    for a, b, c, d in product(range(4), range(4), range(4, 9), range(4, 9)):
        if a != b and c != d:
            one = panel_of({"S": {a: 1.0, b: -1.0, c: 1.0, d: 1.0}}, panel.genes)
            drawn.append(method.prepare(one)(block_of(values)).whole[:, 0])  # type: ignore[misc]
    observed = score_rows(values, sets, name, panel.genes).whole[:, 0]
    expected = (observed - np.mean(drawn, axis=0)) / np.std(drawn, axis=0)
    np.testing.assert_allclose(
        CellNull(method, panel)(block_of(values), observed[:, None]).z[:, 0], expected, rtol=1e-7, atol=1e-9
    )


@pytest.mark.parametrize("name", LINEAR)
def test_z_and_p_are_those_of_drawn_sets(name: str, cells: sparse.csr_matrix) -> None:
    """1,000 drawn sets, scored one by one by the method itself."""
    panel, n_draws = panel_of(SETS, genes_of(cells)), 1000
    block, draw = block_of(cells), np.random.default_rng(0)
    own = METHODS[name].panel(panel)
    bins = matched_bins(own.genes)
    pool = [np.flatnonzero(bins == each) for each in range(bins.max() + 1)]
    whole = METHODS[name].prepare(own)(block).whole  # type: ignore[misc]
    null = CellNull(METHODS[name], panel, n_draws)(block, whole)
    for at in range(len(SETS)):
        chosen = own.owner == at
        gene, weight = own.gene[chosen], own.weight[chosen]
        drawn_sets = {}
        for turn in range(n_draws):
            picked = np.empty_like(gene)
            for each in np.unique(bins[gene]):
                here = bins[gene] == each
                picked[here] = draw.choice(pool[each], here.sum(), replace=False)
            drawn_sets[f"R{turn}"] = dict(zip(picked.tolist(), weight.tolist(), strict=True))
        scored = METHODS[name].prepare(panel_of(drawn_sets, _all_varying(own.genes)))(block).whole  # type: ignore[misc]
        observed = whole[:, at]
        known = scored.std(axis=1) > 1e-9
        monte_carlo = (observed - scored.mean(axis=1))[known] / scored.std(axis=1)[known]
        error = np.abs(null.z[known, at] - monte_carlo) / np.sqrt(1 + monte_carlo**2 / 2)
        assert np.median(error) < 2 / np.sqrt(n_draws) and error.max() < 8 / np.sqrt(n_draws)
        share = ((scored >= observed[:, None] - 1e-9).sum(axis=1) + 1) / (n_draws + 1)
        assert null.p is not None
        assert np.abs(null.p[known, at] - share[known]).max() < 6 * np.sqrt(0.25 / n_draws)
        assert np.isnan(null.z[~known, at]).all() and np.isnan(null.p[~known, at]).all()


def _all_varying(genes: Genes) -> Genes:
    """A drawn gene that never varies has z 0 throughout; a spread of 1 and its own mean give that."""
    return Genes(genes.symbols, genes.mean, np.where(genes.sd > 0, genes.sd, 1.0), genes.detected)


def test_bins_hold_like_genes_and_do_not_follow_gene_order() -> None:
    genes = genes_of(log_cells(200, 4000))
    bins = matched_bins(genes)
    assert 20 <= len(np.unique(bins)) <= 50 and np.bincount(bins).min() >= 10
    within = sum(genes.mean[bins == each].var() * (bins == each).sum() for each in np.unique(bins)) / 4000
    assert within < 0.2 * genes.mean.var()
    order = np.random.default_rng(2).permutation(4000)
    moved = Genes([genes.symbols[at] for at in order], genes.mean[order], genes.sd[order], genes.detected[order])
    assert np.array_equal(matched_bins(moved), bins[order])


def test_empty_cells_have_no_z(cells: sparse.csr_matrix) -> None:
    empty, genes = np.zeros((2, N_GENES)), genes_of(cells)
    whole = score_rows(empty, SETS, "ucell", genes).whole
    null = CellNull(METHODS["ucell"], panel_of(SETS, genes))(block_of(empty), whole)
    assert np.isnan(null.z).all()


def test_columns_come_on_request_and_are_the_same_on_any_threads(cells: sparse.csr_matrix, tmp_path: Path) -> None:
    path = write_h5ad(tmp_path / "c.h5ad", cells)
    methods = [METHODS["zmean"], METHODS["ucell"], METHODS["singscore"]]
    plan = Plan(methods, cell_null=True, null_draws=50)
    genes = genes_of(cells)
    one = score_file(path, tmp_path / "1.parquet", SETS, plan=plan, genes=genes)
    two = score_file(path, tmp_path / "2.parquet", SETS, plan=plan, genes=genes, threads=3, span=500)
    assert one.read_bytes() == two.read_bytes()
    table = pq.read_table(one).to_pandas()
    added = [name for name in table.columns if "__null_" in name]
    assert added == [f"S{at}__{name}__null_{what}" for name in ("zmean", "ucell") for at in range(3) for what in "zp"]
    p = table["S2__ucell__null_p"].dropna()
    assert p.between(1 / 51, 1).all()
    plain = pq.read_table(score_file(path, tmp_path / "0.parquet", SETS, plan=Plan(methods), genes=genes)).to_pandas()
    assert table[plain.columns].equals(plain)
