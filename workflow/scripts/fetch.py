from resig.logs import log_to

with log_to(snakemake.log[0]) as terminal:
    from resig.intake.download import fetch, say_to

    fetch(
        snakemake.params.url,
        snakemake.output.file,
        sha256=snakemake.params.sha256,
        say=say_to(terminal),
    )
