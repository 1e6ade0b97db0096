"""docs/validation_real.md: controls with what was expected before, methods beside known truth, and what follows."""

import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from statistics import mean
from typing import Any

from data import shipped_sets
from scores import BULK, DEFAULTS

Result = Mapping[str, Any]
Of = Mapping[str, Sequence[Result]]
SINGLE = ("zmean", "ucell", "aucell", "score_genes", "singscore", "ulm", "wmean")


def render(results: Sequence[Result], date: str) -> str:
    """Return the page."""
    of: dict[str, list[Result]] = {}
    for each in results:
        of.setdefault(each["part"], []).append(each)
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas", "gseapy"))
    head = HEAD.format(date=date, python=platform.python_version(), versions=versions)
    parts = [head, failures(of), advice(of), left_out(of)]
    parts += [write(of) for name, write in PARTS.items() if name in of]
    return "\n".join(part for part in parts if part)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def cell(value: float | None, best: bool = False) -> str:
    """Say a number; a set too small for a method has none."""
    return "–" if value is None else f"**{value:.3f}**" if best else f"{value:.3f}"


def cells(row: Mapping[str, float | None], methods: Sequence[str]) -> list[str]:
    """Say the numbers of several methods, the highest in bold."""
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
        return "## What did not come out as expected\n\nNothing in what follows.\n"
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
        zmean3=told["zmean"]["sets of 3"],
        singscore3=told["singscore"]["sets of 3"],
        zmean10=told["zmean"]["5 and 10"],
        singscore10=told["singscore"]["5 and 10"],
        ssgsea10=told["ssgsea"]["5 and 10"],
        gsva10=told["gsva"]["5 and 10"],
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
            smallest(of, name),
            *told[name].values(),
            " and ".join(words for words, kind in kinds if name in DEFAULTS[kind]),
        )
        for name in BULK
    ]
    lines = [
        "## What follows for the defaults\n",
        text,
        table(("method", "smallest set", *columns, "default for"), body),
    ]
    if "fewer_reads" in of:
        lines.append(cell_advice(of))
    return "\n".join(lines)


def level_of(row: Result) -> str:
    """Say what the level of a whole sample does to a set."""
    with_, without = cell(row["auroc"]["zmean"]), cell(row["less_level"])
    return f"{row['set']} from {with_} to {without} (the level alone: {cell(row['level'])})"


def mean_of(rows: Sequence[Result], name: str) -> float | None:
    """Return the mean AUROC of a method; none where it does not score one of the sets."""
    values = [row["auroc"][name] for row in rows]
    return mean(values) if values and None not in values else None


def small_signatures() -> tuple[int, int]:
    """Count the shipped signatures of fewer than five members, and all."""
    return len(shipped_sets(1)) - len(shipped_sets(5)), len(shipped_sets(1))


def smallest(of: Of, name: str) -> int:
    """Return the size of the smallest planted set that a method scores, or 1 where it scores single genes."""
    if any(row["auroc"][name] is not None for row in of["truth"] if row["measured"] == 1):
        return 1
    return min(row["size"] for row in of["planted"] if row["auroc"][name] is not None)


def cell_advice(of: Of) -> str:
    """Say what follows for cells."""
    tenth = next(row for row in of["fewer_reads"] if row["share"] == 0.1)
    quarter = next(row for row in of["fewer_reads"] if row["share"] == 0.25)
    told = ", ".join(
        f"{name} {quarter['rho'][name]:.2f} and {tenth['rho'][name]:.2f}" for name in DEFAULTS["single_cell"]
    )
    best = max((name for name in SINGLE if tenth["rho"].get(name) is not None), key=lambda name: tenth["rho"][name])
    return (
        f"For cells: with a quarter and a tenth of the reads the scores of single cells correlate with those of all "
        f"reads by {told} (best at a tenth: {best}, {tenth['rho'][best]:.2f}). `ucell` stands beside `zmean` as "
        f"singscore does in bulk, because it needs no cohort; by this measure others do as well. No scorer rescues a "
        f"cell that was hardly sequenced; this is why samples are compared, and never cells.\n"
    )


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
    columns = ("control", "kind", "expected", "found", "", "where the expectation is from")
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
        (row["kind"], row["size"], f"{row['effect']:g}", f"{100 * row['share']:.0f} %", *cells(row["auroc"], BULK))
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


def reads_part(of: Of) -> str:
    """Report fewer reads and fewer cells."""
    first = of["fewer_reads"][0]
    methods = [name for name in SINGLE if name in first["rho"]]
    body = [(f"{100 * row['share']:.0f} %", row["umi"], *cells(row["rho"], methods)) for row in of["fewer_reads"]]
    text = [
        "## Fewer reads, fewer cells\n",
        READS.format(**first),
        table(("reads kept", "reads a cell, median", *methods), body),
    ]
    if "fewer_cells" in of:
        rows = of["fewer_cells"]
        text.append(CELLS.format(**rows[0]))
        text.append(table(("cells a donor", *methods), [(row["cells"], *cells(row["rho"], methods)) for row in rows]))
    return "\n".join(text)


PARTS = {
    "controls": controls_part,
    "truth": truth_part,
    "planted": planted_part,
    "agreement": agreement_part,
    "fewer_genes": genes_part,
    "wrong_labels": labels_part,
    "fewer_reads": reads_part,
}

HEAD = """# Validation on real cohorts

Rendered by `python benchmarks/real/run.py` (part of `make bench`); do not edit. Worlds where the truth is known
by construction are in [validation.md](validation.md); here the data are real, and what is expected was written
down before the run (`benchmarks/real/controls.tsv`). Nothing was tuned to what follows.

Measured on {date}; Python {python}, {versions}. SCAN-B: 400 breast cancers (GSE96058); ALL: 125 to 128 adult
leukaemias (Chiaretti et al. 2004; the demo's cohort); TCGA miRNA: 220 breast cancers; PC9: cells on erlotinib
and controls.
"""
ADVICE = """Means of AUROC, over planted effects (all sizes of effect) and over known truths, are in the table.

- **`zmean` first**: {few} of the {all} shipped signatures have fewer than five members, and it scores from one gene
  on. In sets of three it finds {zmean3} (singscore {singscore3}), in sets of five and ten {zmean10} (singscore
  {singscore10}, ssgsea {ssgsea10}, gsva {gsva10}). It can be held against 1,000 matched sets at no cost; GSVA has to
  see the whole cohort again for each of them.
- **`singscore` beside it**: a sample's score does not depend on the cohort. Where the two disagree, ask why.
- **`ssgsea` is there because readers know it**, not because it wins: it agrees with singscore and finds less.
- **`ucell` for cells**: made for sparse counts. On dense bulk it sees the top 1,500 genes only, and it shows.
"""
LARGE = """- **Large sets of your own: put `singscore` first** (`scoring: {{bulk: [singscore, zmean, ssgsea]}}`). Over
  {n} known truths with 100 measured genes and more `zmean` reaches {zmean}, `singscore` {singscore}. The reason is the
  level of a whole sample (its mean z over all genes), which `zmean` takes along. Taking it out moves
  {most}, but also {least}: no cure, so it is not done.
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
READS = """{cohort}, {cells} cells, raw counts; reads are thinned at random. Median over {sets} shipped
signatures of the rank correlation, over cells, with the scores from all reads.
"""
CELLS = """{cohort} ({donors} donors, simulated): mean score of each donor from a few of its cells, against that
of all its cells; median rank correlation over {sets} signatures. The default asks for 10 cells
(`inference.min_cells`).
"""
