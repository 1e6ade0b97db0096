from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.alterations.book import ALTERATIONS
    from resig.alterations.run import arms_of
    from resig.plots.oncoprint import draw_oncoprint
    from resig.tables import ALTERATION_CALLS, read_text_table

    dataset, samples = snakemake.wildcards.dataset, read_text_table(snakemake.input.samples)
    contrast, arms = arms_of(samples, snakemake.params.contrasts, dataset)
    calls, book = ALTERATION_CALLS.read(snakemake.input.calls), ALTERATIONS.read(snakemake.input.book)
    title = f"{dataset}, arms of {contrast}" if contrast else dataset
    draw_oncoprint(calls, book, arms, title, snakemake.output.picture, snakemake.output.png)
