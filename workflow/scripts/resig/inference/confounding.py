"""Whether a batch or covariate tells the arms apart by itself: then no analysis can say which of them made a score."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from resig.errors import ResigError

SHOWN = 12


class ConfoundedError(ResigError):
    """A contrast that a batch or covariate determines."""

    def __init__(self, column: str, table: str, where: str) -> None:
        self.column = column
        super().__init__(
            f"fully confounded with '{column}'" + (f" ({table})" if table else ""),
            where=where,
            todo="no analysis can tell the two apart: compare samples that share a level, or leave the column out",
        )


def cross_table(arms: Sequence[str], levels: Sequence[str], order: Sequence[str]) -> str:
    """Count samples by level and arm, as one line."""
    counts = Counter(zip(levels, arms, strict=True))
    names = sorted(set(levels))
    shown = [f"{level}: {', '.join(f'{counts[level, arm]} {arm}' for arm in order)}" for level in names[:SHOWN]]
    return " | ".join(shown) + (f" | and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def refuse_confounded(
    arms: Sequence[str], levels: Sequence[str], order: Sequence[str], column: str, where: str
) -> tuple[str, ...]:
    """Refuse a contrast of which no level holds two arms; flag one where some levels hold one arm only.

    A level with one sample says nothing: where most samples are a batch of their own, no analysis can see batches.
    """
    by_level: dict[str, list[str]] = defaultdict(list)
    for arm, level in zip(arms, levels, strict=True):
        by_level[level].append(arm)
    if len(by_level) < 2 or len(set(arms)) < 2:
        return ()
    shared = sum(len(own) for own in by_level.values() if len(own) > 1)
    single = sum(len(own) for own in by_level.values() if len(set(own)) == 1)
    if not shared:
        return (f"each_sample_has_its_own_{column}",)
    if single == len(arms) and 2 * shared >= len(arms):
        raise ConfoundedError(column, cross_table(arms, levels, order), where)
    return (f"{single}_of_{len(arms)}_samples_in_{column}_of_one_arm",) if single else ()
