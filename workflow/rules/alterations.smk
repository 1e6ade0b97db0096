# in:  files of alterations, as the config names them; shipped: alterations.tsv, gene_coordinates.tsv
# out: <results>/{dataset}/alterations.tsv, alteration_events.tsv, alteration_inputs.tsv


localrules:
    alterations,


rule alterations:
    input:
        library=LIBRARY,
        nomenclature=NOMENCLATURE,
        book=workflow.source_path("../../resources/genesets/alterations.tsv"),
        coordinates=workflow.source_path("../../resources/genesets/gene_coordinates.tsv"),
        samples="<results>/{dataset}/samples.tsv",
        files=lambda wildcards: [at_hand(path) for path in alteration_files(DATASETS[wildcards.dataset])],
    output:
        calls="<results>/{dataset}/alterations.tsv",
        events="<results>/{dataset}/alteration_events.tsv",
        inputs="<results>/{dataset}/alteration_inputs.tsv",
    log:
        "<logs>/alterations/{dataset}.log",
    benchmark:
        "<benchmarks>/alterations/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: DATASETS[wildcards.dataset]["alterations"],
        files=lambda wildcards: alteration_files(DATASETS[wildcards.dataset]),
    script:
        "../scripts/alterations.py"
