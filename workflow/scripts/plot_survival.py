from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.survival import draw_survival
    from resig.tables import CONTRASTS, SAMPLE_SCORES, SIGNATURES, read_text_table

    draw_survival(
        CONTRASTS.read(snakemake.input.contrast),
        SAMPLE_SCORES.read(snakemake.input.scores),
        read_text_table(snakemake.input.samples),
        SIGNATURES.read(snakemake.input.signatures),
        snakemake.params.spec,
        snakemake.params.method,
        snakemake.params.inference,
        snakemake.output.picture,
    )
