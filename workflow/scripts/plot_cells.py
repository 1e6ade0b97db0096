from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.cells import draw_dots, draw_umap, read_mapped

    cells = read_mapped(snakemake.input, snakemake.wildcards.dataset, snakemake.params.method)
    draw_umap(cells, snakemake.output.picture, snakemake.output.png)
    draw_dots(cells, snakemake.output.dots, snakemake.output.dots_png)
