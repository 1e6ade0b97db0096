"""Contexts of signatures among names of cell types: whole words only, the config's word first."""

import pandas as pd
import pytest
from conftest import ROOT

from resig.inference.composition import ALL_CELLS
from resig.inference.contexts import Context, context_of, contexts_of

TYPES = ["B cell", "CAF", "Cancer-associated fibroblasts", "Malignant cells", "Neutrophils", "T_cell"]
TYPES += ["Tumor-associated macrophage", "tumor infiltrating lymphocytes", "Erythroblast", "non-tumor epithelium"]


@pytest.mark.parametrize(
    ("context", "expected", "how"),
    [
        ("Fibroblasts of the lung (single cell, pseudobulk or culture)", {TYPES[1], TYPES[2]}, "by name"),
        ("Neutrophils", {"Neutrophils"}, "by name"),
        ("Tumour cells", {"Malignant cells"}, "by name"),
        ("AML blasts", {"Malignant cells"}, "by name"),
        ("Tumour (MET) with its stroma (HGF)", {"Malignant cells"}, "by name"),
        ("Bulk lung or lung metastasis", {ALL_CELLS}, "whole tissue"),
        ("Mast cells; also fibroblasts", set(), ""),
        ("", set(), ""),
    ],
)
def test_default_words(context: str, expected: set[str], how: str) -> None:
    found = context_of(context, TYPES, {})
    assert (set(found.cell_types), found.how) == (expected, how)


def test_a_dataset_without_such_cells_says_so() -> None:
    found = context_of("Neutrophils", ["B cell", "monocyte"], {})
    assert found == Context((), "not found")
    assert found.flag("B cell") == "context_not_found"


def test_the_config_replaces_the_words() -> None:
    told = {"fibroblast": ["Stroma 3"], "mast": ["MC"], "tumor": ["Epithelial"]}
    assert context_of("Fibroblasts of the lung", TYPES, told) == Context(("Stroma 3",), "config")
    assert context_of("Mast cells", TYPES, told) == Context(("MC",), "config")
    assert context_of("AML blasts", TYPES, told) == Context(("Epithelial",), "config")
    assert context_of("Neutrophils", TYPES, told).how == "by name"


def test_flags() -> None:
    found = context_of("Neutrophils", TYPES, {})
    assert [found.flag(each) for each in ("Neutrophils", "B cell", ALL_CELLS)] == ["in_context", "outside_context", ""]
    whole = context_of("Bulk tumour", TYPES, {})
    assert [whole.flag(each) for each in ("B cell", ALL_CELLS)] == ["outside_context", "in_context"]
    assert context_of("", TYPES, {}).flag("B cell") == ""


def test_every_shipped_signature_has_a_context_that_is_understood() -> None:
    shipped = pd.read_csv(ROOT / "resources/genesets/signatures.tsv", sep="\t", keep_default_na=False)
    found = contexts_of(shipped, ["Fibroblast", "Neutrophil", "Malignant", "T cell"], {})
    unread = {each: shipped.set_index("signature").at[each, "context"] for each, own in found.items() if not own.how}
    assert unread == {}
    assert found["dtc_fibro_senescence_sasp"].cell_types == ("Fibroblast",)
    assert found["dtc_net_protease"].cell_types == ("Neutrophil",)
    assert set(found["hgf_ligand"].cell_types) == {"Fibroblast", "Malignant"}
