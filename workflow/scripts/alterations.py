from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.alterations.run import find_alterations, write_alterations
    from resig.files import unchanged
    from resig.nomenclature import Resolver
    from resig.tables import read_text_table

    located = dict(zip(snakemake.params.files, snakemake.input.files, strict=True))
    with unchanged(snakemake.input.files):
        found = find_alterations(
            snakemake.wildcards.dataset,
            snakemake.params.spec,
            located.__getitem__,
            read_text_table(snakemake.input.samples)["sample"].tolist(),
            Resolver.load(*snakemake.input.nomenclature[:2]),
            snakemake.input.book,
            snakemake.input.coordinates,
        )
    out = snakemake.output
    write_alterations(found, snakemake.input.book, out.calls, out.events, out.inputs, out.together)
