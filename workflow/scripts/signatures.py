from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.names import Names
    from resig.signatures import build_signatures

    build_signatures(
        snakemake.params.signatures,
        shipped=snakemake.input.shipped,
        own=snakemake.input.own,
        companion_files=snakemake.input.companions,
        signatures_out=snakemake.output.signatures,
        members_out=snakemake.output.members,
        gmt_out=snakemake.output.gmt,
        notices_out=snakemake.output.notices,
        names=Names.of(snakemake.input.nomenclature),
    )
