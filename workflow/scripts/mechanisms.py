from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.alterations.run import mechanisms_of
    from resig.tables import MECHANISM_SUMMARY

    table = mechanisms_of(snakemake.input, snakemake.params.altered, snakemake.params.read)
    MECHANISM_SUMMARY.write(table, snakemake.output.mechanisms)
