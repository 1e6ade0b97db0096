"""Which scorer separates known truth best, how scorers agree, and what they withstand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from data import Expression, present, shipped_sets
from scipy import stats
from scores import BULK, auroc, number, score, spearman

Result = dict[str, Any]
Levels = tuple[str, ...]
ORDINARY = tuple(name for name in BULK if name != "gsva")  # GSVA has to see the whole cohort again for each set


@dataclass(frozen=True)
class Truth:
    """A set that is known to be higher in one arm, and why."""

    name: str
    members: Mapping[str, float]
    column: str
    high: Levels
    low: Levels
    why: str


def up(*genes: str) -> dict[str, float]:
    """Return members that are all up."""
    return dict.fromkeys(genes, 1.0)


def breast_truths(hallmarks: Mapping[str, Sequence[str]]) -> list[Truth]:
    """What is known of breast cancers by what their labels are."""
    er, her2, grade = ("er_status", ("1",), ("0",)), ("her2_status", ("1",), ("0",)), ("nhg", ("G3",), ("G1",))
    basal = ("pam50_subtype", ("Basal",), ("LumA",))
    luminal = ("pam50_subtype", ("LumA",), ("Basal",))
    definition, mitoses = "what the set is", "mitoses are counted for the grade"
    signed = up("ESR1", "FOXA1", "MLPH") | dict.fromkeys(("KRT5", "KRT17", "FOXC1"), -1.0)
    return [
        Truth("ERBB2 (1 gene)", up("ERBB2"), *her2, "amplification raises it"),
        Truth("ESR1 (1 gene)", up("ESR1"), *er, "the receptor itself"),
        Truth("Oestrogen response early", up(*hallmarks["HALLMARK_ESTROGEN_RESPONSE_EARLY"]), *er, definition),
        Truth("Oestrogen response late", up(*hallmarks["HALLMARK_ESTROGEN_RESPONSE_LATE"]), *er, definition),
        Truth("G2M checkpoint", up(*hallmarks["HALLMARK_G2M_CHECKPOINT"]), *grade, mitoses),
        Truth("E2F targets", up(*hallmarks["HALLMARK_E2F_TARGETS"]), *grade, mitoses),
        Truth("G2M checkpoint, Basal", up(*hallmarks["HALLMARK_G2M_CHECKPOINT"]), *basal, "Basal tumours divide more"),
        Truth("Luminal (3 up, 3 down)", signed, *luminal, "genes of PAM50 itself: circular, but small and signed"),
    ]


def mirna_truths() -> list[Truth]:
    """MiRNAs that were measured with plain tools before."""
    arms = ("subtype", ("Basal",), ("Her2", "LumA"))
    single = [Truth(f"miR-{n} (1 miRNA)", up(f"hsa-mir-{n}"), *arms, "measured before") for n in (221, 222, 155)]
    three = Truth("miR-221, 222, 155", up("hsa-mir-221", "hsa-mir-222", "hsa-mir-155"), *arms, "all three are higher")
    return [*single, three]


def leukaemia_truths(levels: Sequence[str]) -> list[Truth]:
    """Lineage: what T and B cells are told by."""
    t = tuple(sorted({each for each in levels if each.startswith("T")}))
    b = tuple(sorted({each for each in levels if each.startswith("B")}))
    cd3, cd19 = ("CD3D", "CD3E", "CD3G", "CD2", "CD7"), ("CD19", "CD79A", "CD79B", "CD22", "MS4A1")
    why = "the lineage was told by these antigens"
    return [
        Truth("T antigens (5)", up(*cd3), "BT", t, b, why),
        Truth("T up, B down (5 + 5)", up(*cd3) | dict.fromkeys(cd19, -1.0), "BT", t, b, why),
    ]


def arms(cohort: Expression, truth: Truth) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of both arms, and which of them are of the high one."""
    level = cohort.labels[truth.column]
    rows = np.flatnonzero(level.isin([*truth.high, *truth.low]))
    return rows, level.iloc[rows].isin(truth.high).to_numpy()


def known_truth(cohort: Expression, truths: Sequence[Truth], methods: Sequence[str] = BULK) -> Iterator[Result]:
    """Yield the AUROC of each known truth by each method, and what the level of a whole sample has to do with it."""
    sets = present({each.name: each.members for each in truths}, cohort.symbols)
    scored = score(cohort.log, cohort.symbols, sets, methods)
    level = stats.zscore(cohort.log, axis=0, ddof=1).mean(axis=1)[:, None]
    for at, truth in enumerate(truths):
        rows, high = arms(cohort, truth)
        yield {
            "part": "truth",
            "cohort": cohort.name,
            "set": truth.name,
            "arms": f"{', '.join(truth.high)} ({int(high.sum())}) v {', '.join(truth.low)} ({int((~high).sum())})",
            "why": truth.why,
            "members": len(truth.members),
            "measured": len(sets[truth.name]),
            "auroc": {name: number(auroc(values[rows][:, [at]], high)[0]) for name, values in scored.items()},
            "level": number(auroc(level[rows], high)[0]),
            "less_level": number(auroc((scored["zmean"][:, [at]] - level)[rows], high)[0]),
        }


# --- planted effects ---

SIZES, EFFECTS, SHARES = (3, 5, 10, 20, 50), (0.0, 0.25, 0.5, 1.0), (1.0, 0.5)


@dataclass(frozen=True)
class Plant:
    """A set whose members move by so many of their standard deviations, all of them or a share."""

    kind: str
    size: int
    effect: float
    share: float


PLANTS = [
    *(Plant("random", size, effect, share) for size in SIZES for effect in EFFECTS for share in SHARES),
    *(Plant("half down", size, effect, 1.0) for size in (10, 20) for effect in EFFECTS),
    *(Plant("coherent", size, effect, 1.0) for size in (10, 20) for effect in EFFECTS),
]


def planted(cohort: Expression, replicates: int, an_arm: int = 20, methods: Sequence[str] = BULK) -> Iterator[Result]:
    """Yield mean AUROC of planted effects: arms at random, sets without a common gene, effects in one arm."""
    draw = np.random.default_rng(11)
    areas: dict[str, list[np.ndarray]] = {name: [] for name in methods}
    spread = cohort.log.std(axis=0, ddof=1)
    scaled = (cohort.log - cohort.log.mean(axis=0)) / spread
    for replicate in range(replicates):
        rows = draw.permutation(len(cohort.log))[: 2 * an_arm]
        resistant = np.arange(2 * an_arm) < an_arm
        log, free = cohort.log[rows].copy(), set(range(log_width(cohort)))
        sets: dict[str, dict[str, float]] = {}
        for at, plant in enumerate(PLANTS):
            genes = chosen(plant, free, scaled, draw)
            free -= set(genes.tolist())
            sign = np.where(np.arange(plant.size) < plant.size / 2, -1.0, 1.0) if plant.kind == "half down" else 1.0
            # Every other set moves down, and says so: else all that does not move would fall in rank.
            sign = np.broadcast_to(sign, plant.size) * (1.0 if (at + replicate) % 2 else -1.0)
            moving = np.arange(plant.size) >= round(plant.size * (1 - plant.share))
            log[np.ix_(resistant, genes)] += plant.effect * spread[genes] * sign * moving
            sets[f"set{at}"] = {cohort.symbols[gene]: float(way) for gene, way in zip(genes, sign, strict=True)}
        for name, values in score_varying(log, cohort.symbols, sets, methods).items():
            areas[name].append(auroc(values, resistant))
    for at, plant in enumerate(PLANTS):
        found = {name: np.array([each[at] for each in areas[name]]) for name in methods}
        yield {
            "part": "planted",
            "cohort": cohort.name,
            "an_arm": an_arm,
            "replicates": replicates,
            **plant.__dict__,
            "auroc": {name: number(values.mean()) for name, values in found.items()},
            "error": {name: number(values.std(ddof=1) / np.sqrt(replicates)) for name, values in found.items()},
        }


def score_varying(
    log: np.ndarray, symbols: Sequence[str], sets: Mapping[str, Mapping[str, float]], methods: Sequence[str]
) -> dict[str, np.ndarray]:
    """Score by the genes that vary."""
    varies = log.std(axis=0) > 0
    left = [symbol for symbol, stays in zip(symbols, varies, strict=True) if stays]
    return score(log[:, varies], left, present(sets, left), methods)


def log_width(cohort: Expression) -> int:
    """Return the number of genes."""
    return cohort.log.shape[1]


def chosen(plant: Plant, free: set[int], scaled: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Draw members from the genes that are left; coherent ones go along with one of them."""
    left = np.array(sorted(free))
    if plant.kind != "coherent":
        return draw.choice(left, plant.size, replace=False)
    first = int(draw.choice(left))
    return left[np.argsort(-(scaled[:, left].T @ scaled[:, first]), kind="stable")[: plant.size]]


# --- agreement and robustness ---


def agreement(cohort: Expression, methods: Sequence[str] = BULK) -> Iterator[Result]:
    """Yield the median rank correlation of each pair of methods over the shipped signatures."""
    sets = {name: each for name, each in present(shipped_sets(), cohort.symbols).items() if len(each) >= 5}
    scored = score(cohort.log, cohort.symbols, sets, methods)
    for at, one in enumerate(methods):
        for other in methods[at + 1 :]:
            rho = spearman(scored[one], scored[other])
            rho = rho[~np.isnan(rho)]
            low, middle = np.quantile(rho, [0.1, 0.5])
            yield {
                "part": "agreement",
                "cohort": cohort.name,
                "one": one,
                "other": other,
                "sets": len(rho),
                "median": number(middle),
                "tenth": number(low),
            }


def fewer_genes(cohort: Expression, truths: Sequence[Truth], draws: int) -> Iterator[Result]:
    """Yield the AUROC that is left when only a share of the members is measured."""
    draw = np.random.default_rng(12)
    for truth in truths:
        members = present({truth.name: truth.members}, cohort.symbols)[truth.name]
        rows, high = arms(cohort, truth)
        for share in (1.0, 0.8, 0.6, 0.4, 0.2, 0.1):
            names, kept = list(members), max(round(share * len(members)), 1)
            picked = [draw.choice(names, kept, replace=False) for _ in range(draws if share < 1 else 1)]
            sets = {f"set{at}": {gene: members[gene] for gene in each} for at, each in enumerate(picked)}
            methods = [each for each in ORDINARY if each != "mlm"]  # its sets would explain each other away
            scored = score(cohort.log, cohort.symbols, sets, methods)
            area = {name: auroc(values[rows], high) for name, values in scored.items()}
            yield {
                "part": "fewer_genes",
                "cohort": cohort.name,
                "set": truth.name,
                "share": share,
                "members": kept,
                "auroc": {name: number(values.mean()) for name, values in area.items()},
                "lowest": {name: number(values.min()) for name, values in area.items()},
            }


def wrong_labels(cohort: Expression, truth: Truth, draws: int, methods: Sequence[str]) -> Iterator[Result]:
    """Yield the AUROC with a share of the labels wrong, and what arithmetic says it must be."""
    draw = np.random.default_rng(13)
    sets = present({truth.name: truth.members}, cohort.symbols)
    rows, high = arms(cohort, truth)
    scored = {name: values[rows] for name, values in score(cohort.log, cohort.symbols, sets, methods).items()}
    n, m = int(high.sum()), int((~high).sum())
    for share in (0.0, 0.05, 0.1, 0.2, 0.3):
        wrong = [draw.random(len(high)) < share for _ in range(draws if share else 1)]
        area = {name: np.mean([auroc(each, high ^ flip)[0] for flip in wrong]) for name, each in scored.items()}
        true_high = (1 - share) * n / ((1 - share) * n + share * m)
        false_low = share * n / (share * n + (1 - share) * m)
        told = {name: 0.5 + (auroc(each, high)[0] - 0.5) * (true_high - false_low) for name, each in scored.items()}
        yield {
            "part": "wrong_labels",
            "cohort": cohort.name,
            "set": truth.name,
            "share": share,
            "auroc": {name: number(each) for name, each in area.items()},
            "arithmetic": {name: number(each) for name, each in told.items()},
        }
