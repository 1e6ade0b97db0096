from resig.logs import log_to

with log_to(snakemake.log[0]):
    from pathlib import Path

    from resig import tables
    from resig.synthesis import concatenate
    from resig.table_page import write_table_page
    from resig.table_rows import Finished, left_out, sources_of

    data, names = snakemake.input, snakemake.params.datasets
    signatures, members = tables.SIGNATURES.read(data.signatures), tables.MEMBERS.read(data.members)
    finished = Finished(
        contrasts=tables.CONTRASTS.read(data.contrasts),
        verdicts=tables.VERDICT_TABLE.read(data.verdicts),
        coverage=tables.COVERAGE.read(data.coverage),
        signatures=signatures,
        members=members,
        left_out=left_out(tables.MEMBERS.read(data.shipped), signatures, members),
        documents=sources_of(tables.read_text_table(data.documents)),
        nulls=concatenate([tables.NULLS.read(path) for path in data.nulls]),
        genes=concatenate([tables.DRIVERS.read(path) for path in data.genes]),
        nuisance=concatenate([tables.NUISANCE.read(path) for path in data.nuisance]),
        scores={name: tables.SAMPLE_SCORES.read(path) for name, path in zip(names, data.scores, strict=True)},
        compared=concatenate([tables.COMPARED.read(path) for path in data.compared]),
    )
    style, script = ("\n".join(Path(path).read_text("utf-8") for path in paths) for paths in (data.style, data.script))
    write_table_page(finished, snakemake.params.specs, snakemake.params.inference, style, script, snakemake.output.page)
