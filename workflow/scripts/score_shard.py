from resig.logs import log_to

with log_to(snakemake.log[0]) as terminal:
    from resig.scoring.files import score_files

    score_files(
        snakemake.input.matrix,
        snakemake.input.report,
        snakemake.input.genes,
        snakemake.input.observations,
        snakemake.input.members,
        snakemake.input.coverage,
        snakemake.output.scores,
        own_methods=snakemake.input.own_methods,
        threads=snakemake.threads,
        terminal=terminal,
        **snakemake.params.how,
        shard=(int(snakemake.wildcards.number), int(snakemake.wildcards.shards)),
    )
