"""Methods of a run, to paste into a paper: written from its config and its tables, citing what was really used."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resig.assays.spread import RNA, TABLES, assays_of
from resig.files import write_text
from resig.inference.design import kind_of
from resig.page import page, text
from resig.plan import question
from resig.references import Cited
from resig.scoring import METHODS
from resig.signatures import SHIPPED

ASSAYS = {"mrna": "mRNA", "total_rna": "total RNA", "small_rna": "small RNA", "circ_rna": "circular RNA"}
ALTERATIONS = {
    "variants": "variants",
    "copy_number": "copy numbers",
    "fusions": "fusions",
    "methylation": "promoter methylation",
}
SCORES = {
    "counts": "counts",
    "linear": "values on a linear scale",
    "log": "values on a log scale",
}


@dataclass(frozen=True)
class Run:
    """What the text is written from: the config, and tables of the finished run."""

    config: Mapping[str, Any]
    versions: Mapping[str, str]
    signatures: pd.DataFrame
    members: pd.DataFrame
    left_out: int
    """Members that the run does without because their evidence is retracted."""
    coverage: pd.DataFrame
    intakes: Mapping[str, Mapping[str, Any]]
    contrasts: pd.DataFrame | None = None
    meta: pd.DataFrame | None = None
    own_methods: Sequence[str] = ()
    in_space: Sequence[str] = ()
    """Datasets whose cells or spots carry coordinates."""


def write_methods(
    run: Run, style: str, script: str, page_out: str | os.PathLike[str], text_out: str | os.PathLike[str]
) -> None:
    """Write the text, as a page and as Markdown."""
    paragraphs, references = methods_text(run)
    lines = [*(f"**{title}.** {words}" for title, words in paragraphs), "**References**"]
    lines += ["\n".join(f"{number}. {each}." for number, each in enumerate(references, start=1))]
    write_text(text_out, "\n\n".join(lines) + "\n")
    body = "\n".join(f"<p><b>{text(title)}.</b> {text(words)}</p>" for title, words in paragraphs)
    listed = "\n".join(f"<li>{text(each)}.</li>" for each in references)
    write_text(
        page_out,
        page(
            "resig: methods",
            f"""<h1>Methods of this run</h1>
<p class="soft">Written from the config and the tables of this run, to paste into a paper. The references are from the
literature, not from the source documents of the signatures; check them before you print them. The same text stands in
summary/methods.md.</p>
<p class="controls"><button type="button" id="copy">Copy text and references</button> <span id="copied"
role="status"></span></p>
<div id="text">
{body}
<h2>References</h2>
<ol>
{listed}
</ol>
</div>""",
            style,
            script,
        ),
    )


def methods_text(run: Run) -> tuple[list[tuple[str, str]], list[str]]:
    """Return paragraphs with their titles, and the references they cite, in order."""
    cite = Cited()
    paragraphs = [
        ("Software", _software(run, cite)),
        ("Signatures", _signatures(run)),
        ("Data", _data(run)),
        ("Coverage", _coverage(run)),
        ("Scores", _scores(run, cite)),
    ]
    if run.contrasts is not None and len(run.contrasts):
        paragraphs += [
            ("Comparisons", _comparisons(run, cite)),
            ("Random gene sets and other checks", _checks(run, cite)),
        ]
        if run.config["gsea"]["sets"]:
            paragraphs.append(("Enrichment", _enrichment(run, cite)))
        if run.meta is not None and (run.meta["n_datasets"] > 1).any():
            paragraphs.append(("Meta-analysis", _meta(run, cite)))
        paragraphs.append(("Verdicts", _verdicts(run)))
    further = {"Further assays": _assays(run), "Alterations": _alterations(run), "Tissue": _tissue(run, cite)}
    return [*paragraphs, *((title, words) for title, words in further.items() if words)], cite.order


def _software(run: Run, cite: Cited) -> str:
    known = run.versions
    return (
        f"Expression data were scored for signatures of cancer drug resistance with resig {known['resig']}, run by "
        f"Snakemake {known['snakemake']} {cite('snakemake')} under Python {known['python']} with numpy "
        f"{known['numpy']} "
        f"{cite('numpy')} and scipy {known['scipy']} {cite('scipy')}. "
        f"Everything random was drawn from seed {run.config['inference']['seed']}."
    )


def _signatures(run: Run) -> str:
    n = len(run.signatures)
    of = run.signatures["collection"].value_counts()
    named = {SHIPPED: "resig's curated collection (from review documents on drug resistance)"}
    parts = [f"{count} from {named.get(name, name)}" for name, count in of.items()]
    flags = run.members["flags"].str.split(";")
    doubtful = int(flags.map(lambda each: "contradicted" in each).sum())
    retracted = int(flags.map(lambda each: "retracted" in each).sum())
    said = f"{n} signed gene sets with {len(run.members)} members were used: {_listed(parts)}."
    if run.left_out:
        said += f" {run.left_out} members whose evidence is retracted were left out."
    if retracted:
        said += f" {retracted} members rest on retracted evidence."
    if doubtful:
        said += f" The evidence for {doubtful} members is contradicted, in the documents or elsewhere."
    return (
        said
        + " A higher score means more like the resistant state; up and down members were scored apart and combined."
    )


def _data(run: Run) -> str:
    said = []
    for name, intake in run.intakes.items():
        spec, samples = run.config["datasets"][name], intake["samples"]
        cells = f" of {samples['observations_used']:,} cells" if spec["kind"] == "single_cell" else ""
        kind = "single-cell" if spec["kind"] == "single_cell" else "bulk"
        found = SCORES[intake["values"]["found"]]
        said.append(
            f"{name}: {spec['organism']} {kind} data ({ASSAYS[spec['assay']]}), {samples['used']:,} "
            f"biological "
            f"samples{cells}, {intake['genes']['used']:,} genes in use, {found}; "
            f"{100 * intake['identifiers']['resolved']:.1f} % of "
            f"the features were recognised ({intake['identifiers']['kind']})."
        )
    return " ".join(said)


def _coverage(run: Run) -> str:
    least = f"{100 * run.config['scoring']['min_coverage']:g}"
    said = [
        f"A signature was scored where at least {least} % of its members (and its own minimum) were found and varied. "
        "Fewer than five measured members, or an assay that reads them only in part, were marked as low power."
    ]
    for name, group in run.coverage.groupby("dataset", sort=False):
        counts = group["scorable"].value_counts()
        said.append(
            f"In {name} {counts.get('yes', 0)} signatures were scored, {counts.get('low_power', 0)} with low power, "
            f"and "
            f"{counts.get('no', 0)} could not be measured."
        )
    return " ".join(said)


def _scores(run: Run, cite: Cited) -> str:
    said, scoring, kinds = [], run.config["scoring"], {spec["kind"] for spec in run.config["datasets"].values()}
    for kind, words in (("bulk", "Bulk samples"), ("single_cell", "Cells")):
        if kind not in kinds:
            continue
        named = []
        for name in scoring[kind]:
            method = METHODS.get(name)
            named.append(f"{name} {cite(*method.reference.split('; '))}" if method else f"{name} (our own)")
        lead = f"; verdicts rest on {scoring[kind][0]}" if len(named) > 1 else ""
        said.append(f"{words} were scored by {_listed(named)}{lead}.")
    if "single_cell" in kinds:
        said.append(
            "Scores of cells were averaged for each biological sample and cell type; a sample counted in a cell type "
            "from "
            f"{run.config['inference']['min_cells']} cells on. Cells were never counted as samples."
        )
    return " ".join(said)


def _comparisons(run: Run, cite: Cited) -> str:
    rows = run.contrasts
    assert rows is not None
    said = []
    for name, spec in run.config["contrasts"].items():
        said.append(f"Contrast {name}: {question(spec)} ({_sizes(rows[rows['contrast'] == name])}).")
    kinds = {kind_of(spec) for spec in run.config["contrasts"].values()}
    if kinds & {"groups", "trend"}:
        what = [
            *(["of two arms are differences of means"] if "groups" in kinds else []),
            *(
                ["of trends are changes from the first to the last level along a straight line"]
                if "trend" in kinds
                else []
            ),
        ]
        said.append(
            f"Effects {_listed(what)} from a linear model over biological samples, standardised as Hedges g "
            f"{cite('hedges')} with 95 % intervals from the noncentral t distribution. AUROC is the probability that a "
            f"resistant sample scores higher than a sensitive one, with an interval by Newcombe's method 5 widened by "
            f"DeLong's variance where that is larger {cite('newcombe', 'delong')}; it was never flipped."
        )
    if "continuous" in kinds:
        said.append(
            "Effects of continuous phenotypes are Spearman's rho, with Fisher's interval and the variance of Bonett "
            "and "
            f"Wright {cite('bonett_wright')}."
        )
    if "survival" in kinds:
        said.append(
            f"Effects on survival are log hazard ratios per standard deviation of the score from Cox's model "
            f"{cite('cox')} with Efron's ties {cite('efron')} and Wald's interval, beside Harrell's concordance "
            f"{cite('harrell')}. Kaplan-Meier curves {cite('kaplan_meier')} by thirds of the score (lifelines "
            f"{run.versions['lifelines']} {cite('lifelines')}) are pictures only."
        )
    said.append(_permutations(run, rows, cite))
    said.append(
        f"False discovery rates are Benjamini-Hochberg's {cite('bh')} over all signatures and cell types of a dataset, "
        f"contrast and method."
    )
    return " ".join(said)


def _permutations(run: Run, rows: pd.DataFrame, cite: Cited) -> str:
    most, types = run.config["inference"]["permutations"], set(rows["p_type"])
    asked = run.config["contrasts"].values()
    within = any(spec["pair_by"] or spec["block_by"] for spec in asked)
    adjusted = any(spec["covariates"] for spec in asked)
    bare = [
        each for each in asked if each["groups"] and not (each["pair_by"] or each["block_by"] or each["covariates"])
    ]
    said = "P-values are two-sided, from permutations of samples" + (
        ", within pairs or blocks where a contrast has them" if within else ""
    )
    exact = f"all arrangements where there were at most {most:,}"
    drawn = f"{most:,} random ones with the plus-one rule {cite('plus_one')}" if "monte_carlo" in types else ""
    used = ", else ".join(([exact] if "exact" in types else []) + ([drawn] if drawn else []))
    welch = f"; unpaired arms were compared by Welch's t {cite('studentized')}" if bare else ""
    lane = f"; with covariates residuals were permuted {cite('freedman_lane')}" if adjusted else ""
    return f"{said}{f' ({used})' if used else ''}{welch}{lane}."


def _sizes(rows: pd.DataFrame) -> str:
    said = []
    for dataset, group in rows.groupby("dataset", sort=False):
        if group["n_resistant"].notna().any():
            ends = (
                "at the last and {} at the first level" if (group["effect_type"] == "trend_g").all() else "against {}"
            )
            said.append(f"{dataset}: {_span(group['n_resistant'])} {ends.format(_span(group['n_sensitive']))}")
        else:
            events = f", {_span(group['n_events'])} events" if group["n_events"].notna().any() else ""
            said.append(f"{dataset}: {_span(group['n_samples'])} samples{events}")
    return "; ".join(said)


def _span(counts: pd.Series) -> str:
    known = counts.dropna()
    if known.empty:
        return "none"
    least, most = int(known.min()), int(known.max())
    return str(most) if least == most else f"{least} to {most}"


def _checks(run: Run, cite: Cited) -> str:
    inference, rows = run.config["inference"], run.contrasts
    assert rows is not None
    said = [
        f"Each effect was held against those of {inference['matched_sets']:,} random gene sets (all there are where "
        "fewer), in which each member was replaced by a random gene of the same bin of expression and detection with "
        "the "
        "same sign; members were not excluded from what could be drawn. Effects were computed again without each of "
        "the members, and with one nuisance at a time as a covariate (proliferation by the cell-cycle genes of "
        "Tirosh et "
        f"al. {cite('tirosh')}, detected genes, depth, mitochondrial share, batch, purity, where they were measured). "
        f"Coherence of the members and agreement of the methods were judged after sigQC {cite('sigqc')}."
    ]
    if rows["mix_share"].notna().any():
        said.append(
            "Differences over all cells of a sample were separated into shifts between and changes within cell types "
            "after "
            f"Kitagawa {cite('kitagawa')}."
        )
    return " ".join(said)


def _enrichment(run: Run, cite: Cited) -> str:
    asked = run.config["gsea"]
    known = run.versions
    wald, moderated = asked["statistic"] in ("auto", "deseq2"), asked["statistic"] in ("auto", "moderated_t")
    by = [f"the Wald statistic of PyDESeq2 {known['pydeseq2']} {cite('deseq2', 'pydeseq2')}"] if wald else []
    by += [f"the moderated t of limma {cite('limma')}"] if moderated else []
    for_data = " (for counts and for all other data)" if wald and moderated else ""
    return (
        f"Genes were ranked by {' or '.join(by)}{for_data}, and gene sets of "
        f"{asked['min_size']} to "
        f"{asked['max_size']:,} genes were walked along the ranking {cite('gsea')} with gseapy {known['gseapy']} "
        f"{cite('gseapy')} and {asked['permutations']:,} permutations of the genes. These p-values are about genes, "
        f"not "
        f"samples {cite('gene_permutation')}, and no verdict rests on them."
    )


def _meta(run: Run, cite: Cited) -> str:
    return (
        "Effects of one contrast in several datasets were pooled by random effects, bulk and single-cell data apart, "
        "with "
        f"the variance between datasets after Paule and Mandel {cite('paule_mandel')} (statsmodels "
        f"{run.versions['statsmodels']} {cite('statsmodels')}) and the modified Hartung-Knapp interval "
        f"{cite('hartung_knapp')}; prediction intervals from three datasets on {cite('prediction')}."
    )


def _verdicts(run: Run) -> str:
    inference, rows = run.config["inference"], run.contrasts
    assert rows is not None
    bare = rows[rows["verdict"].isin(["supported", "contradicted"]) & rows["null_p"].isna()]
    alone = (
        f" {len(bare)} of the calls could not be held against random sets and rest on the first alone."
        if len(bare)
        else ""
    )
    return (
        "A signature was called supported (higher in the resistant arm, with more resistance or with earlier events) "
        "or "
        f"contradicted (the other way) where its false discovery rate was at most {inference['fdr']:g} and its p among "
        f"matched random sets (twice the share with as large an effect in that direction) at most "
        f"{inference['null_alpha']:g}; not specific where only the first held; underpowered where no arrangement of so "
        "few samples could have reached that rate; not measurable where the coverage gate said no; not separable "
        "otherwise." + alone
    )


def _assays(run: Run) -> str:
    said = []
    for name, spec in run.config["datasets"].items():
        rna = [ASSAYS[each] for each in assays_of(spec, RNA)]
        tables = [*assays_of(spec, TABLES)]
        if rna:
            each = "were each scored and compared as a" if len(rna) > 1 else "was scored and compared as a"
            said.append(f"{_listed(rna)} of the samples of {name} {each} dataset of its own.")
        if tables:
            said.append(f"{_listed([f'{each} measurements' for each in tables])} of {name} were read as read-outs.")
        if rna or tables:
            said.append(
                "Read-outs (proteins, sera, single non-coding RNAs) were compared as scores were, with false discovery "
                "rates within each assay and no random sets; levels of non-coding RNAs were correlated with the "
                "signatures of their targets (Spearman), side by side and never pooled."
            )
    return " ".join(dict.fromkeys(said))


def _alterations(run: Run) -> str:
    named = {name: spec["alterations"] for name, spec in run.config["datasets"].items() if spec.get("alterations")}
    if not named:
        return ""
    said = []
    for name, files in named.items():
        kinds = [words for key, words in ALTERATIONS.items() if files.get(key)]
        said.append(f"Alterations of {name} were called from {_listed(kinds)}.")
        if files.get("variants") and not files.get("variants_genes"):
            said.append(f"Every gene of {name} was taken as sequenced.")
    said.append(
        "A call is present, absent or not measured; genes off the panel and samples without data were never taken for "
        "unaltered. Alterations were held against each other and against the arms of each contrast by Fisher's exact "
        "test (McNemar's within pairs) with Benjamini-Hochberg false discovery rates, without covariates."
    )
    return " ".join(said)


def _tissue(run: Run, cite: Cited) -> str:
    said = []
    for name in run.in_space:
        space = run.config["datasets"][name]["space"]
        pairs = [" with ".join(pair) for pair in space["pairs"]]
        if pairs:
            said.append(
                f"In {name} (sections by {space['section'] or 'sample'}; each spot joined to its {space['neighbours']} "
                f"nearest) it was asked whether {_listed(pairs)} lie together."
            )
    if not said:
        return ""
    inference, kind = run.config["inference"], run.config["scoring"]["single_cell"][0]
    return " ".join(
        [
            *said,
            f"Within a section, normal scores of {kind}, averaged with those of the neighbours, were correlated and "
            f"held against {inference['permutations']:,} maps of the same autocorrelation, in which the signs of the "
            f"waves of the neighbour graph were turned at random {cite('msr')}. One value a sample (the mean of "
            "Fisher's z over its sections) was then compared between samples; sections and spots were never counted as "
            "samples.",
        ]
    )


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
