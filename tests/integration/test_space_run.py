"""An .h5ad with coordinates through the workflow: maps are drawn, and a planted closeness is found between samples."""

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from conftest import Ran, snakemake

pytestmark = pytest.mark.integration

SASP, NETS = ["C3", "CDKN1A", "CXCL1", "GLB1", "MIF"], ["ELANE", "MMP9"]
CONFIG = """
signatures: {include: {id: [dtc_fibro_senescence_sasp, dtc_net_protease]}}
scoring: {single_cell: [zmean]}
inference: {permutations: 500}
datasets:
  visium:
    kind: single_cell
    matrix: visium.h5ad
    values: counts
    sample: patient
    space: {section: slide}
contrasts:
  chemo: {datasets: [visium], groups: {column: arm, resistant: [chemo], sensitive: [control]}}
"""
WANTED = ["results/visium/tissue.svg", "results/visium/contrasts/chemo.colocalisation.tsv"]


def write_sections(path: Path, patients: int = 8, side: int = 15) -> None:
    """Square sections; in the first half of the patients both sets of genes follow one patchy field."""
    rng = np.random.default_rng(1)
    spots = np.array([(x, y) for x in range(side) for y in range(side)], dtype=float)
    distance = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    root = np.linalg.cholesky(np.exp(-distance) + 1e-6 * np.eye(len(spots)))
    genes = [
        *SASP,
        *NETS,
        "ACTB",
        "GAPDH",
        "B2M",
        *(f"BACK{at}" for at in range(150)),
    ]  # enough that depth is not the signal
    counts, obs = [], []
    for at in range(patients):
        shared, one, two = (root @ rng.normal(size=len(spots)) for _ in range(3))
        together = 2.5 * (at < patients // 2)
        rate = np.full((len(spots), len(genes)), 3.0)
        rate[:, : len(SASP)] *= np.exp(0.5 * (one + together * shared))[:, None]
        rate[:, len(SASP) : len(SASP) + len(NETS)] *= 2 * np.exp(0.5 * (two + together * shared))[:, None]
        counts.append(rng.poisson(rate))
        arm = "chemo" if at < patients // 2 else "control"
        obs += [{"patient": f"p{at}", "slide": f"slide {at}", "arm": arm}] * len(spots)
    table = pd.DataFrame(obs, index=[f"spot{at}" for at in range(len(obs))])
    data = anndata.AnnData(np.vstack(counts).astype(float), obs=table, var=pd.DataFrame(index=genes))
    data.obsm["spatial"] = np.tile(100 * spots, (patients, 1))
    data.write_h5ad(path)


@pytest.fixture(scope="module")
def ran(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("space")
    write_sections(folder / "visium.h5ad")
    (folder / "mine.yaml").write_text(CONFIG)
    found = snakemake(folder, *WANTED, "--cores", "2", "--configfile", "mine.yaml", snakefile=checkout / "Snakefile")
    assert found.code == 0, found.err[-4000:]
    return found


def test_planted_closeness_is_found_between_samples(ran: Ran) -> None:
    sections = pd.read_csv(ran.folder / "results/visium/colocalisation.tsv", sep="\t")
    assert sections["section"].tolist() == [f"slide {at}" for at in range(8)]
    assert (sections["n_spots"] == 225).all()
    assert (sections["p"][:4] < 0.05).sum() >= 3
    assert sections["rho"][:4].min() > sections["rho"][4:].max()
    row = pd.read_csv(ran.folder / WANTED[1], sep="\t").iloc[0]
    assert (row["answer"], row["p"]) == ("more_together", pytest.approx(2 / 70))


def test_maps_are_drawn(ran: Ran) -> None:
    drawn = (ran.folder / WANTED[0]).read_text(encoding="utf-8")
    assert drawn.count("<image") >= 16  # two maps of each section


def test_without_the_coordinates_nothing_of_space_is_made(checkout: Path, tmp_path: Path, ran: Ran) -> None:
    data = anndata.read_h5ad(ran.folder / "visium.h5ad")
    del data.obsm["spatial"]
    data.write_h5ad(tmp_path / "visium.h5ad")
    (tmp_path / "mine.yaml").write_text(CONFIG.replace("    space: {section: slide}\n", ""))
    dry = snakemake(tmp_path, "-n", "--configfile", "mine.yaml", snakefile=checkout / "Snakefile")
    assert dry.code == 0
    assert "colocalisation" not in dry.out + dry.err
    (tmp_path / "mine.yaml").write_text(CONFIG)
    refused = snakemake(tmp_path, "-n", "--configfile", "mine.yaml", snakefile=checkout / "Snakefile")
    assert len(refused.errors) <= 1
    assert "the matrix has no coordinates 'spatial' in obsm" in refused.out + refused.err
