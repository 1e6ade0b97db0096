"""Bad files of alterations: each its one clear line, with file and row; what is odd but harmless is named and kept."""

import copy
import gzip
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from shared_alterations import SCHEMA, calls, spec_of, take, told, write
from test_alteration_files import maf, vcf

from resig.config import ConfigError, complete_config
from resig.config_alterations import said_of_alterations
from resig.errors import ResigError

GOOD = maf("EGFR S1 Missense_Mutation p.T790M Somatic", "KRAS S2 Missense_Mutation p.G12D Somatic")


def refused(**given: Any) -> str:
    with pytest.raises(ResigError) as error:
        take(**given)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_an_unknown_syntax_is_named_with_its_row_and_makes_no_wild_type(tmp_path: Path) -> None:
    lines = maf(
        "EGFR S1 Missense_Mutation p.T790M Somatic",
        "BCL2 S2 Missense_Mutation Gly101-to-Val Somatic",
        "BCL2 S3 Missense_Mutation p.D103E Somatic",
    )
    path = write(tmp_path / "m.maf", *lines)
    found = told(variants=path)
    assert found.loc[("S2", "bcl2_g101v"), ["call", "reason"]].tolist() == [
        "not_measured",
        "BCL2: 'Gly101-to-Val' (row 4) is not understood",
    ]
    assert found.loc[("S3", "bcl2_g101v"), "call"] == "absent"
    assert found.loc[("S2", "egfr_t790m"), "call"] == "absent"
    source = take(variants=path)
    assert [(each["place"], each["status"], each["note"]) for each in source.events if each["gene"] == "BCL2"] == [
        ("row 4", "unreadable", "'Gly101-to-Val' is not understood"),
        ("row 5", "used", ""),
    ]
    assert source.inputs[0]["n_unreadable"] == 1


def test_a_column_of_something_else_is_refused_as_a_whole(tmp_path: Path) -> None:
    rows = [f"S{at}\tEGFR\tc.{at}C>T" for at in (1, 2, 3)]
    path = write(tmp_path / "v.tsv", "sample\tgene\tprotein_change", *rows)
    assert refused(variants=path) == (
        f"{path}: 3 of 3 changes cannot be read, such as 'c.1C>T' (row 2); "
        "protein changes look like p.G101V, p.Gly101Val or p.P152fs"
    )


def test_a_variant_without_a_place_answers_what_it_can(tmp_path: Path) -> None:
    path = write(
        tmp_path / "m.maf",
        *maf("TP53 S1 Missense_Mutation . Somatic", "BCL2 S1 Missense_Mutation p.? Somatic", "BAX S1 Silent . Somatic"),
    )
    found = calls(variants=path)["S1"]
    assert found[["tp53_mutation", "bcl2_g101v", "bax_any"]].tolist() == ["present", "not_measured", "absent"]


def test_a_silent_residue_at_a_splice_site_is_no_silent_change(tmp_path: Path) -> None:
    lines = maf("TP53 S1 Splice_Site p.T125T Somatic", "TP53 S2 Silent p.T125T Somatic")
    assert calls(variants=write(tmp_path / "m.maf", *lines)).loc["tp53_mutation"].tolist()[:2] == ["present", "absent"]


def test_duplicates_are_named_and_count_once(tmp_path: Path) -> None:
    twice = maf(*["EGFR S1 Missense_Mutation p.T790M Somatic"] * 2, "EGFR S1 Missense_Mutation p.L858R Somatic")
    source = take(variants=write(tmp_path / "m.maf", *twice))
    assert [(each["place"], each["status"], each["note"]) for each in source.events] == [
        ("row 3", "used", ""),
        ("row 4", "duplicate", "as row 3"),
        ("row 5", "used", ""),
    ]
    assert source.inputs[0]["n_duplicates"] == 1
    assert len(source.taken["variant"].events["S1", "EGFR"]) == 2


@pytest.mark.parametrize(
    ("before", "after", "genome", "said"),
    [
        ("GRCh37", "GRCh37", "GRCh38", "is of build GRCh37 (row 3), genome says GRCh38; correct one of the two"),
        ("GRCh37", "hg18", "GRCh38", "is of build hg18 (row 3), genome says GRCh38; correct one of the two"),
    ],
)
def test_the_wrong_genome_build_of_a_maf(tmp_path: Path, before: str, after: str, genome: str, said: str) -> None:
    path = write(tmp_path / "m.maf", *(line.replace(before, after) for line in GOOD))
    assert refused(variants=path, genome=genome) == f"{path}: {said}"


def test_two_genome_builds_in_one_file(tmp_path: Path) -> None:
    path = write(tmp_path / "m.maf", *GOOD[:-1], GOOD[-1].replace("GRCh37", "hg38"))
    said = f"{path}: mixes genome builds: GRCh38 (row 4) and GRCh37 (row 3); keep records of one build"
    assert refused(variants=path) == said
    same = write(tmp_path / "n.maf", *GOOD[:-1], GOOD[-1].replace("GRCh37", "37"))
    assert take(variants=same, genome="GRCh37").inputs[0]["n_records"] == 2


def test_the_wrong_genome_build_of_a_vcf(tmp_path: Path) -> None:
    path = write(tmp_path / "c.vcf", *vcf())
    assert refused(variants=path, genome="GRCh37") == (
        f"{path}: is of build GRCh38 (row 2), genome says GRCh37; correct one of the two"
    )


def test_ids_that_differ_are_told_with_the_likely_reason(tmp_path: Path) -> None:
    lower = write(tmp_path / "m.maf", *(line.replace("\tS", "\ts") for line in GOOD))
    assert refused(variants=lower) == (
        f"{lower}: shares no sample with the dataset; 'S1' there looks like 's1' here: case (2 more would match); "
        "a samples_map can say which is which"
    )
    renamed = write(tmp_path / "map.tsv", "from\tto", "s1\tS1", "s2\tS2")
    assert calls(variants=lower, samples_map=renamed).loc["egfr_t790m"].tolist() == [
        "present",
        "absent",
        "not_measured",
    ]
    some = write(tmp_path / "some.maf", *GOOD, *(line.replace("\tS1\t", "\tS3-01\t") for line in GOOD[2:3]))
    (entry,) = take(variants=some).inputs
    assert (entry["only_in_file"], entry["not_examined"]) == ("S3-01", "S3")
    assert entry["likely_reason"] == "'S3' there looks like 'S3-01' here: an ending such as -1 (1 more would match)"


def test_a_sample_that_is_spelt_otherwise_never_passes_for_unaltered(tmp_path: Path) -> None:
    path = write(tmp_path / "m.maf", *GOOD, *(line.replace("\tS1\t", "\tS3-01\t") for line in GOOD[2:3]))
    said = refused(variants=path, variants_samples="all")
    assert "some samples are spelt otherwise than in the dataset: 'S3' there looks like 'S3-01' here" in said
    assert said.endswith("else samples would pass for unaltered: say which is which in a samples_map")
    relapse = write(tmp_path / "map.tsv", "from\tto", "S3-01\trelapse")  # another sample, says the user
    assert calls(variants=path, variants_samples="all", samples_map=relapse).loc["egfr_t790m", "S3"] == "absent"
    primary = write(tmp_path / "same.tsv", "from\tto", "S3-01\tS3")
    assert calls(variants=path, variants_samples="all", samples_map=primary).loc["egfr_t790m", "S3"] == "present"


def test_records_of_samples_that_the_dataset_lacks_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "m.maf", *GOOD, *(line.replace("\tS1\t", "\tX9\t") for line in GOOD[2:3]))
    events = take(variants=path).events
    assert [(each["sample"], each["in_dataset"]) for each in events] == [("S1", "yes"), ("S2", "yes"), ("X9", "no")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["sample\tgen\tprotein_change", "S1\tEGFR\tT790M"], "column 'Hugo_Symbol' is missing; columns there:"),
        (["sample\tgene\tcdna", "S1\tEGFR\tc.1"], "column 'protein_change' is missing; columns there:"),
        (["sample\tgene\tprotein_change", "\tEGFR\tT790M"], "row 2 names no sample; every record needs its sample"),
        (["sample\tgene\tprotein_change", "S1\tEGFR\tT790M\tx"], "row 2 has 4 fields, the header has 3; check the"),
        ([""], "has no header line; a line of column names is needed"),
    ],
)
def test_tables_of_mutations_that_are_none(tmp_path: Path, lines: list[str], said: str) -> None:
    path = write(tmp_path / "v.tsv", *lines)
    assert refused(variants=path).startswith(f"{path}: {said}")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line for line in vcf() if "CSQ" not in line], "has no annotation: neither CSQ (VEP) nor ANN (SnpEff) is"),
        (["\t".join(line.split("\t")[:8]) if line[:4] == "#CHR" else line for line in vcf()], "names no sample; give"),
        ([line for line in vcf() if line[:4] != "#CHR"], "has no #CHROM line; give the VCF whole, with its header"),
        ([*vcf(), "chr7\t1\t.\tC\tT\t50\tPASS\tCSQ=T"], "row 5 has 8 fields, the header has 12; check the file"),
        ([line.replace("|HGVSp|Protein_position|", "||") for line in vcf()], "its CSQ has no HGVSp; run VEP with"),
        ([line.replace("|SYMBOL|", "||") for line in vcf()], "its CSQ has no SYMBOL; run VEP with --symbol --hgvs"),
    ],
)
def test_vcfs_that_cannot_be_read(tmp_path: Path, lines: list[str], said: str) -> None:
    path = write(tmp_path / "c.vcf", *lines)
    assert refused(variants=path).startswith(f"{path}: {said}")


GRID = ["gene\tS1\tS2\tS3", "MET\t2\t0\t0"]


@pytest.mark.parametrize(
    ("lines", "more", "said"),
    [
        (
            ["sample\tMET\tEGFR", "S1\t2\t0"],
            {},
            "has genes in its columns; genes go down, samples across",
        ),
        (["gene\tS1\tS1", "MET\t2\t0"], {}, "sample 'S1' has several columns; one column a sample"),
        (["gene\tS1", "MET\thigh"], {}, "row 2, column 'S1': 'high' is not a number; correct it"),
        (["gene\tS1", "MET\t1e999"], {}, "row 2, column 'S1': '1e999' is not a number; correct it"),
        (["gene\tS1\tS2", "MET\t5\t0"], {"copy_number_values": "calls"}, "has 5, which is no call from -2 to 2"),
        (["gene\tS1\tS2", "MET\t-1\t0"], {"copy_number_values": "copies"}, "has -1 copies; set copy_number_values"),
        (["gene\tEntrez_Gene_Id", "MET\t4233"], {}, "has no column of a sample; genes go down, samples across"),
        (
            ["gene\tA\tB", "MET\t1\t1"],
            {},
            "shares no sample with the dataset; ids there begin with 'A'",
        ),
    ],
)
def test_tables_of_copy_number_that_cannot_be_read(tmp_path: Path, lines: list[str], more: Any, said: str) -> None:
    path = write(tmp_path / "cna.tsv", *lines)
    assert refused(copy_number=path, **more).startswith(f"{path}: {said}")


def test_rows_of_a_gene_that_disagree_are_no_answer(tmp_path: Path) -> None:
    path = write(tmp_path / "cna.tsv", *GRID, "ERBB2\t2\t0\t0", "HER2\t2\t2\t0", "NEU\t2\t2\tNA")
    found = told(copy_number=path)
    assert found.xs("erbb2_amplification", level="alteration")["call"].to_dict() == {
        "S1": "present", "S2": "not_measured", "S3": "absent",
    }  # fmt: skip
    assert found.loc[("S2", "erbb2_amplification"), "reason"] == "ERBB2: rows of the gene disagree"
    assert "ERBB2 stands in several rows" in take(copy_number=path).inputs[0]["remarks"]


SEG = "ID\tchrom\tloc.start\tloc.end\tnum.mark\tseg.mean"


@pytest.mark.parametrize(
    ("row", "genome", "said"),
    [
        (
            "S1\t7\t1\t99\t5\t0.1",
            None,
            "are segments, and their genome build is not told; say genome: GRCh37 or GRCh38",
        ),
        ("S1\t17\t1\t83000000\t5\t0.1", "GRCh37", "row 2 ends at 83,000,000, chromosome 17 of GRCh37 at 81,195,210"),
        ("S1\t7\t99\t1\t5\t0.1", "GRCh38", "row 2 ends before it begins; correct it"),
        ("S1\t7\tx\t9\t5\t0.1", "GRCh38", "row 2: 'x' is not a position; correct it"),
        ("S1\tchr7\t1\t150000000\t5\tlow", "GRCh38", "row 2: 'low' is not a log2 ratio; correct it"),
    ],
)
def test_segments_that_cannot_be_read(tmp_path: Path, row: str, genome: str, said: str) -> None:
    path = write(tmp_path / "a.seg", SEG, row)
    assert refused(copy_number=path, genome=genome).startswith(f"{path}: {said}")


def test_methylation_that_is_no_beta(tmp_path: Path) -> None:
    path = write(tmp_path / "m.tsv", "gene\tS1\tS2", "BBC3\t0.2\t-3.1")
    assert refused(methylation=path) == (
        f"{path}: row 2, column 'S2': -3.1 is no beta value; beta values go from 0 to 1; M values are not read"
    )


def test_lists_and_maps_that_say_nothing_or_too_much(tmp_path: Path) -> None:
    path, empty = write(tmp_path / "m.maf", *GOOD), write(tmp_path / "none.txt", "# nobody")
    assert refused(variants=path, variants_genes=empty) == f"{empty}: names nothing; one name a line is needed"
    others = write(tmp_path / "others.txt", "Q1", "Q2")
    assert "others.txt: shares no sample with the dataset" in refused(variants=path, variants_samples=others)
    twice = write(tmp_path / "map.tsv", "from\tto", "a\tS1", "a\tS2")
    assert refused(variants=path, samples_map=twice) == (
        f"{twice}: row 3: 'a' becomes 'S2', before that 'S1'; keep one of the two"
    )
    both = write(tmp_path / "both.tsv", "from\tto", "a\tS1")
    grid = write(tmp_path / "cna.tsv", "gene\tS1\ta", "MET\t1\t2")
    assert refused(copy_number=grid, samples_map=both) == (
        f"{grid}: 'S1' and 'a' are both sample 'S1'; keep one column of it, or change the samples_map"
    )


def test_a_record_outside_the_panel_counts_and_is_told(tmp_path: Path) -> None:
    path, panel = write(tmp_path / "m.maf", *GOOD), write(tmp_path / "g.txt", "KRAS", "NOGENE1")
    source = take(variants=path, variants_genes=panel)
    assert "EGFR have records, but are not in variants_genes: their records count" in source.inputs[0]["remarks"]
    assert "1 of variants_genes are no known gene, such as 'NOGENE1'" in source.inputs[0]["remarks"]
    found = calls(variants=path, variants_genes=panel).loc["egfr_t790m"]
    assert found.tolist() == ["present", "not_measured", "not_measured"]


def test_files_that_are_no_text(tmp_path: Path) -> None:
    broken = tmp_path / "m.maf.gz"
    broken.write_bytes(gzip.compress("\n".join(GOOD).encode())[:40])
    assert "cannot be read as text" in refused(variants=str(broken))
    noise = tmp_path / "m.bin"
    noise.write_bytes(bytes(range(128, 256)) * 4)
    assert "cannot be read as text" in refused(variants=str(noise))


DEMO = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


def problems(**changed: Any) -> list[str]:
    """Return what the config check says of the demo, changed; before any job."""
    config = copy.deepcopy(DEMO)
    config["datasets"]["toy_omics"]["alterations"] = changed
    with pytest.raises(ConfigError) as error:
        complete_config(config, SCHEMA, locate=lambda path: str(ROOT / path))
    return [line.replace("config: datasets.toy_omics.", "") for line in str(error.value).splitlines()]


OMICS = "resources/demo/toy_omics"


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"variants": f"{OMICS}/data_mutation.txt"}, "alterations.variants: file"),
        ({"genome": "GRCh38"}, "alterations: names no data; give one of variants, copy_number, fusions, methylation"),
        ({"fusions": f"{OMICS}/fusions.tsv", "variants_genes": f"{OMICS}/variants_genes.txt"},
         "alterations.variants_genes: has no meaning without variants; remove it, or name the file of variants"),
        ({"variants": "https://host/m.maf"}, "alterations.variants: 'https://host/m.maf' is an address; download it"),
        ({"fusions": f"{OMICS}/fusions.tsv", "log2_cuts": [-1, 0.3, 0.3, 1]}, "alterations.log2_cuts: must rise:"),
        ({"variant": "x"}, "alterations.variant: unknown key"),
        ({"variants": f"{OMICS}/data_mutations.txt", "genome": "hg19"}, "alterations.genome: 'hg19' is not one of"),
        ({"fusions": f"{OMICS}/fusions.tsv", "log2_cuts": [1]}, "alterations.log2_cuts:"),
    ],
)  # fmt: skip
def test_the_config_is_checked_before_any_job(block: dict[str, Any], said: str) -> None:
    (line,) = problems(**block)
    assert said in line


def test_segments_without_a_genome_are_found_before_any_job(tmp_path: Path) -> None:
    path = write(tmp_path / "a.seg", SEG, "S1\t7\t1\t99\t5\t0.1")
    (line,) = problems(copy_number=path)
    assert line.endswith("alterations.genome: copy_number holds segments; say genome: GRCh37 or GRCh38")


def test_the_plan_says_what_absence_will_take_for_granted() -> None:
    assert said_of_alterations({"alterations": spec_of(variants="m.maf", copy_number="c.txt")}) == [
        "  alterations: variants, copy number",
        "    no variants_genes: every gene will count as sequenced",
        "    variants_samples: listed: samples without a mutation in the file are not measured",
    ]
    assert said_of_alterations({"alterations": None}) == []
