from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.inference.cell_types import composition_table
    from resig.tables import COMPOSITION, CONFOUNDERS, read_text_table

    table = composition_table(
        snakemake.wildcards.dataset,
        snakemake.wildcards.contrast,
        snakemake.params.spec,
        CONFOUNDERS.read(snakemake.input.confounders),
        read_text_table(snakemake.input.samples),
        snakemake.params.batch,
        snakemake.params.inference,
    )
    COMPOSITION.write(table, snakemake.output.composition)
