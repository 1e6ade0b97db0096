"""Tables of one sample, as RSEM, salmon, kallisto, featureCounts, STAR, HTSeq and StringTie write, and plain pairs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resig.errors import ResigError, nearest
from resig.intake.labels import SEPARATORS, read_text, separator_in, split_rows
from resig.intake.readers.grid import refuse_value

NO_GENE = re.compile(
    r"__(no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique)|N_(unmapped|multimapping|noFeature|ambiguous)"
)


@dataclass(frozen=True)
class Kind:
    """A tool's table: which column names the genes, and which values are taken unless others are asked for."""

    name: str
    names: str
    values: str
    others: Sequence[str] = ()
    beside: Sequence[str] = ()


# Expected counts are no whole numbers and depend on gene length; TPM is what samples are compared by.
KINDS = (
    Kind("RSEM", "gene_id", "TPM", ("expected_count", "FPKM")),
    Kind("RSEM", "transcript_id", "TPM", ("expected_count", "FPKM"), ("gene_id",)),
    Kind("salmon", "Name", "TPM", ("NumReads",)),
    Kind("kallisto", "target_id", "tpm", ("est_counts",)),
    Kind("StringTie", "Gene ID", "TPM", ("FPKM",), ("Gene Name",)),
)
STAR = Kind("STAR", "0", "unstranded", ("forward", "reverse"))
PAIRS = "two columns"


@dataclass(frozen=True)
class OneSample:
    """Values of one sample, by feature, and what table it was."""

    features: list[str]
    values: list[float]
    beside: Mapping[str, list[str]]
    kind: str
    column: str
    set_aside: int


def read_one_sample(path: str, layer: str | None = None) -> OneSample:
    """Read a table of one sample; `layer` names its column of values where there are several."""
    text = read_text(path)
    while text.startswith("# ") or text.startswith("#Program"):
        text = text.partition("\n")[2]
    separator = separator_in(text, path)
    rows = [row for _, row in split_rows(text, separator, path)]
    if not rows:
        raise ResigError("has no rows of data", where=path, todo="copy or download it again")
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        at = next(number for number, row in enumerate(rows) if len(row) != len(rows[0]))
        raise ResigError(
            f"row {at + 1} has {len(rows[at])} fields, expected {len(rows[0])}", where=path, todo="mend that row"
        )
    if len(rows[0]) < 2:
        raise ResigError(
            f"has one column when split at {SEPARATORS[separator]}",
            where=path,
            todo="expected the name of a gene and its value",
        )
    kind, names, values, beside, first = _columns(rows, layer, path)
    body = rows[first:]
    kept = [row for row in body if not NO_GENE.fullmatch(row[names].strip())]
    if not kept:
        raise ResigError("has no rows of data", where=path, todo="copy or download it again")
    title = rows[0][values] if first else (layer or "values")
    numbers = [_number(row[values]) for row in kept]
    wrong = [at for at, value in enumerate(numbers) if not abs(value) < float("inf")]
    if wrong:
        refuse_value(kept[wrong[0]][names], title, f"'{kept[wrong[0]][values].strip()}'", len(wrong), path)
    return OneSample(
        [row[names].strip() for row in kept],
        numbers,
        {rows[0][at].strip(): [row[at].strip() for row in kept] for at in beside},
        kind,
        title,
        len(body) - len(kept),
    )


def _columns(rows: list[list[str]], layer: str | None, path: str) -> tuple[str, int, int, list[int], int]:
    """Return the kind of table, the places of names, values and further names, and the first row of data."""
    header = [title.strip() for title in rows[0]]
    for kind in KINDS:
        if {kind.names, kind.values, *kind.others} <= set(header):
            wanted = _wanted(layer, kind, path)
            return (
                kind.name,
                header.index(kind.names),
                header.index(wanted),
                [header.index(each) for each in kind.beside if each in header],
                1,
            )
    if [title.lower() for title in header[:6]] == ["geneid", "chr", "start", "end", "strand", "length"] and len(
        header
    ) == 7:
        return "featureCounts", 0, 6, [], 1
    if len(header) == 4 and NO_GENE.fullmatch(header[0]):
        return STAR.name, 0, 1 + [STAR.values, *STAR.others].index(_wanted(layer, STAR, path)), [], 0
    if layer is not None:
        if layer not in header:
            raise ResigError(
                f"there is no column '{layer}'", where=path, todo=nearest(layer, header[1:], "columns there")
            )
        return PAIRS, 0, header.index(layer), [], 1
    if len(header) == 2:
        titled = _number(header[1]) != _number(header[1])
        htseq = any(NO_GENE.fullmatch(row[0]) for row in rows[-6:])
        return "HTSeq" if htseq else PAIRS, 0, 1, [], int(titled)
    raise ResigError(
        f"has {len(header)} columns ({', '.join(header[:6])}), one sample a file is expected",
        where=path,
        todo=f"name the column of values with `layer: {header[-1]}`, or give the matrix as one file",
    )


def _wanted(layer: str | None, kind: Kind, path: str) -> str:
    if layer is not None and layer not in (kind.values, *kind.others):
        raise ResigError(
            f"there is no column '{layer}'",
            where=path,
            todo=nearest(layer, [kind.values, *kind.others], "values there"),
        )
    return layer or kind.values


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")
