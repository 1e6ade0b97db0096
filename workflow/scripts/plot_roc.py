from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.asked import read_asked
    from resig.plots.roc import draw_roc

    draw_roc(read_asked(snakemake.input, snakemake.params), *snakemake.output)
