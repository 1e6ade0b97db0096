from resig.logs import log_to

with log_to(snakemake.log[0]) as terminal:
    from pathlib import Path

    from resig.make_report import make_report

    results = Path(snakemake.input.summary).parents[1]
    made = make_report(snakemake.params.command, snakemake.input.style, results / "report.html")
    print(made, file=terminal, flush=True)
