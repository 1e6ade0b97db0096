from resig.logs import answer_errors

with answer_errors():
    from resig.cohorts import answers_of, list_cohorts, read_cohorts

    verdicts = snakemake.input.get("verdicts")
    print(answers_of(verdicts) if verdicts else list_cohorts(read_cohorts(snakemake.input.manifest)))
