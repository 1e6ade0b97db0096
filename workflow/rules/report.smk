# in:  finished tables
# out: pictures and pages for the report; `validate`, which prints what a run would do; `describe`, what a file holds

# Datasets that a contrast asks about, each once.
COMPARED = list(dict.fromkeys(dataset for dataset, _ in ASKED))


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
        samples=expand("<results>/{dataset}/samples.tsv", dataset=COMPARED),
        style=[workflow.source_path("../report/page.css"), workflow.source_path("../report/table.css")],
        script=[workflow.source_path("../report/table.js")],
    output:
        page=report(
            "<results>/summary/verdicts.html",
            caption="../report/verdicts.rst",
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
        specs=CONTRASTS,
        inference=config["inference"],
    script:
        "../scripts/verdict_page.py"


localrules:
    verdict_page,
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
