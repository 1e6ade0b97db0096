"""Real data under real names; the figures expected were measured with plain tools (../shared/data/README.md)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from resig.intake.run import Targets, take_in
from resig.matrix import open_matrix
from resig.names import Names
from resig.tables import GENES

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
TABLES = ("hgnc", "ambiguous", "mirna", "orthologs", "mouse")
NAMES = Names.of([ROOT / f"resources/nomenclature/{table}.tsv" for table in TABLES])

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here (../shared/data)")


def taken(folder: Path, matrix: str, **more: Any) -> tuple[Targets, pd.DataFrame, dict[str, Any]]:
    spec = {
        "kind": "bulk", "assay": "mrna", "organism": "human", "values": "auto", "probes": None, "batch": None,
        "matrix": str(DATA / matrix), "metadata": None, "sample": "sample", "cell_type": None, "layer": None,
    } | more  # fmt: skip
    files = ("matrix.h5ad", "genes.tsv", "observations.parquet", "samples.tsv", "intake.json")
    out = Targets(*(folder / name for name in files))
    take_in("d", spec, out, names=NAMES)
    return out, GENES.read(out.genes), json.loads(Path(out.report).read_text())


def test_stem_loops_of_tcga_carry_what_is_known_of_their_main_products(tmp_path: Path) -> None:
    table = str(DATA / "tcga_brca_mixomics/samples.csv")
    out, genes, report = taken(tmp_path, "tcga_brca_mixomics/mirna.csv.gz", assay="small_rna", metadata=table)
    assert report["identifiers"]["kind"] == "miRNA stem-loops"
    assert len(genes) == 184
    samples = pd.read_csv(out.samples, sep="\t")
    values = next(open_matrix(out.matrix).chunks())[1].toarray()[pd.read_parquet(out.observations)["row"]]
    basal = (samples["subtype"] == "Basal").to_numpy()
    for mature, known in (("hsa-miR-221-3p", 0.757), ("hsa-miR-222-3p", 0.766), ("hsa-miR-155-5p", 0.794)):
        column = values[:, int(genes.index[(genes["symbol"] == mature) & (genes["used"] == "yes")][0])]
        higher = column[basal][:, None] - column[~basal]
        auroc = np.mean((higher > 0) + 0.5 * (higher == 0))
        assert auroc == pytest.approx(known, abs=5e-4)


def test_old_symbols_of_a_drop_seq_run_are_read_and_merged_loci_stay_apart(tmp_path: Path) -> None:
    source = "pc9_erlotinib_sc/pc9_d11_min500umi.h5ad"
    _, genes, report = taken(tmp_path, source, kind="single_cell", sample="condition")
    assert (len(genes), report["values"]["found"]) == (25_077, "counts")
    assert report["identifiers"]["resolved"] > 0.72
    assert genes["how"].eq("previous").sum() > 1000
    by_name = genes.set_index("feature")
    assert by_name.at["C2ORF15", "note"] == "duplicate of C2orf15: its counts are added to feature 'C2orf15'"
    # KIAA0754 was merged into MACF1 later: where MACF1 was measured, the other locus is not added to it.
    assert (by_name.at["KIAA0754", "used"], by_name.at["MACF1", "used"]) == ("no", "yes")
    assert by_name.at["MACF1", "note"] == ""
