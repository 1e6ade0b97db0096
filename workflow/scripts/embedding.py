from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.embedding import embed
    from resig.files import read_json
    from resig.scoring.inputs import read_universe
    from resig.tables import EMBEDDING, OBSERVATIONS, read_parquet

    found = embed(
        snakemake.input.matrix,
        read_json(snakemake.input.report)["values"]["found"],
        read_universe(snakemake.input.genes),
        read_parquet(OBSERVATIONS, snakemake.input.observations),
        snakemake.params.seed,
    )
    EMBEDDING.write(found, snakemake.output.embedding)
