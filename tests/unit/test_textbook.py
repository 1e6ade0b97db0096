"""What stands in for scipy.stats gives what scipy.stats gives."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from scipy import stats

from resig.textbook import benjamini_hochberg, normal_quantile, ranked, t_quantile, t_two_sided


@pytest.mark.parametrize("shape", [(1,), (7,), (40,), (9, 5), (60, 200), (3, 0)])
@pytest.mark.parametrize("tied", [False, True])
def test_ranks(shape: tuple[int, ...], tied: bool) -> None:
    values = np.random.default_rng(len(shape)).normal(size=shape)
    values = np.round(values) + 0.0 if tied else values
    assert np.array_equal(ranked(values), stats.rankdata(values, axis=0))


def test_ranks_beside_nothing_known_and_infinity() -> None:
    values = np.array([[1.0, np.nan, np.inf], [-0.0, 2.0, -np.inf], [0.0, 2.0, 5.0], [3.0, 1.0, np.inf]])
    np.testing.assert_array_equal(ranked(values), stats.rankdata(values, axis=0))


def test_quantiles_and_tails() -> None:
    shares = np.array([0, 1e-300, 0.025, 0.5, 0.8, 0.975, 1])
    assert np.array_equal(normal_quantile(shares), stats.norm.ppf(shares))
    for free in (1, 2, 3.5, 30, 1e6):
        assert t_quantile(0.975, free) == stats.t.ppf(0.975, free)
        t = np.array([-40, -2.1, 0, 0.3, 5])
        assert np.array_equal(t_two_sided(t, free), 2 * stats.t.sf(np.abs(t), free))


@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_false_discovery_rates(n: int) -> None:
    p = pd.Series(np.random.default_rng(n).uniform(size=n) ** 2, index=range(5, 5 + n), dtype=float)
    p = pd.concat([p, p.rename(lambda at: at + 100)])
    assert benjamini_hochberg(p).tolist() == (stats.false_discovery_control(p.to_numpy()).tolist() if n else [])
    some = p.mask(p.index % 3 == 0)
    known = some.dropna()
    adjusted = benjamini_hochberg(some)
    assert adjusted.index.equals(p.index) and adjusted.isna().equals(some.isna())
    if len(known):
        assert adjusted[known.index].tolist() == stats.false_discovery_control(known.to_numpy()).tolist()


@pytest.mark.parametrize(
    "name", ["inference.contrast", "synthesis", "quality", "table_page", "start_page", "methods_text"]
)
def test_the_jobs_of_a_run_do_not_import_scipy_stats(name: str) -> None:
    said = f"import sys, resig.{name}; print({{'scipy.stats', 'matplotlib.pyplot'}} & set(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT / "workflow/scripts")}
    )
    assert ran.stdout.strip() == "set()", ran.stderr
