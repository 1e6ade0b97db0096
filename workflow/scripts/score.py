from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import read_json
    from resig.matrix import open_matrix
    from resig.scoring import find_methods
    from resig.scoring.inputs import build_panel, read_observations, read_signatures, read_universe
    from resig.scoring.run import Plan, score_dataset

    report = read_json(snakemake.input.report)
    universe = read_universe(snakemake.input.genes)
    signatures = read_signatures(snakemake.input.members, snakemake.input.coverage)
    methods = find_methods(snakemake.params.methods, snakemake.input.own_methods)
    score_dataset(
        snakemake.input.matrix,
        units=report["values"]["found"],
        kind=report["kind"],
        universe=universe,
        observations=read_observations(snakemake.input.observations, open_matrix(snakemake.input.matrix).shape[0]),
        panel=build_panel(signatures, universe.genes, snakemake.params.seed),
        signatures=signatures.all,
        plan=Plan(methods, snakemake.params.cell_null and report["kind"] == "single_cell", snakemake.params.null_draws),
        target=snakemake.output.scores,
        threads=snakemake.threads,
    )
