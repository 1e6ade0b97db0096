from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.gsea import gather_sets
    from resig.names import Names
    from resig.tables import GENE_SETS, MEMBERS

    sets = gather_sets(
        snakemake.params.wanted,
        MEMBERS.read(snakemake.input.members),
        own=snakemake.input.own,
        companion_files=snakemake.input.companions,
        cache=snakemake.params.cache,
        names=Names.of(snakemake.input.nomenclature),
    )
    GENE_SETS.write(sets, snakemake.output.sets)
