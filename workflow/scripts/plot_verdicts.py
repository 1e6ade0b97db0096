from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.verdicts import draw_verdicts
    from resig.tables import VERDICT_TABLE

    draw_verdicts(VERDICT_TABLE.read(snakemake.input.verdicts), *snakemake.output)
