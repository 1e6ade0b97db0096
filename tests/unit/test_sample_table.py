"""From observations to biological samples: means as pandas gives them, NaN left out, any order of rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resig.sample_table import confounders, sample_scores


def test_averages_each_sample_and_type(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    names = [f"c{at}" for at in range(40)]
    observations = pd.DataFrame(
        {"observation": names, "sample": draw.choice(["a", "b", "c"], 40), "cell_type": draw.choice(["T", "B"], 40)}
    )
    scores = pd.DataFrame({f"S__ucell{part}": draw.normal(size=40) for part in ("", "__up", "__down")}, index=names)
    scores.iloc[:5, 0] = np.nan
    scores["S__ucell__down"] = np.nan
    for order in (names, names[::-1]):
        path = tmp_path / "scores.parquet"
        scores.loc[order].rename_axis("observation").reset_index().to_parquet(path, index=False)
        found = sample_scores("d", path, observations, ["S"], ["ucell"]).set_index(["sample", "cell_type"])
        joined = observations.join(scores, on="observation")
        expected = joined.groupby(["sample", "cell_type"])[list(scores.columns)].mean()
        for part, column in (("score", "S__ucell"), ("up", "S__ucell__up"), ("down", "S__ucell__down")):
            np.testing.assert_allclose(found[part].iloc[:6], expected[column], rtol=1e-12)
        assert found["n_cells"].iloc[:6].sum() == 40 and found["down"].isna().all()
        cells = joined.groupby(["sample", "cell_type"]).size()
        for sample in "abc":
            mean = np.average(expected.loc[sample, "S__ucell"], weights=cells[sample])
            assert found.at[(sample, "all cells"), "score"] == pytest.approx(mean, rel=1e-12)


def test_technical_properties_of_all_cells_are_those_of_the_cells() -> None:
    draw = np.random.default_rng(1)
    cells = {"sample": draw.choice(["a", "b"], 30), "cell_type": draw.choice(["T", "B"], 30), "mito_share": np.nan}
    cells |= {"depth": draw.poisson(900, 30) * 1.0, "detected_genes": draw.poisson(300, 30)}
    observations = pd.DataFrame(cells)
    found = confounders("d", observations).set_index(["sample", "cell_type"])
    for sample, own in observations.groupby("sample"):
        assert found.at[(sample, "all cells"), "depth"] == pytest.approx(own["depth"].mean())
        assert found.at[(sample, "T"), "share"] == pytest.approx((own["cell_type"] == "T").mean())
        assert found.at[(sample, "all cells"), "share"] == 1
