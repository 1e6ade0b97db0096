from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.gsea import enrich
    from resig.tables import GENE_SETS, GENES_RANKED, GSEA

    found = enrich(
        GENES_RANKED.read(snakemake.input.ranked),
        GENE_SETS.read(snakemake.input.sets),
        seed=snakemake.params.seed,
        **snakemake.params.gsea,
    )
    GSEA.write(found, snakemake.output.gsea)
