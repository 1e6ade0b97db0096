"""What is drawn is what the tables say, whatever the names, and however many signatures and samples there are."""

import functools
import re
from pathlib import Path

import numpy as np
import pytest
from drawing import asked, figure_of, outside, overlapping, texts_of
from matplotlib.colors import to_hex
from scipy import stats

from resig.plots.contrast import draw_contrast
from resig.plots.heatmap import standardised
from resig.plots.palette import RESISTANT, SENSITIVE
from resig.plots.roc import curve, draw_roc

OF_A_CONTRAST = ["contrast", "null", "roc", "adjusted", "genes", "heatmap"]
SURVIVAL = {"survival": {"time": "days", "event": "died"}}
OTHERS = [
    {"groups": {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}, "pair_by": "patient"},
    {"trend": {"column": "stage", "order": ["first", "second", "third", "fourth"]}},
    {"continuous": {"column": "auc_of_a_long_named_drug_in_a_long_named_screen", "higher_means": "resistant"}},
    SURVIVAL,
]


of_size = functools.cache(lambda n_signatures, n_samples, types: asked(n_signatures, n_samples, types=types))


@pytest.mark.parametrize(("n_signatures", "n_samples", "types"), [(1, 6, 0), (30, 24, 2), (300, 2000, 0)])
@pytest.mark.parametrize("module", OF_A_CONTRAST)
def test_no_words_overlap_or_leave_the_picture(module, n_signatures, n_samples, types):
    figure = figure_of(module, None, of_size(n_signatures, n_samples, types))
    assert overlapping(figure) == []
    assert outside(figure) == []
    wide, tall = figure.get_size_inches()
    assert wide < 14 and tall < 22
    if n_signatures == 300:  # what is left out is said, with the table that has all
        said = " ".join(" ".join(words.split()) for words, _ in texts_of(figure))
        assert re.search(r"The \d+ of 300 .*tsv", said)


@pytest.mark.parametrize("spec", OTHERS, ids=["pairs", "trend", "continuous", "survival"])
def test_every_kind_of_contrast_has_a_picture_without_overlaps(spec):
    made = asked(9, 40, **spec)
    for module in ["contrast", "heatmap", *(["survival"] if spec is SURVIVAL else [])]:
        figure = figure_of(module, None, made)
        assert (overlapping(figure), outside(figure)) == ([], [])


def test_the_forest_has_a_marker_at_each_effect_in_the_order_of_p():
    made = asked(12, 20)
    axes = figure_of("contrast", None, made).get_axes()[0]
    markers = [line for line in axes.lines if line.get_marker() == "o"]
    order = made.table.sort_values("p")
    assert [line.get_xdata()[0] for line in markers] == pytest.approx(order["effect"].tolist())
    spans = [line.get_xdata() for line in axes.lines if line.get_marker() != "o"][1:]
    assert np.allclose(spans, order[["ci_low", "ci_high"]])


def test_a_strip_holds_each_sample_and_joins_each_pair():
    made = asked(1, 14, **OTHERS[0])
    axes = figure_of("contrast", None, made).get_axes()[1]
    scores = made.scores.set_index("sample")["score"]
    arms = made.compared.set_index("sample")["arm"]
    dots = {to_hex(each.get_facecolor()[0]): each.get_offsets().data[:, 1] for each in axes.collections[1:]}
    for arm, colour in (("resistant", RESISTANT), ("sensitive", SENSITIVE)):
        assert sorted(dots[colour.lower()]) == sorted(scores[arms == arm])
    joined = {tuple(segment[:, 1]) for segment in axes.collections[0].get_segments()}
    assert joined == {(scores[f"sample_{at + 1:04}"], scores[f"sample_{at:04}"]) for at in range(0, 14, 2)}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["sensitive\nn = 7", "resistant\nn = 7"]


def test_a_sample_whose_partner_has_no_score_is_not_drawn():
    made = asked(1, 14, **OTHERS[0])
    made.scores.loc[made.scores["sample"] == "sample_0003", "score"] = np.nan
    row = next(made.table.itertuples())
    assert set(made.compared["sample"]) - set(made.samples_of(row)["sample"]) == {"sample_0002", "sample_0003"}


def test_the_area_beneath_the_drawn_curve_is_the_auroc_of_the_table():
    made = asked(10, 30)  # scores of one decimal: many ties
    figure = figure_of("roc", None, made)
    order = made.table.sort_values("p")
    for axes, row in zip(figure.get_axes(), order.itertuples(), strict=False):
        x, y = axes.lines[1].get_data()
        assert np.trapezoid(y, x) == pytest.approx(row.auroc)
        assert f"AUROC {row.auroc:.2f} ({row.auroc_low:.2f} to {row.auroc_high:.2f})" in axes.get_xlabel()


def test_a_perfectly_wrong_score_runs_beneath_the_diagonal():
    assert [list(each) for each in curve(np.array([1.0, 2.0]), np.array([3.0, 4.0]))] == [
        [0, 0.5, 1, 1, 1],
        [0, 0, 0, 0.5, 1],
    ]


def test_the_histogram_is_the_counts_of_the_table():
    made = asked(3, 20)
    assert made.nulls is not None
    order = made.table.sort_values("p").merge(made.nulls, on="signature")
    for axes, null in zip(figure_of("null", None, made).get_axes(), order.itertuples(), strict=False):
        values, edges, _ = axes.patches[0].get_data()
        assert ",".join(str(int(each)) for each in values) == null.null_counts
        assert (edges[0], edges[-1], values.sum()) == (null.null_min, null.null_max, null.n_sets)
        assert [line.get_xdata()[0] for line in axes.lines[1:]] == [null.null_low, null.null_high, null.effect_y]


def test_without_matched_sets_the_picture_says_why():
    made = asked(3, 20)
    assert made.nulls is not None
    made.nulls[["n_sets", "reason"]] = 0, "too_few_genes_to_draw_from"
    assert any(
        "too few genes to draw from" in " ".join(words.split()) for words, _ in texts_of(figure_of("null", None, made))
    )


def test_adjusted_effects_stand_where_the_table_has_them():
    made = asked(4, 20)
    assert made.nuisance is not None
    order = made.table.sort_values("p")["signature"].tolist()
    axes = figure_of("adjusted", None, made).get_axes()[2]
    depth = made.nuisance[made.nuisance["nuisance"] == "depth"].set_index("signature").loc[order]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots[::2] == pytest.approx(depth["effect"].tolist())
    assert dots[1::2] == pytest.approx(depth["adjusted_effect"].tolist())
    spans = [line.get_xdata() for line in axes.lines if line.get_marker() != "o" and len(line.get_xdata()) == 2][1:]
    assert np.allclose(spans, depth[["adjusted_low", "adjusted_high"]])


def test_bars_are_what_the_effect_loses_without_each_gene():
    made = asked(2, 20)
    assert made.genes is not None
    order = made.table.sort_values("p")["signature"]
    for axes, signature in zip(figure_of("genes", None, made).get_axes(), order, strict=False):
        own = made.genes[made.genes["signature"] == signature]
        lost = (own["effect"] - own["effect_without"]).tolist()
        expected = sorted(lost, key=abs, reverse=True)[:12]
        assert [bar.get_width() for bar in axes.patches] == pytest.approx(expected)
        signs = {label.get_text()[-1] for label in axes.get_yticklabels()}
        assert signs == {"+", "−"}


def test_rows_of_the_heatmap_are_z_scores_and_the_bar_is_the_arm():
    made = asked(5, 30)
    top, main, _ = figure_of("heatmap", None, made).get_axes()
    order = made.table.sort_values("p")["signature"].tolist()
    wide = made.scores.pivot(index="sample", columns="signature", values="score")[order]
    arms = made.compared.set_index("sample")["arm"]
    keyed = wide.reset_index().assign(arm=(arms == "resistant").to_numpy()).sort_values(["arm", order[0], "sample"])
    expected = stats.zscore(keyed[order].to_numpy(float), axis=0, ddof=1).T
    np.testing.assert_allclose(main.images[0].get_array(), expected, atol=1e-12)
    colours = [to_hex(each) for each in top.images[0].get_array()[0]]
    assert colours == [(RESISTANT if each else SENSITIVE).lower() for each in keyed["arm"]]


def test_a_row_without_spread_is_zero_and_a_missing_score_stays_missing():
    values = np.array([[0.3, 0.3, 0.3], [1.0, np.nan, 3.0]])
    np.testing.assert_allclose(standardised(values), [[0, 0, 0], [-np.sqrt(0.5), np.nan, np.sqrt(0.5)]])


def test_numbers_at_risk_are_those_of_lifelines():
    from lifelines import KaplanMeierFitter

    made = asked(1, 60, **SURVIVAL)
    figure = figure_of("survival", None, made)
    axes = figure.get_axes()[0]
    members = made.samples_of(next(made.table.itertuples()))
    cuts = np.quantile(members["score"], [1 / 3, 2 / 3])
    third = np.searchsorted(cuts, members["score"], side="left")
    written = [text.get_text() for text in axes.texts if text.get_text().isdigit()]
    ticks = axes.get_xticks()
    expected = []
    for own in range(3):
        here = members[third == own]
        table = KaplanMeierFitter().fit(here["value"], here["event"].astype(float)).event_table
        later = [table.index[table.index >= tick] for tick in ticks]
        expected += [int(table.loc[after[0], "at_risk"]) if len(after) else 0 for after in later]
        expected[-len(ticks)] = len(here)
    assert [int(each) for each in written] == expected


def test_the_same_tables_give_the_same_bytes_and_odd_names_stay_text(tmp_path: Path):
    made = asked(5, 12)
    for at in range(2):
        draw_contrast(made, tmp_path / f"{at}.svg", tmp_path / f"{at}.png")
    assert (tmp_path / "0.svg").read_bytes() == (tmp_path / "1.svg").read_bytes()
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "1.png").read_bytes()
    assert "<script" not in (tmp_path / "0.svg").read_text(encoding="utf-8")


def test_a_picture_of_many_samples_stays_small(tmp_path: Path):
    made = asked(8, 2000)
    for each in (draw_contrast, draw_roc):
        each(made, tmp_path / "large.svg")
        assert (tmp_path / "large.svg").stat().st_size < 800_000


def test_tables_without_an_effect_still_make_pictures():
    made = asked(3, 6)
    made.table[["effect", "p", "auroc"]] = np.nan
    for module in OF_A_CONTRAST:
        assert any(words.startswith("No ") for words, _ in texts_of(figure_of(module, None, made))), module
