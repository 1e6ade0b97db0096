"""What counts as an alteration: rules such as `variant EGFR T790M and copy_number MET amplification`.

A rule is one or more clauses joined by `and`; a clause is one or more conditions joined by `or`. Answers have three
values: present, absent and not measured (None), combined as Kleene does: what one measured part decides, is decided.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from resig.alterations.protein_change import IN_FRAME, TRUNCATING, Change

ASSAYS = ("variant", "copy_number", "fusion", "methylation")
STATES = {"deletion": -2, "loss": -1, "gain": 1, "amplification": 2}
TEXT = "text"
_EXACT = re.compile(r"([A-Z])(\d+)([A-Z])")
_CODONS = re.compile(r"\d+(,\d+)*")
_RESIDUES = re.compile(r"(itd )?(\d+)-(\d+)")


@dataclass(frozen=True)
class Condition:
    """One thing to look for: an assay, a gene, and what about it."""

    assay: str
    gene: str
    what: str = ""

    def problem(self) -> str:
        """Say what is wrong with it, or nothing."""
        if self.assay not in ASSAYS or not self.gene:
            return f"'{self.assay} {self.gene} {self.what}' is no condition: {', '.join(ASSAYS)} and a gene"
        known = {
            "variant": self.what in ("any", "truncating")
            or any(form.fullmatch(self.what) for form in (_EXACT, _CODONS, _RESIDUES)),
            "copy_number": self.what in STATES,
            "fusion": True,
            "methylation": self.what == "",
        }
        return "" if known[self.assay] else f"'{self.what}' is nothing to look for in {self.assay}"

    def fits_change(self, change: Change) -> bool:
        """Tell whether a change of the protein is what this condition asks for."""
        if change.kind == "silent":
            return False
        if exact := _EXACT.fullmatch(self.what):
            asked = Change("missense", exact[1], int(exact[2]), int(exact[2]), exact[3])
            return change == asked
        if self.what == "truncating":
            return change.kind in TRUNCATING
        if stretch := _RESIDUES.fullmatch(self.what):
            inside = change.touches(int(stretch[2]), int(stretch[3]))
            return change.kind == "itd" or (change.longer and inside) if stretch[1] else inside
        if _CODONS.fullmatch(self.what):
            return change.kind in IN_FRAME and any(change.touches(int(at), int(at)) for at in self.what.split(","))
        return True

    def fits_copies(self, call: float) -> bool:
        """Tell whether a copy-number call, -2 to 2, is what this condition asks for."""
        state = STATES[self.what]
        return call >= state if state > 0 else call <= state


@dataclass(frozen=True)
class Rule:
    """Clauses of conditions: all clauses must hold, in each one condition."""

    clauses: tuple[tuple[Condition, ...], ...]

    @property
    def conditions(self) -> list[Condition]:
        """All conditions, in order."""
        return [condition for clause in self.clauses for condition in clause]

    def answer(self, of: Callable[[Condition], bool | None]) -> bool | None:
        """Combine the answers to the conditions."""
        return _all(_any(of(condition) for condition in clause) for clause in self.clauses)


def read_rule(text: str) -> Rule:
    """Read a rule; `text` has no clauses and is never matched."""
    if text == TEXT:
        return Rule(())
    return Rule(tuple(tuple(_condition(part) for part in clause.split(" or ")) for clause in text.split(" and ")))


def _condition(text: str) -> Condition:
    words = text.split(maxsplit=2)
    return Condition(*words) if len(words) > 1 else Condition(text, "")


def _any(answers: Iterable[bool | None]) -> bool | None:
    seen = list(answers)
    return True if True in seen else None if None in seen else False


def _all(answers: Iterable[bool | None]) -> bool | None:
    seen = list(answers)
    if not seen:
        return None
    return False if False in seen else None if None in seen else True
