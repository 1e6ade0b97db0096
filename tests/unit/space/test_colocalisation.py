"""Co-localisation on sections: calibrated where naive permutation fails, and equal to a slow recomputation."""

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from resig.errors import ResigError
from resig.space.colocalisation import by_sample, contrast_table, sections_table, summary_table, together
from resig.space.read import read_spots
from resig.space.tissue import has_coordinates, lay_out, lies_in_space, read_coordinates

INFERENCE = {"permutations": 499, "matched_sets": 100, "null_alpha": 0.05, "fdr": 0.05, "min_cells": 10, "seed": 1}
PAIR = ["one", "two"]


def tissue_spots(wide: int = 20, high: int = 22) -> np.ndarray:
    """Spots of a hexagonal grid inside an outline that is neither round nor square, with a hole."""
    grid = np.array([(x + 0.5 * (y % 2), y * np.sqrt(3) / 2) for y in range(high) for x in range(wide)])
    centred = grid - grid.mean(axis=0)
    radius, angle = np.hypot(*centred.T), np.arctan2(centred[:, 1], centred[:, 0])
    outline = 0.46 * wide * (1 + 0.25 * np.sin(3 * angle) + 0.12 * np.cos(5 * angle))
    return grid[(radius < outline) & (np.hypot(*(centred - [3, 2]).T) > 1.6)]


SPOTS = tissue_spots()
TISSUE = lay_out(SPOTS, 6)
DISTANCE = np.hypot(*(SPOTS[:, None] - SPOTS[None]).transpose(2, 0, 1))


def fields(reach: float, count: int, seed: int) -> np.ndarray:
    """Independent Gaussian fields with exponential covariance."""
    root = np.linalg.cholesky(np.exp(-DISTANCE / reach) * 0.9 + 0.1 * np.eye(len(SPOTS)))
    return np.random.default_rng(seed).normal(size=(count, len(SPOTS))) @ root.T


def slow_map(values: np.ndarray) -> np.ndarray:
    """Normal scores, averaged over a spot and its neighbours (either is among the other's six nearest), by a loop."""
    n = len(values)
    near = [set(np.argsort(DISTANCE[at], kind="stable")[:7]) for at in range(n)]
    scores = stats.norm.ppf((stats.rankdata(values) - 0.375) / (n + 0.25))
    return np.array(
        [np.mean([scores[to] for to in range(n) if to == at or to in near[at] or at in near[to]]) for at in range(n)]
    )


def test_rho_equals_a_slow_recomputation() -> None:
    spots = tissue_spots(9, 9) + np.random.default_rng(1).uniform(-0.2, 0.2, (len(tissue_spots(9, 9)), 2))
    tissue = lay_out(spots, 6)
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, len(spots)))
    global DISTANCE
    kept, DISTANCE = DISTANCE, np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    try:
        expected = np.corrcoef(slow_map(first), slow_map(second))[0, 1]
    finally:
        DISTANCE = kept
    assert together(first, second, tissue, 99, 1).rho == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("reach", [0.01, 2.0, 6.0])
def test_independent_patchy_maps_are_called_at_the_nominal_rate(reach: float) -> None:
    pairs = fields(reach, 800, seed=7)
    p = np.array([together(pairs[at], pairs[at + 1], TISSUE, 199, at).p for at in range(0, 800, 2)])
    share = np.mean(p <= 0.05)
    # 400 tests: a share between 2 and 9 of 100 is what 5 of 100 give but for one time in a thousand.
    assert 0.02 <= share <= 0.09, share


def test_naive_permutation_of_spots_fails_on_the_same_maps() -> None:
    pairs = fields(6.0, 200, seed=7)
    rng = np.random.default_rng(1)
    called = 0
    for at in range(0, 200, 2):
        left, right = (stats.rankdata(TISSUE.smoothed(each)) for each in (pairs[at], pairs[at + 1]))
        observed = abs(np.corrcoef(left, right)[0, 1])
        drawn = [abs(np.corrcoef(left, rng.permutation(right))[0, 1]) for _ in range(99)]
        called += (1 + sum(each >= observed for each in drawn)) / 100 <= 0.05
    assert called >= 30  # of 100; five would be right


def test_maps_that_lie_together_are_found_and_mirrored_maps_lie_apart() -> None:
    shared, one, two = fields(1.5, 3, seed=3)
    found = together(shared + 0.3 * one, shared + 0.3 * two, TISSUE, 499, 1)
    assert found.rho > 0.4
    assert found.p == 1 / 500
    apart = together(shared + 0.3 * one, -(shared + 0.3 * two), TISSUE, 499, 1)
    assert (apart.rho, apart.p) == (pytest.approx(-found.rho), found.p)


def test_turned_waves_keep_the_autocorrelation_at_every_distance() -> None:
    field = fields(4.0, 1, seed=5)[0]
    field = field - field.mean()
    signs = np.random.default_rng(1).choice([-1.0, 1.0], len(field))
    turned = TISSUE.waves @ (signs * (TISSUE.waves.T @ field))
    links = TISSUE.neighbours - np.eye(len(field))
    laplacian = np.diag(links.sum(axis=1)) - links
    for power in (1, 2, 3):
        kept = np.linalg.matrix_power(laplacian, power)
        assert turned @ kept @ turned == pytest.approx(field @ kept @ field)
    assert abs(np.corrcoef(turned, field)[0, 1]) < 0.9


def test_where_the_section_lies_and_how_large_it_is_drawn_does_not_matter() -> None:
    one, two = fields(3.0, 2, seed=9)
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    jittered = SPOTS + np.random.default_rng(1).uniform(-0.05, 0.05, SPOTS.shape)  # no ties between neighbours
    a = together(one, two, lay_out(jittered, 6), 99, 1)
    b = together(one, two, lay_out(40 * jittered @ turn.T + [1e4, -3e3], 6), 99, 1)
    assert b.rho == pytest.approx(a.rho)
    assert together(two, one, lay_out(jittered, 6), 99, 1).rho == pytest.approx(a.rho)


def test_many_spots_are_gathered_into_places() -> None:
    rng = np.random.default_rng(1)
    spots = rng.uniform(0, 10, (3000, 2))
    tissue = lay_out(spots, 6, most=150)
    assert 60 <= len(tissue.points) <= 150
    values = rng.normal(size=3000)
    by_hand = pd.Series(values).groupby(tissue.place_of).mean().to_numpy()
    np.testing.assert_allclose(tissue.gathered(values), by_hand)


def cohort(strength: float) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Eight samples of one section each; in the first four two maps share a part of their pattern."""
    every = fields(2.5, 24, seed=11)
    parts, values = [], []
    for at in range(8):
        shared, one, two = every[3 * at : 3 * at + 3]
        weight = strength if at < 4 else 0.0
        names = [f"s{at}_{spot}" for spot in range(len(SPOTS))]
        parts.append(
            pd.DataFrame({"section": f"A{at}", "sample": f"s{at}", "x": SPOTS[:, 0], "y": SPOTS[:, 1]}, index=names)
        )
        values.append(pd.DataFrame({"one": one + weight * shared, "two": two + weight * shared}, index=names))
    samples = pd.DataFrame({"sample": [f"s{at}" for at in range(8)], "arm": ["R"] * 4 + ["S"] * 4})
    return pd.concat(parts), pd.concat(values), samples


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, pd.DataFrame]:
    spots, scores, samples = cohort(3.0)
    table = sections_table("d", spots, scores, [PAIR], {"one": "", "two": ""}, "zmean", 6, INFERENCE)
    return table, samples


def test_one_value_a_section_and_inference_between_samples(planted: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, samples = planted
    assert table["n_spots"].tolist() == [len(SPOTS)] * 8
    spec = {
        "groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]},
        **dict.fromkeys(["trend", "continuous", "survival", "pair_by", "block_by"]),
        "covariates": [],
        "cell_types": "all",
    }
    found = contrast_table("d", "c", spec, table, samples, {}, None, INFERENCE).iloc[0]
    z = np.arctanh(table["rho"].to_numpy())
    pooled = np.sqrt((z[:4].var(ddof=1) + z[4:].var(ddof=1)) / 2)
    assert found["effect"] == pytest.approx((z[:4].mean() - z[4:].mean()) / pooled * (1 - 3 / 23), rel=5e-3)
    assert (found["p"], found["answer"]) == (pytest.approx(2 / 70), "more_together")
    assert (found["signature_a"], found["signature_b"]) == ("one", "two")


def test_over_samples_signs_are_turned(planted: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, _ = planted
    row = summary_table("d", table[table["section"] < "A4"], INFERENCE).iloc[0]
    assert (row["p"], row["p_type"], row["answer"]) == (pytest.approx(2 / 16), "exact", "underpowered")
    z = np.arctanh(table["rho"][:4].to_numpy())
    low, high = stats.t.interval(0.95, 3, z.mean(), stats.sem(z))
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(np.tanh(low)), pytest.approx(np.tanh(high)))


def test_two_sections_of_a_sample_are_one_value(planted: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, _ = planted
    merged = table.assign(sample=["s0", "s0", *table["sample"][2:]])
    values = by_sample(merged).set_index("sample")
    assert values.at["s0", "n_sections"] == 2
    assert values.at["s0", "z"] == pytest.approx(np.arctanh(table["rho"][:2]).mean())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"few": 20}, "fewer than 30 spots with coordinates of their own"),
        ({"heaped": True}, "fewer than 30 spots with coordinates of their own"),
        ({"flat": True}, "a score is missing or does not vary here"),
        ({"known": {"one": "", "two": "none of its members is measured here"}}, "two: none of its members is measured"),
    ],
)
def test_what_cannot_be_said_has_a_reason(change: dict[str, object], reason: str) -> None:
    spots, scores, _ = cohort(0.0)
    spots = spots[spots["sample"] == "s0"]
    if "few" in change:
        spots = spots.copy()
        spots.loc[spots.index[int(str(change["few"])) :], "x"] = np.nan
    if "heaped" in change:
        spots = spots.assign(x=0.0, y=7.0)
    if "flat" in change:
        scores = scores.assign(two=1.0)
    known = change.get("known", {"one": "", "two": ""})
    table = sections_table("d", spots, scores.loc[spots.index], [PAIR], known, "zmean", 6, INFERENCE)  # type: ignore[arg-type]
    assert table["reason"].iloc[0].startswith(reason)
    assert np.isnan(table["rho"].iloc[0])
    assert summary_table("d", table, INFERENCE)["answer"].tolist() == ["not_measurable"]
    if "few" in change:
        assert (table["n_spots"].iloc[0], table["n_left_out"].iloc[0]) == (20, len(SPOTS) - 20)


def test_unknown_signatures_and_mixed_sections_are_one_clear_line() -> None:
    spots, scores, _ = cohort(0.0)
    with pytest.raises(ResigError, match="'tow' is no signature of this run; did you mean 'two'"):
        sections_table("d", spots, scores, [["one", "tow"]], {"one": "", "two": ""}, "zmean", 6, INFERENCE)
    with pytest.raises(ResigError, match="section 'A' holds spots of samples 's0' and 's1'"):
        sections_table("d", spots.assign(section="A"), scores, [PAIR], {"one": "", "two": ""}, "z", 6, INFERENCE)


def test_coordinates_are_read_by_rows_over_files(tmp_path: Path) -> None:
    for at, name in enumerate(["a", "b"]):
        data = anndata.AnnData(
            np.eye(3), obs=pd.DataFrame({"slide": ["x", "x", "y"]}, index=[f"{name}{i}" for i in "123"])
        )
        data.obsm["spatial"] = np.arange(6.0).reshape(3, 2) + 10 * at
        data.write_h5ad(tmp_path / f"{name}.h5ad")
    files = [str(tmp_path / "a.h5ad"), str(tmp_path / "b.h5ad")]
    assert read_coordinates(files, "spatial")[:, 0].tolist() == [0, 2, 4, 10, 12, 14]
    spec = {"kind": "single_cell", "matrix": files[0], "space": {"coordinates": "spatial", "section": None}}
    assert lies_in_space(spec)
    assert not lies_in_space(spec | {"kind": "bulk"})
    assert not lies_in_space(spec | {"space": {"coordinates": "X_umap"}})
    assert not has_coordinates(tmp_path / "absent.h5ad", "spatial")
    with pytest.raises(ResigError, match=r"has no coordinates 'spatail' in obsm; did you mean 'spatial'\?"):
        read_coordinates(files, "spatail")
    kept = pd.DataFrame({"observation": ["a3", "a1"], "row": [2, 0], "sample": "p", "cell_type": "all cells"})
    kept = kept.assign(batch="", depth=1.0, detected_genes=1, mito_share=0.0)
    kept.to_parquet(tmp_path / "observations.parquet")
    whole = spec | {"metadata": None, "sample": "slide", "layer": None}
    whole["space"] = {"coordinates": "spatial", "section": "slide"}
    spots = read_spots(str(tmp_path / "observations.parquet"), whole, files[:1])
    assert spots["x"].to_dict() == {"a3": 4.0, "a1": 0.0}
    assert spots["section"].to_dict() == {"a3": "y", "a1": "x"}


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (np.zeros((5, 1)), "is no array with two columns or more; store x and y as numbers"),
        (np.array([[b"1", b"left"]] * 5), "holds no numbers; store x and y as numbers"),
        (np.zeros((4, 2)), "has 4 rows, the matrix has 5; store x and y of every row, in the order of obs"),
    ],
)
def test_broken_coordinates_are_one_clear_line(tmp_path: Path, stored: np.ndarray, said: str) -> None:
    import h5py

    anndata.AnnData(np.eye(5)).write_h5ad(tmp_path / "a.h5ad")
    with h5py.File(tmp_path / "a.h5ad", "r+") as file:
        file["obsm"].create_dataset("spatial", data=stored)
    with pytest.raises(ResigError) as wrong:
        read_coordinates([str(tmp_path / "a.h5ad")], "spatial")
    assert str(wrong.value) == f"{tmp_path / 'a.h5ad'}: obsm['spatial'] {said}"


def test_what_is_asked_of_space_must_be_there(tmp_path: Path) -> None:
    from resig.intake.labels import Labels
    from resig.space.tissue import space_problems

    data = anndata.AnnData(np.eye(2))
    data.write_h5ad(tmp_path / "plain.h5ad")
    columns = {"sample": ["a"], "slide": ["x"]}
    labels = Labels("obs", list(columns), columns.__getitem__)
    spec = {"kind": "single_cell", "matrix": str(tmp_path / "plain.h5ad")}

    def said(**space: object) -> list[str]:
        whole = {"coordinates": "spatial", "section": None} | space
        return [f"{key}: {text}" for key, text in space_problems(spec | {"space": whole}, labels)]

    lacking = "the matrix has no coordinates '{}' in obsm of an .h5ad of cells or spots; add them, or leave out `space`"
    assert said() == []
    assert said(coordinates="xy") == [f"coordinates: {lacking.format('xy')}"]
    assert said(section="slides") == [
        "section: there is no column 'slides' in obs; did you mean 'slide'?",
        f"section: {lacking.format('spatial')}",
    ]
    data.obsm["spatial"] = np.ones((2, 2))
    data.write_h5ad(tmp_path / "plain.h5ad")
    assert said(section="slide") == []
