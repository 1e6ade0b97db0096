"""Make the demo's synthetic multi-omic cohort: expression, samples, alterations, and the calls they must give.

    python resources/demo/make_omics.py

Twenty-four samples, O01 to O24; O01 to O12 are resistant. No cohort like it exists: it carries alterations of several
diseases, each planted where `PLANTED` says, beside traps that must not count. `truth_alterations.tsv` holds the call
of every alteration in every sample. Each gene draws from a random stream of its own, as in make_demo.py.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from make_demo import HERE, MEMBERS, SIGNATURES, genes_of, read_members, stream, write_table

SAMPLES = [f"O{at:02d}" for at in range(1, 25)]
RESISTANT = frozenset(SAMPLES[:12])
N_GENES = 900
DOSAGE = 1.5  # log2, of MET where it is amplified

NOT_SEQUENCED = frozenset({"O23"})  # not in variants_samples.txt
NO_COPY_NUMBER = frozenset({"O24"})  # not a column of the GISTIC table
NO_METHYLATION = frozenset({"O11"})  # NA in the table
NO_FUSIONS = frozenset({"O22"})  # not in fusions_samples.txt
PANEL = [
    "BAX",
    "BCL2",
    "DNMT3A",
    "EGFR",
    "FLT3",
    "HRAS",
    "KRAS",
    "MET",
    "NRAS",
    "PIK3CA",
    "PTEN",
    "PTPN11",
    "TP53",
]  # ASXL1 is not on it

VARIANTS = [  # sample, gene, classification, change
    *((each, "EGFR", "Missense_Mutation", "p.L858R") for each in SAMPLES[:12]),
    *((each, "EGFR", "Missense_Mutation", "p.T790M") for each in ("O01", "O02", "O03", "O04", "O05", "O06", "O07")),
    ("O01", "EGFR", "Missense_Mutation", "p.T790M"),  # listed twice
    ("O12", "KRAS", "Missense_Mutation", "p.G12D"),
    ("O20", "KRAS", "Missense_Mutation", "p.Gly13Asp"),  # three-letter code
    ("O21", "NRAS", "Missense_Mutation", "p.Q61K"),
    ("O03", "BCL2", "Missense_Mutation", "G101V"),  # without p.
    ("O05", "BCL2", "Missense_Mutation", "p.D103E"),
    ("O06", "BCL2", "Missense_Mutation", "p.A103T"),  # as the document writes it: never matched
    ("O08", "BCL2", "Missense_Mutation", "p.P59L"),  # another change of the gene
    ("O04", "BAX", "Nonsense_Mutation", "p.W139*"),
    ("O05", "BAX", "Missense_Mutation", "p.T182I"),
    ("O15", "BAX", "Missense_Mutation", "p.G108V"),
    ("O04", "DNMT3A", "Missense_Mutation", "p.R882H"),
    ("O02", "TP53", "Missense_Mutation", "p.R175H"),
    ("O14", "TP53", "Frame_Shift_Del", "p.P152Rfs*18"),
    ("O16", "TP53", "Silent", "p.P36="),  # silent
    ("O17", "TP53", "Splice_Site", "p.X187_splice"),
    ("O17", "FLT3", "In_Frame_Ins", "p.Y597_E598insDVDFREY"),
    ("O19", "FLT3", "In_Frame_Ins", "p.D586_N587dup"),
    ("O18", "FLT3", "Missense_Mutation", "p.D835Y"),  # not an ITD
    ("O19", "PTPN11", "Missense_Mutation", "p.E76K"),
    ("O22", "PIK3CA", "Missense_Mutation", "p.H1047R"),
    ("O21", "PIK3CA", "Missense_Mutation", "p.P449T"),  # not a hotspot
    ("O24", "PTEN", "Nonsense_Mutation", "p.R130*"),
    ("O09", "MET", "Missense_Mutation", "p.N375S"),
    ("O10", "CDKN2A", "Nonsense_Mutation", "p.R80*"),  # no mechanism of the ledger
]
COPY_NUMBER = {
    "MET": {"O07": 2, "O08": 2, "O09": 2, "O10": 2, "O11": 2, "O13": 1},
    "EGFR": {"O02": 1, "O20": 2},
    "ERBB2": {"O13": 2, "O14": 1},
    "MCL1": {"O09": 1, "O10": 1, "O16": 2},
    "PRKAB2": {"O09": 1, "O16": 2, "O18": 1},
    "PTEN": {"O22": -2, "O21": -1},
    "TP53": {"O02": -1, "O18": -2, "O20": 1},
}
FUSIONS = [("O16", "EML4", "ALK"), ("O19", "IGH", "BCL2"), ("O20", "KIF5B", "RET")]
METHYLATED = {"O10": 0.82, "O12": 0.64, "O15": 0.48}  # PUMA, a former name of BBC3; all others are below 0.2

PLANTED = {
    "bcl2_g101v": "O03",
    "bcl2_d103e": "O05",
    "bcl2_any": "O03 O05 O06 O08",
    "bcl2_and_bax": "O05",
    "bax_c_terminal": "O04 O05",
    "bax_any": "O04 O05 O15",
    "dnmt3a_any": "O04",
    "bax_with_myeloid": "O04",
    "tp53_mutation": "O02 O14 O17",
    "tp53_loss": "O02 O18",
    "del_17p": "O02 O18",
    "flt3_itd": "O17 O19",
    "ptpn11_mutation": "O19",
    "ras_mutation": "O12 O20 O21",
    "pik3ca_hotspot": "O22",
    "pten_deletion": "O22",
    "pten_mutation": "O24",
    "erbb2_amplification": "O13",
    "egfr_t790m": "O01 O02 O03 O04 O05 O06 O07",
    "egfr_t790m_with_met": "O07",
    "kras_mutation": "O12 O20",
    "met_amplification_primary": "O07 O08 O09 O10 O11",
    "met_amplification": "O07 O08 O09 O10 O11",
    "met_amplification_erbb3": "O07 O08 O09 O10 O11",
    "met_mutation": "O09",
    "egfr_amplification": "O20",
    "alk_rearrangement": "O16",
    "bcl2_igh": "O19",
    "gain_1q": "O09 O16",
    "mcl1_gain": "O09 O10 O16",
    "prkab2_gain": "O09 O16 O18",
    "bbc3_methylation": "O10 O12",
}
NEEDS = {  # which samples an alteration cannot be read in, beside those below
    "tp53_loss": NO_COPY_NUMBER,
    "del_17p": NO_COPY_NUMBER,
    "pten_deletion": NO_COPY_NUMBER,
    "erbb2_amplification": NO_COPY_NUMBER,
    "met_amplification_primary": NO_COPY_NUMBER,
    "met_amplification": NO_COPY_NUMBER,
    "met_amplification_erbb3": NO_COPY_NUMBER,
    "egfr_amplification": NO_COPY_NUMBER,
    "gain_1q": NO_COPY_NUMBER,
    "mcl1_gain": NO_COPY_NUMBER,
    "prkab2_gain": NO_COPY_NUMBER,
    "bbc3_methylation": NO_METHYLATION,
    "alk_rearrangement": NO_FUSIONS,
    "bcl2_igh": NO_FUSIONS,
    "bcl2_a103t": frozenset(SAMPLES),  # text
    "asxl1_any": frozenset(SAMPLES),  # not on the panel
    "bax_with_myeloid": frozenset({"O05", "O15", "O23"}),  # BAX without DNMT3A: ASXL1 would decide
}


def absent_anyway(alteration: str, sample: str) -> bool:
    """A pair of alterations is absent where one of the two is measured and absent."""
    return alteration == "egfr_t790m_with_met" and sample in ("O23", "O24")


def truth(alterations: Iterable[str]) -> pd.DataFrame:
    """The call of each alteration in each sample."""
    rows = []
    for alteration in alterations:
        present = PLANTED.get(alteration, "").split()
        unread = NEEDS.get(alteration, NOT_SEQUENCED)
        for sample in SAMPLES:
            call = "present" if sample in present else "not_measured" if sample in unread else "absent"
            rows.append((sample, alteration, "absent" if absent_anyway(alteration, sample) else call))
    return pd.DataFrame(rows, columns=["sample", "alteration", "call"])


def expression(members: pd.DataFrame, background: Iterable[str]) -> pd.DataFrame:
    """Log2 expression, genes x samples: noise, and MET with its copies."""
    amplified = np.array([COPY_NUMBER["MET"].get(each, 0) == 2 for each in SAMPLES])
    genes = genes_of(members, ("mrna",), background, N_GENES)
    values = np.empty((len(genes), len(SAMPLES)))
    for row, gene in enumerate(genes):
        draw = stream("toy_omics", "gene", gene)
        mean, spread = np.clip(draw.normal(7, 2), 2.5, 13.5), 0.6 * np.exp(draw.normal(0, 0.3))
        values[row] = mean + spread * draw.normal(size=len(SAMPLES))
        if gene == "MET":
            values[row] += DOSAGE * amplified
    return pd.DataFrame(values.clip(0).round(3), index=pd.Index(genes, name="gene"), columns=SAMPLES)


def samples() -> pd.DataFrame:
    """Clinical table."""
    draw = stream("toy_omics", "samples")
    response = ["resistant" if each in RESISTANT else "sensitive" for each in SAMPLES]
    age = draw.integers(38, 79, len(SAMPLES))
    draw = stream("toy_omics", "survival")
    death = draw.exponential(900, len(SAMPLES)).astype(int) + 30
    end = draw.integers(500, 2500, len(SAMPLES))
    known = {"os_days": np.minimum(death, end), "os_event": (death <= end).astype(int)}
    return pd.DataFrame({"sample_id": SAMPLES, "response": response, "age": age, **known})


def maf() -> pd.DataFrame:
    """Mutations, in columns as cBioPortal writes them."""
    rows = [
        (gene, "", "synthetic", "GRCh38", sample, "Somatic", kind, change) for sample, gene, kind, change in VARIANTS
    ]
    columns = ["Hugo_Symbol", "Entrez_Gene_Id", "Center", "NCBI_Build", "Tumor_Sample_Barcode", "Mutation_Status"]
    return pd.DataFrame(rows, columns=[*columns, "Variant_Classification", "HGVSp_Short"])


def gistic() -> pd.DataFrame:
    """Copy number, as GISTIC's all_thresholded.by_genes: one row a gene, -2 to 2."""
    bands = {"MET": "7q31.2", "EGFR": "7p11.2", "ERBB2": "17q12", "MCL1": "1q21.2", "PRKAB2": "1q21.1"}
    bands |= {"PTEN": "10q23.31", "TP53": "17p13.1"}
    columns = [each for each in SAMPLES if each not in NO_COPY_NUMBER]
    rows = [[gene, "", bands[gene], *(calls.get(each, 0) for each in columns)] for gene, calls in COPY_NUMBER.items()]
    return pd.DataFrame(rows, columns=["Gene Symbol", "Locus ID", "Cytoband", *columns])


def methylation() -> pd.DataFrame:
    """Promoter methylation, gene-level beta."""
    draw = stream("toy_omics", "methylation")
    low = dict(zip(SAMPLES, draw.uniform(0.03, 0.18, len(SAMPLES)).round(3), strict=True))
    puma = {each: METHYLATED.get(each, low[each]) for each in SAMPLES} | dict.fromkeys(NO_METHYLATION, float("nan"))
    other = dict(zip(SAMPLES, draw.uniform(0.1, 0.9, len(SAMPLES)).round(3), strict=True))
    return pd.DataFrame([{"gene": "PUMA", **puma}, {"gene": "CDKN2A", **other}])


def main(arguments: list[str] | None = None) -> int:
    """Write everything below the output folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: beside this script)")
    out = parser.parse_args(arguments).out / "toy_omics"
    cohort = HERE / "all_chiaretti" / "expression.csv.gz"
    background = pd.read_csv(cohort, usecols=["gene"], keep_default_na=False).gene.tolist()
    members = read_members(MEMBERS, SIGNATURES)
    table = pd.read_csv(MEMBERS.parent / "alterations.tsv", sep="\t", keep_default_na=False)
    write_table(expression(members, background), out / "expression.tsv.gz", index=True, float_format="%.3f")
    write_table(samples(), out / "samples.tsv")
    write_table(maf(), out / "data_mutations.txt")
    write_table(gistic(), out / "all_thresholded.by_genes.txt")
    write_table(pd.DataFrame(FUSIONS, columns=["sample", "gene1", "gene2"]), out / "fusions.tsv")
    write_table(methylation(), out / "methylation.tsv", na_rep="NA")
    for name, listed in (
        ("variants_genes.txt", PANEL),
        ("variants_samples.txt", [each for each in SAMPLES if each not in NOT_SEQUENCED]),
        ("fusions_samples.txt", [each for each in SAMPLES if each not in NO_FUSIONS]),
    ):
        (out / name).write_text("\n".join(listed) + "\n", encoding="utf-8")
    write_table(truth(table.alteration), out / "truth_alterations.tsv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
