from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.plots.adjusted import draw_adjusted
    from resig.plots.asked import read_asked
    from resig.plots.contrast import draw_contrast
    from resig.plots.genes import draw_genes
    from resig.plots.heatmap import draw_heatmap
    from resig.plots.null import draw_null

    asked, out = read_asked(snakemake.input, snakemake.params), snakemake.output
    draw_contrast(asked, out.picture, out.png)
    draw_genes(asked, out.genes, out.genes_png)
    draw_null(asked, out.null, out.null_png)
    draw_adjusted(asked, out.adjusted, out.adjusted_png)
    draw_heatmap(asked, out.heatmap, out.heatmap_png)
