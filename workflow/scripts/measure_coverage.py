from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.coverage import measure_coverage, of_assay
    from resig.tables import COVERAGE, GENES, MEMBERS, SIGNATURES

    signatures = SIGNATURES.read(snakemake.input.signatures)
    coverage = measure_coverage(
        snakemake.wildcards.dataset,
        snakemake.params.assay,
        of_assay(signatures, snakemake.params.assay) if snakemake.params.beside else signatures,
        MEMBERS.read(snakemake.input.members),
        GENES.read(snakemake.input.genes),
        snakemake.params.min_coverage,
    )
    COVERAGE.write(coverage, snakemake.output.coverage)
