# in:  files of alterations, as the config names them; read-outs and scores; shipped: alterations.tsv, reversal.tsv, the ledger
# out: <results>/{dataset}/alterations.tsv, alteration_events.tsv, alteration_inputs.tsv, co_occurrence.tsv, profile.tsv,
#      profile.html, oncoprint.svg, contrasts/{contrast}.alterations.tsv; <results>/summary/mechanisms.tsv

BOOK = {
    table: workflow.source_path(f"../../resources/genesets/{table}.tsv")
    for table in ("alterations", "gene_coordinates", "mechanisms", "reversal")
}
LEDGER = [
    workflow.source_path(f"../../resources/genesets/evidence/{document}.tsv")
    for document in ("trastuzumab", "venetoclax", "dtc_nets", "exosome_ncrna", "hgf_met")
]


localrules:
    mechanisms,


rule alterations:
    input:
        library=LIBRARY,
        nomenclature=NOMENCLATURE,
        book=BOOK["alterations"],
        coordinates=BOOK["gene_coordinates"],
        samples="<results>/{dataset}/samples.tsv",
        files=lambda wildcards: [at_hand(path) for path in alteration_files(DATASETS[wildcards.dataset])],
    output:
        calls=report(
            "<results>/{dataset}/alterations.tsv",
            caption="../report/alterations.rst",
            category="Evidence",
            labels={"what": "alterations of {dataset}"},
        ),
        events="<results>/{dataset}/alteration_events.tsv",
        inputs="<results>/{dataset}/alteration_inputs.tsv",
        together="<results>/{dataset}/co_occurrence.tsv",
    log:
        "<logs>/alterations/{dataset}.log",
    benchmark:
        "<benchmarks>/alterations/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: DATASETS[wildcards.dataset]["alterations"],
        files=lambda wildcards: alteration_files(DATASETS[wildcards.dataset]),
    message:
        "Reading the alterations of {wildcards.dataset}"
    script:
        "../scripts/alterations.py"


rule alteration_contrast:
    input:
        library=LIBRARY,
        book=BOOK["alterations"],
        calls="<results>/{dataset}/alterations.tsv",
        samples="<results>/{dataset}/samples.tsv",
    output:
        table="<results>/{dataset}/contrasts/{contrast}.alterations.tsv",
    log:
        "<logs>/alteration_contrast/{dataset}.{contrast}.log",
    benchmark:
        "<benchmarks>/alteration_contrast/{dataset}.{contrast}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        spec=lambda wildcards: CONTRASTS[wildcards.contrast],
    message:
        "Holding alterations against the arms of {wildcards.contrast} in {wildcards.dataset}"
    script:
        "../scripts/alteration_contrast.py"


rule plot_oncoprint:
    input:
        library=LIBRARY,
        book=BOOK["alterations"],
        calls="<results>/{dataset}/alterations.tsv",
        samples="<results>/{dataset}/samples.tsv",
    output:
        picture=report(
            "<results>/{dataset}/oncoprint.svg",
            caption="../report/alterations.rst",
            category="Evidence",
            labels={"what": "oncoprint of {dataset}"},
        ),
        png="<results>/{dataset}/oncoprint.png",
    log:
        "<logs>/plot_oncoprint/{dataset}.log",
    benchmark:
        "<benchmarks>/plot_oncoprint/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        contrasts=CONTRASTS,
    message:
        "Drawing the alterations of {wildcards.dataset}"
    script:
        "../scripts/plot_oncoprint.py"


rule sample_profile:
    input:
        library=LIBRARY,
        book=BOOK["alterations"],
        mechanisms=BOOK["mechanisms"],
        reversal=BOOK["reversal"],
        samples="<results>/{dataset}/samples.tsv",
        scores="<results>/{dataset}/sample_scores.tsv",
        signatures="<results>/signatures/signatures.tsv",
        verdicts=["<results>/summary/signature_verdicts.tsv"] if CONTRASTS else [],
        calls=lambda wildcards: of_altered("<results>/{dataset}/alterations.tsv", [wildcards.dataset]),
        readouts=lambda wildcards: of_read("<results>/{dataset}/readouts.tsv", [wildcards.dataset]),
    output:
        profile="<results>/{dataset}/profile.tsv",
        page=report(
            "<results>/{dataset}/profile.html",
            caption="../report/profile.rst",
            category="Evidence",
            labels={"what": "profile of each sample of {dataset}"},
        ),
    log:
        "<logs>/sample_profile/{dataset}.log",
    benchmark:
        "<benchmarks>/sample_profile/{dataset}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        method=lambda wildcards: methods_of(wildcards.dataset)[0],
    message:
        "Writing the profile of each sample of {wildcards.dataset}"
    script:
        "../scripts/sample_profile.py"


rule mechanisms:
    input:
        library=LIBRARY,
        mechanisms=BOOK["mechanisms"],
        reversal=BOOK["reversal"],
        ledger=LEDGER,
        signatures="<results>/signatures/signatures.tsv",
        coverage="<results>/summary/coverage.tsv",
        calls=of_altered("<results>/{dataset}/alterations.tsv"),
        readouts=of_read("<results>/{dataset}/readouts.tsv"),
    output:
        mechanisms=report(
            "<results>/summary/mechanisms.tsv",
            caption="../report/mechanisms.rst",
            category="Evidence",
            labels={"what": "mechanisms: how measured, or what would show them"},
        ),
    log:
        "<logs>/mechanisms.log",
    benchmark:
        "<benchmarks>/mechanisms.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        altered=of_altered("{dataset}"),
        read=of_read("{dataset}"),
    message:
        "Listing the mechanisms: how measured, or what would show them"
    script:
        "../scripts/mechanisms.py"
