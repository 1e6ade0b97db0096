"""Words for the effect of a variant, of MAF, VEP and SnpEff: does the protein change?"""

from resig.alterations.protein_change import Change, parse

_CHANGES = """
missense_mutation nonsense_mutation frame_shift_del frame_shift_ins in_frame_del in_frame_ins splice_site
nonstop_mutation translation_start_site missense missense_variant stop_gained stop_lost start_lost frameshift_variant
frameshift inframe_insertion inframe_deletion protein_altering_variant splice_acceptor_variant splice_donor_variant
transcript_ablation exon_loss_variant disruptive_inframe_insertion disruptive_inframe_deletion
conservative_inframe_insertion nonsense conservative_inframe_deletion initiator_codon_variant rare_amino_acid_variant
inframe splice itd de_novo_start_inframe de_novo_start_outofframe start_codon_snp start_codon_del start_codon_ins
stop_codon_del stop_codon_ins
"""
_SILENT = """
silent synonymous synonymous_variant intron 3'utr 5'utr 3'flank 5'flank igr rna lincrna splice_region targeted_region
intron_variant intergenic_variant intergenic_region upstream_gene_variant downstream_gene_variant 3_prime_utr_variant
5_prime_utr_variant splice_region_variant non_coding_transcript_exon_variant non_coding_transcript_variant
stop_retained_variant start_retained_variant regulatory_region_variant tf_binding_site_variant mature_mirna_variant
coding_sequence_variant incomplete_terminal_codon_variant nmd_transcript_variant intragenic_variant sequence_feature
splice_polypyrimidine_tract_variant splice_donor_region_variant splice_donor_5th_base_variant
initiator_codon_variant+non_canonical_start_codon 5_prime_utr_premature_start_codon_gain_variant
"""
CHANGES, SILENT = frozenset(_CHANGES.split()), frozenset(_SILENT.split())
SPLICES = frozenset({"splice_site", "splice_acceptor_variant", "splice_donor_variant"})
FRAMES = {
    "frame_shift_del": "frameshift",
    "frame_shift_ins": "frameshift",
    "nonsense_mutation": "nonsense",
    "splice_site": "splice",
    "frameshift_variant": "frameshift",
    "stop_gained": "nonsense",
    "splice_acceptor_variant": "splice",
    "splice_donor_variant": "splice",
}


def judge(change: str, effect: str) -> tuple[Change | None, bool | None]:
    """Return the change as parsed, and whether the protein changes; None: neither of the two says so.

    `change` is as written, empty where the file has none; `effect` are words joined by `&`.
    """
    words = {word.strip().lower() for word in effect.replace("+", "&").split("&") if word.strip()}
    parsed = parse(change) if change else None
    if change and parsed is None:
        return None, None  # unknown syntax is never guessed at
    if parsed is not None and parsed.kind == "silent" and words & SPLICES:
        return Change("splice", "", parsed.first, parsed.last), True  # the same residue, another transcript: TP53 T125=
    if parsed is not None and parsed.kind != "unpredicted":
        return parsed, parsed.kind != "silent"
    if words & CHANGES:
        frame = next((FRAMES[word] for word in sorted(words) if word in FRAMES), "")
        return (Change(frame) if frame else None), True
    return (Change("silent"), False) if words & SILENT else (None, None)
