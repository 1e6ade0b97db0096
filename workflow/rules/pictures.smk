# in:  finished tables
# out: pictures, each as .svg (in the report) and .png (for slides)


localrules:
    plot_coverage,
    plot_meta,
    plot_quality,
    plot_verdicts,


rule plot_coverage:
    input:
        library=LIBRARY,
        coverage="<results>/summary/coverage.tsv",
        signatures="<results>/signatures/signatures.tsv",
    output:
        picture=report(
            "<results>/summary/coverage.svg",
            caption="../report/coverage.rst",
            category="Coverage",
            labels={"what": "picture"},
        ),
        png="<results>/summary/coverage.png",
    log:
        "<logs>/plot_coverage.log",
    benchmark:
        "<benchmarks>/plot_coverage.tsv"
    conda:
        "../envs/resig.yaml"
    message:
        "Drawing what is measured"
    script:
        "../scripts/plot_coverage.py"


rule plot_verdicts:
    input:
        library=LIBRARY,
        verdicts="<results>/summary/verdicts.tsv",
    output:
        picture=report(
            "<results>/summary/verdicts.svg",
            caption="../report/verdicts.rst",
            category="Verdicts",
            labels={"what": "picture"},
        ),
        png="<results>/summary/verdicts.png",
    log:
        "<logs>/plot_verdicts.log",
    benchmark:
        "<benchmarks>/plot_verdicts.tsv"
    conda:
        "../envs/resig.yaml"
    message:
        "Drawing the verdicts"
    script:
        "../scripts/plot_verdicts.py"


rule plot_contrast:
    input:
        library=LIBRARY,
        contrast="<results>/{dataset}/contrasts/{contrast}.tsv",
        compared="<results>/{dataset}/contrasts/{contrast}.samples.tsv",
        scores="<results>/{dataset}/sample_scores.tsv",
        signatures="<results>/signatures/signatures.tsv",
        samples="<results>/{dataset}/samples.tsv",
        null="<results>/{dataset}/contrasts/{contrast}.null.tsv",
        genes="<results>/{dataset}/contrasts/{contrast}.genes.tsv",
        nuisance="<results>/{dataset}/contrasts/{contrast}.nuisance.tsv",
    output:
        picture=report(
            "<results>/{dataset}/contrasts/{contrast}.svg",
            caption="../report/contrast.rst",
            category="Contrasts",
            labels={"dataset": "{dataset}", "contrast": "{contrast}", "what": "effects and samples"},
        ),
        png="<results>/{dataset}/contrasts/{contrast}.png",
        genes=report(
            "<results>/{dataset}/contrasts/{contrast}.genes.svg",
            caption="../report/genes.rst",
            category="Contrasts",
            labels={"dataset": "{dataset}", "contrast": "{contrast}", "what": "members of the signatures"},
        ),
        genes_png="<results>/{dataset}/contrasts/{contrast}.genes.png",
        null=report(
            "<results>/{dataset}/contrasts/{contrast}.null.svg",
            caption="../report/null.rst",
            category="Nulls and QC",
            labels={"dataset": "{dataset}", "contrast": "{contrast}", "what": "matched random sets"},
        ),
        null_png="<results>/{dataset}/contrasts/{contrast}.null.png",
        adjusted=report(
            "<results>/{dataset}/contrasts/{contrast}.adjusted.svg",
            caption="../report/adjusted.rst",
            category="Nulls and QC",
            labels={"dataset": "{dataset}", "contrast": "{contrast}", "what": "adjusted for nuisances"},
        ),
        adjusted_png="<results>/{dataset}/contrasts/{contrast}.adjusted.png",
        heatmap=report(
            "<results>/{dataset}/contrasts/{contrast}.heatmap.svg",
            caption="../report/heatmap.rst",
            category="Scores",
            labels={"dataset": "{dataset}", "contrast": "{contrast}", "what": "samples x signatures"},
        ),
        heatmap_png="<results>/{dataset}/contrasts/{contrast}.heatmap.png",
    log:
        "<logs>/plot_contrast/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/plot_contrast/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        method=lambda wildcards: methods_of(wildcards.dataset)[0],
        batch=lambda wildcards: DATASETS[wildcards.dataset]["batch"],
    message:
        "Drawing {wildcards.dataset}: {wildcards.contrast}"
    script:
        "../scripts/plot_contrast.py"


rule plot_roc:
    input:
        library=LIBRARY,
        contrast="<results>/{dataset}/contrasts/{contrast}.tsv",
        compared="<results>/{dataset}/contrasts/{contrast}.samples.tsv",
        scores="<results>/{dataset}/sample_scores.tsv",
        signatures="<results>/signatures/signatures.tsv",
    output:
        picture=report(
            "<results>/{dataset}/contrasts/{contrast}.roc.svg",
            caption="../report/roc.rst",
            category="Contrasts",
            labels={"dataset": "{dataset}", "contrast": "{contrast}", "what": "ROC curves"},
        ),
        png="<results>/{dataset}/contrasts/{contrast}.roc.png",
    log:
        "<logs>/plot_roc/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/plot_roc/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        method=lambda wildcards: methods_of(wildcards.dataset)[0],
    message:
        "Drawing ROC curves of {wildcards.dataset}: {wildcards.contrast}"
    script:
        "../scripts/plot_roc.py"


rule plot_survival:
    input:
        library=LIBRARY,
        contrast="<results>/{dataset}/contrasts/{contrast}.tsv",
        compared="<results>/{dataset}/contrasts/{contrast}.samples.tsv",
        scores="<results>/{dataset}/sample_scores.tsv",
        signatures="<results>/signatures/signatures.tsv",
    output:
        picture=report(
            "<results>/{dataset}/contrasts/{contrast}.survival.svg",
            caption="../report/survival.rst",
            category="Survival",
            labels={"dataset": "{dataset}", "contrast": "{contrast}", "what": "Kaplan-Meier curves"},
        ),
        png="<results>/{dataset}/contrasts/{contrast}.survival.png",
    log:
        "<logs>/plot_survival/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/plot_survival/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        method=lambda wildcards: methods_of(wildcards.dataset)[0],
    message:
        "Drawing survival in {wildcards.dataset}: {wildcards.contrast}"
    script:
        "../scripts/plot_survival.py"


rule plot_meta:
    input:
        library=LIBRARY,
        meta="<results>/summary/meta.tsv",
        groups="<results>/summary/meta_groups.tsv",
        contrasts="<results>/summary/contrasts.tsv",
        signatures="<results>/signatures/signatures.tsv",
    output:
        picture=report(
            "<results>/summary/meta.svg",
            caption="../report/meta.rst",
            category="Meta-analysis",
            labels={"what": "forest plots over datasets"},
        ),
        png="<results>/summary/meta.png",
    log:
        "<logs>/plot_meta.log",
    benchmark:
        "<benchmarks>/plot_meta.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        leading=sorted({methods_of(dataset)[0] for dataset in DATASETS}),
    message:
        "Drawing effects over datasets"
    script:
        "../scripts/plot_meta.py"


rule plot_quality:
    input:
        library=LIBRARY,
        quality=of_datasets("<results>/{dataset}/quality.tsv"),
        signatures="<results>/signatures/signatures.tsv",
    output:
        picture=report(
            "<results>/summary/quality.svg",
            caption="../report/quality.rst",
            category="Nulls and QC",
            labels={"dataset": "all", "contrast": "", "what": "quality of the signatures"},
        ),
        png="<results>/summary/quality.png",
    log:
        "<logs>/plot_quality.log",
    benchmark:
        "<benchmarks>/plot_quality.tsv"
    conda:
        "../envs/resig.yaml"
    message:
        "Drawing the quality of signatures"
    script:
        "../scripts/plot_quality.py"


rule embedding:
    input:
        library=LIBRARY,
        matrix="<results>/{dataset}/matrix.h5ad",
        genes="<results>/{dataset}/genes.tsv",
        observations="<results>/{dataset}/observations.parquet",
        report="<results>/{dataset}/intake.json",
    output:
        embedding="<results>/{dataset}/embedding.tsv",
    log:
        "<logs>/embedding/{dataset}.log",
    benchmark:
        "<benchmarks>/embedding/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        seed=config["inference"]["seed"],
    message:
        "Mapping the cells of {wildcards.dataset}"
    script:
        "../scripts/embedding.py"


rule plot_cells:
    input:
        library=LIBRARY,
        embedding="<results>/{dataset}/embedding.tsv",
        scores="<results>/{dataset}/scores.parquet",
        sample_scores="<results>/{dataset}/sample_scores.tsv",
        observations="<results>/{dataset}/observations.parquet",
        signatures="<results>/signatures/signatures.tsv",
    output:
        picture=report(
            "<results>/{dataset}/umap.svg",
            caption="../report/umap.rst",
            category="Scores",
            labels={"dataset": "{dataset}", "contrast": "", "what": "UMAP by cell type and score"},
        ),
        png="<results>/{dataset}/umap.png",
        dots=report(
            "<results>/{dataset}/dots.svg",
            caption="../report/dots.rst",
            category="Scores",
            labels={"dataset": "{dataset}", "contrast": "", "what": "signatures x cell types"},
        ),
        dots_png="<results>/{dataset}/dots.png",
    log:
        "<logs>/plot_cells/{dataset}.log",
    benchmark:
        "<benchmarks>/plot_cells/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        method=lambda wildcards: methods_of(wildcards.dataset)[0],
    message:
        "Drawing the cells of {wildcards.dataset}"
    script:
        "../scripts/plot_cells.py"
