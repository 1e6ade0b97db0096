from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.coverage import measure_coverage
    from resig.tables import COVERAGE, GENES, MEMBERS, SIGNATURES

    coverage = measure_coverage(
        snakemake.wildcards.dataset,
        snakemake.params.assay,
        SIGNATURES.read(snakemake.input.signatures),
        MEMBERS.read(snakemake.input.members),
        GENES.read(snakemake.input.genes),
        snakemake.params.min_coverage,
    )
    COVERAGE.write(coverage, snakemake.output.coverage)
