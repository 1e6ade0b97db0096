# in:  sample scores, sample table and pseudobulk of each dataset
# out: <results>/{dataset}/{quality,contexts}.tsv, contrasts/{contrast}.tsv, and what it rests on: .null.tsv, .genes.tsv,
#      .nuisance.tsv, .samples.tsv, .composition.tsv


rule quality:
    input:
        library=LIBRARY,
        pseudobulk="<results>/{dataset}/pseudobulk.h5ad",
        scores="<results>/{dataset}/sample_scores.tsv",
        report="<results>/{dataset}/intake.json",
        coverage="<results>/{dataset}/coverage.tsv",
        members="<results>/signatures/members.tsv",
    output:
        quality="<results>/{dataset}/quality.tsv",
    log:
        "<logs>/quality/{dataset}.log",
    benchmark:
        "<benchmarks>/quality/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        inference=config["inference"],
    message:
        "Judging the signatures in {wildcards.dataset}"
    script:
        "../scripts/quality.py"


rule contexts:
    input:
        library=LIBRARY,
        signatures="<results>/signatures/signatures.tsv",
        scores="<results>/{dataset}/sample_scores.tsv",
    output:
        contexts="<results>/{dataset}/contexts.tsv",
    log:
        "<logs>/contexts/{dataset}.log",
    benchmark:
        "<benchmarks>/contexts/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        told=lambda wildcards: DATASETS[wildcards.dataset]["contexts"],
    message:
        "Finding the cells that signatures are about in {wildcards.dataset}"
    script:
        "../scripts/contexts.py"


rule contrast:
    input:
        library=LIBRARY,
        scores="<results>/{dataset}/sample_scores.tsv",
        samples="<results>/{dataset}/samples.tsv",
        report="<results>/{dataset}/intake.json",
        coverage="<results>/{dataset}/coverage.tsv",
        contexts="<results>/{dataset}/contexts.tsv",
        members="<results>/signatures/members.tsv",
        pseudobulk="<results>/{dataset}/pseudobulk.h5ad",
        confounders="<results>/{dataset}/confounders.tsv",
        quality="<results>/{dataset}/quality.tsv",
        proliferation=workflow.source_path("../../resources/genesets/proliferation.tsv"),
        own_methods=lambda wildcards: own_methods_of(wildcards.dataset),
    output:
        contrast="<results>/{dataset}/contrasts/{contrast}.tsv",
        null="<results>/{dataset}/contrasts/{contrast}.null.tsv",
        genes="<results>/{dataset}/contrasts/{contrast}.genes.tsv",
        nuisance="<results>/{dataset}/contrasts/{contrast}.nuisance.tsv",
        samples="<results>/{dataset}/contrasts/{contrast}.samples.tsv",
    log:
        "<logs>/contrast/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/contrast/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        data=lambda wildcards: {key: DATASETS[wildcards.dataset][key] for key in ("kind", "batch", "purity")},
        methods=lambda wildcards: methods_of(wildcards.dataset),
        inference=config["inference"],
    message:
        "Comparing {wildcards.dataset}: {wildcards.contrast}"
    script:
        "../scripts/contrast.py"


rule composition:
    input:
        library=LIBRARY,
        confounders="<results>/{dataset}/confounders.tsv",
        samples="<results>/{dataset}/samples.tsv",
    output:
        composition="<results>/{dataset}/contrasts/{contrast}.composition.tsv",
    log:
        "<logs>/composition/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/composition/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        batch=lambda wildcards: DATASETS[wildcards.dataset]["batch"],
        inference=config["inference"],
    message:
        "Comparing the shares of cell types in {wildcards.dataset}: {wildcards.contrast}"
    script:
        "../scripts/composition.py"
