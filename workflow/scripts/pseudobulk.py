from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import read_json
    from resig.pseudobulk import write_pseudobulk
    from resig.scoring import find_methods
    from resig.scoring.inputs import read_universe
    from resig.tables import OBSERVATIONS, read_parquet

    report = read_json(snakemake.input.report)
    write_pseudobulk(
        snakemake.input.matrix,
        units=report["values"]["found"],
        kind=report["kind"],
        universe=read_universe(snakemake.input.genes),
        observations=read_parquet(OBSERVATIONS, snakemake.input.observations),
        methods=find_methods(snakemake.params.methods, snakemake.input.own_methods),
        target=snakemake.output.pseudobulk,
        threads=snakemake.threads,
    )
