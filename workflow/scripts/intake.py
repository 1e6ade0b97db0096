from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.config import refuse_late_problems
    from resig.intake.download import provenance
    from resig.intake.run import Targets, take_in

    spec = dict(snakemake.params.spec)
    spec["matrix"] = snakemake.input.matrix
    spec["metadata"] = next(iter(snakemake.input.metadata), None)
    asked = snakemake.params.spec
    located = {asked["matrix"]: spec["matrix"], asked["metadata"]: spec["metadata"]}
    # Straight from the config: a check of the questions, which are no part of the intake and must not repeat it.
    refuse_late_problems(snakemake.config, snakemake.wildcards.dataset, located)
    out = snakemake.output
    take_in(
        snakemake.wildcards.dataset,
        spec,
        Targets(out.matrix, out.genes, out.observations, out.samples, out.report),
        called=asked["matrix"],
        fetched=provenance(asked, located),
    )
