"""resig: resistance signatures, scored honestly. Pure functions; no Snakemake object in here."""

__version__ = "0.1.0"
