from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.scoring.run import gather_scores

    gather_scores(snakemake.input.shards, snakemake.output.scores)
