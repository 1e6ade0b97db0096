from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.ncrna import draw_ncrna
    from resig.tables import NCRNA

    draw_ncrna(NCRNA.read(snakemake.input.ncrna), snakemake.output.picture, snakemake.output.png)
