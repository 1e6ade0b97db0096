# in:  matrix and metadata of each dataset, as the config names them
# out: <results>/{dataset}/intake.json, genes.tsv, samples.tsv, observations.parquet, matrix.h5ad; coverage.tsv


rule intake:
    input:
        library=LIBRARY,
        nomenclature=NOMENCLATURE,
        matrix=lambda wildcards: [at_hand(path) for path in parts_of(DATASETS[wildcards.dataset]["matrix"]).values()],
        metadata=lambda wildcards: [
            at_hand(path) for path in [DATASETS[wildcards.dataset]["metadata"]] if path is not None
        ],
        probes=lambda wildcards: [at_hand(path) for path in [DATASETS[wildcards.dataset]["probes"]] if path is not None],
    output:
        matrix="<results>/{dataset}/matrix.h5ad",
        genes="<results>/{dataset}/genes.tsv",
        observations="<results>/{dataset}/observations.parquet",
        samples="<results>/{dataset}/samples.tsv",
        report="<results>/{dataset}/intake.json",
    log:
        "<logs>/intake/{dataset}.log",
    benchmark:
        "<benchmarks>/intake/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: {
            key: value for key, value in DATASETS[wildcards.dataset].items() if key not in BESIDE_EXPRESSION
        },
    message:
        "Reading {wildcards.dataset}"
    script:
        "../scripts/intake.py"


rule measure_coverage:
    input:
        library=LIBRARY,
        genes="<results>/{dataset}/genes.tsv",
        signatures="<results>/signatures/signatures.tsv",
        members="<results>/signatures/members.tsv",
    output:
        coverage="<results>/{dataset}/coverage.tsv",
    log:
        "<logs>/measure_coverage/{dataset}.log",
    benchmark:
        "<benchmarks>/measure_coverage/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        assay=lambda wildcards: DATASETS[wildcards.dataset]["assay"],
        min_coverage=config["scoring"]["min_coverage"],
        beside=lambda wildcards: wildcards.dataset in PARENTS,
    message:
        "Looking for the members of the signatures in {wildcards.dataset}"
    script:
        "../scripts/measure_coverage.py"
