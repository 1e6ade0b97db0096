from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.assays.readouts import gather, read_evidence
    from resig.files import unchanged
    from resig.tables import ASSAYS, READOUT_FEATURES, READOUTS

    asked, given = snakemake.params, snakemake.input
    kinds = ("samples", "pseudobulk", "genes", "report")
    rna = {assay: dict(zip(kinds, given.rna[4 * at : 4 * at + 4], strict=True)) for at, assay in enumerate(asked.rna)}
    tables = {
        assay: (spec | {"matrix": path, "metadata": next(iter(given.metadata), None)}, spec["matrix"])
        for (assay, spec), path in zip(asked.tables.items(), given.tables, strict=True)
    }
    own = {"samples": given.samples, "report": given.report}
    with unchanged([*given.tables, *given.metadata]):
        evidence = read_evidence(given.ncrna, given.rules)
        readouts, features, assays = gather(snakemake.wildcards.dataset, own, asked.sample, rna, tables, *evidence)
    READOUTS.write(readouts, snakemake.output.readouts)
    READOUT_FEATURES.write(features, snakemake.output.features)
    ASSAYS.write(assays, snakemake.output.assays)
