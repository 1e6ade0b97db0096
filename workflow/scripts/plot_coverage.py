from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.coverage import draw_coverage
    from resig.tables import COVERAGE, SIGNATURES

    draw_coverage(
        COVERAGE.read(snakemake.input.coverage),
        SIGNATURES.read(snakemake.input.signatures),
        *snakemake.output,
    )
