"""What the columns of a sample table may be: the response, the patient, the time point, and so on.

Each candidate is scored by its name (does a word in it speak of the role?) and by its content (do its levels?), and
both must allow it. These are suggestions for a person to look at; nothing else in resig rests on them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FEW = 8  # levels that can be compared; more are ids or numbers
RESISTANT = _words(
    "pd sd nr rd ref refractory resistant resistance nonresponder nonresponse noresponse progressivedisease "
    "stabledisease progression progressive progressed relapse relapsed rel nonpcr nopcr residualdisease chemoresistant "
    "failure"
)
SENSITIVE = _words(
    "cr pr responder response sensitive completeresponse partialresponse remission completeremission pcr chemosensitive"
)
YES, NO = _words("1 yes y true pos positive"), _words("0 no n false neg negative")
BEFORE = _words("pre before baseline pretreatment pretherapy diagnosis untreated naive d0 day0 t0 c1d1")
AFTER = _words("post after posttreatment posttherapy on ontreatment relapse recurrence eot progression")
DURING = _words("on ontreatment ontherapy during")
CONTROL = _words("control ctrl ctl untreated vehicle dmso mock none sham nt parental wt")
WHEN_YES = {  # what a `yes` means in a column of this name
    "resistant": _words("mdr resistance resistant refractory relapse relapsed progression failure"),
    "sensitive": _words("response responder remission pcr benefit sensitive sensitivity orr"),
}
WORDS = {
    "response": WHEN_YES["resistant"] | WHEN_YES["sensitive"] | _words("recist outcome bor respond"),
    "patient": _words("patient subject donor individual participant case person pt"),
    "time point": _words("time timepoint visit day week cycle prepost phase moment"),
    "cell type": _words("celltype annotation annot cluster leiden louvain lineage majorityvoting"),
    "sample": _words("sample sampleid samplename biopsy specimen donor patient subject library ident mouse"),
    "batch": _words("batch plate lane run site center centre platform chip slide pool flowcell split"),
    "treatment": _words("treatment treated treat condition drug therapy arm chemo group regimen endocrine"),
    "survival time": _words("os pfs dfs rfs efs dss ttp survival followup"),
    "survival event": _words("event vital death dead deceased died censor censored"),
    "continuous": _words("auc ic50 ec50 gi50 viability sensitivityscore"),
}
TIMES = _words("days months years time weeks")
CELLS = _words("cell cells macrophage monocyte fibroblast epithelial endothelial neutrophil hepatocyte")


@dataclass(frozen=True)
class Column:
    """One column of text; missing values are empty."""

    name: str
    values: list[str] = field(repr=False)

    @cached_property
    def levels(self) -> Counter[str]:
        """Levels and their counts, missing values left out."""
        return Counter(value for value in self.values if value)

    @cached_property
    def words(self) -> set[str]:
        """Words of the name: `overall_survivalDays` has overall, survival, days; and the name in one word."""
        parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", self.name).lower()
        words = [word for word in re.split(r"[^a-z0-9]+", parted) if word]
        return {*words, *map("".join, pairwise(words)), plain(self.name)}

    @cached_property
    def numeric(self) -> bool:
        """Whether every value that is there is a number."""
        return bool(self.levels) and all(_is_number(level) for level in self.levels)

    @property
    def missing(self) -> int:
        """How many values are missing."""
        return len(self.values) - self.levels.total()

    def told(self) -> str:
        """Say the levels with their counts, or the range of numbers."""
        absent = f" ({self.missing} missing)" if self.missing else ""
        if self.numeric and len(self.levels) > FEW:
            numbers = sorted(map(float, self.levels))
            return f"{self.name}: numbers from {numbers[0]:g} to {numbers[-1]:g}{absent}"
        if len(self.levels) > FEW and len(self.levels) == self.levels.total():
            return f"{self.name}: {len(self.levels)} different values, such as {next(iter(self.levels))}{absent}"
        common = self.levels.most_common()
        ordered = sorted(common[:FEW], key=lambda each: natural(each[0]))
        shown = ", ".join(f"{level} {count}" for level, count in ordered)
        more = f" and {len(common) - FEW} more levels" if len(common) > FEW else ""
        return f"{self.name}: {shown}{more}{absent}"


@dataclass(frozen=True)
class Arms:
    """Levels of the resistant and of the sensitive arm."""

    resistant: list[str]
    sensitive: list[str]


def candidates(columns: Iterable[Column], role: str, n_rows: int) -> list[Column]:
    """Return the columns that may have a role, the likeliest first."""
    scored = [(_by_name(column, role), _by_content(column, role, n_rows), column) for column in columns]
    return [
        column
        for name, content, column in sorted(scored, key=lambda each: -(each[0] + each[1]))
        if content >= 0 and (name > 0 or content >= 2)
    ]


def arms_of(column: Column) -> Arms | None:
    """Tell which levels are resistant and which sensitive; None where the levels do not say."""
    levels = sorted(column.levels, key=natural)
    known = {plain(level): level for level in levels}
    if set(known) == {"r", "nr"}:
        return Arms([known["nr"]], [known["r"]])
    if set(known) == {"r", "s"}:
        return Arms([known["r"]], [known["s"]])
    resistant, sensitive = _among(levels, RESISTANT), _among(levels, SENSITIVE)
    if not (resistant and sensitive):
        yes, no = _among(levels, YES), _among(levels, NO)
        for_yes = [side for side, words in WHEN_YES.items() if column.words & words]
        if len(levels) != 2 or not (yes and no) or len(for_yes) != 1:
            return None
        resistant, sensitive = (yes, no) if for_yes == ["resistant"] else (no, yes)
    return Arms(resistant, sensitive)


def after_and_before(column: Column) -> Arms | None:
    """Tell which levels are after the start of therapy (as the resistant arm) and which before."""
    levels = sorted(column.levels, key=natural)
    before = _among(levels, BEFORE, within=True)
    after = [level for level in _among(levels, AFTER, within=True) if level not in before]
    return Arms(after, before) if after and before else None


def stages(column: Column) -> list[str] | None:
    """Return the levels in the order before, on, after therapy; None where that is not told by each of them."""
    stage_of = {}
    for level in column.levels:
        if _among([level], BEFORE, within=True):
            stage_of[level] = 0
        elif _among([level], DURING, within=True):
            stage_of[level] = 1
        elif _among([level], AFTER, within=True):
            stage_of[level] = 2
    told = len(stage_of) == len(column.levels) and len(set(stage_of.values())) == len(stage_of)
    return sorted(stage_of, key=stage_of.__getitem__) if told else None


def treated_and_control(column: Column) -> Arms | None:
    """Tell which levels are treated (as the resistant arm) and which are controls."""
    levels = sorted(column.levels, key=natural)
    control = _among(levels, CONTROL, within=True)
    treated = [level for level in levels if level not in control]
    return Arms(treated, control) if control and treated and len(levels) <= FEW else None


def survival_pair(columns: Iterable[Column], n_rows: int) -> tuple[Column, Column] | None:
    """Return a column of times and the column of events that goes with it: the one that shares most words."""
    known = list(columns)
    times = [each for each in candidates(known, "survival time", n_rows) if each.numeric]
    events = candidates(known, "survival event", n_rows)
    pairs = [(len(time.words & event.words), time, event) for time in times for event in events if time is not event]
    best = max(pairs, key=lambda pair: pair[0], default=None)
    return (best[1], best[2]) if best and (best[0] or len(pairs) == 1) else None


def plain(text: str) -> str:
    """Letters and digits of a text, in small letters."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())


def natural(text: str) -> tuple[int, float, str]:
    """Sort numbers as numbers, before words."""
    return (0, float(text), text) if _is_number(text) else (1, 0.0, text)


def _by_name(column: Column, role: str) -> int:
    hits = len(column.words & WORDS[role])
    if role == "survival time" and hits and column.words & TIMES:
        hits += 1
    if role == "survival event" and column.words & WORDS["survival time"] and column.words & {"status", *WORDS[role]}:
        hits += 1
    return min(hits, 3)


def _by_content(column: Column, role: str, n_rows: int) -> int:
    """Score what the levels say: 2 speak for the role, 1 or 0 allow it, -1 speaks against it."""
    levels = {plain(level) for level in column.levels}
    n = len(column.levels)
    few = 2 <= n <= FEW
    is_event = bool(column.words & WORDS["survival event"])
    tests: dict[str, Callable[[], int]] = {
        "response": lambda: (2 if arms_of(column) else 0) if few and not is_event else -1,
        "patient": lambda: (1 if n < n_rows else 0) if n >= 3 and not _measured(column) else -1,
        "time point": lambda: (2 if after_and_before(column) else 0 if not _measured(column) else -1) if few else -1,
        "cell type": lambda: (
            (
                2
                if 2 * sum(bool(CELLS & set(re.split(r"[^a-z]+", level.lower()))) for level in column.levels) >= n
                else 0
            )
            if 2 <= n <= 200 and not _measured(column)
            else -1
        ),
        "sample": lambda: 0 if 2 <= n <= max(2, n_rows // 5) and not _measured(column) else -1,
        "batch": lambda: 0 if 2 <= n <= max(2, n_rows // 2) and not _measured(column) else -1,
        "treatment": lambda: (1 if treated_and_control(column) else 0) if few else -1,
        "survival time": lambda: 0 if column.numeric and n > FEW and min(map(float, column.levels)) >= 0 else -1,
        "survival event": lambda: 0 if n == 2 or levels <= YES | NO else -1,
        "continuous": lambda: 0 if column.numeric and n > FEW else -1,
    }
    return tests[role]() if n else -1


def _measured(column: Column) -> bool:
    """Whether values are measurements: numbers with decimals."""
    return column.numeric and any("." in level.rstrip("0").rstrip(".") for level in column.levels)


def _among(levels: list[str], known: frozenset[str], within: bool = False) -> list[str]:
    """Return the levels that are known words; `within` takes `D11_control` for a control too."""

    def parts(level: str) -> set[str]:
        return {plain(level), *(re.split(r"[^a-z0-9]+", level.lower()) if within else [])}

    return [level for level in levels if parts(level) & known]


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False
