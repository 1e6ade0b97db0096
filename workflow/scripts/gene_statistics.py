from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.gsea import rank_genes
    from resig.tables import GENES_RANKED, read_text_table

    ranked = rank_genes(
        snakemake.wildcards.dataset,
        snakemake.wildcards.contrast,
        snakemake.params.spec,
        snakemake.input.pseudobulk,
        read_text_table(snakemake.input.samples),
        snakemake.params.statistic,
        snakemake.params.min_cells,
        threads=snakemake.threads,
    )
    GENES_RANKED.write(ranked, snakemake.output.ranked)
