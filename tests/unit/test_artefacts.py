"""The shipped artefacts, used as they are by the tools that people have."""

import shutil
from pathlib import Path

import anndata as ad
import decoupler as dc
import gseapy
import numpy as np
import pandas as pd
import pytest
import scanpy as sc

from resig.derive import BUILT, build, drifted
from resig.genesets import default_members
from resig.tables import MEMBERS, SIGNATURES, read_text_table

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "genesets"
SIGS = SIGNATURES.read(FOLDER / "signatures.tsv")
ALL = MEMBERS.read(FOLDER / "members.tsv")
ON = default_members(ALL)


@pytest.fixture(scope="module")
def toy() -> pd.DataFrame:
    """Samples by genes: all members among 400 genes, without any signal."""
    members = sorted(set(ON["symbol"]))
    genes = members + [f"BACK{i}" for i in range(400 - len(members))]
    rng = np.random.default_rng(1)
    values = pd.DataFrame(rng.normal(5, 1, (12, len(genes))), columns=genes, index=[f"s{i}" for i in range(12)])
    return values.clip(lower=0)


def planted(toy: pd.DataFrame, signature: str) -> pd.DataFrame:
    shifted = toy.copy()
    for member in ON[ON["signature"] == signature].itertuples():
        shifted.loc[shifted.index[:4], member.symbol] += 4 * member.weight
    return shifted


def test_nothing_has_drifted():
    assert drifted(FOLDER) == []


@pytest.mark.parametrize(
    ("row", "column", "value", "stale"),
    [
        (
            "VEN-045",
            "direction",
            "down",
            {"members.tsv", "resistance.gmt", "resistance_net.tsv", "signatures.md"},
        ),
        ("VEN-045", "evidence", "Other words.", {"members.tsv", "signatures.md"}),
        ("VEN-046", "evidence", "Other words.", {"signatures.md"}),
    ],
)
def test_a_changed_ledger_row_makes_the_artefacts_stale(tmp_path, row, column, value, stale):
    copy = Path(shutil.copytree(FOLDER, tmp_path / "genesets"))
    path = copy / "evidence" / "venetoclax.tsv"
    table = read_text_table(path)
    table.loc[table["id"] == row, column] = value
    if column == "direction":
        own = copy / "definitions.tsv"
        definitions = read_text_table(own)
        definitions["mechanisms"] = [
            cell if name == "ven_mcl1_myeloma" else cell.replace("venetoclax_myeloma_mcl1;", "")
            for name, cell in zip(definitions["signature"], definitions["mechanisms"], strict=True)
        ]
        definitions.to_csv(own, sep="\t", index=False)
    table.to_csv(path, sep="\t", index=False)
    assert stale <= set(drifted(copy)) <= stale | {"signatures.tsv"}


def test_building_is_repeatable(tmp_path):
    build(FOLDER, tmp_path / "a")
    build(FOLDER, tmp_path / "b")
    for name in BUILT:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_gmt_read_by_gseapy_equals_the_members():
    sets = gseapy.parser.read_gmt(str(FOLDER / "resistance.gmt"))
    expected: dict[str, list[str]] = {}
    for member in ON.itertuples():
        side = "UP" if member.weight > 0 else "DN"
        expected.setdefault(f"{member.signature}_{side}", []).append(member.symbol)
    assert {name: sorted(genes) for name, genes in sets.items()} == {
        name: sorted(genes) for name, genes in expected.items()
    }


def test_gmt_read_by_decoupler_is_the_same():
    net = dc.pp.read_gmt(str(FOLDER / "resistance.gmt"))
    assert len(net) == len(ON)
    assert set(net["source"]) == {
        f"{member.signature}_{'UP' if member.weight > 0 else 'DN'}" for member in ON.itertuples()
    }


def test_net_equals_the_members():
    net = pd.read_csv(FOLDER / "resistance_net.tsv", sep="\t")
    assert list(net.columns) == ["source", "target", "weight"]
    assert list(zip(net["source"], net["target"], net["weight"], strict=True)) == list(
        zip(ON["signature"], ON["symbol"], ON["weight"], strict=True)
    )
    assert not net.duplicated(["source", "target"]).any()


def test_decoupler_ulm_runs_on_the_net_as_it_is(toy):
    net = pd.read_csv(FOLDER / "resistance_net.tsv", sep="\t")
    scores, p = dc.mt.ulm(planted(toy, "fp_dox"), net, tmin=1)
    assert set(scores.columns) == set(ON["signature"])
    assert np.isfinite(scores.to_numpy()).all()
    assert p.to_numpy().min() >= 0
    assert scores["fp_dox"].iloc[:4].min() > scores["fp_dox"].iloc[4:].max()


def test_decoupler_ulm_follows_the_sign(toy):
    net = pd.read_csv(FOLDER / "resistance_net.tsv", sep="\t")
    there, _ = dc.mt.ulm(toy, net, tmin=1)
    turned, _ = dc.mt.ulm(toy, net.assign(weight=-net["weight"]), tmin=1)
    np.testing.assert_allclose(there.to_numpy(), -turned[there.columns].to_numpy(), atol=1e-6)


def test_gseapy_ssgsea_runs_on_the_gmt_as_it_is(toy):
    matrix = planted(toy, "tras_gastric_il6_axis_union").T
    found = gseapy.ssgsea(
        data=matrix,
        gene_sets=str(FOLDER / "resistance.gmt"),
        min_size=1,
        max_size=500,
        outdir=None,
        no_plot=True,
        threads=1,
        permutation_num=0,
    ).res2d
    assert set(found["Term"]) == set(gseapy.parser.read_gmt(str(FOLDER / "resistance.gmt")))
    es = found[found["Term"] == "tras_gastric_il6_axis_union_UP"].set_index("Name")["ES"].astype(float)
    assert es[matrix.columns[:4]].min() > es[matrix.columns[4:]].max()


def test_scanpy_score_genes_runs_on_every_set(toy):
    cells = ad.AnnData(planted(toy, "dtc_fibro_senescence_sasp"))
    for name, genes in gseapy.parser.read_gmt(str(FOLDER / "resistance.gmt")).items():
        sc.tl.score_genes(cells, genes, score_name=name, ctrl_size=20, n_bins=10)
        assert np.isfinite(cells.obs[name]).all()
    score = cells.obs["dtc_fibro_senescence_sasp_UP"]
    assert score.iloc[:4].min() > score.iloc[4:].max()


def test_every_signature_can_reach_its_fewest_members():
    on = ON.groupby("signature").size()
    for row in SIGS[SIGS["tier"] != "X"].itertuples():
        assert on[row.signature] >= row.min_members
        assert on[row.signature] == row.n_up + row.n_down


def test_unscoreable_sets_have_a_row_and_no_members():
    unscored = SIGS[SIGS["tier"] == "X"]
    assert set(unscored["signature"]) == {"met_cascade_members"}
    assert unscored["caveat"].str.contains("NOT SCOREABLE").all()
    assert not set(unscored["signature"]) & set(ALL["signature"])


def test_assays_and_molecules_agree():
    assay = SIGS.set_index("signature")["assay"]
    for member in ALL.itertuples():
        mirna, circular = member.symbol.startswith("hsa-"), member.symbol.startswith("circ")
        expected = "small_rna" if mirna else "circ_rna" if circular else None
        assert (assay[member.signature] in ("small_rna", "circ_rna")) == (expected is not None)
        assert expected in (None, assay[member.signature])


def test_a_target_footprint_and_its_mirnas_are_never_one_set():
    for _, rows in ALL.groupby("signature"):
        assert rows["symbol"].str.startswith("hsa-").nunique() == 1


def test_the_catalogue_tells_of_every_member_and_every_ledger_row():
    text = (FOLDER / "signatures.md").read_text(encoding="utf-8")
    for row in SIGS.itertuples():
        assert f"### {row.signature}\n" in text
    for member in ALL.itertuples():
        assert f"| {member.symbol} | {'+' if member.weight > 0 else '-'} | {member.evidence}" in text
    for path in (FOLDER / "evidence").glob("*.tsv"):
        if path.name != "accounting.tsv":
            for name in read_text_table(path)["id"]:
                assert name in text, name
    for name in read_text_table(FOLDER / "contradictions.tsv")["contradiction"]:
        assert f"| {name} |" in text
    for name in read_text_table(FOLDER / "mechanisms.tsv")["mechanism"]:
        assert f"| {name} |" in text


def test_every_line_of_a_table_has_as_many_cells_as_its_head():
    width = 0
    for line in (FOLDER / "signatures.md").read_text(encoding="utf-8").splitlines():
        width = 0 if not line.startswith("|") else width or line.count(" | ")
        assert not line.startswith("|") or line.startswith("| ---") or line.count(" | ") == width, line[:80]
