from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.synthesis import concatenate, meta_analysis, verdicts
    from resig.tables import CONTRASTS, COVERAGE, META, SIGNATURES, VERDICT_TABLE

    contrasts = concatenate([CONTRASTS.read(path) for path in snakemake.input.contrasts])
    coverage = COVERAGE.read(snakemake.input.coverage)
    signatures = SIGNATURES.read(snakemake.input.signatures)
    CONTRASTS.write(contrasts, snakemake.output.contrasts)
    META.write(meta_analysis(contrasts), snakemake.output.meta)
    answers = verdicts(contrasts, coverage, signatures, snakemake.params.leading)
    VERDICT_TABLE.write(answers, snakemake.output.verdicts)
