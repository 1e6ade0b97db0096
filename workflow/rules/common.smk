# The package, the checked config, and who asks for what. No jobs are defined here.
import atexit
import json
import os
import shlex
import sys
import time
from pathlib import Path

# Each module by source_path: a job of a remote deployment gets these files and no others.
LIBRARY = [
    workflow.source_path(f"../scripts/resig/{module}.py")
    for module in (
        "__init__",
        "allocator",
        "alterations/__init__",
        "alterations/association",
        "alterations/book",
        "alterations/calls",
        "alterations/found",
        "alterations/match",
        "alterations/mechanisms",
        "alterations/profile",
        "alterations/protein_change",
        "alterations/readers/__init__",
        "alterations/readers/effects",
        "alterations/readers/fusions",
        "alterations/readers/grid",
        "alterations/readers/lines",
        "alterations/readers/maf",
        "alterations/readers/registry",
        "alterations/readers/segments",
        "alterations/readers/vcf",
        "alterations/run",
        "alterations/take",
        "alterations/who",
        "arrow",
        "assays/__init__",
        "assays/contrast",
        "assays/evidence",
        "assays/names",
        "assays/ncrna",
        "assays/proteins",
        "assays/read_ncrna",
        "assays/readouts",
        "assays/spread",
        "build_genesets",
        "catalogue",
        "cohorts",
        "columns",
        "companions",
        "compiled",
        "config",
        "config_alterations",
        "config_contrasts",
        "coverage",
        "derive",
        "describe",
        "embedding",
        "errors",
        "evidence_page",
        "files",
        "flags",
        "genesets",
        "gsea",
        "in_report",
        "inference/__init__",
        "inference/cell_types",
        "inference/compared",
        "inference/composition",
        "inference/confounding",
        "inference/contexts",
        "inference/continuous",
        "inference/contrast",
        "inference/covariates",
        "inference/cox",
        "inference/design",
        "inference/effects",
        "inference/gene_statistics",
        "inference/linear",
        "inference/matched",
        "inference/nuisance",
        "inference/permutation",
        "inference/phenotypes",
        "inference/ranks",
        "inference/scrutiny",
        "inference/set_scores",
        "inference/shuffles",
        "inference/specificity",
        "inference/survival",
        "inference/two_groups",
        "intake/__init__",
        "intake/archive",
        "intake/columns",
        "intake/download",
        "intake/feature_columns",
        "intake/genes",
        "intake/labels",
        "intake/mismatch",
        "intake/only",
        "intake/quality",
        "intake/readers/__init__",
        "intake/readers/by_rows",
        "intake/readers/csr_file",
        "intake/readers/gct",
        "intake/readers/grid",
        "intake/readers/h5ad",
        "intake/readers/joined",
        "intake/readers/loom",
        "intake/readers/one_sample",
        "intake/readers/parquet",
        "intake/readers/recognise",
        "intake/readers/registry",
        "intake/readers/series_matrix",
        "intake/readers/taken",
        "intake/readers/tenx",
        "intake/readers/tenx_h5",
        "intake/readers/tenx_mtx",
        "intake/readers/text",
        "intake/remote",
        "intake/run",
        "intake/samples",
        "intake/several",
        "intake/summed",
        "intake/who",
        "last_words",
        "ledger",
        "lint",
        "logs",
        "make_report",
        "matrix",
        "meta_analysis",
        "methods_text",
        "names",
        "nomenclature",
        "page",
        "plan",
        "plots/__init__",
        "plots/adjusted",
        "plots/asked",
        "plots/cells",
        "plots/contrast",
        "plots/coverage",
        "plots/genes",
        "plots/grid",
        "plots/heatmap",
        "plots/meta",
        "plots/ncrna",
        "plots/null",
        "plots/oncoprint",
        "plots/palette",
        "plots/panels",
        "plots/quality",
        "plots/readouts",
        "plots/roc",
        "plots/sides",
        "plots/style",
        "plots/survival",
        "plots/tissue",
        "plots/verdicts",
        "profile_page",
        "propose",
        "provenance",
        "pseudobulk",
        "quality",
        "references",
        "remarks",
        "rows",
        "sample_table",
        "scoring/__init__",
        "scoring/aucell",
        "scoring/block",
        "scoring/cell_null",
        "scoring/files",
        "scoring/gsva",
        "scoring/inputs",
        "scoring/kernels",
        "scoring/method",
        "scoring/mlm",
        "scoring/panel",
        "scoring/progress",
        "scoring/run",
        "scoring/score_genes",
        "scoring/scored_h5ad",
        "scoring/shards",
        "scoring/singscore",
        "scoring/ssgsea",
        "scoring/ucell",
        "scoring/ulm",
        "scoring/wmean",
        "scoring/zmean",
        "seen",
        "signatures",
        "space/__init__",
        "space/colocalisation",
        "space/read",
        "space/tissue",
        "spreadsheet",
        "start_page",
        "stored",
        "synthesis",
        "table_page",
        "table_rows",
        "tables",
        "textbook",
        "units",
    )
]
sys.path.insert(0, str(Path(LIBRARY[0]).parents[1]))

from resig.assays.spread import RNA, TABLES, assay_spec, assays_of, name_of, parents_of
from resig.cohorts import chosen_cohorts, read_cohorts
from resig.config import (
    ConfigError,
    blank_dataset,
    complete_config,
    config_to_describe,
    folder_of_downloads,
    load_schema,
)
from resig.config_alterations import alteration_files
from resig.errors import ResigError
from resig.in_report import in_report
from resig.intake.remote import is_brought, local_path
from resig.intake.several import files_asked, parts_of
from resig.last_words import after_failure, after_success, asked_again, report_command
from resig.scoring.shards import count_shards
from resig.space.tissue import lies_in_space

SHIPPED = "resources/"
SCHEMA = load_schema(workflow.source_path("../schemas/config.schema.yaml"))
COHORTS = workflow.source_path("../../resources/cohorts/cohorts.tsv")

# `snakemake cohorts --config cohorts=ID,ID`: public cohorts, each with a config of its own.
try:
    CHOSEN = chosen_cohorts(config.get("cohorts"), read_cohorts(COHORTS))
except ResigError as problem:
    raise WorkflowError(f"ERROR: {problem}")
for cohort in CHOSEN:

    configfile: workflow.source_path(f"../../config/examples/{cohort}.yaml")


config.pop("cohorts", None)
DOWNLOADS = folder_of_downloads(config, SCHEMA)
CHECKOUT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parents[1]


def at_hand(path):
    """Return where a path of the config lies: in the user's folder, its downloads, or the files shipped with resig."""
    if is_brought(path):
        return local(local_path(path, DOWNLOADS))
    if path.startswith(SHIPPED) and not exists(path):
        if (CHECKOUT / path).exists():  # source_path would give a copy that is gone after the run
            return str(CHECKOUT / path)
        try:
            return workflow.source_path(f"../../{path}")
        except Exception:  # not shipped either: the check of the config names it
            pass
    return local(path)


BEGAN = time.time()

# What was given with --config, to give it again.
GIVEN = [f"{key}={json.dumps(value)}" for key, value in workflow.config_settings.config.items()]

# How this run was called, and from where: jobs inherit it, and the page of provenance tells it.
os.environ.setdefault("RESIG_COMMAND", shlex.join(sys.argv))
os.environ.setdefault("RESIG_CHECKOUT", str(CHECKOUT))

# `snakemake describe --config file=PATH` needs no dataset and no question: the check of the config steps aside.
DESCRIBED = {
    key: str(config[key]) for key in ("file", "metadata") if key in {*config} & {*workflow.config_settings.config}
}

try:
    config.update(
        config_to_describe(DESCRIBED, SCHEMA, at_hand)
        if "file" in DESCRIBED
        else complete_config(
            config,
            SCHEMA,
            files=[*workflow.configfiles, *workflow.overwrite_configfiles],
            locate=at_hand,
        )
    )
except ConfigError as problems:
    raise WorkflowError(str(problems))

DATASETS = config["datasets"]
BESIDE_EXPRESSION = ("alterations",)  # keys of a dataset that its intake has nothing to do with
CONTRASTS = {name: in_report(spec) for name, spec in config["contrasts"].items()}
SHARDS = {dataset: count_shards(spec, at_hand, config["scoring"]["shard_cells"]) for dataset, spec in DATASETS.items()}
# Datasets with further assays: RNA assays are datasets of their own by now, tables of proteins and sera are not.
BESIDE = {dataset: spec for dataset, spec in DATASETS.items() if assays_of(spec)}
PARENTS = parents_of(DATASETS)
IN_SPACE = [dataset for dataset, spec in DATASETS.items() if lies_in_space(spec, at_hand)]
ASKED = [(dataset, contrast) for contrast, spec in CONTRASTS.items() for dataset in spec["datasets"]]


def one_of(names):
    """Return the pattern of a wildcard that stands for these names and no others."""
    return "|".join(map(re.escape, names)) or "none"


wildcard_constraints:
    dataset=one_of(DATASETS),
    contrast=one_of(CONTRASTS),


def methods_of(dataset):
    """Return the scoring methods of a dataset, a user's own by the name of its file."""
    return [Path(each).stem if each.endswith(".py") else each for each in config["scoring"][DATASETS[dataset]["kind"]]]


def own_methods_of(dataset):
    """Return the files of the methods that a user has written."""
    return [at_hand(each) for each in config["scoring"][DATASETS[dataset]["kind"]] if each.endswith(".py")]


def tables_of(dataset):
    """Return the tables of proteins and sera of a dataset, each with its spec as of a dataset."""
    spec = DATASETS[dataset]
    return {assay: assay_spec(spec, assay, blank_dataset(SCHEMA)) for assay in assays_of(spec, TABLES)}


def how_to_score(wildcards):
    """Return what a scoring job has to know about a dataset, besides its files."""
    return {
        "methods": methods_of(wildcards.dataset),
        "cell_null": config["scoring"]["cell_null"],
        "null_draws": config["scoring"]["cell_null_draws"],
        "seed": config["inference"]["seed"],
    }


def of_datasets(pattern):
    """Expand a pattern over all datasets."""
    return expand(pattern, dataset=DATASETS)


def of_contrasts(pattern, wanted=lambda dataset, contrast: True):
    """Expand a pattern over each (dataset, contrast) that is asked for, all or those that are wanted."""
    asked = [each for each in ASKED if wanted(*each)]
    return [path for dataset, contrast in asked for path in expand(pattern, dataset=dataset, contrast=contrast)]


def if_compared(path):
    """Return a table of the synthesis, where there is one."""
    return [path] if CONTRASTS else []


def say_last(words, to=sys.stdout):
    """Print at the very end, below what Snakemake says."""
    if words:
        atexit.register(print, words, file=to, flush=True)


def is_survival(dataset, contrast):
    """Return whether a contrast is about time to an event."""
    return CONTRASTS[contrast]["survival"] is not None


def are_pooled():
    """Return whether a contrast or a label has several datasets; the assays of one measure other signatures."""
    together = [spec["datasets"] for spec in CONTRASTS.values()]
    for by in ("drug", "cancer"):
        for label in {spec[by] for spec in CONTRASTS.values()} - {None}:
            together.append([name for spec in CONTRASTS.values() if spec[by] == label for name in spec["datasets"]])
    return any(len({PARENTS.get(name, name) for name in names}) > 1 for names in together)


def has_arms(dataset, contrast):
    """Return whether a contrast is between two groups."""
    return CONTRASTS[contrast]["groups"] is not None


def has_cell_types(dataset, contrast):
    """Return whether a dataset has cells of named types."""
    return DATASETS[dataset]["cell_type"] is not None


def has_assays(dataset, contrast):
    """Return whether a dataset has further assays of its samples."""
    return dataset in BESIDE


def is_in_space(dataset, contrast):
    """Return whether the cells or spots of a dataset have coordinates."""
    return dataset in IN_SPACE


def of_ranked(pattern):
    """Expand a pattern over each (dataset, contrast) whose genes are ranked for enrichment."""
    named = config["gsea"]["contrasts"]
    linear = [name for name, spec in CONTRASTS.items() if spec.get("groups") or spec.get("trend")]
    wanted = (linear if named == "all" else named) if config["gsea"]["sets"] else []
    pairs = [(dataset, contrast) for dataset, contrast in ASKED if contrast in wanted]
    return [path for dataset, contrast in pairs for path in expand(pattern, dataset=dataset, contrast=contrast)]


def of_altered(pattern, among=DATASETS):
    """Expand a pattern over the datasets that have files of alterations, all or some."""
    return expand(pattern, dataset=[name for name in among if DATASETS[name]["alterations"]])


def of_read(pattern, among=DATASETS):
    """Expand a pattern over the datasets that have read-outs of further assays, all or some."""
    return expand(pattern, dataset=[name for name in among if name in BESIDE])


def is_altered(dataset, contrast):
    """Return whether alterations of a dataset can be held against the arms of a contrast."""
    return bool(DATASETS[dataset]["alterations"]) and CONTRASTS[contrast]["groups"] is not None


FINAL = [
    "<results>/signatures/signatures.tsv",
    *of_datasets("<results>/{dataset}/scores.parquet"),
    *of_datasets("<results>/{dataset}/confounders.tsv"),
    *of_datasets("<results>/{dataset}/pseudobulk.h5ad"),
    *of_datasets("<results>/{dataset}/quality.tsv"),
    *(of_datasets("<results>/{dataset}/scored.h5ad") if config["scoring"]["scored_h5ad"] else []),
    *of_altered("<results>/{dataset}/oncoprint.svg"),
    *of_contrasts("<results>/{dataset}/contrasts/{contrast}.alterations.tsv", is_altered),
    *dict.fromkeys([*of_altered("<results>/{dataset}/profile.html"), *of_read("<results>/{dataset}/profile.html")]),
    "<results>/summary/mechanisms.tsv",
    *expand("<results>/{dataset}/{table}.tsv", dataset=BESIDE, table=["assays", "readouts"]),
    *expand("<results>/{dataset}/ncrna.svg", dataset=BESIDE),
    *of_contrasts("<results>/{dataset}/contrasts/{contrast}.readouts.svg", has_assays),
    *expand("<results>/{dataset}/tissue.svg", dataset=IN_SPACE),
    *of_contrasts("<results>/{dataset}/contrasts/{contrast}.colocalisation.tsv", is_in_space),
    "<results>/summary/coverage.tsv",
    "<results>/summary/coverage.svg",
    "<results>/summary/quality.svg",
    *[f"<results>/{dataset}/umap.svg" for dataset, spec in DATASETS.items() if spec["kind"] == "single_cell"],
    *(["<results>/summary/meta.svg"] if are_pooled() else []),
    *of_contrasts("<results>/{dataset}/contrasts/{contrast}.svg"),
    *of_contrasts("<results>/{dataset}/contrasts/{contrast}.roc.svg", has_arms),
    *of_contrasts("<results>/{dataset}/contrasts/{contrast}.survival.svg", is_survival),
    *of_contrasts("<results>/{dataset}/contrasts/{contrast}.composition.tsv", has_cell_types),
    *of_ranked("<results>/{dataset}/contrasts/{contrast}.gsea.tsv"),
    "<results>/summary/start.html",
    "<results>/summary/evidence.html",
    "<results>/summary/methods.html",
    "<results>/summary/provenance.html",
    *(
        ["<results>/summary/meta.tsv", "<results>/summary/verdicts.svg", "<results>/summary/verdicts.html"]
        if CONTRASTS
        else []
    ),
]
