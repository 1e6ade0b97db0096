"""Worlds of known truth in docs/validation.md: what was asked, what was found, and where resig fails."""

from collections.abc import Mapping, Sequence
from typing import Any

from sitting import table

Result = Mapping[str, Any]


def render(results: Sequence[Result], measured: str) -> str:
    """Return this half of the page."""
    of = {part: [each for each in results if each["part"] == part] for part in PARTS}
    return "\n".join(
        [HEAD.format(measured=measured), failures(of), *(PARTS[part](rows) for part, rows in of.items() if rows)]
    )


def percent(found: Mapping[str, Any]) -> str:
    """Say a share and its Monte-Carlo error, in percent."""
    return f"{100 * found['share']:.1f} ± {100 * found['mc_error']:.1f}"


def too_many(row: Result) -> bool:
    """Whether more is called than the design promises, beyond three Monte-Carlo errors."""
    return bool(row["share"] - row["attainable"] > 3 * row["mc_error"])


def off(found: Mapping[str, Any], low: float = 0.93, high: float = 0.97) -> bool:
    """Whether a coverage is outside 93 to 97 %, beyond two Monte-Carlo errors."""
    return bool(found["share"] < low - 2 * found["mc_error"] or found["share"] > high + 2 * found["mc_error"])


def failures(of: Mapping[str, Sequence[Result]]) -> str:
    """List what did not come out as it should, before anything else."""
    lines = [
        f"- *{each['design']}*, {each['size']}: {percent(each)} % of scores without effect get p at or below 0.05"
        for each in [*of["null"], *(row for row in of["cells"] if row["effect"] == 0)]
        if too_many(each)
    ]
    for each in of["coverage"]:
        where = f"- *{each['design']}*, {each['size']}, true effect {each['effect']:.2f}: the 95 % interval of the"
        if off(each):
            lines.append(f"{where} {NAMES.get(each['effect_type'], each['effect_type'])} holds it in {percent(each)} %")
        if "auroc" in each and off(each["auroc"]):
            lines.append(f"{where} AUROC holds it in {percent(each['auroc'])} %")
    lines += [
        f"- *verdicts*, {each['world']}, {each['size']}: {percent(each['rows'])} % of answers are `supported`"
        for each in of["verdicts"]
        if each["rows"]["share"] > 0.02 + 2 * each["rows"]["mc_error"]
    ]
    lines += [
        f"- *meta-analysis*, {each['k']} datasets that differ by {each['tau']:g}: the prediction interval holds a "
        f"further dataset in {percent(each['prediction'])} %"
        for each in of["meta"]
        if each["prediction"] and each["prediction"]["share"] < 0.93 - 2 * each["prediction"]["mc_error"]
    ]
    if not lines:
        return "## Where it fails\n\nNowhere in what follows.\n"
    return "\n".join(["## Where it fails\n", FAILS, *lines, ""])


NAMES = {"hedges_g": "Hedges g", "trend_g": "trend", "spearman": "rho", "log_hr": "log HR"}


def null_part(rows: Sequence[Result]) -> str:
    """Report calls without an effect."""
    body = [
        (
            each["design"],
            each["size"],
            "none: underpowered" if each["smallest"] > 0.05 else percent(each),
            f"{100 * each['attainable']:.1f}" if each["attainable"] else "–",
            f"{each['smallest']:.2g}",
            percent(each["unadjusted"]) if "unadjusted" in each else "",
            "**too many**" if too_many(each) else "",
        )
        for each in rows
    ]
    columns = ("design", "size", "p at or below 0.05, %", "most it can reach, %", "smallest p", "unadjusted, %", "")
    return "\n".join(["## No effect: how often p is at or below 5 %\n", NULL, table(columns, body)])


def cells_part(rows: Sequence[Result]) -> str:
    """Report donors beside cells."""
    body = [
        (
            each["design"],
            each["size"],
            "{} to {}, median {}".format(each["cells"][0], each["cells"][2], each["cells"][1]),
            f"{each['between']:g}",
            f"{each['effect']:g}",
            "none: underpowered" if each["smallest"] > 0.05 else percent(each),
            percent(each["cell_level"]),
            "**too many**" if each["effect"] == 0 and too_many(each) else "",
        )
        for each in rows
    ]
    columns = (
        "design",
        "size",
        "cells a donor",
        "SD between donors",
        "effect",
        "donors (resig), %",
        "Wilcoxon over cells, %",
        "",
    )
    return "\n".join(["## Cells are no samples\n", CELLS, table(columns, body)])


def coverage_part(rows: Sequence[Result]) -> str:
    """Report intervals."""
    body = [
        (
            each["design"],
            each["size"],
            NAMES.get(each["effect_type"], each["effect_type"]),
            f"{each['effect']:.2f}",
            percent(each) + (" **off**" if off(each) else ""),
            f"{each['bias']:+.3f}",
            f"{each['auroc']['truth']:.2f}" if "auroc" in each else "",
            percent(each["auroc"]) + (" **off**" if off(each["auroc"]) else "") if "auroc" in each else "",
        )
        for each in rows
    ]
    columns = (
        "design",
        "size",
        "effect",
        "truth",
        "interval holds it, %",
        "bias",
        "true AUROC",
        "its interval holds it, %",
    )
    return "\n".join(["## Intervals: how often they hold the truth\n", COVERAGE, table(columns, body)])


def power_part(rows: Sequence[Result]) -> str:
    """Report power."""
    body = []
    for key in dict.fromkeys((each["design"], each["size"]) for each in rows):
        own = [each for each in rows if (each["design"], each["size"]) == key]
        found = ", ".join(f"{each['effect']:g}: {100 * each['share']:.0f}" for each in own)
        mde = f"{own[0]['mde']:.2f}" if own[0]["mde"] == own[0]["mde"] else ""
        body.append((*key, found, mde))
    columns = ("design", "size", "true effect: % found", "mde (80 %)")
    return "\n".join(["## Power: what can be seen\n", POWER, table(columns, body)])


def verdicts_part(rows: Sequence[Result]) -> str:
    """Report verdicts of runs without anything to find."""
    body = [
        (
            each["world"],
            each["size"],
            each["runs"],
            each["answers"],
            percent(each["rows"]),
            percent(each["any"]),
            percent(each["without_null"]),
        )
        for each in rows
    ]
    columns = (
        "world",
        "size",
        "runs",
        "answers",
        "`supported`, % of answers",
        "runs with any, %",
        "without the matched null, % of answers",
    )
    return "\n".join(["## Verdicts where nothing is there\n", VERDICTS, table(columns, body)])


def meta_part(rows: Sequence[Result]) -> str:
    """Report the meta-analysis."""
    body = [
        (
            f"{each['tau']:g}",
            each["k"],
            percent(each["mean"]),
            percent(each["plain"]),
            percent(each["too_narrow"]),
            percent(each["prediction"]) if each["prediction"] else "",
        )
        for each in rows
    ]
    columns = (
        "SD between datasets",
        "datasets",
        "interval of the mean holds it, %",
        "plain Hartung-Knapp, %",
        "plain: narrower than one common effect allows, %",
        "prediction interval holds a further dataset, %",
    )
    return "\n".join(["## Meta-analysis of few datasets\n", META, table(columns, body)])


PARTS = {
    "null": null_part,
    "cells": cells_part,
    "coverage": coverage_part,
    "power": power_part,
    "verdicts": verdicts_part,
    "meta": meta_part,
}

HEAD = """# In worlds of known truth

Written by `python benchmarks/calibration/run.py`. Questions are asked in worlds where the truth is known, through the
same functions that the workflow calls ([methods.md](methods.md)). Every share stands with its Monte-Carlo standard
error; everything starts from seeds.

{measured}
"""
FAILS = """Shown first, and not removed: everything below that is off by more than chance (two to three
Monte-Carlo errors).
"""
NULL = """Scores without any effect; each design with the permutation p that the workflow gives (1,999
arrangements, or all). A p from few arrangements takes few values, so a design may promise less than 5 %; with 3
against 3 samples the smallest p is 0.1, nothing can be called, and the verdict is `underpowered`. *Unadjusted*:
the same scores, asked without the batch or covariate that the world has. *Spread 3 times in R*: the arms have
the same mean and unequal spread, so they are not exchangeable; the permuted statistic is Welch's t for their sake (with
the difference of means 28.7 ± 0.7 % of p were at or below 0.05 at 5 against 20).

![Share of p at or below 5 % in each design](images/validation_null.svg)
"""
CELLS = """A score without effect in cells of donors who differ (standard deviation between donors; within a
donor it is 1), with very unequal numbers of cells. resig averages the cells of a donor and permutes donors. A
Wilcoxon test over cells takes each cell for a sample: it calls what donors are, more often the more cells there
are. Rows with an effect show what the difference costs.

![Calls without an effect, by cells and by donors](images/validation_cells.svg)
"""
COVERAGE = """The interval should hold the truth in 95 % (93 to 97 is what we ask of it). Hedges g with its
interval from the noncentral t; AUROC with Newcombe's, widened by DeLong's variance; rho on Fisher's z; log hazard
ratio per standard deviation, Wald. *Bias* is the mean effect less the truth.
"""
POWER = """The share of scores with a true effect that get p at or below 5 % and the right direction, and the
effect at which a design reaches 80 % by its own account (`mde` of the contrast table; diamonds).

![Power by design](images/validation_power.svg)
"""
VERDICTS = """Real expression (the ALL cohort of the demo), so that signatures depend on each other as they do in life;
samples and their labels are drawn at random; all signatures that can be measured there are asked at once, by the
leading method, with FDR and 200 matched sets. *Labels at random*: nothing is there, and nothing should be `supported`.
*All expression shifts*: each gene moves along the labels, by half a standard deviation on average and by as much
more or less, as a batch or a change of growth would do. Scores differ then, but no more than those of random
genes: without the matched null they would be called (last column); with it, `not_specific` is the answer.
"""
META = """g of 2 to 10 datasets of 6 to 40 samples around a true mean. *Plain*: Hartung-Knapp without the bound.
Its intervals are right on average over all draws, but where two or three datasets agree by chance they are
narrower than if all datasets had one common effect and its variance were known, which no data can justify; the
bound removes these at the price of too wide intervals where datasets are few. Prediction intervals take k - 2
degrees of freedom.
"""
