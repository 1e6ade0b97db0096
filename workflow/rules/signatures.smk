# in:  shipped and own gene sets
# out: <results>/signatures/{signatures,members}.tsv, resistance.gmt


rule signatures:
    input:
        library=LIBRARY,
        shipped=[
            workflow.source_path("../../resources/genesets/signatures.tsv"),
            workflow.source_path("../../resources/genesets/members.tsv"),
        ],
        own=[at_hand(path) for path in config["signatures"]["collections"] if path != "resistance"],
    output:
        signatures=report(
            "<results>/signatures/signatures.tsv",
            caption="../report/signatures.rst",
            category="Evidence",
        ),
        members="<results>/signatures/members.tsv",
        gmt="<results>/signatures/resistance.gmt",
    log:
        "<logs>/signatures.log",
    benchmark:
        "<benchmarks>/signatures.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        collections=config["signatures"]["collections"],
        include=config["signatures"]["include"],
    script:
        "../scripts/signatures.py"
