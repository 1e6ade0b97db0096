# in:  further assays of the same samples, where a dataset has them (datasets.<name>.assays); coordinates of spots
# out: <results>/{dataset}/{assays,readouts,readout_features,ncrna}.tsv, contrasts/{contrast}.readouts.tsv;
#      colocalisation.tsv, colocalisation_samples.tsv, contrasts/{contrast}.colocalisation.tsv, tissue.svg

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
    message:
        "Gathering read-outs of the further assays of {wildcards.dataset}"
    script:
        "../scripts/readouts.py"


rule ncrna:
    input:
        library=LIBRARY,
        ncrna=EVIDENCE["ncrna"],
        signatures="<results>/signatures/signatures.tsv",
        members="<results>/signatures/members.tsv",
        scores="<results>/{dataset}/sample_scores.tsv",
        coverage="<results>/{dataset}/coverage.tsv",
        pseudobulk="<results>/{dataset}/pseudobulk.h5ad",
        genes="<results>/{dataset}/genes.tsv",
        rna=rules.readouts.input.rna,
    output:
        ncrna="<results>/{dataset}/ncrna.tsv",
    log:
        "<logs>/ncrna/{dataset}.log",
    benchmark:
        "<benchmarks>/ncrna/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(BESIDE),
    conda:
        "../envs/resig.yaml"
    params:
        assay=lambda wildcards: BESIDE[wildcards.dataset]["assay"],
        sample=lambda wildcards: BESIDE[wildcards.dataset]["sample"],
        rna=lambda wildcards: assays_of(BESIDE[wildcards.dataset], RNA),
        method=lambda wildcards: methods_of(wildcards.dataset)[0],
        inference=config["inference"],
    message:
        "Holding non-coding RNAs against their targets in {wildcards.dataset}"
    script:
        "../scripts/ncrna.py"


rule plot_ncrna:
    input:
        library=LIBRARY,
        ncrna="<results>/{dataset}/ncrna.tsv",
    output:
        picture=report(
            "<results>/{dataset}/ncrna.svg",
            caption="../report/ncrna.rst",
            category="Scores",
            labels={"dataset": "{dataset}", "what": "non-coding RNA and its footprint"},
        ),
        png="<results>/{dataset}/ncrna.png",
    log:
        "<logs>/plot_ncrna/{dataset}.log",
    benchmark:
        "<benchmarks>/plot_ncrna/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    message:
        "Drawing non-coding RNAs and their targets in {wildcards.dataset}"
    script:
        "../scripts/plot_ncrna.py"


rule contrast_readouts:
    input:
        library=LIBRARY,
        readouts="<results>/{dataset}/readouts.tsv",
        samples="<results>/{dataset}/samples.tsv",
    output:
        readouts="<results>/{dataset}/contrasts/{contrast}.readouts.tsv",
    log:
        "<logs>/contrast_readouts/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/contrast_readouts/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        batch=lambda wildcards: DATASETS[wildcards.dataset]["batch"],
        inference=config["inference"],
    message:
        "Comparing read-outs: {wildcards.contrast} in {wildcards.dataset}"
    script:
        "../scripts/contrast_readouts.py"


rule plot_readouts:
    input:
        library=LIBRARY,
        readouts="<results>/{dataset}/contrasts/{contrast}.readouts.tsv",
    output:
        picture=report(
            "<results>/{dataset}/contrasts/{contrast}.readouts.svg",
            caption="../report/readouts.rst",
            category="Contrasts",
            labels={"contrast": "{contrast}, read-outs", "dataset": "{dataset}"},
        ),
        png="<results>/{dataset}/contrasts/{contrast}.readouts.png",
    log:
        "<logs>/plot_readouts/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/plot_readouts/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    message:
        "Drawing read-outs: {wildcards.contrast} in {wildcards.dataset}"
    script:
        "../scripts/plot_readouts.py"


rule colocalisation:
    input:
        library=LIBRARY,
        matrix=lambda wildcards: [at_hand(path) for path in parts_of(DATASETS[wildcards.dataset]["matrix"]).values()],
        metadata=lambda wildcards: [
            at_hand(path) for path in [DATASETS[wildcards.dataset]["metadata"]] if path is not None
        ],
        observations="<results>/{dataset}/observations.parquet",
        scores="<results>/{dataset}/scores.parquet",
        coverage="<results>/{dataset}/coverage.tsv",
        signatures="<results>/signatures/signatures.tsv",
    output:
        sections="<results>/{dataset}/colocalisation.tsv",
        samples="<results>/{dataset}/colocalisation_samples.tsv",
        picture=report(
            "<results>/{dataset}/tissue.svg",
            caption="../report/tissue.rst",
            category="Scores",
            labels={"dataset": "{dataset}", "what": "scores on the tissue"},
        ),
        png="<results>/{dataset}/tissue.png",
    log:
        "<logs>/colocalisation/{dataset}.log",
    benchmark:
        "<benchmarks>/colocalisation/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(IN_SPACE),
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: DATASETS[wildcards.dataset],
        method=lambda wildcards: methods_of(wildcards.dataset)[0],
        inference=config["inference"],
    message:
        "Laying scores on the tissue of {wildcards.dataset}"
    script:
        "../scripts/colocalisation.py"


rule contrast_colocalisation:
    input:
        library=LIBRARY,
        sections="<results>/{dataset}/colocalisation.tsv",
        samples="<results>/{dataset}/samples.tsv",
        report="<results>/{dataset}/intake.json",
    output:
        contrast="<results>/{dataset}/contrasts/{contrast}.colocalisation.tsv",
    log:
        "<logs>/contrast_colocalisation/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/contrast_colocalisation/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        batch=lambda wildcards: DATASETS[wildcards.dataset]["batch"],
        inference=config["inference"],
    message:
        "Comparing co-localisation: {wildcards.contrast} in {wildcards.dataset}"
    script:
        "../scripts/contrast_colocalisation.py"
