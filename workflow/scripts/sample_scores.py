from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.sample_table import confounders, sample_scores
    from resig.tables import CONFOUNDERS, COVERAGE, OBSERVATIONS, SAMPLE_SCORES, read_parquet

    dataset = snakemake.wildcards.dataset
    observations = read_parquet(OBSERVATIONS, snakemake.input.observations)
    signatures = COVERAGE.read(snakemake.input.coverage)["signature"].tolist()
    scores = sample_scores(dataset, snakemake.input.scores, observations, signatures, snakemake.params.methods)
    SAMPLE_SCORES.write(scores, snakemake.output.scores)
    CONFOUNDERS.write(confounders(dataset, observations), snakemake.output.confounders)
