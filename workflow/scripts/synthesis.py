from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig import tables
    from resig.meta_analysis import grouped_meta, meta_analysis
    from resig.synthesis import concatenate, signature_verdicts, verdicts

    contrasts = concatenate([tables.CONTRASTS.read(path) for path in snakemake.input.contrasts])
    coverage = tables.COVERAGE.read(snakemake.input.coverage)
    signatures = tables.SIGNATURES.read(snakemake.input.signatures)
    meta, without = meta_analysis(contrasts, snakemake.params.kinds)
    answers = verdicts(contrasts, coverage, signatures, snakemake.params.leading)
    tables.CONTRASTS.write(contrasts, snakemake.output.contrasts)
    tables.META.write(meta, snakemake.output.meta)
    tables.META_LEAVE_ONE_OUT.write(without, snakemake.output.leave_one_out)
    groups = grouped_meta(contrasts, snakemake.params.kinds, snakemake.params.labels)
    tables.META_GROUPS.write(groups, snakemake.output.groups)
    tables.VERDICT_TABLE.write(answers, snakemake.output.verdicts)
    tables.SIGNATURE_VERDICTS.write(signature_verdicts(answers, contrasts), snakemake.output.signature_verdicts)
