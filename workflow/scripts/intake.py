from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.intake.run import Targets, take_in
    from resig.names import Names

    spec = dict(snakemake.params.spec)
    spec["matrix"] = snakemake.input.matrix
    spec["metadata"] = next(iter(snakemake.input.metadata), None)
    spec["probes"] = next(iter(snakemake.input.probes), None)
    out = snakemake.output
    take_in(
        snakemake.wildcards.dataset,
        spec,
        Targets(out.matrix, out.genes, out.observations, out.samples, out.report),
        called=snakemake.params.spec["matrix"],
        names=Names.of(snakemake.input.nomenclature),
    )
