from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import read_json
    from resig.inference.cell_types import say_of_cells
    from resig.inference.compared import compared
    from resig.inference.contexts import read_contexts
    from resig.inference.contrast import compare
    from resig.inference.scrutiny import read_scrutiny
    from resig.scoring import find_methods
    from resig.tables import COMPARED, CONTEXTS, CONTRASTS, COVERAGE, SAMPLE_SCORES, read_text_table

    dataset, contrast, asked = snakemake.wildcards.dataset, snakemake.wildcards.contrast, snakemake.params
    methods = find_methods(asked.methods, snakemake.input.own_methods)
    scrutiny = read_scrutiny(snakemake.input, asked.data, asked.inference, methods)
    scores, samples = SAMPLE_SCORES.read(snakemake.input.scores), read_text_table(snakemake.input.samples)
    table = compare(
        dataset,
        contrast,
        asked.spec,
        scores,
        samples,
        coverage=COVERAGE.read(snakemake.input.coverage),
        not_constant=read_json(snakemake.input.report)["samples"]["not_constant"],
        batch=asked.data["batch"],
        scrutiny=scrutiny,
        **{key: value for key, value in asked.inference.items() if key != "matched_sets"},
    )
    contexts = read_contexts(CONTEXTS.read(snakemake.input.contexts))
    table = say_of_cells(table, asked.spec, scores, samples, contexts, asked.data["batch"], asked.inference)
    CONTRASTS.write(table, snakemake.output.contrast)
    scrutiny.write(dataset, contrast, snakemake.output.null, snakemake.output.genes, snakemake.output.nuisance)
    known = {"min_cells": asked.inference["min_cells"], "batch": asked.data["batch"]}
    COMPARED.write(compared(dataset, contrast, asked.spec, scores, samples, **known), snakemake.output.samples)
