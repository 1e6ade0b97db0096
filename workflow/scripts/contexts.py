from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.inference.contexts import context_table
    from resig.tables import CONTEXTS, SAMPLE_SCORES, SIGNATURES

    table = context_table(
        snakemake.wildcards.dataset,
        SIGNATURES.read(snakemake.input.signatures),
        SAMPLE_SCORES.read(snakemake.input.scores)["cell_type"].unique().tolist(),
        snakemake.params.told,
    )
    CONTEXTS.write(table, snakemake.output.contexts)
