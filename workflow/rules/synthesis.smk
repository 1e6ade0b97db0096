# in:  coverage and contrast tables of all datasets
# out: <results>/summary/{contrasts,coverage,meta,meta_groups,meta_leave_one_out,verdicts,signature_verdicts}.tsv


localrules:
    summary_coverage,
    synthesis,


rule summary_coverage:
    input:
        library=LIBRARY,
        coverage=of_datasets("<results>/{dataset}/coverage.tsv"),
    output:
        coverage=report(
            "<results>/summary/coverage.tsv",
            caption="../report/coverage.rst",
            category="Coverage",
            labels={"what": "table"},
        ),
    log:
        "<logs>/summary_coverage.log",
    benchmark:
        "<benchmarks>/summary_coverage.tsv"
    conda:
        "../envs/resig.yaml"
    message:
        "Joining what is measured in all datasets"
    script:
        "../scripts/summary_coverage.py"


rule synthesis:
    input:
        library=LIBRARY,
        contrasts=of_contrasts("<results>/{dataset}/contrasts/{contrast}.tsv"),
        coverage="<results>/summary/coverage.tsv",
        signatures="<results>/signatures/signatures.tsv",
    output:
        contrasts="<results>/summary/contrasts.tsv",
        meta="<results>/summary/meta.tsv",
        leave_one_out="<results>/summary/meta_leave_one_out.tsv",
        groups="<results>/summary/meta_groups.tsv",
        verdicts="<results>/summary/verdicts.tsv",
        signature_verdicts="<results>/summary/signature_verdicts.tsv",
    log:
        "<logs>/synthesis.log",
    benchmark:
        "<benchmarks>/synthesis.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        leading={dataset: methods_of(dataset)[0] for dataset in DATASETS},
        kinds={name: spec["kind"] for name, spec in DATASETS.items()},
        labels={name: {"drug": spec["drug"], "cancer": spec["cancer"]} for name, spec in CONTRASTS.items()},
    message:
        "Pooling datasets and giving verdicts"
    script:
        "../scripts/synthesis.py"
