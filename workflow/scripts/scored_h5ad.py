from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.scoring.scored_h5ad import write_scored_h5ad

    write_scored_h5ad(snakemake.input.matrix, snakemake.input.scores, snakemake.input.observations, snakemake.output[0])
