"""Fusions: a table of sample, gene1 and gene2, or structural variants as cBioPortal writes them."""

from collections.abc import Callable

from resig.alterations.found import Event, Records
from resig.alterations.readers.lines import Lines, Tally, blank

SAMPLE = ("sample", "Sample_Id", "sample_id", "Tumor_Sample_Barcode")
FIRST = ("gene1", "Site1_Hugo_Symbol", "gene_1", "LeftGene", "5_gene")
SECOND = ("gene2", "Site2_Hugo_Symbol", "gene_2", "RightGene", "3_gene")
STATUS = ("SV_Status",)
BUILD = ("NCBI_Build",)


def read_fusions(lines: Lines, wanted: Callable[[str], bool]) -> Records:
    """Read fusions; each wanted partner makes an event that names the other one."""
    seen = Tally(lines, SAMPLE, BUILD)
    first, second, status = lines.need(FIRST), lines.need(SECOND), lines.at(STATUS)
    events: list[Event] = []
    for who, row in seen.rows():
        partners = ["" if blank(row.fields[at]) else row.fields[at].split("^")[0] for at in (first, second)]
        germline = status is not None and row.fields[status].strip().upper() == "GERMLINE"
        for gene, other in (partners, partners[::-1]):
            if gene and wanted(gene):
                events.append(
                    Event(
                        who,
                        gene,
                        other,
                        f"row {row.line}",
                        "fusion",
                        None,
                        True,
                        "SV_Status GERMLINE" if germline else "",
                    )
                )
    cbio = lines.at(("Site1_Hugo_Symbol",)) is not None
    return Records(
        "structural variants as cBioPortal has them" if cbio else "table of fusions",
        events,
        list(seen.samples),
        seen.n,
        seen.builds,
    )
