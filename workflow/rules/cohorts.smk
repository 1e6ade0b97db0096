# in:  --config cohorts=ID,ID, as resources/cohorts/cohorts.tsv names them; each has a config in config/examples
# out: all results of these cohorts, and their answers on the terminal; without a choice, the list of cohorts
from resig.cohorts import refuse_offline
from resig.intake.download import is_offline

if CHOSEN and is_offline():
    try:
        refuse_offline(CHOSEN, list(FETCHED), DOWNLOADS)
    except ResigError as problem:
        raise WorkflowError(f"ERROR: {problem}")


localrules:
    cohorts,


rule cohorts:
    input:
        FINAL if CHOSEN else [],
        library=LIBRARY,
        manifest=COHORTS,
        verdicts=["<results>/summary/verdicts.tsv"] if CHOSEN else [],
    log:
        "<logs>/cohorts.log",
    conda:
        "../envs/resig.yaml"
    params:
        what="the answers of " + ", ".join(CHOSEN) if CHOSEN else "what there is",
    message:
        "Public cohorts: {params.what}"
    script:
        "../scripts/cohorts.py"
