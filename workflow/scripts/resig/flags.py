"""Flags of a contrast in words, for pages that people read. docs/outputs.md lists them."""

import re

PATTERNS = (
    (r"paired", "compared within pairs"),
    (r"(\d+)_samples_in_neither_arm", r"\1 samples are in neither arm and take no part"),
    (r"(\d+)_samples_at_no_level", r"\1 samples are at none of the levels and take no part"),
    (r"(\d+)_samples_without_partner", r"\1 samples have no partner and take no part"),
    (r"(\d+)_samples_below_(\d+)_cells", r"\1 samples have fewer than \2 cells of this type and take no part"),
    (r"(\d+)_samples_without_(.+)", r"\1 samples have no \2 and take no part"),
    (r"(\d+)_samples_with_no_follow_up_time", r"\1 samples have a follow-up time of 0 and take no part"),
    (r"low_power", "low power: few measured members, or an assay that reads them only in part"),
    (r"too_few_members_for_(.+)", r"too few measured members for \1"),
    (
        r"no_arrangement_reaches_the_fdr",
        "so few samples that no arrangement of them could reach the false discovery rate",
    ),
    (
        r"no_arrangement_reaches_the_fdr_of_(\d+)_tests",
        r"so few samples that no arrangement of them could reach the false discovery rate among \1 tests",
    ),
    (r"fewer_than_10_events_a_variable", "few events for the size of the Cox model: a wide and rough interval"),
    (r"separable_no_finite_hazard_ratio", "the score orders all events: a hazard ratio would be infinite"),
    (r"no_interval_at_perfect_order", "the order is perfect: no interval exists"),
    (r"in_context", "these are cells the signature is about"),
    (r"outside_context", "not the cells the signature is about"),
    (r"context_not_found", "the cells the signature is about are not among the cell types"),
    (r"composition", "mostly a shift between cell types, not a change within them"),
    (r"follows_cell_number", "less than half of the effect is left given the number of cells"),
    (r"incoherent", "the members move together no more than random genes do"),
    (r"one_gene:(.+)", r"less than half of the effect is left without \1"),
    (r"poorly_matched", "no random genes are expressed as the members are: their p is rough"),
    (r"no_matched_null:(.+)", r"not held against random genes: \1"),
    (r"confounded_with_(.+)_among_these_samples", r"confounded with \1 among these samples"),
    (r"contrast_follows_(.+)_in_part", r"the contrast follows \1 in part"),
)


def in_words(flag: str) -> str:
    """Return what a flag says; one that is not listed reads as its own words."""
    for pattern, words in PATTERNS:
        found = re.fullmatch(pattern, flag)
        if found:
            return found.expand(words) if ":" not in pattern else found.expand(words).replace("_", " ")
    return flag.replace("_", " ")
