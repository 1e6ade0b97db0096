"""Worlds in which the truth is known: samples with labels, and many replicates of a score as columns.

Each world is a question as a user asks it (a part of the config), the sample table, and a draw of scores of which we
know what they hold. A replicate is a column, so that a thousand of them cost one call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

Draw = Callable[[np.random.Generator, int, float], np.ndarray]
Spec = dict[str, Any]


@dataclass(frozen=True)
class World:
    """A design and size, its question, its samples, and how scores with a given true effect are drawn."""

    design: str
    size: str
    spec: Spec
    samples: pd.DataFrame
    draw: Draw
    unadjusted: Spec | None = None
    """The question of somebody who forgot what the design knows."""
    note: str = ""
    area: bool = False
    """Whether AUROC and effect are linked as for two normal arms."""
    more: Mapping[str, Any] = field(default_factory=dict)


def question(**given: Any) -> Spec:
    """Return a contrast with its defaults filled in."""
    return {"datasets": ["sim"], "pair_by": None, "block_by": None, "covariates": [], "cell_types": "all"} | given


GROUPS = {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}


def table(**columns: Any) -> pd.DataFrame:
    """Return a sample table: text, as the workflow reads it."""
    n = max(len(values) for values in columns.values())
    text = {name: [str(value) for value in values] for name, values in columns.items()}
    return pd.DataFrame({"sample": [f"s{at:04d}" for at in range(n)]} | text)


def arms(resistant: int, sensitive: int) -> list[str]:
    """Return labels, resistant ones first."""
    return ["R"] * resistant + ["S"] * sensitive


def unpaired(resistant: int, sensitive: int, noise: str = "normal", ratio: float = 1.0) -> World:
    """Independent samples; `ratio` is the spread of the resistant arm over that of the sensitive one."""
    labels = np.array(arms(resistant, sensitive))
    spread = np.where(labels == "R", ratio, 1.0)[:, None]

    def draw(generator: np.random.Generator, replicates: int, effect: float) -> np.ndarray:
        shift = effect * (labels == "R")[:, None]
        return shift + spread * NOISE[noise](generator, (len(labels), replicates))

    name = {"normal": "unpaired", "skewed": "unpaired, skewed", "heavy": "unpaired, heavy tails"}[noise]
    name = name if ratio == 1 else f"unpaired, spread {ratio:g} times in R"
    area = noise == "normal" and ratio == 1
    samples = table(arm=labels)
    return World(name, f"{resistant} v {sensitive}", question(groups=GROUPS), samples, draw, area=area)


NOISE: dict[str, Callable[[np.random.Generator, tuple[int, int]], np.ndarray]] = {
    "normal": lambda generator, shape: generator.normal(size=shape),
    "skewed": lambda generator, shape: generator.exponential(size=shape),
    "heavy": lambda generator, shape: generator.standard_t(3, size=shape),
}


def paired(pairs: int) -> World:
    """Two samples a patient; patients differ twice as much as samples of one patient."""
    labels = np.tile(["R", "S"], pairs)
    patient = np.repeat(np.arange(pairs), 2)

    def draw(generator: np.random.Generator, replicates: int, effect: float) -> np.ndarray:
        level = generator.normal(0, 2, (pairs, replicates))[patient]
        return effect * (labels == "R")[:, None] + level + generator.normal(size=(2 * pairs, replicates))

    samples = table(arm=labels, patient=[f"p{at}" for at in patient])
    return World("paired", f"{pairs} pairs", question(groups=GROUPS, pair_by="patient"), samples, draw)


def covariate(resistant: int, sensitive: int) -> World:
    """Age differs between the arms by one standard deviation, and the score follows age."""
    labels = np.array(arms(resistant, sensitive))
    generator = np.random.default_rng(7)
    age = np.round(60 + 8 * ((labels == "R") + generator.normal(size=len(labels))))

    def draw(generator: np.random.Generator, replicates: int, effect: float) -> np.ndarray:
        noise = generator.normal(size=(len(labels), replicates))
        return effect * (labels == "R")[:, None] + 1.0 * ((age - 60) / 8)[:, None] + noise

    samples = table(arm=labels, age=age)
    asked = question(groups=GROUPS, covariates=["age"])
    return World("covariate", f"{resistant} v {sensitive}", asked, samples, draw, question(groups=GROUPS))


def blocked(each: int) -> World:
    """Three batches, of which one holds mostly resistant and one mostly sensitive samples; batches differ."""
    numbers = [(3 * each, each), (2 * each, 2 * each), (each, 3 * each)]
    labels = np.array([arm for r, s in numbers for arm in arms(r, s)])
    batch = np.repeat(np.arange(3), 4 * each)

    def draw(generator: np.random.Generator, replicates: int, effect: float) -> np.ndarray:
        noise = generator.normal(size=(len(labels), replicates))
        return effect * (labels == "R")[:, None] + np.array([2.0, 0.0, -2.0])[batch][:, None] + noise

    samples = table(arm=labels, batch=[f"b{at}" for at in batch])
    asked = question(groups=GROUPS, block_by="batch")
    size = f"{6 * each} v {6 * each}"
    return World("blocked by batch", size, asked, samples, draw, question(groups=GROUPS))


def trend(patients: int) -> World:
    """Three samples a patient (pre, on, post); patients differ."""
    stage = np.tile(["pre", "on", "post"], patients)
    patient = np.repeat(np.arange(patients), 3)
    along = np.tile([-0.5, 0.0, 0.5], patients)[:, None]

    def draw(generator: np.random.Generator, replicates: int, effect: float) -> np.ndarray:
        level = generator.normal(0, 2, (patients, replicates))[patient]
        return effect * along + level + generator.normal(size=(3 * patients, replicates))

    samples = table(stage=stage, patient=[f"p{at}" for at in patient])
    asked = question(trend={"column": "stage", "order": ["pre", "on", "post"]}, pair_by="patient")
    return World("trend within patients", f"{patients} patients", asked, samples, draw)


def continuous(n: int, adjusted: bool = False, seed: int = 11) -> World:
    """Drug response of n samples; a score correlated with it by `effect` (of normal variables)."""
    generator = np.random.default_rng(seed)
    age, own = generator.normal(size=n), generator.normal(size=n)
    auc = own + (age if adjusted else 0)

    def draw(generator: np.random.Generator, replicates: int, effect: float) -> np.ndarray:
        noise = generator.normal(size=(n, replicates))
        score = effect * own[:, None] + np.sqrt(1 - effect**2) * noise
        return score + (age[:, None] if adjusted else 0)

    samples = table(auc=np.round(auc, 6), age=np.round(age, 6))
    plain = question(continuous={"column": "auc", "higher_means": "resistant"})
    if not adjusted:
        return World("continuous", f"n = {n}", plain, samples, draw)
    return World("continuous, covariate", f"n = {n}", plain | {"covariates": ["age"]}, samples, draw, plain)


def survival(n: int, seed: int = 13) -> World:
    """Follow-up of n samples, 40 % censored; scores are laid on it by the proportional-hazards model itself.

    Given the order of deaths and censorings, the one who dies is drawn among those at risk with chances exp(effect *
    score): so one follow-up serves all replicates, and the log hazard ratio is exact.
    """
    generator = np.random.default_rng(seed)
    time, event = np.sort(np.round(generator.exponential(400, n), 3)), generator.random(n) < 0.6

    def draw(generator: np.random.Generator, replicates: int, effect: float) -> np.ndarray:
        pool = generator.normal(size=(n, replicates))
        pool = (pool - pool.mean(axis=0)) / pool.std(axis=0, ddof=1)
        left, laid = np.ones((n, replicates), dtype=bool), np.empty((n, replicates))
        across = np.arange(replicates)
        for at in range(n):
            chance = effect * pool * event[at] + generator.gumbel(size=(n, replicates))
            who = np.where(left, chance, -np.inf).argmax(axis=0)
            laid[at], left[who, across] = pool[who, across], False
        return laid

    samples = table(days=time, died=event.astype(int))
    return World(
        "survival",
        f"n = {n}, {int(event.sum())} events",
        question(survival={"time": "days", "event": "died"}),
        samples,
        draw,
    )


@dataclass(frozen=True)
class Cells:
    """Donors of two arms with unequal numbers of cells; a donor's cells share what is the donor's own."""

    donors: int
    between: float = 0.5
    """Standard deviation between donors, where cells of one donor have 1."""
    few_in_resistant: bool = False

    @property
    def world(self) -> World:
        """The same as a world of donors."""
        labels = np.array(arms(self.donors, self.donors))
        spec, samples = question(groups=GROUPS), table(arm=labels)
        name = "single cell" + (", few cells in R" if self.few_in_resistant else "")
        size = f"{self.donors} v {self.donors} donors"
        return World(name, size, spec, samples, lambda *given: self.donor_means(*self.cells(*given)))

    def numbers(self) -> np.ndarray:
        """Return the cells of each donor: from 10 to several hundred."""
        generator = np.random.default_rng(17)
        drawn = np.clip(np.exp(generator.normal(4.3, 1.0, 2 * self.donors)), 10, 600).astype(int)
        if self.few_in_resistant:
            drawn[: self.donors] = np.clip(drawn[: self.donors] // 8, 10, None)
        return drawn

    def cells(self, generator: np.random.Generator, replicates: int, effect: float) -> tuple[np.ndarray, np.ndarray]:
        """Draw cells x replicates, and say whose each cell is. The effect is in units of a cell's spread."""
        donor = np.repeat(np.arange(2 * self.donors), self.numbers())
        level = generator.normal(0, self.between, (2 * self.donors, replicates))
        level[: self.donors] += effect
        return level[donor] + generator.normal(size=(len(donor), replicates)), donor

    def donor_means(self, values: np.ndarray, donor: np.ndarray) -> np.ndarray:
        """Return the mean of each donor's cells, as sample_scores.tsv has it."""
        return np.array([values[donor == each].mean(axis=0) for each in range(2 * self.donors)])
