from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import read_json
    from resig.inference.cell_types import say_of_cells
    from resig.inference.contexts import read_contexts
    from resig.inference.contrast import compare
    from resig.tables import CONTEXTS, CONTRASTS, COVERAGE, SAMPLE_SCORES, read_text_table

    params = snakemake.params
    scores, samples = SAMPLE_SCORES.read(snakemake.input.scores), read_text_table(snakemake.input.samples)
    table = compare(
        snakemake.wildcards.dataset,
        snakemake.wildcards.contrast,
        params.spec,
        scores,
        samples,
        coverage=COVERAGE.read(snakemake.input.coverage),
        not_constant=read_json(snakemake.input.report)["samples"]["not_constant"],
        batch=params.batch,
        **params.inference,
    )
    contexts = read_contexts(CONTEXTS.read(snakemake.input.contexts))
    table = say_of_cells(table, params.spec, scores, samples, contexts, params.batch, params.inference)
    CONTRASTS.write(table, snakemake.output.contrast)
