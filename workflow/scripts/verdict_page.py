from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.table_page import write_verdict_page
    from resig.tables import MEMBERS, SIGNATURES, VERDICT_TABLE

    write_verdict_page(
        VERDICT_TABLE.read(snakemake.input.verdicts),
        SIGNATURES.read(snakemake.input.signatures),
        MEMBERS.read(snakemake.input.members),
        snakemake.output.page,
    )
