"""The gate before any score: which members a dataset measures, and what may be said from them."""

import pandas as pd

from resig.errors import ResigError
from resig.names import RESOLVED
from resig.tables import COVERAGE

FULL_POWER = 5
ALIAS = ("previous", "alias", "respelled", "spreadsheet")
STEM_LOOP = "read from stem-loops: the arm is not known"
READS: dict[str, dict[str, str]] = {
    "mrna": {"mrna": "", "total_rna": ""},
    "total_rna": {
        "total_rna": "",
        "mrna": "long non-coding RNA read from mRNA data: unspliced or unpolyadenylated RNA is missed",
    },
    "small_rna": {"small_rna": ""},
    "circ_rna": {"circ_rna": ""},
}
ASSAY_NAMES = {
    "mrna": "mRNA",
    "total_rna": "total RNA",
    "small_rna": "small RNA",
    "circ_rna": "circRNA (back-splice junctions)",
}


def of_assay(signatures: pd.DataFrame, assay: str) -> pd.DataFrame:
    """Return the signatures that an assay can read: those of the others stand with the dataset it is beside.

    Where it reads none, all are returned, so that each says why.
    """
    own = signatures[[assay in READS[needs] for needs in signatures["assay"]]]
    return own if len(own) else signatures


def measure_coverage(
    dataset: str,
    assay: str,
    signatures: pd.DataFrame,
    members: pd.DataFrame,
    genes: pd.DataFrame,
    min_coverage: float,
) -> pd.DataFrame:
    """Return the coverage table of one dataset, a row for each signature of the run."""
    present = genes[(genes["used"] == "yes") & (genes["symbol"] != "")].set_index("symbol")
    rows = []
    for signature in signatures.itertuples():
        own = members.loc[members["signature"] == signature.signature, "symbol"].tolist()
        found = [symbol for symbol in own if symbol in present.index]
        flat = [symbol for symbol in found if not present.at[symbol, "sd"] > 0]
        how = present.loc[found, "how"]
        missing = [symbol for symbol in own if symbol not in present.index]
        n_measured = len(found) - len(flat)
        share = n_measured / len(own) if own else 0.0
        unsure = STEM_LOOP if (how == "stem_loop").any() else ""
        scorable, reason = gate(
            signature.assay, assay, signature.tier, n_measured, share, signature.min_members, min_coverage, unsure
        )
        if not own and signature.tier != "X":
            scorable, reason = "no", "it has no members in this run"
        rows.append(
            {
                "dataset": dataset,
                "signature": signature.signature,
                "n_members": len(own),
                "n_found": len(found),
                "n_alias": int(how.isin(ALIAS).sum()),
                "n_ortholog": int((how == "ortholog").sum()),
                "n_missing": len(missing),
                "n_not_expressed": len(flat),
                "n_measured": n_measured,
                "coverage": share,
                "missing": ",".join(missing + flat),
                "scorable": scorable,
                "reason": reason,
            }
        )
    _refuse_unknown_names(dataset, assay, signatures, genes, sum(row["n_found"] for row in rows))
    return pd.DataFrame(rows, columns=COVERAGE.names)


def _refuse_unknown_names(
    dataset: str, assay: str, signatures: pd.DataFrame, genes: pd.DataFrame, n_found: int
) -> None:
    """Raise where not one feature is known and no set uses their names: nothing could be said of such data."""
    if n_found or genes["how"].isin(RESOLVED).any() or not any(assay in READS[needs] for needs in signatures["assay"]):
        return
    shown = ", ".join(f"'{name}'" for name in genes["feature"].head(3))
    raise ResigError(
        f"none of its {len(genes)} features ({shown}) has a known name, and no signature has a member of that name",
        where=f"dataset {dataset}",
        todo="gene symbols, Ensembl or Entrez ids or miRNA names are needed; probes need a map (`probes:`)",
    )


def gate(
    needs: str,
    assay: str,
    tier: str,
    n_measured: int,
    share: float,
    min_members: int,
    min_coverage: float,
    unsure: str = "",
) -> tuple[str, str]:
    """Say whether a signature may be scored (yes, low_power, no) and why."""
    if tier == "X":
        return "no", "the document gives no expression-level direction (tier X)"
    if assay not in READS[needs]:
        return "no", f"needs {ASSAY_NAMES[needs]} data; this dataset is {ASSAY_NAMES[assay]}"
    if n_measured == 0:
        return "no", "none of its members is measured here"
    if share < min_coverage:
        return "no", f"{100 * share:.3g}% of its members are measured, {100 * min_coverage:.3g}% are needed"
    if n_measured < min_members:
        return "no", f"{n_measured} members measured, {min_members} are needed"
    reasons = [READS[needs][assay], unsure]
    if n_measured == 1:
        reasons.append("one member: a marker read-out, not a signature")
    elif n_measured < FULL_POWER:
        reasons.append(f"{n_measured} members: few genes carry the score")
    said = "; ".join(reason for reason in reasons if reason)
    return ("low_power", said) if said else ("yes", "")
