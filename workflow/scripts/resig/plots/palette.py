"""Colours that colour-blind readers can tell apart, and verdicts as words; light to import."""

RESISTANT, SENSITIVE = "#D55E00", "#0072B2"
VERDICT_COLOURS = {
    "supported": "#D55E00",
    "contradicted": "#0072B2",
    "not_specific": "#CC79A7",
    "not_separable": "#C8C8C8",
    "underpowered": "#F0E442",
    "not_measurable": "#FFFFFF",
}
# Paul Tol's muted scheme and two greys: told apart by colour-blind readers, none of them a colour of a verdict's arm.
CATEGORIES = (
    "#332288",
    "#88CCEE",
    "#44AA99",
    "#117733",
    "#999933",
    "#DDCC77",
    "#CC6677",
    "#882255",
    "#AA4499",
    "#DDDDDD",
    "#777777",
)
EVIDENCE_COLOURS = {
    "for": (RESISTANT, "#FFFFFF"),
    "against": (SENSITIVE, "#FFFFFF"),
    "mixed": ("#CC79A7", "#000000"),
    "neither": ("#DDDDDD", "#000000"),
    "not_measured": ("#FFFFFF", "#555555"),
}
ALTERATION_COLOURS = {"variant": "#009E73", "copy_number": "#E69F00", "fusion": "#56B4E9", "methylation": "#CC79A7"}
GATE_COLOURS = {"yes": "#009E73", "low_power": "#E69F00", "no": "#FFFFFF"}


def blend(share: float) -> str:
    """Return a colour on the way from sensitive (0) to resistant (1)."""
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (SENSITIVE, RESISTANT)]
    return "#" + "".join(f"{round(low + share * (high - low)):02X}" for low, high in zip(*ends, strict=True))


def said(verdict: str) -> str:
    """Return a verdict as words."""
    return verdict.replace("_", " ")
