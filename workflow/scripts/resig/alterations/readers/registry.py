"""Which reader a file is for, told by its content."""

from collections.abc import Callable

import pandas as pd

from resig.alterations.found import Grid, Records
from resig.alterations.readers.fusions import read_fusions
from resig.alterations.readers.grid import read_grid
from resig.alterations.readers.lines import Lines
from resig.alterations.readers.maf import read_maf
from resig.alterations.readers.segments import is_segments, read_segments
from resig.alterations.readers.vcf import is_vcf, read_vcf

Wanted = Callable[[str], bool]


def read_variants(path: str, called: str, wanted: Wanted) -> Records:
    """Read a VCF, a MAF or a simple table."""
    return read_vcf(path, called, wanted) if is_vcf(path) else read_maf(Lines(path, called), wanted)


def read_copy_number(path: str, called: str, wanted: Wanted, places: pd.DataFrame, genome: str | None) -> Grid:
    """Read segments, GISTIC's table or another table of genes."""
    lines = Lines(path, called)
    return read_segments(lines, wanted, places, genome) if is_segments(lines) else read_grid(lines, wanted)


def read_methylation(path: str, called: str, wanted: Wanted) -> Grid:
    """Read gene-level methylation."""
    return read_grid(Lines(path, called), wanted, "table of beta values")


def read_fusion_calls(path: str, called: str, wanted: Wanted) -> Records:
    """Read fusions."""
    return read_fusions(Lines(path, called), wanted)
