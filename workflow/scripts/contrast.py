from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import read_json
    from resig.inference.contrast import compare
    from resig.tables import CONTRASTS, COVERAGE, SAMPLE_SCORES, read_text_table

    table = compare(
        snakemake.wildcards.dataset,
        snakemake.wildcards.contrast,
        snakemake.params.spec,
        scores=SAMPLE_SCORES.read(snakemake.input.scores),
        samples=read_text_table(snakemake.input.samples),
        coverage=COVERAGE.read(snakemake.input.coverage),
        not_constant=read_json(snakemake.input.report)["samples"]["not_constant"],
        batch=snakemake.params.batch,
        **snakemake.params.inference,
    )
    CONTRASTS.write(table, snakemake.output.contrast)
