"""Captions, docs and tables say the same: files and columns they name exist, thresholds are those of the config."""

import re
from typing import Any

import jinja2
import pytest
import yaml
from conftest import ROOT

from resig import tables

RULES = (ROOT / "workflow/rules/pictures.smk").read_text(encoding="utf-8")
DOCS = (ROOT / "docs/outputs.md").read_text(encoding="utf-8")
GALLERY = (ROOT / "docs/gallery.md").read_text(encoding="utf-8")
CAPTIONS = sorted(set(re.findall(r"report/(\w+)\.rst", RULES)))
KNOWN = [each for each in vars(tables).values() if isinstance(each, tables.Table)]
COLUMNS = {name for each in KNOWN for name in each.names}
FLAGS = {"one_gene", "incoherent"}
LABELS = {"drug", "cancer"}


class Open(dict[str, Any]):
    """A dictionary that is read with dots too, as Snakemake's lists of names are."""

    __getattr__ = dict.__getitem__


def rendered(caption: str, **inference: float) -> str:
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    config["inference"] |= inference
    job = Open(
        config=config,
        wildcards=Open(contrast="chemo", dataset="toy_cells"),
        params=Open(method="zmean"),
    )
    text = (ROOT / f"workflow/report/{caption}.rst").read_text(encoding="utf-8")
    return " ".join(jinja2.Template(text, undefined=jinja2.StrictUndefined).render(snakemake=job).split())


@pytest.mark.parametrize("caption", CAPTIONS)
def test_each_file_and_column_that_a_caption_names_exists(caption):
    for word in re.findall(r"``([^`]+)``", rendered(caption)):
        name = word.rsplit("/", 1)[-1].replace("chemo", "{contrast}")
        if "." in name:
            assert f"{name}`" in DOCS, word
        else:
            assert name in COLUMNS | FLAGS | LABELS, word


@pytest.mark.parametrize(
    ("caption", "inference", "words"),
    [
        ("null", {"matched_sets": 777, "null_alpha": 0.025, "seed": 9}, ["up to 777", "more than 2.5 %", "seed 9"]),
        ("quality", {"matched_sets": 777}, ["up to 777 matched"]),
        ("roc", {"fdr": 0.11}, ["at most 0.11"]),
        ("verdicts", {"fdr": 0.11}, ["at most 0.11"]),
        ("contrast", {"min_cells": 17}, ["from 17 cells on"]),
        ("heatmap", {"min_cells": 17}, ["from 17 cells on", "*zmean*", "cut at 2.5"]),
        ("umap", {"seed": 9}, ["seed 9", "above 50,000 cells", "30 components, 15 neighbours", "2,000 variable"]),
    ],
)
def test_a_caption_prints_the_thresholds_of_the_run(caption, inference, words):
    for each in words:
        assert each in rendered(caption, **inference)


def test_what_captions_say_in_numbers_is_what_the_code_has():
    from resig import embedding
    from resig.plots import cells, heatmap

    assert (embedding.MOST_CELLS, embedding.GENES) == (50_000, 2000)
    assert (embedding.COMPONENTS, embedding.NEIGHBOURS) == (30, 15)
    assert (heatmap.LIMIT, cells.LIMIT) == (2.5, 2.5)


def test_each_picture_is_in_the_docs_in_the_gallery_and_has_its_png():
    pictures = re.findall(r'"<results>/([^"]+)\.svg"', RULES)
    assert len(pictures) == len(set(pictures)) >= 12
    for picture in pictures:
        assert f'"<results>/{picture}.png"' in RULES
        name = picture.rsplit("/", 1)[-1]
        assert f"{name}.svg`" in DOCS, picture
        kind = name.removeprefix("{contrast}") or "contrasts/{contrast}"
        assert f"`{kind}`" in GALLERY or f"/{kind}`" in GALLERY, picture


def test_the_gallery_shows_what_lies_there_and_is_small():
    shown = re.findall(r"\]\((images/[^)]+)\)", GALLERY)
    files = [ROOT / "docs" / each for each in shown]
    assert all(path.is_file() for path in files)
    assert {path.name for path in files} == {path.name for path in (ROOT / "docs/images/gallery").iterdir()}
    assert sum(path.stat().st_size for path in files) < 3_000_000
