"""MAF, as cBioPortal and the TCGA write it; and simple tables of sample, gene and protein change."""

from collections import Counter
from collections.abc import Callable

from resig.alterations.found import Event, Records
from resig.alterations.readers.effects import judge
from resig.alterations.readers.lines import Lines, Tally, blank

SAMPLE = ("Tumor_Sample_Barcode", "sample", "sample_id", "Sample_Id", "Tumor_Sample_ID")
GENE = ("Hugo_Symbol", "gene", "symbol", "gene_symbol", "gene_name")
CHANGE = (
    "HGVSp_Short",
    "protein_change",
    "HGVSp",
    "Amino_Acid_Change",
    "Protein_Change",
    "aa_change",
    "change",
    "amino_acids",
)
EFFECT = ("Variant_Classification", "consequence", "effect", "variant_class")
BUILD = ("NCBI_Build", "genome", "build")
STATUS = ("Mutation_Status",)
GERMLINE = ("germline", "wildtype", "wild type", "none", "loh")
WHERE = ("Chromosome", "Start_Position", "End_Position", "Reference_Allele", "Tumor_Seq_Allele2")


def is_maf(lines: Lines) -> bool:
    """Tell a MAF by its header."""
    return lines.at(("Hugo_Symbol",)) is not None and lines.at(("Tumor_Sample_Barcode",)) is not None


def read_maf(lines: Lines, wanted: Callable[[str], bool]) -> Records:
    """Read a MAF or a simple table; only records of wanted genes are kept, all are counted."""
    seen, gene = Tally(lines, SAMPLE, BUILD), lines.need(GENE)
    change, effect = lines.at(CHANGE), lines.at(EFFECT)
    if change is None:
        lines.need(CHANGE[:2] if is_maf(lines) else CHANGE[1:])
    longer = lines.at(("HGVSp",))
    status = lines.at(STATUS)
    spots = [at for name in WHERE if (at := lines.at((name,))) is not None]
    events: list[Event] = []
    statuses: Counter[str] = Counter()
    for who, row in seen.rows():
        if not wanted(row.fields[gene]):
            continue
        written = row.fields[change] if change is not None else ""
        if blank(written) and longer is not None:
            written = row.fields[longer]
        written = "" if blank(written) else written
        what = "" if effect is None or blank(row.fields[effect]) else row.fields[effect]
        parsed, changes = judge(written, what)
        kind = row.fields[status] if status is not None else ""
        dropped = f"Mutation_Status {kind}" if kind.strip().lower() in GERMLINE else ""
        statuses[kind] += bool(dropped)
        spot = ":".join(row.fields[at] for at in spots)
        events.append(
            Event(who, row.fields[gene], written, f"row {row.line}", what, parsed, changes, dropped, spot.strip(":"))
        )
    remarks = [f"{count} records are {kind} and not used" for kind, count in statuses.items() if count]
    return Records(
        "MAF" if is_maf(lines) else "table of mutations", events, list(seen.samples), seen.n, seen.builds, remarks
    )
