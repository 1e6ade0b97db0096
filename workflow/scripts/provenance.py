from resig.logs import log_to

with log_to(snakemake.log[0]):
    from pathlib import Path

    from resig.files import read_json
    from resig.provenance import write_provenance

    data, given = snakemake.input, snakemake.params
    write_provenance(
        given.config,
        list(zip(given.of, data.data, strict=True)),
        {report["dataset"]: report for report in map(read_json, data.intakes)},
        data.lock,
        Path(snakemake.log[0]).parent / "benchmarks",
        Path(data.style).read_text("utf-8"),
        snakemake.output.page,
    )
