# in:  finished tables
# out: pictures and pages for the report; `validate`, which prints what a run would do; `describe`, what a file holds

# Datasets that a contrast asks about, each once.
COMPARED = list(dict.fromkeys(dataset for dataset, _ in ASKED))
# Files of each dataset, as they are at hand.
DATA = {
    name: [
        at_hand(path)
        for path in [*files_asked(spec), *([spec["probes"]] if spec["probes"] else []), *alteration_files(spec)]
    ]
    for name, spec in DATASETS.items()
}


rule verdict_page:
    input:
        library=LIBRARY,
        contrasts="<results>/summary/contrasts.tsv",
        verdicts="<results>/summary/verdicts.tsv",
        coverage="<results>/summary/coverage.tsv",
        signatures="<results>/signatures/signatures.tsv",
        members="<results>/signatures/members.tsv",
        shipped=workflow.source_path("../../resources/genesets/members.tsv"),
        documents=workflow.source_path("../../resources/genesets/documents.tsv"),
        nulls=of_contrasts("<results>/{dataset}/contrasts/{contrast}.null.tsv"),
        genes=of_contrasts("<results>/{dataset}/contrasts/{contrast}.genes.tsv"),
        nuisance=of_contrasts("<results>/{dataset}/contrasts/{contrast}.nuisance.tsv"),
        scores=expand("<results>/{dataset}/sample_scores.tsv", dataset=COMPARED),
        compared=of_contrasts("<results>/{dataset}/contrasts/{contrast}.samples.tsv"),
        style=[workflow.source_path("../report/page.css"), workflow.source_path("../report/table.css")],
        script=[workflow.source_path("../report/table.js")],
    output:
        page=report(
            "<results>/summary/verdicts.html",
            caption="../report/table.rst",
            category="Verdicts",
            labels={"what": "table: search, filter, open a row"},
        ),
    log:
        "<logs>/verdict_page.log",
    benchmark:
        "<benchmarks>/verdict_page.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        datasets=COMPARED,
        specs=in_report(CONTRASTS),
        inference=config["inference"],
    message:
        "Writing the table of verdicts and contrasts"
    script:
        "../scripts/verdict_page.py"


rule start_page:
    input:
        library=LIBRARY,
        signatures="<results>/signatures/signatures.tsv",
        members="<results>/signatures/members.tsv",
        coverage="<results>/summary/coverage.tsv",
        intakes=of_datasets("<results>/{dataset}/intake.json"),
        contrasts=if_compared("<results>/summary/contrasts.tsv"),
        verdicts=if_compared("<results>/summary/verdicts.tsv"),
        over_all=if_compared("<results>/summary/signature_verdicts.tsv"),
        altered=of_altered("<results>/{dataset}/alteration_inputs.tsv"),
        assays=of_read("<results>/{dataset}/assays.tsv"),
        style=workflow.source_path("../report/start.css"),
    output:
        page=report(
            "<results>/summary/start.html",
            caption="../report/start.rst",
            category="Verdicts",
            labels={"what": "summary: the start page"},
        ),
        text="<results>/summary/summary.txt",
    log:
        "<logs>/start_page.log",
    benchmark:
        "<benchmarks>/start_page.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        config=in_report(config),
    message:
        "Summing up"
    script:
        "../scripts/start_page.py"


rule evidence_page:
    input:
        library=LIBRARY,
        signatures="<results>/signatures/signatures.tsv",
        members="<results>/signatures/members.tsv",
        answers=if_compared("<results>/summary/signature_verdicts.tsv"),
        shipped=workflow.source_path("../../resources/genesets/members.tsv"),
        documents=workflow.source_path("../../resources/genesets/documents.tsv"),
        contradictions=workflow.source_path("../../resources/genesets/contradictions.tsv"),
        style=workflow.source_path("../report/page.css"),
        script=workflow.source_path("../report/evidence.js"),
    output:
        page=report(
            "<results>/summary/evidence.html",
            caption="../report/evidence.rst",
            category="Evidence",
            labels={"what": "every member with its evidence"},
        ),
    log:
        "<logs>/evidence_page.log",
    benchmark:
        "<benchmarks>/evidence_page.tsv"
    conda:
        "../envs/resig.yaml"
    message:
        "Writing the evidence behind the signatures"
    script:
        "../scripts/evidence_page.py"


rule methods_text:
    input:
        library=LIBRARY,
        signatures="<results>/signatures/signatures.tsv",
        members="<results>/signatures/members.tsv",
        shipped=workflow.source_path("../../resources/genesets/members.tsv"),
        coverage="<results>/summary/coverage.tsv",
        intakes=of_datasets("<results>/{dataset}/intake.json"),
        contrasts=if_compared("<results>/summary/contrasts.tsv"),
        meta=if_compared("<results>/summary/meta.tsv"),
        style=workflow.source_path("../report/page.css"),
        script=workflow.source_path("../report/methods.js"),
    output:
        page=report(
            "<results>/summary/methods.html",
            caption="../report/methods.rst",
            category="Methods",
            labels={"what": "text to paste, with references"},
        ),
        text="<results>/summary/methods.md",
    log:
        "<logs>/methods_text.log",
    benchmark:
        "<benchmarks>/methods_text.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        config=in_report(config),
        in_space=IN_SPACE,
    message:
        "Writing the methods of this run"
    script:
        "../scripts/methods_text.py"


rule provenance:
    input:
        library=LIBRARY,
        data=[path for paths in DATA.values() for path in paths],
        intakes=of_datasets("<results>/{dataset}/intake.json"),
        after="<results>/summary/summary.txt",
        lock=workflow.source_path("../../requirements.lock"),
        style=workflow.source_path("../report/page.css"),
    output:
        page=report(
            "<results>/summary/provenance.html",
            caption="../report/provenance.rst",
            category="Provenance",
            labels={"what": "config, versions, data, time"},
        ),
    log:
        "<logs>/provenance.log",
    benchmark:
        "<benchmarks>/provenance.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        config=in_report(config),
        of=[name for name, paths in DATA.items() for _ in paths],
    message:
        "Writing down versions, files and checksums"
    script:
        "../scripts/provenance.py"


# `snakemake report`: everything, and then the report as one file. It has no output: it is made again each time.
rule report:
    input:
        FINAL,
        library=LIBRARY,
        summary="<results>/summary/summary.txt",
        style=workflow.source_path("../report/report.css"),
    log:
        "<logs>/report.log",
    conda:
        "../envs/resig.yaml"
    params:
        command=report_command(
            sys.executable,
            str(workflow.main_snakefile),
            os.getcwd(),
            workflow.overwrite_configfiles,
            GIVEN,
        ),
    message:
        "Making the report"
    script:
        "../scripts/report.py"


localrules:
    verdict_page,
    start_page,
    evidence_page,
    methods_text,
    provenance,
    validate,
    describe,


rule validate:
    input:
        library=LIBRARY,
        shipped=rules.signatures.input.shipped,
        own=rules.signatures.input.own,
        companions=rules.signatures.input.companions,
        data=[at_hand(path) for spec in DATASETS.values() for path in files_asked(spec)],
        nomenclature=NOMENCLATURE,
        probes=[at_hand(spec["probes"]) for spec in DATASETS.values() if spec["probes"]],
    log:
        "<logs>/validate.log",
    conda:
        "../envs/resig.yaml"
    params:
        config=config,
        probed=[name for name, spec in DATASETS.items() if spec["probes"]],
    script:
        "../scripts/validate.py"


rule describe:
    default_target: "file" in DESCRIBED
    input:
        library=LIBRARY,
        nomenclature=NOMENCLATURE,
        file=[at_hand(DESCRIBED[key]) for key in ("file",) if key in DESCRIBED],
        metadata=[at_hand(DESCRIBED[key]) for key in ("metadata",) if key in DESCRIBED],
    log:
        "<logs>/describe.log",
    conda:
        "../envs/resig.yaml"
    params:
        asked=DESCRIBED,
    script:
        "../scripts/describe.py"


SUMMARY = str(rules.start_page.output.text)


onsuccess:
    whole = set(workflow.dag_settings.targets) <= {"all", "default", "report"} and not workflow.dag_settings.until
    if whole and "file" not in DESCRIBED:
        again = asked_again("report", workflow.overwrite_configfiles, GIVEN)
        say_last(after_success(SUMMARY, Path(SUMMARY).parents[1] / "report.html", again))


onerror:
    say_last(after_failure(Path(str(rules.start_page.log)).parent, BEGAN), to=sys.stderr)
