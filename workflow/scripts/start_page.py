from resig.logs import log_to

with log_to(snakemake.log[0]):
    from pathlib import Path

    from resig import tables
    from resig.files import read_json
    from resig.start_page import Told, write_start

    data = snakemake.input
    told = Told(
        config=snakemake.params.config,
        signatures=tables.SIGNATURES.read(data.signatures),
        members=tables.MEMBERS.read(data.members),
        coverage=tables.COVERAGE.read(data.coverage),
        intakes={report["dataset"]: report for report in map(read_json, data.intakes)},
        contrasts=next((tables.CONTRASTS.read(path) for path in data.contrasts), None),
        answers=next((tables.VERDICT_TABLE.read(path) for path in data.verdicts), None),
        altered=[tables.ALTERATION_INPUTS.read(path) for path in data.altered],
        assays=[tables.ASSAYS.read(path) for path in data.assays],
        over_all=next((tables.SIGNATURE_VERDICTS.read(path) for path in data.over_all), None),
    )
    write_start(told, Path(data.style).read_text("utf-8"), snakemake.output.page, snakemake.output.text)
