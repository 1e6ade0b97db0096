from resig.logs import log_to

with log_to(snakemake.log[0]):
    import pandas as pd

    from resig.plots.quality import draw_quality
    from resig.tables import QUALITY, SIGNATURES

    quality = pd.concat([QUALITY.read(path) for path in snakemake.input.quality], ignore_index=True)
    draw_quality(quality, SIGNATURES.read(snakemake.input.signatures), *snakemake.output)
