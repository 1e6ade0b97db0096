from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import unchanged
    from resig.intake.run import Targets, take_in

    spec = dict(snakemake.params.spec)
    spec["matrix"] = snakemake.input.matrix
    spec["metadata"] = next(iter(snakemake.input.metadata), None)
    out = snakemake.output
    with unchanged([snakemake.input.matrix, *snakemake.input.metadata]):
        take_in(
            snakemake.wildcards.dataset,
            spec,
            Targets(out.matrix, out.genes, out.observations, out.samples, out.report),
            called=snakemake.params.spec["matrix"],
        )
