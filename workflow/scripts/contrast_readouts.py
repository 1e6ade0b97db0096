from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.assays.contrast import readout_contrast
    from resig.tables import READOUT_CONTRASTS, READOUTS, read_text_table

    table = readout_contrast(
        snakemake.wildcards.dataset,
        snakemake.wildcards.contrast,
        snakemake.params.spec,
        READOUTS.read(snakemake.input.readouts),
        read_text_table(snakemake.input.samples),
        snakemake.params.batch,
        snakemake.params.inference,
    )
    READOUT_CONTRASTS.write(table, snakemake.output.readouts)
