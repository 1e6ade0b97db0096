"""Forest plots over datasets, matrices of signatures, pictures of cells: what is drawn is what the tables say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawing import figure_of, name, outside, overlapping, texts_of
from matplotlib.colors import to_hex

from resig.meta_analysis import grouped_meta, meta_analysis
from resig.plots.cells import Mapped, draw_dots, draw_umap, most_different, shares_above
from resig.plots.palette import GATE_COLOURS, VERDICT_COLOURS
from resig.tables import (
    CONTRASTS,
    COVERAGE,
    EMBEDDING,
    META,
    META_GROUPS,
    QUALITY,
    SAMPLE_SCORES,
    SIGNATURES,
    VERDICT_TABLE,
    VERDICTS,
)

SIZES = [(1, 1), (30, 6), (300, 40)]


def said(figure: object) -> str:
    return " ".join(" ".join(words.split()) for words, _ in texts_of(figure))  # type: ignore[arg-type]


def signatures(n: int) -> pd.DataFrame:
    names = [name(at) for at in range(n)]
    given = {"collection": "c", "assay": "mrna", "tier": "U", "min_members": 1, "n_up": 1, "n_down": 1}
    made = pd.DataFrame({"signature": names, "name": [f"{each} (named)" for each in names]}).assign(**given)
    return SIGNATURES.check(made.reindex(columns=SIGNATURES.names), "made")


def contrasts(n_datasets: int, n_signatures: int = 3, effect_type: str = "hedges_g") -> pd.DataFrame:
    draw = np.random.default_rng(4)
    rows = []
    for at in range(n_datasets):
        for each in range(n_signatures):
            effect = float(draw.normal(0.4, 0.2))
            rows.append(
                {"dataset": f"dataset_{at}", "signature": name(each), "effect": effect, "meta_effect": 0.8 * effect}
                | {"effect_se": 0.1, "meta_se": 0.1, "ci_low": effect - 0.1, "ci_high": effect + 0.15}
            )
    same = {"contrast": "asked", "method": "zmean", "cell_type": "bulk", "n_samples": 20, "verdict": "supported"}
    made = pd.DataFrame(rows).assign(**same, effect_type=effect_type)
    return CONTRASTS.check(made.reindex(columns=CONTRASTS.names), "made")


def forest(table: pd.DataFrame, labels: dict[str, dict[str, str | None]] | None = None) -> tuple[object, pd.DataFrame]:
    kinds = dict.fromkeys(table["dataset"], "bulk")
    meta = META.check(meta_analysis(table, kinds)[0], "made")
    groups = META_GROUPS.check(grouped_meta(table, kinds, labels or {}), "made")
    return figure_of("meta", None, meta, groups, table, signatures(9), ["zmean"]), meta


@pytest.mark.parametrize(("n_datasets", "n_signatures"), [(2, 1), (5, 5), (30, 40)])
def test_no_words_of_a_forest_overlap(n_datasets, n_signatures):
    figure, _ = forest(contrasts(n_datasets, n_signatures))
    assert (overlapping(figure), outside(figure)) == ([], [])  # type: ignore[arg-type]
    if n_signatures == 40:
        assert "The 9 of 40 with the smallest p; the other 31: summary/meta" in said(figure)


def test_a_forest_has_each_dataset_the_pooled_effect_and_the_prediction():
    table = contrasts(5)
    figure, meta = forest(table)
    for axes, row in zip(figure.get_axes(), meta.sort_values("p").itertuples(), strict=True):  # type: ignore[attr-defined]
        own = table[table["signature"] == row.signature].sort_values("dataset")
        dots = [line for line in axes.lines if line.get_marker() == "s"]
        assert [line.get_xdata()[0] for line in dots] == pytest.approx(own["meta_effect"].tolist())
        ends = [line.get_xdata() for line in axes.lines if line.get_marker() != "s"]
        width = 1.959964 * own["meta_se"]
        np.testing.assert_allclose(ends[1:6], np.column_stack([own["meta_effect"] - width, own["meta_effect"] + width]))
        corners = axes.patches[0].get_xy()[:, 0]
        assert (corners.min(), corners.max()) == (row.ci_low, row.ci_high)
        assert sorted(corners)[2] == pytest.approx(row.effect)
        assert list(ends[-1]) == [row.prediction_low, row.prediction_high]


def test_two_datasets_have_no_prediction_and_rho_keeps_its_own_interval():
    table = contrasts(2, effect_type="spearman")
    table[["effect", "ci_low", "ci_high"]] = table[["effect", "ci_low", "ci_high"]].clip(-0.9, 0.9)
    figure, meta = forest(table)
    assert "no prediction interval from two datasets" in said(figure)
    axes, first = figure.get_axes()[0], meta.sort_values("p")["signature"].iloc[0]  # type: ignore[attr-defined]
    own = table[table["signature"] == first]
    spans = [line.get_xdata() for line in axes.lines if line.get_marker() != "s"][1:3]
    np.testing.assert_allclose(spans, own[["ci_low", "ci_high"]])


def test_contrasts_with_the_same_label_are_a_panel_of_their_own():
    other = contrasts(1).assign(contrast="other", dataset="elsewhere")
    table = pd.concat([contrasts(1), other], ignore_index=True)
    figure, _ = forest(table, {each: {"drug": "tras", "cancer": None} for each in ("asked", "other")})
    assert "drug: tras" in said(figure)
    labels = [label.get_text() for label in figure.get_axes()[0].get_yticklabels()]  # type: ignore[attr-defined]
    assert labels == ["dataset_0/asked", "elsewhere/other", "pooled"]


def verdicts(n_signatures: int, n_datasets: int) -> pd.DataFrame:
    draw = np.random.default_rng(2)
    rows = [
        {"dataset": f"a_long_named_dataset_{at}", "signature": name(each), "verdict": VERDICTS[draw.integers(6)]}
        | {"effect": draw.normal(), "fdr": draw.uniform()}
        for at in range(n_datasets)
        for each in range(n_signatures)
    ]
    same = {"contrast": "response_to_the_drug", "cell_type": "T cell", "name": "n", "tier": "U", "method": "zmean"}
    made = pd.DataFrame(rows).assign(**same, effect_type="hedges_g", why="w")
    return VERDICT_TABLE.check(made.reindex(columns=VERDICT_TABLE.names), "made")


def coverage(n_signatures: int, n_datasets: int) -> pd.DataFrame:
    draw = np.random.default_rng(2)
    rows = [
        {"dataset": f"a_long_named_dataset_{at}", "signature": name(each), "n_measured": draw.integers(9)}
        | {"scorable": ["yes", "low_power", "no"][draw.integers(3)]}
        for at in range(n_datasets)
        for each in range(n_signatures)
    ]
    counts = ["n_members", "n_found", "n_alias", "n_ortholog", "n_missing", "n_not_expressed", "coverage"]
    made = pd.DataFrame(rows).assign(**dict.fromkeys(counts, 9))
    return COVERAGE.check(made.reindex(columns=COVERAGE.names), "made")


def quality(n_signatures: int, n_datasets: int) -> pd.DataFrame:
    draw = np.random.default_rng(2)
    rows = [
        {"dataset": f"a_long_named_dataset_{at}", "signature": name(each), "coherence": draw.uniform(-1, 1)}
        | {"coherence_p": [0.01, 0.5, np.nan][each % 3], "flags": ["", "incoherent", "one_member"][each % 3]}
        for at in range(n_datasets)
        for each in range(n_signatures)
    ]
    same = {"cell_type": "bulk", "n_samples": 9, "n_members": 5, "expression": 1.0, "detection": 0.5}
    return QUALITY.check(pd.DataFrame(rows).assign(**same).reindex(columns=QUALITY.names), "made")


@pytest.mark.parametrize(("n_signatures", "n_datasets"), SIZES)
@pytest.mark.parametrize("module", ["verdicts", "coverage", "quality"])
def test_no_words_of_a_matrix_overlap_and_what_is_left_out_is_said(module, n_signatures, n_datasets):
    table = {"verdicts": verdicts, "coverage": coverage, "quality": quality}[module](n_signatures, n_datasets)
    more = [] if module == "verdicts" else [signatures(n_signatures)]
    figure = figure_of(module, None, table, *more)
    assert (overlapping(figure), outside(figure)) == ([], [])
    if n_signatures == 300:
        words = said(figure)
        assert "80 of 300 signatures are shown" in words and ".tsv" in words
        assert "16 of 40 " in words


def cells_of(figure: object) -> tuple[list[str], list[str]]:
    axes = figure.get_axes()[0]  # type: ignore[attr-defined]
    boxes = axes.collections[0]
    return [to_hex(each).upper() for each in boxes.get_facecolors()], [text.get_text() for text in axes.texts]


def test_each_cell_of_the_verdicts_has_the_colour_and_the_effect_of_its_row():
    table = verdicts(12, 3)
    able = table.groupby("signature")["verdict"].transform(lambda own: (own != "not_measurable").any())
    rows = table[able].assign(order=lambda own: own["signature"].map({name(at): at for at in range(12)}))
    rows = rows.sort_values(["order", "dataset"])
    colours, words = cells_of(figure_of("verdicts", None, table))
    assert colours == [VERDICT_COLOURS[each] for each in rows["verdict"]]
    shown = [float(each.replace("−", "-")) for each in words]
    assert shown == pytest.approx([round(each, 1) for each in rows["effect"]], abs=0.051)


def test_each_cell_of_the_coverage_counts_its_members():
    table = coverage(12, 3)
    ordered = table.assign(order=table["signature"].map({name(at): at for at in range(12)}))
    ordered = ordered.sort_values(["order", "dataset"])
    colours, words = cells_of(figure_of("coverage", None, table, signatures(12)))
    assert colours == [GATE_COLOURS[each] for each in ordered["scorable"]]
    assert words == [f"{n} of 9" for n in ordered["n_measured"]]


def test_signatures_with_a_call_are_not_what_is_left_out():
    table = verdicts(300, 1).assign(verdict="not_separable")
    table.loc[299, "verdict"] = "supported"
    figure = figure_of("verdicts", None, table)
    assert "signature_299" in {words for words, _ in texts_of(figure)}


def mapped(n_signatures: int, n_cells: int, n_types: int) -> Mapped:
    draw = np.random.default_rng(7)
    types = np.array([f"type {at} of the tissue" for at in range(n_types)])[np.arange(n_cells) % n_types]
    names = {name(at): f"{name(at)} (named)" for at in range(n_signatures)}
    embedding = pd.DataFrame({"observation": [f"c{at}" for at in range(n_cells)], "sample": "s", "cell_type": types})
    embedding[["umap_1", "umap_2"]] = draw.normal(size=(n_cells, 2))
    rows = [
        {"sample": f"s{own}", "cell_type": cell_type, "signature": each, "score": draw.normal() + at}
        for own in range(3)
        for at, cell_type in enumerate(sorted(set(types)))
        for each in names
    ]
    by_type = pd.DataFrame(rows).assign(dataset="d", n_cells=9, method="zmean").reindex(columns=SAMPLE_SCORES.names)
    shown = most_different(by_type, 7)
    scores = pd.DataFrame(draw.normal(size=(n_cells, len(shown))), columns=shown)
    above = pd.DataFrame(draw.uniform(size=(n_signatures, n_types)), index=list(names), columns=sorted(set(types)))
    return Mapped("d", "zmean", 4 * n_cells, EMBEDDING.check(embedding, "made"), scores, names, by_type, above)


@pytest.mark.parametrize(("n_signatures", "n_cells", "n_types"), [(1, 40, 1), (30, 500, 5), (300, 20_000, 40)])
@pytest.mark.parametrize("draw", [draw_umap, draw_dots])
def test_no_words_of_the_cells_overlap(draw, n_signatures, n_cells, n_types, tmp_path: Path):
    made = mapped(n_signatures, n_cells, n_types)
    figure = figure_of("cells", draw, made)
    assert (overlapping(figure), outside(figure)) == ([], [])
    if draw is draw_umap:
        assert f"{n_cells:,} of {4 * n_cells:,} cells" in said(figure)
    if n_cells > 10_000 and draw is draw_umap:
        draw(made, tmp_path / "map.svg")
        assert (tmp_path / "map.svg").stat().st_size < 2_500_000


def test_each_cell_lies_where_the_table_has_it_with_its_own_score():
    made = mapped(3, 60, 4)
    axes = figure_of("cells", draw_umap, made).get_axes()[1]
    points = axes.collections[0]
    found = pd.DataFrame(points.get_offsets().data, columns=["x", "y"]).assign(z=points.get_array().data)
    own = made.scores.iloc[:, 0]
    z = (own - own.mean()) / own.std()
    expected = made.embedding[["umap_1", "umap_2"]].set_axis(["x", "y"], axis=1).assign(z=z)
    pd.testing.assert_frame_equal(
        found.sort_values("x", ignore_index=True), expected.sort_values("x", ignore_index=True), check_exact=False
    )


def test_dots_are_means_over_samples_in_standard_deviations():
    made = mapped(4, 60, 5)
    points = figure_of("cells", draw_dots, made).get_axes()[0].collections[0]
    wide = made.by_type.groupby(["signature", "cell_type"])["score"].mean().unstack().loc[list(made.names)]
    expected = wide.sub(wide.mean(axis=1), axis=0).div(wide.std(axis=1), axis=0).to_numpy().ravel()
    np.testing.assert_allclose(points.get_array(), expected)
    sizes = points.get_sizes()
    assert (np.argsort(sizes) == np.argsort(made.above.loc[list(made.names)].to_numpy().ravel())).all()


def test_shares_are_counted_cell_by_cell(tmp_path: Path):
    draw = np.random.default_rng(3)
    cells = pd.DataFrame({"observation": [f"c{at}" for at in range(50)], "cell_type": list("ab") * 25})
    values = draw.normal(size=50)
    values[::7] = np.nan
    shuffled = cells.assign(s__zmean=values).sample(frac=1, random_state=1)
    shuffled.to_parquet(tmp_path / "scores.parquet")
    found = shares_above(tmp_path / "scores.parquet", "zmean", ["s"], cells)
    middle = np.median(values[np.isfinite(values)])
    for cell_type in "ab":
        own = [
            value for value, of in zip(values, cells["cell_type"], strict=True) if of == cell_type and value == value
        ]
        assert found.loc["s", cell_type] == pytest.approx(sum(value > middle for value in own) / len(own))
