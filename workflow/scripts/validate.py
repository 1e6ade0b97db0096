from resig.logs import answer_errors

with answer_errors():
    from resig.names import Names
    from resig.plan import describe_plan

    data = snakemake.input
    plan = describe_plan(
        snakemake.params.config,
        shipped=data.shipped,
        own=data.own,
        companion_files=data.companions,
        files=data.data,
        names=Names.of(data.nomenclature),
        probes=dict(zip(snakemake.params.probed, data.probes, strict=True)),
    )
    print(plan)
