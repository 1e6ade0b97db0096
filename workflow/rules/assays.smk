# in:  further assays of the same samples, where a dataset has them (datasets.<name>.assays)
# out: <results>/{dataset}/{assays,readouts,readout_features}.tsv

EVIDENCE = {table: workflow.source_path(f"../../resources/genesets/{table}.tsv") for table in ("ncrna", "readouts")}


rule readouts:
    input:
        library=LIBRARY,
        ncrna=EVIDENCE["ncrna"],
        rules=EVIDENCE["readouts"],
        samples="<results>/{dataset}/samples.tsv",
        report="<results>/{dataset}/intake.json",
        rna=lambda wildcards: [
            f"<results>/{name_of(wildcards.dataset, assay)}/{file}"
            for assay in assays_of(BESIDE[wildcards.dataset], RNA)
            for file in ("samples.tsv", "pseudobulk.h5ad", "genes.tsv", "intake.json")
        ],
        tables=lambda wildcards: [at_hand(spec["matrix"]) for spec in tables_of(wildcards.dataset).values()],
        metadata=lambda wildcards: [
            at_hand(spec["metadata"]) for spec in tables_of(wildcards.dataset).values() if spec["metadata"]
        ],
    output:
        readouts="<results>/{dataset}/readouts.tsv",
        features="<results>/{dataset}/readout_features.tsv",
        assays=report(
            "<results>/{dataset}/assays.tsv",
            caption="../report/assays.rst",
            category="Coverage",
            labels={"what": "assays of {dataset}"},
        ),
    log:
        "<logs>/readouts/{dataset}.log",
    benchmark:
        "<benchmarks>/readouts/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(BESIDE),
    conda:
        "../envs/resig.yaml"
    params:
        sample=lambda wildcards: BESIDE[wildcards.dataset]["sample"],
        rna=lambda wildcards: assays_of(BESIDE[wildcards.dataset], RNA),
        tables=lambda wildcards: tables_of(wildcards.dataset),
    script:
        "../scripts/readouts.py"
