"""Real data in docs/validation.md: controls with what was expected before, methods beside known truth, the advice."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from data import shipped_sets
from scores import BULK, DEFAULTS
from sitting import table

from resig.scoring import METHODS

Result = Mapping[str, Any]
Of = Mapping[str, Sequence[Result]]
SINGLE = ("zmean", "ucell", "aucell", "score_genes", "singscore", "ulm", "wmean")


def render(results: Sequence[Result], measured: str) -> str:
    """Return this half of the page."""
    of: dict[str, list[Result]] = {}
    for each in results:
        of.setdefault(each["part"], []).append(each)
    parts = [HEAD.format(measured=measured), failures(of), advice(of), left_out(of)]
    parts += [write(of) for name, write in PARTS.items() if name in of]
    return "\n".join(part for part in parts if part)


def cell(value: float | None, best: bool = False) -> str:
    """Say a number; a set too small for a method has none."""
    return "–" if value is None else f"**{value:.3f}**" if best else f"{value:.3f}"


def cells(row: Mapping[str, float | None], methods: Sequence[str], best: bool = True) -> list[str]:
    """Say the numbers of several methods, the highest in bold where high is good."""
    if not best:
        return [cell(row.get(name)) for name in methods]
    known = [round(value, 3) for value in (row.get(name) for name in methods) if value is not None]
    top = max(known, default=None)
    return [cell(row.get(name), row.get(name) is not None and round(row[name] or 0, 3) == top) for name in methods]


def failures(of: Of) -> str:
    """List what did not come out as expected, before anything else."""
    lines = [
        f"- *{each['control']}* ({each['sign']}): expected {lower(each['expected'])}; found {each['found']}"
        for each in of.get("controls", [])
        if not each["met"]
    ]
    lines += [
        f"- *{row['set']}* ({row['cohort']}): {name} separates it with AUROC {row['auroc'][name]:.3f} only"
        for row in of.get("truth", [])
        for name in DEFAULTS["bulk"]
        if row["auroc"][name] is not None and row["auroc"][name] < 0.7
    ]
    if not lines:
        asked = (
            "Nothing in what follows" if "controls" in of else "No control was run, and nothing else in what follows"
        )
        return f"## What did not come out as expected\n\n{asked}.\n"
    return "\n".join(["## What did not come out as expected\n", *lines, ""])


def lower(text: str) -> str:
    """Begin in small letters, but for names."""
    return text if text[:2].isupper() or text[1:2].isupper() or "R" in text[:4] else text[0].lower() + text[1:]


def advice(of: Of) -> str:
    """Say what follows for the defaults, with numbers."""
    if "truth" not in of or "planted" not in of:
        return ""
    columns = {
        "sets of 3": [row for row in of["planted"] if row["effect"] > 0 and row["size"] == 3],
        "5 and 10": [row for row in of["planted"] if row["effect"] > 0 and row["size"] in (5, 10)],
        "20 and 50": [row for row in of["planted"] if row["effect"] > 0 and row["size"] in (20, 50)],
        "known truth, 100 genes and more": [row for row in of["truth"] if row["measured"] >= 100],
    }
    means = {title: {name: mean_of(rows, name) for name in BULK} for title, rows in columns.items()}
    told = {name: {title: cell(value[name]) for title, value in means.items()} for name in BULK}
    few, all_ = small_signatures()
    text = ADVICE.format(
        few=few,
        all=all_,
        agree=agreed(of, "singscore", "ssgsea"),
        **{f"{name}{title}": said for name in told for title, said in zip("350k", told[name].values(), strict=True)},
    )
    large = "known truth, 100 genes and more"
    if columns[large]:
        most = max(columns[large], key=lambda row: row["less_level"] - row["auroc"]["zmean"])
        least = min(columns[large], key=lambda row: row["less_level"] - row["auroc"]["zmean"])
        text += LARGE.format(
            zmean=told["zmean"][large],
            singscore=told["singscore"][large],
            n=len(columns[large]),
            most=level_of(most),
            least=level_of(least),
        )
    kinds = (("bulk", "bulk"), ("cells", "single_cell"))
    body = [
        (
            name,
            METHODS[name].at_least,
            *told[name].values(),
            " and ".join(words for words, kind in kinds if name in DEFAULTS[kind]),
        )
        for name in BULK
    ]
    lines = [
        "## What follows for the defaults\n",
        text if columns[large] else DEMO_ONLY,
        table(("method", "smallest set", *columns, "default for"), body),
    ]
    if "planted_in_cells" in of and "fewer_cells" in of:
        lines.append(cell_advice(of))
    return "\n".join(lines)


def level_of(row: Result) -> str:
    """Say what the level of a whole sample does to a set."""
    with_, without = cell(row["auroc"]["zmean"]), cell(row["less_level"])
    return f"{row['set']} from {with_} to {without} (the level alone: {cell(row['level'])})"


def mean_of(rows: Sequence[Result], name: str, what: str = "auroc") -> float | None:
    """Return the mean of a method; none where it does not score one of the sets."""
    values = [row[what].get(name) for row in rows]
    return mean(values) if values and None not in values else None


def small_signatures() -> tuple[int, int]:
    """Count the shipped signatures of fewer than five members, and all."""
    return len(shipped_sets(1)) - len(shipped_sets(5)), len(shipped_sets(1))


def agreed(of: Of, one: str, other: str) -> str:
    """Say how two methods agree in each cohort."""
    rows = [row for row in of.get("agreement", []) if (row["one"], row["other"]) == (one, other)]
    return ", ".join(f"{row['median']:.2f} in {row['cohort']}" for row in rows)


def cell_advice(of: Of) -> str:
    """Say what follows for cells."""
    first, last = of["planted_in_cells"][0], of["planted_in_cells"][-1]
    rows = [row for row in of["planted_in_cells"] if row["cohort"] == first["cohort"]]
    other = [row for row in of["planted_in_cells"] if row["cohort"] == last["cohort"] and row["fold"] > 1]
    still, moved = [row for row in rows if "depth" in row], [row for row in rows if row["fold"] > 1]
    ten = next(row for row in of["fewer_cells"] if row["cells"] == 10)
    columns = {
        "planted, sets of 3": lambda name: mean_of([row for row in moved if row["size"] == 3], name, "samples"),
        "10 to 50": lambda name: mean_of([row for row in moved if row["size"] > 3], name, "samples"),
        "goes along with depth": lambda name: mean_of([row for row in still if row["size"] > 3], name, "depth"),
        "one arm thinned": lambda name: mean_of([row for row in still if row["size"] > 3], name, "uneven"),
        "ten cells a donor": lambda name: ten["rho"].get(name),
    }
    told = {name: {title: cell(value(name)) for title, value in columns.items()} for name in SINGLE}
    said = {name: list(each.values()) for name, each in told.items()}
    simulated = {f"toy_{name}": cell(mean_of(other, name, "samples")) for name in DEFAULTS["single_cell"]}
    text = CELL_ADVICE.format(cohort=first["cohort"], genes=last["genes"], **said, **simulated)
    text = text if first["cohort"] != last["cohort"] else f"Cells of the demo ({first['cohort']}), measured alike:\n"
    body = [(name, *each.values(), "yes" if name in DEFAULTS["single_cell"] else "") for name, each in told.items()]
    return "\n".join([text, table(("method", *columns, "default"), body)])


def left_out(of: Of) -> str:
    """Say what could not be measured."""
    lines = [f"- {each['what']}" for each in of.get("skipped", [])]
    return "\n".join(["## Skipped\n", *lines, ""]) if lines else ""


def controls_part(of: Of) -> str:
    """Report the controls."""
    body = [
        (
            each["control"],
            each["sign"],
            each["expected"],
            each["found"],
            "met" if each["met"] else "**not met**",
            each["source"],
        )
        for each in of["controls"]
    ]
    columns = ("control", "kind", "expected", "found", "verdict", "where the expectation is from")
    return "\n".join(["## Controls\n", CONTROLS, table(columns, body)])


def truth_part(of: Of) -> str:
    """Report known truth."""
    body = [
        (
            row["set"],
            row["cohort"],
            row["arms"],
            f"{row['measured']} of {row['members']}",
            *cells(row["auroc"], BULK),
            row["why"],
        )
        for row in of["truth"]
    ]
    columns = ("set", "cohort", "arms", "measured", *BULK, "why it is known")
    return "\n".join(["## Known truth by method\n", TRUTH, table(columns, body)])


def planted_part(of: Of) -> str:
    """Report planted effects."""
    first = of["planted"][0]
    error = max(value for row in of["planted"] for value in row["error"].values() if value is not None)
    body = [
        (
            row["kind"],
            row["size"],
            f"{row['effect']:g}",
            f"{100 * row['share']:.0f} %",
            *cells(row["auroc"], BULK, row["effect"] > 0),
        )
        for row in of["planted"]
    ]
    text = PLANTED.format(replicates=first["replicates"], arm=first["an_arm"], error=error)
    return "\n".join(["## Planted effects\n", text, table(("members", "size", "effect", "share moved", *BULK), body)])


def agreement_part(of: Of) -> str:
    """Report agreement as a square for each cohort."""
    text = ["## Agreement of methods\n", AGREEMENT]
    for cohort in dict.fromkeys(row["cohort"] for row in of["agreement"]):
        rows = {(row["one"], row["other"]): row for row in of["agreement"] if row["cohort"] == cohort}
        body = []
        for one in BULK:
            line = [rows.get((one, other)) or rows.get((other, one)) for other in BULK]
            body.append((one, *(f"{row['median']:.2f} ({row['tenth']:.2f})" if row else "" for row in line)))
        n = max(row["sets"] for row in rows.values())
        text += [f"{cohort}, {n} signatures:\n", table((cohort, *BULK), body)]
    return "\n".join(text)


def genes_part(of: Of) -> str:
    """Report fewer genes."""
    methods = [name for name in BULK if name in of["fewer_genes"][0]["auroc"]]
    body = [
        (
            row["set"],
            f"{100 * row['share']:.0f} %",
            row["members"],
            *cells(row["auroc"], methods),
            cell(row["lowest"]["zmean"]),
        )
        for row in of["fewer_genes"]
    ]
    columns = ("set", "measured", "members", *methods, "zmean, lowest")
    return "\n".join(["## Fewer members measured\n", GENES, table(columns, body)])


def labels_part(of: Of) -> str:
    """Report wrong labels."""
    methods = list(of["wrong_labels"][0]["auroc"])
    body = [
        (
            row["set"],
            f"{100 * row['share']:.0f} %",
            *(f"{row['auroc'][name]:.3f} ({row['arithmetic'][name]:.3f})" for name in methods),
        )
        for row in of["wrong_labels"]
    ]
    return "\n".join(["## Wrong labels\n", LABELS, table(("set", "labels wrong", *methods), body)])


def cells_part(of: Of) -> str:
    """Report effects planted in cells, of the first cohort."""
    first = of["planted_in_cells"][0]
    rows = [row for row in of["planted_in_cells"] if row["cohort"] == first["cohort"]]
    methods = [name for name in SINGLE if name in first["samples"]]
    fold = {row["fold"]: f"{row['fold']:g} fold" if row["fold"] > 1 else "none" for row in rows}
    body = [
        (title, row["size"], fold[row["fold"]], *cells(row[what], methods, row["fold"] > 1))
        for what, title in (("samples", "samples, AUROC"), ("cells", "cells, AUROC"))
        for row in rows
    ]
    body += [
        (title, row["size"], "none", *cells(row[what], methods, best=False))
        for what, title in (("depth", "rank correlation with depth"), ("uneven", "one arm thinned: AUROC off 0.5 by"))
        for row in rows
        if what in row
    ]
    columns = ("over", "size", "effect", *methods)
    return "\n".join(["## Planted effects in cells\n", IN_CELLS.format(**first), table(columns, body)])


def shallow_part(of: Of) -> str:
    """Report fewer reads of bulk samples."""
    rows = of["shallow"]
    methods = list(next(iter(rows[0]["auroc"].values())))
    reads = [f"{row['reads']:,}" if row["reads"] else "as measured" for row in rows]
    body = [
        (f"{name}: AUROC", said, *cells(row["auroc"][name], methods))
        for name in rows[0]["auroc"]
        for said, row in zip(reads, rows, strict=True)
    ]
    body += [
        (f"{n} shipped signatures of {size} genes: correlation", said, *cells(row["rho"][size], methods))
        for size, n in rows[0]["sets"].items()
        for said, row in zip(reads[1:], rows[1:], strict=True)
    ]
    columns = ("set", "reads a sample", *methods)
    return "\n".join(["## Fewer reads of bulk samples\n", SHALLOW.format(**rows[0]), table(columns, body)])


def reads_part(of: Of) -> str:
    """Report fewer reads of cells."""
    first = of["fewer_reads"][0]
    methods = [name for name in SINGLE if name in first["rho"]]
    body = [(f"{100 * row['share']:.0f} %", row["umi"], *cells(row["rho"], methods)) for row in of["fewer_reads"]]
    columns = ("reads kept", "reads a cell, median", *methods)
    return "\n".join(["## Fewer reads of cells\n", READS.format(**first), table(columns, body)])


def fewer_cells_part(of: Of) -> str:
    """Report fewer cells."""
    rows = of["fewer_cells"]
    methods = [name for name in SINGLE if name in rows[0]["rho"]]
    body = [(row["cells"], *cells(row["rho"], methods)) for row in rows]
    return "\n".join(["## Fewer cells\n", CELLS.format(**rows[0]), table(("cells a donor", *methods), body)])


PARTS = {
    "controls": controls_part,
    "truth": truth_part,
    "planted": planted_part,
    "planted_in_cells": cells_part,
    "agreement": agreement_part,
    "fewer_genes": genes_part,
    "shallow": shallow_part,
    "fewer_reads": reads_part,
    "fewer_cells": fewer_cells_part,
    "wrong_labels": labels_part,
}

HEAD = """# On real data

Written by `python benchmarks/real/run.py`. What is expected was written down before the run
(`benchmarks/real/controls.tsv`). Nothing was tuned to what follows.

{measured}
SCAN-B: 400 breast cancers (GSE96058); ALL: 125 to 128 adult leukaemias (Chiaretti et al. 2004; the demo's
cohort); TCGA miRNA: 220 breast cancers; PC9: cells on erlotinib and controls.
"""
ADVICE = """Bulk: `[zmean, singscore]`. Numbers are means of AUROC over planted effects (all sizes of effect), and over
known truths; the table has them all.

- **`zmean` first**: {few} of the {all} shipped signatures have fewer than five members, and it scores from one gene
  on. In sets of three it finds {zmean3} (singscore {singscore3}), in sets of five and ten {zmean5} (singscore
  {singscore5}). It can be held against 1,000 matched sets at no cost.
- **`singscore` beside it**: a sample's score does not depend on the cohort, and of large sets it makes more
  ({singscorek}; zmean {zmeank}). Where the two disagree, ask why.
- **`ssgsea` is no default any more**: it goes along with singscore (rank correlation {agree}),
  needs five members, and finds less: {ssgsea5} in sets of five and ten (singscore {singscore5}), {ssgsea0} in sets of
  20 and 50 (singscore {singscore0}). Add it by name.
- **`gsva` finds most of what was planted in sets of five and more** ({gsva5} and {gsva0}), and is no default all the
  same: it has no score below five members, it makes less of the large known truths ({gsvak}), and a matched null would
  have it see the whole cohort again 1,000 times. For sets of your own with five to fifty members add it by name.
- **`ulm`** does as well as singscore ({ulm5}, {ulm0}, {ulmk}), from five members on.
"""
DEMO_ONLY = """Real cohorts were not at hand: here are the numbers of the demo's data, and no advice rests on them.
"""
LARGE = """- **Large sets of your own: put `singscore` first** (`scoring: {{bulk: [singscore, zmean]}}`). Over
  {n} known truths with 100 measured genes and more `zmean` reaches {zmean}, `singscore` {singscore}. The reason is the
  level of a whole sample (its mean z over all genes), which `zmean` takes along. Taking it out moves
  {most}, but also {least}: no cure, so it is not done.
"""
CELL_ADVICE = """Cells: `[zmean, ucell]`. Planted effects in {cohort} cells, AUROC over samples of 30 cells; how a score
of random genes goes along with the depth of a cell (rank correlation, either way); how far AUROC is off 0.5 without any
effect when one arm has half the reads; and agreement of donors' means of ten cells with those of all cells.

- **`zmean` first**, as in bulk, so that effects in both are on one scale: it scores from one gene on ({zmean[0]} in
  sets of three, {zmean[1]} in sets of 10 to 50). By these numbers `wmean` would do as well ({wmean[0]} and {wmean[1]}).
- **`ucell` beside it**: from two genes on it finds as much or more ({ucell[0]} and {ucell[1]}), goes along with depth
  less ({ucell[2]}; zmean {zmean[2]}), is moved less when one arm is thinned ({ucell[3]}; zmean {zmean[3]}), and keeps
  most from ten cells ({ucell[4]}; zmean {zmean[4]}). Not so in the demo's simulated cells, of {genes:,} genes
  (it ranks the first 1,500): there it finds {toy_ucell} over all sizes (zmean {toy_zmean}).
- **`singscore` is no default for cells**: most zeros are ties, and it goes along with depth most ({singscore[2]}).
- **`score_genes` and `ulm` go along with depth least among those that find as much** ({score_genes[2]} and {ulm[2]}),
  but ask for five members; for large sets in cells of very unequal depth, add one of them by name.
- Arms that differ in depth move every score of cells. This is why each effect is estimated again given depth and
  detected genes (`{{contrast}}.nuisance.tsv`, `confounded_by`), and why samples are compared, never cells.
"""
CONTROLS = """Each is a run of the workflow with its default inference (`tests/integration/cohorts`), judged by
`zmean`. A claim is `supported` or `contradicted`; in a negative control both are false. AUROC with its 95 %
interval. `not_specific` where many random sets differ as much: between subtypes of breast cancer most of the
expression differs.

Two things in the table were mended after the first run: `contradicted` counts as a call (with that one control fails),
and a set that cannot be measured counts as not called. Three calls among 40 random sets, as for ER, are seen in 32 % of
such draws if 5 % is true.
"""
TRUTH = """AUROC in the known direction, never flipped; the highest in bold. – : the set is too small for the
method. `mlm` scores all sets of a run together, each given the others: where they overlap, it is not the same
question.

![Known truth by method](images/validation_truth.svg)
"""
PLANTED = """Leukaemias of the demo, arms of {arm} drawn at random, {replicates} times; members move in one arm
by so many of their own standard deviations. *random*: genes drawn at random; *half down*: half of them move
down, and the set says so; *coherent*: genes that go along with each other, so that their noise does not average
out. The largest standard error of a mean is {error:.3f}.

![Planted effects](images/validation_planted.svg)
"""
AGREEMENT = """Rank correlation of two methods over the samples of a cohort: median over the shipped signatures of five
measured members and more, and in brackets the value that nine of ten signatures exceed.
"""
GENES = """A share of the members is kept at random; mean AUROC, and for `zmean` the lowest of the draws. The
gate asks for 60 % (`scoring.min_coverage`); the whole set is the first row.

![What scores withstand](images/validation_withstand.svg)
"""
LABELS = """A share of the labels of both arms is turned; in brackets what arithmetic says must be left of the
AUROC. No scorer can do better than that; a cohort with 20 % wrong labels hides moderate effects.
"""
IN_CELLS = """{cohort}, cells dealt at random to 20 samples of 30, ten in each arm, {replicates} times; sets are random
genes of at least 5 % of the cells, and an effect is made by thinning the members' reads in one arm (2 fold: each read
is kept with probability one half). Without an effect AUROC should be 0.5.
"""
SHALLOW = """{cohort} is at hand as log2(FPKM + 0.1) of 10,000 genes, not as counts. So reads are drawn from it at
random (Poisson, in proportion to FPKM, all genes as if equally long; the noise of the first sequencing stays in) and
brought back to the same scale. AUROC of known truth, and the median rank correlation of the shipped signatures with
their scores as measured. What a whole cohort shows withstands fewer reads much better than the score of one sample.
"""
READS = """{cohort}, {cells} cells, raw counts; reads are thinned at random. Median over {sets} shipped
signatures of the rank correlation, over cells, with the scores from all reads. No scorer rescues a cell that was
hardly sequenced.
"""
CELLS = """{cohort} ({donors} donors, simulated): mean score of each donor from a few of its cells, against that
of all its cells; median rank correlation over {sets} signatures. The default asks for 10 cells
(`inference.min_cells`).
"""
