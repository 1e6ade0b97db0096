from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.intake.run import read_report
    from resig.scoring.run import score_dataset
    from resig.tables import COVERAGE, GENES, MEMBERS, OBSERVATIONS, read_parquet

    report = read_report(snakemake.input.report)
    score_dataset(
        snakemake.input.matrix,
        units=report["values"]["found"],
        kind=report["kind"],
        genes=GENES.read(snakemake.input.genes),
        observations=read_parquet(OBSERVATIONS, snakemake.input.observations),
        members=MEMBERS.read(snakemake.input.members),
        coverage=COVERAGE.read(snakemake.input.coverage),
        methods=snakemake.params.methods,
        target=snakemake.output.scores,
    )
