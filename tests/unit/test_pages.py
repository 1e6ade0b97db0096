"""Start page, evidence, methods, provenance and last words: they say what the tables say, and nothing else."""

import hashlib
import json
import os
import pickle
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from blanks import blank
from conftest import ROOT

from resig import tables
from resig.config import fill, load_schema
from resig.errors import ResigError
from resig.evidence_page import write_evidence_page
from resig.in_report import in_report
from resig.last_words import after_failure, after_success, asked_again, report_command
from resig.make_report import make_report
from resig.methods_text import Run, methods_text, write_methods
from resig.provenance import as_yaml, versions, write_provenance
from resig.references import REFERENCES, Cited
from resig.remarks import warnings
from resig.scoring import METHODS
from resig.start_page import Told, summary_lines, write_start

NASTY = "<script>alert(1)</script> & \"quoted\" 'single' β → {x}"
GROUPS = {"column": "arm", "resistant": ["R"], "sensitive": ["S"]}
KEY = {"dataset": "d", "contrast": "c", "cell_type": "bulk", "signature": "s", "method": "zmean"}


class Seen(HTMLParser):
    """Tags in their order, and the words between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"] and data.strip():
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def config(**contrast: Any) -> dict[str, Any]:
    given = {
        "datasets": {"d": {"kind": "bulk", "matrix": "m.tsv", "metadata": "s.tsv"}},
        "contrasts": {"c": {"datasets": ["d"], **(contrast or {"groups": GROUPS})}},
    }
    return fill(given, load_schema(ROOT / "workflow/schemas/config.schema.yaml"))


def intake(**changed: Any) -> dict[str, Any]:
    none = {"n": 0, "names": []}
    return {
        "dataset": "d",
        "fetched": [],
        "genes": {"used": 1500},
        "values": {"found": "log", "remarks": []},
        "identifiers": {"resolved": 0.98, "kind": "human symbols"},
        "samples": {"used": 8, "observations_used": 8, "only_in_matrix": none, "only_in_metadata": none},
    } | changed


def rows(**row: Any) -> pd.DataFrame:
    return blank(
        tables.CONTRASTS, **KEY | {"flags": "", "confounded_by": "", "p_type": "monte_carlo", "mix_share": np.nan} | row
    )


def run(**changed: Any) -> Run:
    given = {
        "config": config(),
        "versions": versions(),
        "signatures": blank(tables.SIGNATURES, signature="s", collection="resistance"),
        "members": blank(tables.MEMBERS, signature="s", flags="stated"),
        "left_out": 0,
        "coverage": blank(tables.COVERAGE, dataset="d", signature="s"),
        "intakes": {"d": intake()},
        "contrasts": rows(),
        "meta": blank(tables.META, n_datasets=1),
    }
    return Run(**given | changed)


def told(**changed: Any) -> Told:
    given = {
        "config": config(),
        "signatures": blank(tables.SIGNATURES, signature="s", name="Loop"),
        "members": blank(tables.MEMBERS, signature="s", flags="stated"),
        "coverage": blank(tables.COVERAGE, dataset="d", signature="s", reason=""),
        "intakes": {"d": intake()},
        "contrasts": rows(verdict="supported"),
        "answers": blank(tables.VERDICT_TABLE, **KEY, name="Loop", verdict="supported", effect=1.5, fdr=0.01),
    }
    return Told(**given | changed)


def test_methods_tell_of_further_assays_and_alterations_only_where_there_are_any() -> None:
    titles = {title for title, _ in methods_text(run())[0]}
    assert not {"Further assays", "Alterations"} & titles
    given = {
        "datasets": {
            "d": {
                "kind": "bulk",
                "matrix": "m.tsv",
                "metadata": "s.tsv",
                "assays": {"small_rna": {"matrix": "r.tsv"}, "protein": {"matrix": "p.tsv"}},
                "alterations": {"variants": "a.maf", "fusions": "f.tsv"},
            }
        },
        "contrasts": {"c": {"datasets": ["d"], "groups": GROUPS}},
    }
    asked = fill(given, load_schema(ROOT / "workflow/schemas/config.schema.yaml"))
    said = dict(methods_text(run(config=asked))[0])
    assert said["Further assays"].startswith("small RNA of the samples of d was scored")
    assert "protein measurements of d were read as read-outs" in said["Further assays"]
    assert said["Alterations"].startswith("Alterations of d were called from variants and fusions. Every gene of d was")


def test_methods_tell_of_tissue_only_where_there_are_coordinates() -> None:
    space = {"section": "slide", "pairs": [["a", "b"], ["a", "c"]]}
    given = {
        "datasets": {"d": {"kind": "single_cell", "matrix": "m.h5ad", "sample": "p", "space": space}},
        "contrasts": {"c": {"datasets": ["d"], "groups": GROUPS}},
    }
    asked = fill(given, load_schema(ROOT / "workflow/schemas/config.schema.yaml"))
    assert "Tissue" not in dict(methods_text(run(config=asked))[0])
    paragraphs, references = methods_text(run(config=asked, in_space=["d"]))
    said = dict(paragraphs)["Tissue"]
    assert said.startswith(
        "In d (sections by slide; each spot joined to its 6 nearest) it was asked whether a with b and"
    )
    assert "normal scores of zmean" in said and "10,000 maps of the same autocorrelation" in said
    assert f"[{references.index(REFERENCES['msr']) + 1}]" in said
    asked["datasets"]["d"]["space"]["pairs"] = []
    assert "Tissue" not in dict(methods_text(run(config=asked, in_space=["d"]))[0])


def whole(given: Run) -> str:
    return " ".join(words for _, words in methods_text(given)[0])


# --- methods ---


def test_every_number_in_the_text_is_cited_once_and_in_order() -> None:
    for kind in (
        {"groups": GROUPS, "pair_by": "p", "covariates": ["age"]},
        {"trend": {"column": "t", "order": ["1", "2", "3"]}},
        {"continuous": {"column": "auc", "higher_means": "resistant"}},
        {"survival": {"time": "t", "event": "e"}},
    ):
        asked = run(config=config(**kind), meta=blank(tables.META, n_datasets=3))
        asked.config["gsea"]["sets"] = ["signatures"]
        paragraphs, references = methods_text(asked)
        cited = [
            int(n)
            for part in re.findall(r"\[([\d, ]+)\]", " ".join(words for _, words in paragraphs))
            for n in part.split(",")
        ]
        assert list(dict.fromkeys(cited)) == list(range(1, len(references) + 1))
        assert len(set(references)) == len(references)


def test_only_what_was_run_is_cited() -> None:
    plain = methods_text(run())[1]
    for absent in (
        "cox",
        "lifelines",
        "paule_mandel",
        "deseq2",
        "gseapy",
        "bonett_wright",
        "freedman_lane",
        "kitagawa",
    ):
        assert REFERENCES[absent] not in plain
    assert REFERENCES["plus_one"] in plain
    assert REFERENCES["plus_one"] not in methods_text(run(contrasts=rows(p_type="exact")))[1]
    survival = methods_text(
        run(config=config(survival={"time": "t", "event": "e"}), contrasts=rows(effect_type="log_hr"))
    )[1]
    assert {REFERENCES["cox"], REFERENCES["lifelines"]} <= set(survival)
    assert not {REFERENCES["hedges"], REFERENCES["newcombe"]} & set(survival)
    assert REFERENCES["paule_mandel"] in methods_text(run(meta=blank(tables.META, n_datasets=2)))[1]
    assert [each for each in plain if "zmean" in each] == [] and METHODS["zmean"].reference in plain
    assert METHODS["ucell"].reference not in plain


def test_the_text_has_the_thresholds_of_the_run() -> None:
    asked = run()
    asked.config["inference"].update(fdr=0.123, null_alpha=0.07, matched_sets=4321, permutations=7654, seed=99)
    asked.config["scoring"]["min_coverage"] = 0.55
    words = whole(asked)
    for said in (
        "at most 0.123",
        "direction) at most 0.07",
        "4,321 random gene sets",
        "7,654 random ones",
        "seed 99",
        "at least 55 %",
    ):
        assert said in words
    assert "2 to 4 against 5" in whole(
        run(contrasts=pd.concat([rows(n_resistant=2, n_sensitive=5), rows(n_sensitive=5)]))
    )
    assert "1 of the calls could not be held" in whole(run(contrasts=rows(verdict="supported", null_p=np.nan)))
    doubtful = blank(tables.MEMBERS, signature="s", flags="stated;contradicted")
    assert "The evidence for 1 members is contradicted" in whole(run(members=doubtful))
    assert "3 members whose evidence is retracted were left out" in whole(run(left_out=3))
    for version in (versions()["resig"], versions()["snakemake"]):
        assert version in words


def test_methods_are_text_and_markdown_alike(tmp_path: Path) -> None:
    asked = run(signatures=blank(tables.SIGNATURES, signature="s", collection=NASTY))
    write_methods(asked, "", "", tmp_path / "m.html", tmp_path / "m.md")
    page, paper = Seen((tmp_path / "m.html").read_text("utf-8")), (tmp_path / "m.md").read_text("utf-8")
    assert "script" not in page.tags and NASTY in page.text and NASTY in paper
    for _, words in methods_text(asked)[0]:
        assert words in paper and words in page.text


def test_references_of_the_docs_and_of_the_report_agree() -> None:
    docs = (ROOT / "docs/methods.md").read_text("utf-8")
    years = set(re.findall(r"[12]\d{3};\d+:[A-Za-z]*\d+", docs))
    here = " ".join([*REFERENCES.values(), *(method.reference for method in METHODS.values())])
    assert years - set(re.findall(r"[12]\d{3};\d+:[A-Za-z]*\d+", here)) <= {"2011;12:R50"}
    cite = Cited()
    assert [cite("bh"), cite("cox", "bh"), cite("in full")] == ["[1]", "[2, 1]", "[3]"]


# --- start page, warnings, terminal ---


def test_counts_of_the_start_page_are_those_of_the_verdicts(tmp_path: Path) -> None:
    verdicts = ["supported"] * 3 + ["not_separable"] * 5 + ["not_measurable"] * 2
    answers = pd.concat(
        [blank(tables.VERDICT_TABLE, **KEY | {"signature": f"s{at}"}, verdict=each) for at, each in enumerate(verdicts)]
    )
    asked = told(answers=answers.reset_index(drop=True))
    write_start(asked, "", tmp_path / "s.html", tmp_path / "s.txt")
    page = Seen((tmp_path / "s.html").read_text("utf-8")).text
    for count, word in ((3, "supported"), (0, "contradicted"), (5, "not separable"), (2, "not measurable")):
        assert f"{count} {word} " in page
    lines = [" ".join(line.split()) for line in (tmp_path / "s.txt").read_text("utf-8").splitlines()]
    assert any(line.startswith("5 not separable ") for line in lines) and not any(
        "contradicted" in line for line in lines
    )


def test_findings_come_surest_first_and_none_is_an_answer(tmp_path: Path) -> None:
    def answer(name: str, verdict: str, fdr: float) -> pd.DataFrame:
        return blank(tables.VERDICT_TABLE, **KEY | {"signature": name}, name=name, verdict=verdict, fdr=fdr)

    asked = pd.concat(
        [answer("late", "supported", 0.04), answer("early", "contradicted", 0.001), answer("no", "underpowered", 0.5)]
    )
    words = " ".join(summary_lines(told(answers=asked.reset_index(drop=True))))
    assert (
        -1 < words.index("contradicted: early in d, c") < words.index("supported: late in d, c")
        and ": no in" not in words
    )
    write_start(told(answers=answer("no", "not_separable", 0.9)), "", tmp_path / "s.html", tmp_path / "s.txt")
    assert (
        "No signature was called, of 1 answers that could have been"
        in Seen((tmp_path / "s.html").read_text("utf-8")).text
    )


def test_a_run_without_contrasts_says_so(tmp_path: Path) -> None:
    asked = told(config=config() | {"contrasts": {}}, contrasts=None, answers=None)
    write_start(asked, "", tmp_path / "s.html", tmp_path / "s.txt")
    assert "nothing was compared" in (tmp_path / "s.txt").read_text("utf-8")
    assert "No question" in Seen((tmp_path / "s.html").read_text("utf-8")).text


def test_names_on_the_start_page_are_text(tmp_path: Path) -> None:
    answers = blank(tables.VERDICT_TABLE, **KEY, name=NASTY, verdict="supported")
    asked = told(
        answers=answers,
        config=config(groups=GROUPS | {"resistant": [NASTY]}),
        intakes={"d": intake(values={"found": "log", "remarks": [NASTY]})},
    )
    write_start(asked, "", tmp_path / "s.html", tmp_path / "s.txt")
    seen = Seen((tmp_path / "s.html").read_text("utf-8"))
    assert "script" not in seen.tags and seen.text.count(" ".join(NASTY.split())) == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"contrasts": rows(verdict="underpowered")}, "c in d: all measurable answers are underpowered"),
        (
            {"contrasts": rows(verdict="supported", confounded_by="depth;batch")},
            "1 of 1 calls may be an effect of depth",
        ),
        ({"contrasts": rows(verdict="supported", flags="one_gene:FN1")}, "1 of 1 calls hang on one gene alone"),
        ({"contrasts": rows(flags="7_samples_in_neither_arm")}, "up to 7 samples take no part (in neither arm)"),
        ({"contrasts": rows(flags="contrast_follows_age_in_part")}, "contrast follows age in part"),
        (
            {"coverage": blank(tables.COVERAGE, dataset="d", signature="s", scorable="no", reason="few: 1")},
            "1 of 1 signatures cannot be measured (mostly: few)",
        ),
        ({"intakes": {"d": intake(identifiers={"resolved": 0.2, "kind": ""})}}, "only 20% of the features are known"),
        ({"intakes": {"d": intake(values={"remarks": ["scaled values"]})}}, "d: scaled values"),
        (
            {"members": blank(tables.MEMBERS, signature="s", flags="stated;retracted")},
            "1 signatures use retracted evidence",
        ),
        ({"members": blank(tables.MEMBERS, signature="s", flags="contradicted")}, "called signatures: Loop"),
        (
            {"altered": [blank(tables.ALTERATION_INPUTS, dataset="d", file="a.maf", n_unreadable=2)]},
            "d: a.maf: 2 changes not understood (alteration_events.tsv names them)",
        ),
        (
            {"altered": [blank(tables.ALTERATION_INPUTS, dataset="d", file="f.tsv", only_in_file="X9")]},
            "d: f.tsv: samples that the dataset lacks: X9",
        ),
        (
            {
                "assays": [
                    blank(
                        tables.ASSAYS,
                        dataset="d",
                        assay="protein",
                        file="p.tsv",
                        not_in_metadata=1,
                        likely_reason="leading zeros",
                    )
                ]
            },
            "d: p.tsv (protein): 1 of its samples are not in the table of samples; leading zeros",
        ),
    ],
)
def test_each_warning_that_matters_is_given_and_only_then(changed: dict[str, Any], said: str) -> None:
    def of(asked: Told) -> str:
        return "\n".join(asked.warnings)

    assert said in of(told(**changed))
    assert said not in of(told())


def test_samples_left_out_are_told() -> None:
    samples = intake()["samples"] | {
        "only_in_matrix": {"n": 3, "names": ["a"]},
        "only_in_metadata": {"n": 2, "names": []},
    }
    lines = warnings(told().coverage, {"d": intake(samples=samples)}, told().signatures, told().members)
    assert lines == [
        "d: 3 samples left out: no row in the table of samples",
        "d: 2 samples left out: no data in the matrix",
    ]


# --- evidence ---


def test_evidence_shows_every_member_both_readings_and_what_is_left_out(tmp_path: Path) -> None:
    folder = ROOT / "resources/genesets"
    signatures, shipped = tables.SIGNATURES.read(folder / "signatures.tsv"), tables.MEMBERS.read(folder / "members.tsv")
    gone = shipped["flags"].str.contains("retracted")
    contradictions = tables.read_text_table(folder / "contradictions.tsv")
    write_evidence_page(signatures, shipped[~gone], shipped[gone], contradictions, {}, {}, "", "", tmp_path / "e.html")
    page = (tmp_path / "e.html").read_text("utf-8")
    sections = page.split("<section ")[1:]
    assert len(sections) == len(signatures)
    for about, section in zip(signatures.itertuples(), sections, strict=True):
        own = shipped[shipped["signature"] == about.signature]
        for member in own.itertuples():
            assert f"<b>{member.symbol}</b>" in section
        assert section.count("<td>left out</td>") == int(own["flags"].str.contains("retracted").sum())
        ids = set(re.findall(r"[A-Z]{3}-\d{3}", " ".join(own["evidence"])))
        expected = {row.contradiction for row in contradictions.itertuples() if ids & set(row.ledger.split(";"))}
        assert set(re.findall(r"<td>(CON-\d+)</td>", section)) == expected
        doubt = own["flags"].str.contains("contradicted|retracted").any()
        assert section.startswith(f'data-doubt="{int(doubt)}"')


def test_evidence_of_own_sets_is_text(tmp_path: Path) -> None:
    signatures = blank(tables.SIGNATURES, signature="s", name=NASTY, caveat=NASTY, document="", collection="mine.gmt")
    members = blank(tables.MEMBERS, signature="s", symbol=NASTY, flags="", section="", evidence=NASTY)
    none = members.iloc[:0]
    about = pd.DataFrame(columns=["contradiction", "ledger", "one_reading", "other_reading", "used", "why"])
    write_evidence_page(signatures, members, none, about, {}, {"s": NASTY}, "", "", tmp_path / "e.html")
    seen = Seen((tmp_path / "e.html").read_text("utf-8"))
    assert "script" not in seen.tags and seen.text.count(NASTY) == 5


# --- provenance ---


def test_provenance_has_sums_dates_versions_command_and_a_config_that_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, lock, logs = tmp_path / "m.tsv", tmp_path / "lock", tmp_path / "benchmarks"
    data.write_text("gene\ts1\n")
    lock.write_text("a==1\n")
    (logs / "contrast").mkdir(parents=True)
    for name, seconds in (("a", 1.5), ("b", 2.0)):
        (logs / f"contrast/{name}.tsv").write_text(f"s\tmax_rss\n{seconds}\t100\n")
    (logs / "synthesis.tsv").write_text("s\tmax_rss\n0.5\t-\n")
    monkeypatch.setenv("RESIG_COMMAND", f"snakemake --config '{NASTY}'")
    monkeypatch.setenv("RESIG_CHECKOUT", str(tmp_path))
    given = config(groups=GROUPS | {"resistant": [NASTY, "yes"]})
    write_provenance(given, [("d", str(data))], {"d": intake()}, lock, logs, "", tmp_path / "p.html")
    page = (tmp_path / "p.html").read_text("utf-8")
    seen = Seen(page)
    assert "script" not in seen.tags and f"snakemake --config '{NASTY}'" in seen.text
    for path in (data, lock):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in page
    assert (
        "<td>contrast</td><td>2</td><td>3.5</td><td>100</td>" in page
        and "<td>synthesis</td><td>1</td><td>0.5</td><td></td>" in page
    )
    assert f"<td>numpy</td><td>{np.__version__}</td>" in page
    assert yaml.safe_load(as_yaml(given)) == given
    shown = next(words for words in seen.words if "contrasts:" in words)
    assert yaml.safe_load(shown) == given


def test_a_folder_is_listed_file_by_file(tmp_path: Path) -> None:
    folder = tmp_path / "mtx"
    folder.mkdir()
    for at in range(20):
        (folder / f"f{at:02d}").write_text("x")
    (tmp_path / "lock").write_text("")
    write_provenance(
        config(), [("d", str(folder))], {"d": intake()}, tmp_path / "lock", tmp_path / "none", "", tmp_path / "p.html"
    )
    page = (tmp_path / "p.html").read_text("utf-8")
    assert page.count("/mtx/f") == 12 and "8 more files" in page and "No benchmarks" in page


# --- parts that hold the report together ---


def test_what_the_report_prints_of_the_config_holds_no_markup_and_jobs_get_plain_dictionaries() -> None:
    spec = in_report({"resistant": ["</script>"], "n": list(range(500))})
    for said in (str(spec), f"{spec}"):
        assert "<" not in said and len(said) < 350
    assert repr(spec) == repr(dict(spec)) and spec["resistant"] == ["</script>"]
    back = pickle.loads(pickle.dumps(spec))
    assert type(back) is dict and back == dict(spec)
    assert json.loads(json.dumps(spec)) == dict(spec)


def test_last_words_name_the_report_only_when_it_is_of_this_run(tmp_path: Path) -> None:
    summary, report = tmp_path / "results/summary/summary.txt", tmp_path / "results/report.html"
    assert after_success(summary, report, "again") == ""
    summary.parent.mkdir(parents=True)
    report.write_text("old")
    os.utime(report, (1, 1))
    summary.write_text("3 answers\n")
    said = after_success(summary, report, "snakemake report")
    assert (
        said.splitlines()[1:3] == ["3 answers", f"Results: {tmp_path / 'results'}"]
        and "Report: snakemake report" in said
    )
    report.write_text("new")
    os.utime(report, (summary.stat().st_mtime + 5,) * 2)
    assert said.splitlines()[-1] != after_success(summary, report, "x").splitlines()[-1] == f"Report: {report}"


def test_errors_come_last_each_once_and_only_those_of_this_run(tmp_path: Path) -> None:
    for at, (name, text) in enumerate(
        {
            "intake/a.log": "working\nERROR: one: mend it\n",
            "score/b.log": "ERROR: two\nERROR: one: mend it\n",
            "fine.log": "done in 1 s\n",
            "old.log": "ERROR: of last week\n",
        }.items()
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        os.utime(path, (1000 - 500 * (name == "old.log") + at,) * 2)
    assert after_failure(tmp_path, 1000) == "\nERROR: one: mend it\nERROR: two"
    assert after_failure(tmp_path, 2000) == after_failure(tmp_path / "none", 0) == ""


def test_the_same_run_is_asked_again(tmp_path: Path) -> None:
    assert (
        asked_again("report", ["my file.yaml"], ['a="b"'])
        == "snakemake --cores 1 report --configfile 'my file.yaml' --config 'a=\"b\"'"
    )
    command = report_command("py", "Snakefile", "folder", [tmp_path / "x.yaml"], ["a=1"])
    assert command[-1] == "--report" and command[command.index("--configfile") + 1] == str(tmp_path / "x.yaml")
    assert command[command.index("--config") + 1] == "a=1" and "--config" not in report_command("py", "S", ".", [], [])


def test_a_report_that_cannot_be_made_is_one_line_and_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(ResigError, match="could not be made: it went wrong"):
        make_report([sys.executable, "-c", "import sys; sys.exit('it went wrong')"], "s.css", path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    writes = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text('new')"
    assert make_report([sys.executable, "-c", writes], "s.css", path) == f"Report: {path} (0.0 MB)"
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


def test_each_rule_says_what_it_does() -> None:
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        for block in re.split(r"^rule ", path.read_text("utf-8"), flags=re.M)[1:]:
            name = block.split(":")[0]
            assert name in ("validate", "describe") or "\n    message:\n" in block, (
                f"{path.name}: rule {name} has no message"
            )


def test_pages_write_the_version_of_the_project() -> None:
    said = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), flags=re.M)
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), flags=re.M)
    assert said and cited and versions()["resig"] == said[1] == cited[1]
