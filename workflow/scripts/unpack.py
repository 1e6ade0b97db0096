from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.intake.archive import unpack

    unpack(
        snakemake.input.archive,
        snakemake.params.member,
        snakemake.output[0],
        limit_gb=snakemake.params.limit_gb,
        sha256=snakemake.params.sha256,
    )
