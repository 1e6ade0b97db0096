from resig.logs import answer_errors

with answer_errors():
    from resig.describe import describe
    from resig.names import Names

    asked = snakemake.params.asked
    print(
        describe(
            next(iter(snakemake.input.file), None),
            Names.of(snakemake.input.nomenclature),
            metadata=next(iter(snakemake.input.metadata), None),
            called=asked.get("file", ""),
            table_called=asked.get("metadata", ""),
        )
    )
