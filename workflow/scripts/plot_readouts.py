from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.readouts import draw_readouts
    from resig.tables import READOUT_CONTRASTS

    draw_readouts(READOUT_CONTRASTS.read(snakemake.input.readouts), snakemake.output.picture, snakemake.output.png)
