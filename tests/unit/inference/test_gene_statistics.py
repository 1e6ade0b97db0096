"""Statistics of genes against limma and DESeq2 (tests/golden/gene_statistics.R), and the rules they must keep."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from resig.inference.gene_statistics import moderated_t, prior_variance, trigamma_inverse, wald

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
DESIGNS = ("unpaired", "paired", "blocked_covariate")


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / name, sep="\t")


def design(name: str, centred: bool = False) -> pd.DataFrame:
    samples = read("gene_samples.tsv").set_index("sample")
    matrix = pd.DataFrame({"intercept": 1.0, "resistant": samples["resistant"].astype(float)})
    if name == "paired":
        matrix = matrix.join(pd.get_dummies(samples["pair"], drop_first=True, dtype=float))
    if name == "blocked_covariate":
        matrix = matrix.join(pd.get_dummies(samples["batch"], drop_first=True, dtype=float))
        matrix["age"] = samples["age"] - (samples["age"].mean() if centred else 0)
    return matrix


@pytest.mark.parametrize("name", [*DESIGNS, "alike"])
def test_the_moderated_t_equals_limma(name: str) -> None:
    answer = read("gene_t_answers.tsv").query("design == @name").set_index("gene")
    values = read("gene_values_alike.tsv" if name == "alike" else "gene_values.tsv").set_index("sample")
    found = moderated_t(values.to_numpy(), design("unpaired" if name == "alike" else name).to_numpy(), 1)
    for ours, theirs in ((found.statistic, "statistic"), (found.log_fc, "log_fc"), (found.p, "p")):
        np.testing.assert_allclose(ours[: len(answer)], answer[theirs], rtol=1e-8)
    if name != "alike":
        assert np.isnan(found.statistic[-1]) and found.note[-1] == "does not vary in these samples"
        assert set(found.note[:-1]) == {""}


def test_the_prior_equals_limmas() -> None:
    values = read("gene_values.tsv").set_index("sample").to_numpy()[:, :-1]
    x = design("unpaired").to_numpy()
    residual = values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
    answer = read("gene_t_answers.tsv").query("design == 'unpaired'").iloc[0]
    assert prior_variance((residual**2).sum(axis=0) / 10, 10) == pytest.approx(
        (answer["prior_free"], answer["prior"]), rel=1e-8
    )


@pytest.mark.parametrize("x", [1e-8, 1e-3, 0.5, 1.0, 40.0, 1e6])
def test_trigamma_is_inverted(x: float) -> None:
    assert float(special.polygamma(1, trigamma_inverse(x))) == pytest.approx(x, rel=1e-6)


@pytest.mark.parametrize("name", DESIGNS)
def test_pydeseq2_agrees_with_deseq2(name: str) -> None:
    """Fold changes within 2 %, Wald statistics within 5 % or 0.1: its dispersions are fitted by another optimiser."""
    answer = read("gene_wald_answers.tsv").query("design == @name").set_index("gene")
    counts = read("gene_counts.tsv").set_index("sample")
    found = wald(counts, design(name, centred=True), "resistant")
    np.testing.assert_allclose(found.log_fc[:-1], answer["log_fc"], rtol=0.02, atol=0.005)
    np.testing.assert_allclose(found.statistic[:-1], answer["statistic"], rtol=0.05, atol=0.1)
    assert stats.spearmanr(found.statistic[:-1], answer["statistic"]).statistic > 0.999
    assert np.isnan(found.statistic[-1]) and found.note[-1] == "fewer than 10 counts in these samples"


def test_swapping_the_arms_flips_every_statistic() -> None:
    values, x = read("gene_values.tsv").set_index("sample").to_numpy(), design("paired").to_numpy()
    swapped = x.copy()
    swapped[:, 1] = 1 - x[:, 1]
    one, other = moderated_t(values, x, 1), moderated_t(values, swapped, 1)
    np.testing.assert_allclose(one.statistic, -other.statistic, rtol=1e-9)
    np.testing.assert_allclose(one.p, other.p, rtol=1e-9)
