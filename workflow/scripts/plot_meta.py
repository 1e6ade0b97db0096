from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.meta import draw_meta
    from resig.tables import CONTRASTS, META, META_GROUPS, SIGNATURES

    draw_meta(
        META.read(snakemake.input.meta),
        META_GROUPS.read(snakemake.input.groups),
        CONTRASTS.read(snakemake.input.contrasts),
        SIGNATURES.read(snakemake.input.signatures),
        snakemake.params.leading,
        *snakemake.output,
    )
