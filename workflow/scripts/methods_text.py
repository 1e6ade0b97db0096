from resig.logs import log_to

with log_to(snakemake.log[0]):
    from pathlib import Path

    from resig import tables
    from resig.files import read_json
    from resig.methods_text import Run, write_methods
    from resig.provenance import versions
    from resig.table_rows import left_out

    data = snakemake.input
    signatures, members = tables.SIGNATURES.read(data.signatures), tables.MEMBERS.read(data.members)
    run = Run(
        config=snakemake.params.config,
        versions=versions(),
        signatures=signatures,
        members=members,
        left_out=len(left_out(tables.MEMBERS.read(data.shipped), signatures, members)),
        coverage=tables.COVERAGE.read(data.coverage),
        intakes={report["dataset"]: report for report in map(read_json, data.intakes)},
        contrasts=next((tables.CONTRASTS.read(path) for path in data.contrasts), None),
        in_space=snakemake.params.in_space,
        meta=next((tables.META.read(path) for path in data.meta), None),
    )
    style, script = Path(data.style).read_text("utf-8"), Path(data.script).read_text("utf-8")
    write_methods(run, style, script, snakemake.output.page, snakemake.output.text)
