"""Which of a dataset's cell types a signature is about: its `context`, held against the names of the types.

Only whole words are compared; what a name does not say is for `datasets.<name>.contexts` to say.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from resig.intake.samples import ALL_CELLS, BULK_TYPE
from resig.tables import CONTEXTS

# Words of a signature's context, and the words of a cell type's name that mean the same cells.
KINDS = {
    "tumour": (
        {"tumour", "tumor", "malignant", "aml", "cll", "lymphoma", "myeloma", "blast", "leukaemia", "leukemia"},
        {"tumour", "tumor", "malignant", "cancer", "carcinoma", "neoplastic", "aml", "cll", "lymphoma", "myeloma"}
        | {"blast", "leukaemia", "leukemia", "leukemic", "leukaemic"},
    ),
    "fibroblast": ({"fibroblast"}, {"fibroblast", "caf", "myofibroblast"}),
    "stroma": ({"stroma"}, {"stroma", "stromal", "fibroblast", "caf", "myofibroblast"}),
    "neutrophil": ({"neutrophil"}, {"neutrophil"}),
}
# A tumour-associated macrophage is no tumour cell.
NO_TUMOUR = {"associated", "infiltrating", "adjacent", "non", "normal", "reactive", "free", "fibroblast", "stroma"}
NO_TUMOUR |= {"stromal", "macrophage", "lymphocyte", "immune", "myeloid", "endothelial", "endothelium", "t", "nk"}
WHOLE = "bulk"


@dataclass(frozen=True)
class Context:
    """Cell types a signature is about, and how they were found: `config`, `by name`, `whole tissue` or `not found`.

    `how` is empty where the signature says nothing of cells.
    """

    cell_types: tuple[str, ...]
    how: str

    def flag(self, cell_type: str) -> str:
        """Return what a row of this cell type should say."""
        if not self.how:
            return ""
        if self.how == "not found":
            return "context_not_found" if cell_type != ALL_CELLS else ""
        if cell_type in self.cell_types:
            return "in_context"
        return "" if cell_type == ALL_CELLS else "outside_context"


def contexts_of(
    signatures: pd.DataFrame, cell_types: Sequence[str], told: Mapping[str, Sequence[str]]
) -> dict[str, Context]:
    """Return the context of each signature among these cell types; `told` is the config's mapping."""
    known = signatures[["signature", "context"]].itertuples(index=False)
    return {signature: context_of(text, cell_types, told) for signature, text in known}


def context_table(
    dataset: str, signatures: pd.DataFrame, cell_types: Sequence[str], told: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return the contexts of a dataset as a table; without cell types none is told."""
    named = [each for each in cell_types if each not in (ALL_CELLS, BULK_TYPE)]
    known = contexts_of(signatures, named, told)
    rows = [
        {"dataset": dataset, "signature": row.signature, "context": row.context}
        | ({"cell_types": ";".join(known[row.signature].cell_types), "how": known[row.signature].how} if named else {})
        for row in signatures.itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=CONTEXTS.names)


def read_contexts(table: pd.DataFrame) -> dict[str, Context]:
    """Return what `context_table` has written, by signature."""
    return {
        row.signature: Context(tuple(filter(None, row.cell_types.split(";"))), row.how)
        for row in table.itertuples(index=False)
    }


def context_of(text: str, cell_types: Sequence[str], told: Mapping[str, Sequence[str]]) -> Context:
    """Hold one context, up to its first remark, against the names of cell types."""
    said = _words(re.split(r"[;(]", text)[0])
    own = [
        each
        for word, types in told.items()
        if _words(word) <= said or _kinds(said) & _kinds(_words(word))
        for each in types
    ]
    if own:
        return Context(tuple(dict.fromkeys(own)), "config")
    if WHOLE in said:
        return Context((ALL_CELLS,), "whole tissue")
    kinds = _kinds(said)
    if not kinds:
        return Context((), "")
    found = tuple(each for each in cell_types if any(_is(each, kind) for kind in kinds))
    return Context(found, "by name" if found else "not found")


def _kinds(said: set[str]) -> set[str]:
    return {kind for kind, (words, _) in KINDS.items() if words & said}


def _is(cell_type: str, kind: str) -> bool:
    words = _words(cell_type)
    return bool(words & KINDS[kind][1]) and not (kind == "tumour" and words & NO_TUMOUR)


def _words(text: str) -> set[str]:
    """Return the words of a name in lower case, without the s of a plural."""
    return {
        word[:-1] if word.endswith("s") and len(word) > 3 else word
        for word in re.split(r"[^a-z0-9]+", text.lower())
        if word
    }
