from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.config import refuse_late_problems
    from resig.files import unchanged
    from resig.intake.download import provenance
    from resig.intake.remote import FILES
    from resig.intake.run import Targets, take_in
    from resig.intake.several import is_several, parts_of, said
    from resig.names import Names

    asked = snakemake.params.spec
    samples = parts_of(asked["matrix"])
    located = dict(zip(samples.values(), snakemake.input.matrix, strict=True))
    spec = asked | {
        "matrix": dict(zip(samples, snakemake.input.matrix, strict=True))
        if is_several(asked["matrix"])
        else located[asked["matrix"]],
        "metadata": next(iter(snakemake.input.metadata), None),
        "probes": next(iter(snakemake.input.probes), None),
    }
    located |= {asked[key]: spec[key] for key in FILES if key != "matrix"}
    # Straight from the config: a check of the questions, which are no part of the intake and must not repeat it.
    refuse_late_problems(snakemake.config, snakemake.wildcards.dataset, located)
    out = snakemake.output
    with unchanged([*snakemake.input.matrix, *snakemake.input.metadata, *snakemake.input.probes]):
        take_in(
            snakemake.wildcards.dataset,
            spec,
            Targets(out.matrix, out.genes, out.observations, out.samples, out.report),
            called=said(asked["matrix"]),
            fetched=provenance(asked, located),
            names=Names.of(snakemake.input.nomenclature),
        )
