# in:  matrix, genes, coverage and members of each dataset
# out: <results>/{dataset}/scores.parquet (one row a cell or sample), sample_scores.tsv, confounders.tsv; scored.h5ad;
#      pseudobulk.h5ad


rule score:
    input:
        library=LIBRARY,
        matrix="<results>/{dataset}/matrix.h5ad",
        genes="<results>/{dataset}/genes.tsv",
        observations="<results>/{dataset}/observations.parquet",
        report="<results>/{dataset}/intake.json",
        coverage="<results>/{dataset}/coverage.tsv",
        members="<results>/signatures/members.tsv",
        own_methods=lambda wildcards: own_methods_of(wildcards.dataset),
    output:
        scores="<results>/{dataset}/scores.parquet",
    log:
        "<logs>/score/{dataset}.log",
    benchmark:
        "<benchmarks>/score/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    threads: 2
    params:
        methods=lambda wildcards: methods_of(wildcards.dataset),
        cell_null=config["scoring"]["cell_null"],
        null_draws=config["scoring"]["cell_null_draws"],
        seed=config["inference"]["seed"],
    script:
        "../scripts/score.py"


rule scored_h5ad:
    input:
        library=LIBRARY,
        matrix="<results>/{dataset}/matrix.h5ad",
        scores="<results>/{dataset}/scores.parquet",
        observations="<results>/{dataset}/observations.parquet",
    output:
        "<results>/{dataset}/scored.h5ad",
    log:
        "<logs>/scored_h5ad/{dataset}.log",
    benchmark:
        "<benchmarks>/scored_h5ad/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    script:
        "../scripts/scored_h5ad.py"


rule sample_scores:
    input:
        library=LIBRARY,
        scores="<results>/{dataset}/scores.parquet",
        observations="<results>/{dataset}/observations.parquet",
        coverage="<results>/{dataset}/coverage.tsv",
    output:
        scores="<results>/{dataset}/sample_scores.tsv",
        confounders="<results>/{dataset}/confounders.tsv",
    log:
        "<logs>/sample_scores/{dataset}.log",
    benchmark:
        "<benchmarks>/sample_scores/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        methods=lambda wildcards: methods_of(wildcards.dataset),
    script:
        "../scripts/sample_scores.py"


rule pseudobulk:
    input:
        library=LIBRARY,
        matrix="<results>/{dataset}/matrix.h5ad",
        genes="<results>/{dataset}/genes.tsv",
        observations="<results>/{dataset}/observations.parquet",
        report="<results>/{dataset}/intake.json",
        own_methods=lambda wildcards: own_methods_of(wildcards.dataset),
    output:
        pseudobulk="<results>/{dataset}/pseudobulk.h5ad",
    log:
        "<logs>/pseudobulk/{dataset}.log",
    benchmark:
        "<benchmarks>/pseudobulk/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    threads: 2
    params:
        methods=lambda wildcards: methods_of(wildcards.dataset),
    script:
        "../scripts/pseudobulk.py"
