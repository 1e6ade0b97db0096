"""Candidates for roles: known tables get their columns right, and what cannot be told is not told."""

import pytest

from resig.columns import (
    Arms,
    Column,
    after_and_before,
    arms_of,
    candidates,
    stages,
    survival_pair,
    treated_and_control,
)


def column(name: str, *levels: str, each: int = 5) -> Column:
    return Column(name, [level for level in levels for _ in range(each)])


@pytest.mark.parametrize(
    ("name", "levels", "resistant", "sensitive"),
    [
        ("recist", ["CR", "PR", "SD", "PD"], ["PD", "SD"], ["CR", "PR"]),
        ("remission", ["CR", "REF", ""], ["REF"], ["CR"]),
        ("best response", ["Progressive Disease", "Partial Response"], ["Progressive Disease"], ["Partial Response"]),
        ("status", ["responder", "non-responder"], ["non-responder"], ["responder"]),
        ("x", ["R", "NR"], ["NR"], ["R"]),
        ("x", ["R", "S"], ["R"], ["S"]),
        ("mdr", ["POS", "NEG"], ["POS"], ["NEG"]),
        ("relapse", ["True", "False"], ["True"], ["False"]),
        ("Response", ["yes", "no"], ["no"], ["yes"]),
        ("pCR", ["1", "0"], ["0"], ["1"]),
        ("chemoResistance", ["1", "0"], ["1"], ["0"]),
    ],
)
def test_levels_that_say_which_arm(name: str, levels: list[str], resistant: list[str], sensitive: list[str]) -> None:
    assert arms_of(column(name, *levels)) == Arms(resistant, sensitive)


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("er_status", ["0", "1"]),
        ("response", ["high", "low"]),
        ("pam50", ["Basal", "Her2"]),
        ("relapse_after_response", ["yes", "no"]),  # the name speaks for both sides
        ("response", ["PD"]),
        ("sex", ["F", "M"]),
    ],
)
def test_what_cannot_be_told_is_not_told(name: str, levels: list[str]) -> None:
    assert arms_of(column(name, *levels)) is None


def test_time_points_and_treatments() -> None:
    assert after_and_before(column("timepoint", "pre", "on-treatment", "post")) == Arms(
        ["on-treatment", "post"], ["pre"]
    )
    assert after_and_before(column("visit", "Pre-treatment", "Post-treatment")) == Arms(
        ["Post-treatment"], ["Pre-treatment"]
    )
    assert after_and_before(column("visit", "V1", "V2")) is None
    assert treated_and_control(column("condition", "D11_control", "D11_erlotinib")) == Arms(
        ["D11_erlotinib"], ["D11_control"]
    )
    assert stages(column("visit", "post", "on", "pre")) == ["pre", "on", "post"]
    assert stages(column("visit", "baseline", "pre", "post")) is None
    assert stages(column("visit", "pre", "post", "V3")) is None
    assert treated_and_control(column("chemo_treated", "0", "1")) is None


TABLE = [
    Column("sample_id", [f"P{at // 2}_{at % 2}" for at in range(20)]),
    Column("PatientID", [f"P{at // 2}" for at in range(20)]),
    Column("timepoint", ["pre", "post"] * 10),
    Column("response", ["PD", "CR"] * 10),
    Column("Batch", ["b1"] * 10 + ["b2"] * 10),
    Column("age", [str(40 + at) for at in range(20)]),
    Column("er_status", ["0", "1"] * 10),
    Column("OS_days", [str(100 + 7 * at) for at in range(20)]),
    Column("OS_event", ["0", "1"] * 10),
    Column("PFS.days", [str(50 + 3 * at) for at in range(20)]),
    Column("PFS.status", ["1", "1", "0", "1"] * 5),
    Column("drug_auc", [str(0.1 + at / 40) for at in range(20)]),
]


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("response", ["response"]),
        ("patient", ["PatientID"]),
        ("time point", ["timepoint"]),
        ("batch", ["Batch"]),
        ("survival time", ["OS_days", "PFS.days"]),
        ("survival event", ["OS_event", "PFS.status"]),
        ("continuous", ["drug_auc"]),
        ("treatment", []),
    ],
)
def test_the_columns_of_a_trial(role: str, names: list[str]) -> None:
    assert [each.name for each in candidates(TABLE, role, 20)] == names


def test_times_and_events_belong_together() -> None:
    pair = survival_pair(TABLE, 20)
    assert pair is not None
    assert pair[0].name.split("_")[0] == pair[1].name.split("_")[0]
    assert survival_pair([each for each in TABLE if "event" not in each.name and "status" not in each.name], 20) is None
    pfs = [each for each in TABLE if not each.name.startswith("OS")]
    found = survival_pair(pfs, 20)
    assert found is not None
    assert (found[0].name, found[1].name) == ("PFS.days", "PFS.status")


def test_cells() -> None:
    obs = [
        Column("_index", [f"c{at}" for at in range(300)]),
        Column("orig.ident", [f"s{at % 6}" for at in range(300)]),
        Column("leiden", [str(at % 9) for at in range(300)]),
        Column("majority_voting", [["T cell", "B cell", "macrophage"][at % 3] for at in range(300)]),
        Column("pct_counts_mt", [str(at / 7) for at in range(300)]),
    ]
    assert [each.name for each in candidates(obs, "sample", 300)] == ["orig.ident"]
    assert [each.name for each in candidates(obs, "cell type", 300)] == ["majority_voting", "leiden"]
    assert candidates(obs, "response", 300) == []


def test_words_about_a_column() -> None:
    assert column("x", "b", "a", "").told() == "x: a 5, b 5 (5 missing)"
    assert Column("age", [str(at) for at in range(30)]).told() == "age: numbers from 0 to 29"
    assert Column("id", [f"s{at}" for at in range(30)]).told() == "id: 30 different values, such as s0"
