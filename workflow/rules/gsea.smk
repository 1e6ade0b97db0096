# in:  pseudobulk of each dataset; companion sets and the user's own sets
# out: <results>/{dataset}/contrasts/{contrast}.genes_ranked.tsv, {contrast}.gsea.tsv (where gsea.sets names sets)


rule gene_sets:
    input:
        library=LIBRARY,
        nomenclature=NOMENCLATURE,
        members="<results>/signatures/members.tsv",
        own=[at_hand(name) for name in config["gsea"]["sets"] if Path(name).suffix],
        companions=rules.signatures.input.companions,
    output:
        sets="<results>/signatures/gene_sets.tsv",
    log:
        "<logs>/gene_sets.log",
    benchmark:
        "<benchmarks>/gene_sets.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        wanted=config["gsea"]["sets"],
        cache=config["signatures"]["companion_cache"],
    message:
        "Reading the gene sets for enrichment"
    script:
        "../scripts/gene_sets.py"


rule gene_statistics:
    input:
        library=LIBRARY,
        pseudobulk="<results>/{dataset}/pseudobulk.h5ad",
        samples="<results>/{dataset}/samples.tsv",
    output:
        ranked="<results>/{dataset}/contrasts/{contrast}.genes_ranked.tsv",
    log:
        "<logs>/gene_statistics/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/gene_statistics/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    threads: 2
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
        statistic=config["gsea"]["statistic"],
        min_cells=config["inference"]["min_cells"],
    message:
        "Ranking the genes of {wildcards.dataset}: {wildcards.contrast}"
    script:
        "../scripts/gene_statistics.py"


rule gsea:
    input:
        library=LIBRARY,
        ranked="<results>/{dataset}/contrasts/{contrast}.genes_ranked.tsv",
        sets="<results>/signatures/gene_sets.tsv",
    output:
        gsea="<results>/{dataset}/contrasts/{contrast}.gsea.tsv",
    log:
        "<logs>/gsea/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/gsea/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        gsea={key: config["gsea"][key] for key in ("min_size", "max_size", "permutations")},
        seed=config["inference"]["seed"],
    message:
        "Walking gene sets along the genes of {wildcards.dataset}: {wildcards.contrast}"
    script:
        "../scripts/gsea.py"
