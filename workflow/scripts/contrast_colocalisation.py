from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import read_json
    from resig.space.colocalisation import contrast_table
    from resig.tables import COLOCALISATION, COLOCALISATION_CONTRASTS, read_text_table

    table = contrast_table(
        snakemake.wildcards.dataset,
        snakemake.wildcards.contrast,
        snakemake.params.spec,
        COLOCALISATION.read(snakemake.input.sections),
        read_text_table(snakemake.input.samples),
        read_json(snakemake.input.report)["samples"]["not_constant"],
        snakemake.params.batch,
        snakemake.params.inference,
    )
    COLOCALISATION_CONTRASTS.write(table, snakemake.output.contrast)
