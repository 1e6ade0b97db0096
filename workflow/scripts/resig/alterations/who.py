"""Samples of the files of alterations: joined to those of the dataset by id; every one that does not match is named."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from resig.alterations.readers.lines import Lines, open_text
from resig.errors import ResigError
from resig.intake.mismatch import likely_reason
from resig.intake.who import say

LISTED, ALL = "listed", "all"


@dataclass(frozen=True)
class Joined:
    """How ids of a file became samples of the dataset, and what has no counterpart."""

    of: dict[str, str]
    only_in_file: list[str]
    only_in_dataset: list[str]
    reason: str
    alike: int
    """Samples of the dataset that would match under another spelling."""


def read_map(path: str | None, called: str) -> dict[str, str]:
    """Read a table of `from` and `to`."""
    if path is None:
        return {}
    lines = Lines(path, called)
    there, here = lines.need(("from",)), lines.need(("to",))
    named: dict[str, str] = {}
    for row in lines.rows():
        before = named.setdefault(row.fields[there], row.fields[here])
        if before != row.fields[here]:
            what = f"row {row.line}: '{row.fields[there]}' becomes '{row.fields[here]}', before that '{before}'"
            raise ResigError(what, where=called, todo="keep one of the two")
    return named


def read_list(path: str, called: str) -> list[str]:
    """Read names, one a line; what begins with `#` is passed over."""
    try:
        with open_text(path) as file:
            names = [line.split("\t")[0].strip() for line in file]
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise ResigError(f"cannot be read as text ({error})", where=called, todo="one name a line") from None
    names = [name for name in names if name and not name.startswith("#")]
    if not names:
        raise ResigError("names nothing", where=called, todo="one name a line is needed")
    return list(dict.fromkeys(names))


def join(
    ids: Iterable[str], samples: list[str], renamed: Mapping[str, str], called: str, unique: bool = False
) -> Joined:
    """Join ids of a file to samples of the dataset; none in common is an error that names the likely reason."""
    names = {each: renamed.get(each, each) for each in dict.fromkeys(ids)}
    known = set(samples)
    of = {each: name for each, name in names.items() if name in known}
    left = [each for each in names if each not in of]
    missing = [each for each in samples if each not in set(of.values())]
    found = likely_reason(missing, [names[each] for each in left if each not in renamed])
    reason = say(found)
    if names and not of:
        hint = reason or f"ids there begin with '{next(iter(names))}', in the dataset with '{samples[0]}'"
        raise ResigError(
            "shares no sample with the dataset", where=called, todo=f"{hint}; a samples_map can say which is which"
        )
    if unique:
        twice = next((name for name, count in Counter(of.values()).items() if count > 1), None)
        if twice is not None:
            both = [each for each, name in of.items() if name == twice]
            what = f"'{both[0]}' and '{both[1]}' are both sample '{twice}'"
            raise ResigError(what, where=called, todo="keep one column of it, or change the samples_map")
    return Joined(of, left, missing, reason, found.matched if found else 0)


def examined(
    asked: str, listed: Iterable[str], samples: list[str], renamed: Mapping[str, str], path: str | None
) -> Joined:
    """Return which samples a file of records is about: those it names, all, or those of a list."""
    if asked == ALL:
        return join(samples, samples, {}, asked)
    if asked == LISTED or path is None:
        return join(listed, samples, renamed, asked)
    return join(read_list(path, asked), samples, renamed, Path(asked).name)
