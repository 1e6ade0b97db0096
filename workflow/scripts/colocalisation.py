from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.intake.several import is_several, parts_of
    from resig.plots.tissue import draw_tissue
    from resig.space.colocalisation import sections_table, summary_table
    from resig.space.read import read_scores, read_spots, reasons
    from resig.tables import COLOCALISATION, COLOCALISATION_SUMMARY, SIGNATURES

    asked, given, out = snakemake.params, snakemake.input, snakemake.output
    parts = dict(zip(parts_of(asked.spec["matrix"]), given.matrix, strict=True))
    matrix = parts if is_several(asked.spec["matrix"]) else given.matrix[0]
    spec = asked.spec | {"matrix": matrix, "metadata": next(iter(given.metadata), None)}
    space, name = spec["space"], snakemake.wildcards.dataset
    wanted = list(dict.fromkeys(each for pair in space["pairs"] for each in pair))
    spots, known = read_spots(given.observations, spec, given.matrix), reasons(given.coverage)
    scores = read_scores(given.scores, asked.method, wanted).loc[spots.index]
    sections = sections_table(
        name, spots, scores, space["pairs"], known, asked.method, space["neighbours"], asked.inference
    )
    COLOCALISATION.write(sections, out.sections)
    COLOCALISATION_SUMMARY.write(summary_table(name, sections, asked.inference), out.samples)
    names = SIGNATURES.read(given.signatures).set_index("signature")["name"]
    draw_tissue(spots, scores, wanted, names, sections, out.picture, out.png)
