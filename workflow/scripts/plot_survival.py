from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.asked import read_asked
    from resig.plots.survival import draw_survival

    draw_survival(read_asked(snakemake.input, snakemake.params), *snakemake.output)
