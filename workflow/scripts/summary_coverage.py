from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.synthesis import concatenate
    from resig.tables import COVERAGE

    COVERAGE.write(concatenate([COVERAGE.read(path) for path in snakemake.input.coverage]), snakemake.output.coverage)
