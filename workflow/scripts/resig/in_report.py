"""Parts of the config as parameters of jobs whose results stand in the report."""

from collections.abc import Mapping
from typing import Any

LONG = 300


class InReport(dict[str, Any]):
    """A dictionary that Snakemake's report may print: short, and without markup, whatever a user's words are.

    The report writes parameters into a script element as they are; `</script>` in a level would end it there.
    A job gets a plain dictionary.
    """

    def __str__(self) -> str:
        said = super().__repr__()
        return (said if len(said) <= LONG else f"{said[:LONG]} …").replace(
            "<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"
        )

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (dict(self),)


def in_report(value: Mapping[str, Any]) -> InReport:
    """Return the same dictionary, fit to be printed."""
    return InReport(value)
