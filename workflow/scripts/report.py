from resig.logs import log_to

with log_to(snakemake.log[0]) as terminal:
    from pathlib import Path

    from resig.make_report import make_report

    results = Path(snakemake.input.summary).parents[1]
    print(make_report(snakemake.params.command, results / "report.html"), file=terminal, flush=True)
