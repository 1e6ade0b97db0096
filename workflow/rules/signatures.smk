# in:  shipped and own gene sets, and companion pathway sets where they are asked for (fetched once, then cached)
# out: <results>/signatures/{signatures,members,notices}.tsv, resistance.gmt

# In the order of resig.names.Names.
NOMENCLATURE = [
    workflow.source_path(f"../../resources/nomenclature/{table}.tsv")
    for table in ("hgnc", "ambiguous", "mirna", "orthologs", "mouse", "circrna")
]


localrules:
    signatures,


rule signatures:
    input:
        library=LIBRARY,
        nomenclature=NOMENCLATURE,
        shipped=[
            workflow.source_path("../../resources/genesets/signatures.tsv"),
            workflow.source_path("../../resources/genesets/members.tsv"),
        ],
        own=[at_hand(path) for path in config["signatures"]["collections"] if path != "resistance"],
        companions=[
            workflow.source_path("../../resources/genesets/companions.tsv"),
            workflow.source_path("../../resources/nomenclature/families.tsv"),
        ],
    output:
        signatures=report(
            "<results>/signatures/signatures.tsv",
            caption="../report/signatures.rst",
            category="Evidence",
            labels={"what": "table of signatures (tsv)"},
        ),
        members="<results>/signatures/members.tsv",
        gmt="<results>/signatures/resistance.gmt",
        notices="<results>/signatures/notices.tsv",
    log:
        "<logs>/signatures.log",
    benchmark:
        "<benchmarks>/signatures.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        signatures=in_report(config["signatures"]),
    message:
        "Reading the signatures"
    script:
        "../scripts/signatures.py"
