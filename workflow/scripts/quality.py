from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.files import read_json
    from resig.inference.specificity import read_background
    from resig.quality import signature_quality
    from resig.tables import QUALITY, SAMPLE_SCORES

    inference = snakemake.params.inference
    background = read_background(
        snakemake.input.pseudobulk,
        snakemake.input.members,
        snakemake.input.coverage,
        bulk=read_json(snakemake.input.report)["kind"] == "bulk",
        matched_sets=inference["matched_sets"],
        null_alpha=inference["null_alpha"],
        seed=inference["seed"],
    )
    scores = SAMPLE_SCORES.read(snakemake.input.scores)
    table = signature_quality(snakemake.wildcards.dataset, background, scores, inference["min_cells"])
    QUALITY.write(table, snakemake.output.quality)
