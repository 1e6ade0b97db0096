"""The one error a user is meant to read."""

from collections.abc import Iterable
from difflib import get_close_matches


class ResigError(Exception):
    """What is wrong, where (file, key, column, row or gene), and what to do: one line."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        head = f"{where}: " if where else ""
        tail = f"; {todo}" if todo else ""
        super().__init__(" ".join(f"{head}{what}{tail}".split()))


def nearest(name: object, known: Iterable[object], among: str = "known") -> str:
    """Return a hint for a misspelt name: the nearest known one, or the first few there are."""
    names = sorted({str(each) for each in known})
    if not names:
        return f"{among}: none"
    close = get_close_matches(str(name).lower(), {each.lower() for each in names}, n=1, cutoff=0.6)
    if close:
        alike = [each for each in names if each.lower() == close[0]]
        return f"did you mean '{get_close_matches(str(name), alike, n=1, cutoff=0)[0]}'?"
    shown = ", ".join(f"'{each}'" for each in names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"{among}: {shown}{more}"
