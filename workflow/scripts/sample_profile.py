from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.alterations.run import profile_of
    from resig.tables import PROFILE

    profile, write_page = profile_of(snakemake.wildcards.dataset, snakemake.input, snakemake.params.method)
    PROFILE.write(profile, snakemake.output.profile)
    write_page(snakemake.output.page)
