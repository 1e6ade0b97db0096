# in:  matrix, genes, coverage and members of each dataset
# by:  one job a dataset; above scoring.shard_cells one job for each shard of its cells, gathered into the same file
# out: <results>/{dataset}/scores.parquet (one row a cell or sample), sample_scores.tsv, confounders.tsv; scored.h5ad;
#      pseudobulk.h5ad


SCORE_INPUT = {
    "matrix": "<results>/{dataset}/matrix.h5ad",
    "genes": "<results>/{dataset}/genes.tsv",
    "observations": "<results>/{dataset}/observations.parquet",
    "report": "<results>/{dataset}/intake.json",
    "coverage": "<results>/{dataset}/coverage.tsv",
    "members": "<results>/signatures/members.tsv",
}


rule score:
    input:
        **SCORE_INPUT,
        library=LIBRARY,
        own_methods=lambda wildcards: own_methods_of(wildcards.dataset),
    output:
        scores="<results>/{dataset}/scores.parquet",
    log:
        "<logs>/score/{dataset}.log",
    benchmark:
        "<benchmarks>/score/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(dataset for dataset, shards in SHARDS.items() if shards == 1),
    conda:
        "../envs/resig.yaml"
    threads: 2
    params:
        how=how_to_score,
    message:
        "Scoring {wildcards.dataset}"
    script:
        "../scripts/score.py"


rule score_shard:
    input:
        **SCORE_INPUT,
        library=LIBRARY,
        own_methods=lambda wildcards: own_methods_of(wildcards.dataset),
    output:
        scores=temp("<results>/{dataset}/shards/{number}-of-{shards}.parquet"),
    log:
        "<logs>/score_shard/{dataset}.{number}-of-{shards}.log",
    benchmark:
        "<benchmarks>/score_shard/{dataset}.{number}-of-{shards}.tsv"
    wildcard_constraints:
        number=r"\d+",
        shards=r"\d+",
    conda:
        "../envs/resig.yaml"
    threads: 2
    params:
        how=how_to_score,
    message:
        "Scoring {wildcards.dataset}, part {wildcards.number} of {wildcards.shards}"
    script:
        "../scripts/score_shard.py"


rule gather_scores:
    input:
        library=LIBRARY,
        shards=lambda wildcards: [
            f"<results>/{wildcards.dataset}/shards/{number}-of-{SHARDS[wildcards.dataset]}.parquet"
            for number in range(1, SHARDS[wildcards.dataset] + 1)
        ],
    output:
        scores="<results>/{dataset}/scores.parquet",
    log:
        "<logs>/gather_scores/{dataset}.log",
    benchmark:
        "<benchmarks>/gather_scores/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(dataset for dataset, shards in SHARDS.items() if shards > 1),
    conda:
        "../envs/resig.yaml"
    message:
        "Joining the parts of {wildcards.dataset}"
    script:
        "../scripts/gather_scores.py"


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
    message:
        "Writing the scores into a copy of {wildcards.dataset}"
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
    message:
        "Averaging the scores of {wildcards.dataset} for each sample"
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
    message:
        "Averaging the genes of {wildcards.dataset} for each sample"
    script:
        "../scripts/pseudobulk.py"
