"""Readers: MAF as cBioPortal writes it, VCF of VEP and SnpEff, GISTIC, segments; held against slow recomputations."""

import gzip

import numpy as np
import pytest
from shared_alterations import PLACES, SAMPLES, calls, spec_of, take, told, write

from resig.errors import ResigError

MAF = """
Hugo_Symbol Entrez_Gene_Id Center NCBI_Build Tumor_Sample_Barcode Verification_Status Validation_Status Mutation_Status
Sequencer Chromosome Start_position End_position Variant_Classification HGVSp_Short MA:FImpact MA:link.MSA MA:link.PDB
"""


def maf(*records: str) -> list[str]:
    """A MAF with the columns of cBioPortal's own test study; empty columns at the end are left out, as there."""
    rows = []
    for record in records:
        gene, sample, kind, change, status = record.split()
        rows.append(
            f"{gene}\t0\tbroad.mit.edu\tGRCh37\t{sample}\tUnknown\tvalid\t{status}\t"
            f"Illumina GAIIx\t7\t1\t1\t{kind}\t{change}"
        )
    return ["#version 2.4", "\t".join(MAF.split()), *rows]


def test_a_maf_as_cbioportal_writes_it(tmp_path) -> None:
    lines = maf(
        "EGFR S1 Missense_Mutation T790M Somatic",
        "KRAS S2 Missense_Mutation p.G12D Somatic",
        "TP53 S2 Silent p.P36= Somatic",
        "TP53 S3 Frame_Shift_Del p.P152fs Germline",
        "TTN S3 Missense_Mutation p.A1G Somatic",
    )
    source = take(variants=write(tmp_path / "data_mutations.txt", *lines), genome="GRCh37")
    (entry,) = source.inputs
    assert (entry["format"], entry["n_records"], entry["n_in_genes"]) == ("MAF", 5, 4)
    assert [(each["gene"], each["status"]) for each in source.events] == [
        ("EGFR", "used"),
        ("KRAS", "used"),
        ("TP53", "silent"),
        ("TP53", "not_used"),
    ]
    found = calls(variants=str(tmp_path / "data_mutations.txt"))
    assert found.loc["egfr_t790m"].to_dict() == {"S1": "present", "S2": "absent", "S3": "absent"}
    assert found.loc["kras_mutation"].to_dict() == {"S1": "absent", "S2": "present", "S3": "absent"}
    assert set(found.loc["tp53_mutation"]) == {"absent"}


def test_a_sample_that_no_record_names_is_not_measured_unless_said(tmp_path) -> None:
    path = write(tmp_path / "m.maf", *maf("EGFR S1 Missense_Mutation p.T790M Somatic"))
    row = {"S1": "present", "S2": "not_measured", "S3": "not_measured"}
    assert calls(variants=path).loc["egfr_t790m"].to_dict() == row
    assert calls(variants=path, variants_samples="all").loc["egfr_t790m", "S3"] == "absent"
    listed = write(tmp_path / "s.txt", "S1", "S2")
    some = calls(variants=path, variants_samples=listed).loc["egfr_t790m"]
    assert some.to_dict() == {"S1": "present", "S2": "absent", "S3": "not_measured"}


def test_without_a_list_of_genes_every_absence_says_what_it_takes_for_granted(tmp_path) -> None:
    path = write(tmp_path / "m.maf", *maf("EGFR S1 Missense_Mutation p.T790M Somatic"))
    assert (
        told(variants=path).loc[("S1", "kras_mutation"), "assumption"] == "no list of genes given: taken as sequenced"
    )
    genes = write(tmp_path / "g.txt", "EGFR", "KRAS")
    found = told(variants=path, variants_genes=genes)
    assert found.loc[("S1", "kras_mutation"), ["call", "assumption"]].tolist() == ["absent", ""]
    assert found.loc[("S1", "tp53_mutation"), ["call", "reason"]].tolist() == [
        "not_measured",
        "TP53 is not in variants_genes",
    ]


def test_a_simple_table_and_its_gzipped_copy_say_the_same(tmp_path) -> None:
    text = "sample\tgene\tprotein_change\nS1\tBCL2\tp.Gly101Val\nS2\tSHP2\tE76K\nS3\tFLT3\tITD\n"
    plain, packed = tmp_path / "v.tsv", tmp_path / "v.tsv.gz"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    one, two = calls(variants=str(plain)), calls(variants=str(packed))
    assert one.equals(two)
    assert {(row, one.columns[at]) for row in one.index for at in range(3) if one.loc[row].iloc[at] == "present"} == {
        ("bcl2_any", "S1"),
        ("bcl2_g101v", "S1"),
        ("ptpn11_mutation", "S2"),
        ("flt3_itd", "S3"),
    }


VEP = (
    "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|BIOTYPE|EXON|HGVSc|HGVSp|Protein_position|"
    "Amino_acids|CANONICAL"
)


def vcf(*records: str, samples: str = "S1 S2 S3", info: str = "") -> list[str]:
    tag = (
        info
        or f'##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: {VEP}">'
    )
    head = ["##fileformat=VCFv4.2", "##contig=<ID=chr1,length=248956422>", tag]
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples.split()]
    return [*head, "\t".join(columns), *("\t".join(each.split(" ")) for each in records)]


T790M = "T|missense_variant|MODERATE|EGFR|ENSG00000146648|Transcript|ENST00000275493|protein_coding|20/28|c.2369C>T|"
T790M_CSQ = (
    "T|downstream_gene_variant|MODIFIER|EGFR-AS1||Transcript|X|lncRNA||||||YES,"
    "T|missense_variant|MODERATE|EGFR|ENSG00000146648|Transcript|ENST00000450046|protein_coding|19/27|c.2210C>T|ENSP1:p.Thr737Met|737|T/M|,"
    f"{T790M}ENSP00000275493.2:p.Thr790Met|790|T/M|YES"
)


def test_a_vcf_of_vep_goes_by_the_canonical_transcript_and_the_genotypes(tmp_path) -> None:
    silent = "A|synonymous_variant|LOW|TP53|G|Transcript|T|protein_coding|4/11|c.1|ENSP2:p.Pro36%3D|36|P|YES"
    two = (
        "A|missense_variant|MODERATE|KRAS|G|Transcript|T|protein_coding|2/5|c.35G>A|ENSP3:p.Gly12Asp|12|G/D|YES,"
        "T|missense_variant|MODERATE|KRAS|G|Transcript|T|protein_coding|2/5|c.35G>T|ENSP3:p.Gly12Val|12|G/V|YES"
    )
    path = write(
        tmp_path / "calls.vcf",
        *vcf(
            f"chr7 55181378 . C T 50 PASS DP=9;CSQ={T790M_CSQ} GT:AD 0/1:5,4 0/0:9,0 ./.:0,0",
            f"chr17 7676152 . G A 50 PASS CSQ={silent} GT 0/1 0/1 0/1",
            f"chr12 25245350 . C A,T 50 PASS CSQ={two} GT 0/0 0|2 0/1",
            f"chr7 55181378 . C T 50 weak CSQ={T790M_CSQ} GT 0/0 1/1 0/0",
        ),
    )
    source = take(variants=path, genome="GRCh38")
    assert source.inputs[0]["format"] == "VCF with VEP's CSQ"
    assert [
        (each["sample"], each["gene"], each["change"].split(".")[-1], each["status"]) for each in source.events
    ] == [
        ("S1", "EGFR", "Thr790Met", "used"),
        ("S3", "EGFR", "Thr790Met", "no_genotype"),
        *(("S" + n, "TP53", "Pro36%3D", "silent") for n in "123"),
        ("S2", "KRAS", "Gly12Val", "used"),
        ("S3", "KRAS", "Gly12Asp", "used"),
        ("S2", "EGFR", "Thr790Met", "not_used"),
    ]
    found = calls(variants=path)
    assert found.loc["egfr_t790m"].to_dict() == {"S1": "present", "S2": "absent", "S3": "not_measured"}
    assert "1 genotypes are missing and not measured" in source.inputs[0]["remarks"]
    assert found.loc["kras_mutation"].to_dict() == {"S1": "absent", "S2": "present", "S3": "present"}


def test_a_missing_genotype_leaves_open_only_what_it_could_answer_and_a_good_record_wins(tmp_path) -> None:
    site = "chr7 55181378 . C T 50"
    path = write(
        tmp_path / "calls.vcf",
        *vcf(f"{site} weak CSQ={T790M_CSQ} GT 0/1 0/0 0/1", f"{site} PASS CSQ={T790M_CSQ} GT ./. 0/0 0/1"),
        f"{site} PASS CSQ={T790M_CSQ} GT 0/1 ./. 0/1".replace(" ", "\t"),
    )
    found = calls(variants=path)
    # S1: one record is missing, one is there; S3: filtered in the first row, good in the second.
    assert found.loc["egfr_t790m"].to_dict() == {"S1": "present", "S2": "not_measured", "S3": "present"}
    assert set(found.loc["kras_mutation"]) == {"absent"}
    events = take(variants=path).events
    assert [(each["sample"], each["status"]) for each in events] == [
        *(("S1", "not_used"), ("S3", "not_used")),
        *(("S1", "no_genotype"), ("S3", "used")),
        *(("S1", "used"), ("S2", "no_genotype"), ("S3", "duplicate")),
    ]


def test_vep_without_hgvs_is_read_from_residues_and_indels_find_their_allele(tmp_path) -> None:
    fields = "Allele|Consequence|SYMBOL|Protein_position|Amino_acids"
    info = f'##INFO=<ID=CSQ,Number=.,Type=String,Description="VEP. Format: {fields}">'
    both = "-|frameshift_variant|BAX|41|E/X,T|missense_variant|BAX|182|T/I"
    path = write(tmp_path / "i.vcf", *vcf(f"chr19 1 . CG C,T 50 . CSQ={both} GT 0/1 0/2 0/0", info=info))
    events = take(variants=path).taken["variant"].events
    assert [(key, event.effect) for key, each in events.items() for event in each] == [
        (("S1", "BAX"), "frameshift_variant"),
        (("S2", "BAX"), "missense_variant"),
    ]
    found = calls(variants=path).loc["bax_c_terminal"]
    assert found.to_dict() == {"S1": "present", "S2": "present", "S3": "absent"}


def test_a_vcf_of_snpeff_and_its_normal_sample(tmp_path) -> None:
    info = "##INFO=<ID=ANN,Number=.,Type=String,Description=\"Functional annotations: 'Allele | Annotation ...'\">"
    ann = (
        "A|missense_variant|MODERATE|NRAS|ENSG|transcript|T|protein_coding|3/7|c.181C>A|p.Gln61Lys|435/1|181/1|61/189||"
    )
    lines = vcf(f"chr1 114713909 . G A 50 PASS ANN={ann} GT 0/1 0/1", samples="S1 blood", info=info)
    lines.insert(1, "##normal_sample=blood")
    source = take(variants=write(tmp_path / "s.vcf", *lines))
    assert source.inputs[0]["format"] == "VCF with SnpEff's ANN"
    assert "'blood' is the normal sample, not used" in source.inputs[0]["remarks"]
    assert [(each["sample"], each["change"]) for each in source.events] == [("S1", "p.Gln61Lys")]


def test_gistic_and_a_gene_table_of_copies_are_told_apart(tmp_path) -> None:
    gistic = write(
        tmp_path / "all_thresholded.by_genes.txt",
        "Gene Symbol\tLocus ID\tCytoband\tS1\tS2\tS3",
        "MET\t4233\t7q31.2\t2\t0\t-1",
        "TP53|ENSG00000141510.11\t7157\t17p13.1\t-1\t0\t-2",
    )
    found = calls(copy_number=gistic)
    assert found.loc["met_amplification"].to_dict() == {"S1": "present", "S2": "absent", "S3": "absent"}
    assert found.loc["tp53_loss"].to_dict() == {"S1": "present", "S2": "absent", "S3": "present"}
    assert set(found.loc["erbb2_amplification"]) == {"not_measured"}  # not in the table
    source = take(copy_number=gistic)
    assert source.inputs[0]["format"] == "GISTIC all_thresholded.by_genes"
    assert source.inputs[0]["values"] == "calls from -2 to 2 (found)"
    copies = write(tmp_path / "copies.csv", "gene,S1,S2,S3", "MET,7,2,3", "PTEN,0,1,2")
    found = calls(copy_number=copies)
    assert found.loc["met_amplification"].tolist() == ["present", "absent", "absent"]
    assert found.loc["pten_deletion"].tolist() == ["present", "absent", "absent"]
    assert take(copy_number=copies).inputs[0]["values"] == "numbers of copies (found)"


def test_copies_of_two_are_never_taken_for_amplifications(tmp_path) -> None:
    few = write(tmp_path / "few.tsv", "gene\tS1\tS2\tS3", "MET\t2\t2\t2", "PTEN\t2\t1\t0")
    assert take(copy_number=few).inputs[0]["values"] == "numbers of copies (found)"
    found = calls(copy_number=few)
    assert set(found.loc["met_amplification"]) == {"absent"}
    assert found.loc["pten_deletion"].tolist() == ["absent", "absent", "present"]
    unclear = write(tmp_path / "unclear.tsv", "gene\tS1\tS2\tS3", "MET\t1\t1\t2")
    with pytest.raises(ResigError, match="may be calls from -2 to 2 or numbers of copies: no value tells"):
        take(copy_number=unclear)
    assert calls(copy_number=unclear, copy_number_values="calls").loc["met_amplification"].tolist()[2] == "present"


def test_log2_ratios_are_cut_and_cbioportals_half_calls_are_calls(tmp_path) -> None:
    ratios = write(tmp_path / "log2.tsv", "gene\tS1\tS2\tS3", "MET\t1.4\t0.99\t-0.2", "PTEN\t-1\t-0.99\t0.1")
    assert take(copy_number=ratios).inputs[0]["values"] == "log2 ratios (found)"
    found = calls(copy_number=ratios)
    assert found.loc["met_amplification"].tolist() == ["present", "absent", "absent"]
    assert found.loc["pten_deletion"].tolist() == ["present", "absent", "absent"]
    half = write(tmp_path / "cna.txt", "Hugo_Symbol\tS1\tS2\tS3", "TP53\t-1.5\t0\t-2", "PTEN\t-1.5\t0\t-2")
    found = calls(copy_number=half)
    assert found.loc["tp53_loss"].tolist() == ["present", "absent", "present"]
    assert found.loc["pten_deletion"].tolist() == ["absent", "absent", "present"]


@pytest.mark.parametrize("genome", ["GRCh37", "GRCh38"])
def test_segments_give_each_gene_the_mean_over_its_bases(tmp_path, genome: str) -> None:
    place = PLACES[(PLACES["genome"] == genome) & (PLACES["gene"] == "MET")].iloc[0]
    first, last = int(place["start"]), int(place["end"])
    middle = first + (last - first) // 3
    rows = [
        ("S1", first - 1000, middle, 0.2),
        ("S1", middle + 1, last + 1000, 2.0),
        ("S2", first - 500, first + 10, 3.0),  # less than half of the gene
        ("S3", first - 500, last + 5000, -0.5),
    ]
    head = "ID\tchrom\tloc.start\tloc.end\tnum.mark\tseg.mean"
    lines = [f"{sample}\t{place['chromosome']}\t{start}\t{end}\t10\t{mean}" for sample, start, end, mean in rows]
    path = write(tmp_path / "data.seg", head, *lines)
    per_base = np.full(last - first + 1, np.nan)
    for _, start, end, mean in rows[:2]:
        inside = np.arange(first, last + 1)
        per_base[(inside >= start) & (inside <= end)] = mean
    source = take(copy_number=path, genome=genome, log2_cuts=[-1, -0.3, 0.3, float(per_base.mean()) - 1e-9])
    assert source.taken["copy_number"].values["S1", "MET"] == 2
    source = take(copy_number=path, genome=genome, log2_cuts=[-1, -0.3, 0.3, float(per_base.mean()) + 1e-6])
    assert source.taken["copy_number"].values == {("S1", "MET"): 1, ("S3", "MET"): -1}
    why = told(copy_number=path, genome=genome).loc[("S2", "met_amplification")]
    assert (why["call"], why["reason"]) == ("not_measured", "MET: segments cover 0% of MET")


def test_fusions_in_both_formats_and_in_both_orders(tmp_path) -> None:
    simple = write(tmp_path / "f.tsv", "sample\tgene1\tgene2", "S1\tEML4\tALK", "S2\tBCL2\tIGH@", "S3\tRET\tKIF5B")
    cbio = write(
        tmp_path / "data_sv.txt",
        "Sample_Id\tSite1_Hugo_Symbol\tSite2_Hugo_Symbol\tSV_Status",
        "S1\tALK\tEML4\tSOMATIC",
        "S2\tIGH\tBCL2\tSOMATIC",
        "S3\tEML4\tALK\tGERMLINE",
    )
    for path in (simple, cbio):
        found = calls(fusions=path)
        assert found.loc["alk_rearrangement"].tolist() == ["present", "absent", "absent"]
        assert found.loc["bcl2_igh"].tolist() == ["absent", "present", "absent"]


def test_a_threshold_of_methylation_is_the_users(tmp_path) -> None:
    path = write(tmp_path / "b.tsv", "Hugo_Symbol\tEntrez_Gene_Id\tS1\tS2\tS3", "PUMA\t27113\t0.5\t0.49\tNA")
    assert calls(methylation=path).loc["bbc3_methylation"].tolist() == ["present", "absent", "not_measured"]
    assert calls(methylation=path, methylated_from=0.3).loc["bbc3_methylation"].tolist()[1] == "present"


def test_the_order_of_records_and_of_columns_changes_nothing(tmp_path) -> None:
    records = maf(
        "EGFR S1 Missense_Mutation p.T790M Somatic",
        "BAX S2 Nonsense_Mutation p.W139* Somatic",
        "DNMT3A S2 Missense_Mutation p.R882H Somatic",
        "KRAS S3 Missense_Mutation p.G12D Somatic",
    )
    turned = [*records[:2], *reversed(records[2:])]
    first = calls(variants=write(tmp_path / "a.maf", *records))
    assert first.equals(calls(variants=write(tmp_path / "b.maf", *turned)))
    again = calls(samples=SAMPLES[::-1], variants=str(tmp_path / "a.maf"))
    assert first.equals(again[first.columns])


def test_defaults_of_the_block_are_those_of_the_schema() -> None:
    assert spec_of(variants="x")["log2_cuts"] == [-1.0, -0.3, 0.3, 1.0]
