from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.alterations.association import with_arms
    from resig.alterations.book import ALTERATIONS
    from resig.tables import ALTERATION_CALLS, ALTERATION_CONTRAST, read_text_table

    table = with_arms(
        snakemake.wildcards.dataset,
        snakemake.wildcards.contrast,
        snakemake.params.spec,
        ALTERATION_CALLS.read(snakemake.input.calls),
        ALTERATIONS.read(snakemake.input.book),
        read_text_table(snakemake.input.samples),
    )
    ALTERATION_CONTRAST.write(table, snakemake.output.table)
