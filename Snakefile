# Front door. The workflow itself stands in workflow/Snakefile; an include does not hand on its default target.
if workflow.resource_settings.cores is None:
    workflow.resource_settings.cores = 1  # `snakemake validate` needs no --cores; without it one core is used


include: "workflow/Snakefile"


rule default:
    default_target: "file" not in DESCRIBED
    input:
        rules.all.input,
